import CUDAToolchain

/// What one kernel did in a run, all its launches together.
public struct KernelRun: Sendable, Hashable, Codable {
  /// What was counted at one place in the source.
  public struct Site: Sendable, Hashable, Codable {
    /// The file, as a person knows it.
    public var file: String
    /// The line, or 0.
    public var line: Int
    /// `load`, `store`, `atomic`, `copy`.
    public var kind: String
    /// The space: `global`, `shared`, `local`; empty for a generic address.
    public var space: String
    /// Requests: one for each time that a warp executed it.
    public var requests: Double
    /// Lanes that took part.
    public var lanes: Double
    /// Sectors of 32 bytes that global memory had to deliver, and how many the bytes themselves fill.
    public var sectors: Double
    /// The sectors that the bytes themselves fill.
    public var idealSectors: Double
    /// Passes over shared memory's banks.
    public var wavefronts: Double
    /// The passes without conflicts.
    public var idealWavefronts: Double
  }

  /// The name in PTX.
  public var name: String
  /// The name as it was written.
  public var displayName: String
  /// How often it was launched.
  public var launches: Int
  /// The last launch's grid and block: x, y, z.
  public var grid: [Int]
  /// The last launch's block: x, y, z.
  public var block: [Int]
  /// Static and dynamic shared memory of the last launch, in bytes.
  public var sharedBytes: Int
  /// Time on the host's processors, all launches together. It says nothing about a GPU.
  public var hostSeconds: Double
  /// Warp instructions by kind.
  public var instructions: [InstructionKind: Double]
  /// The share of lanes that took part in the average warp instruction.
  public var activeLanes: Double
  /// The places that touched memory.
  public var sites: [Site]
  /// Registers per thread by ptxas; nil where it was not asked.
  public var registers: Int?
  /// How many blocks a multiprocessor holds.
  public var occupancy: Occupancy?
  /// What the launches might take on the named GPU.
  public var estimate: Estimate?

  /// Sectors of global memory, all sites together.
  public var globalSectors: Double { sites.reduce(0) { $0 + $1.sectors } }
  /// Wavefronts of shared memory, all sites together.
  public var sharedWavefronts: Double { sites.reduce(0) { $0 + $1.wavefronts } }

  init(_ event: RunEvents.KernelEvent, _ layout: BuiltProgram.Layout) {
    name = event.name
    displayName = KernelName.readable(event.name)
    launches = event.launches
    grid = event.grid
    block = event.block
    sharedBytes = event.staticShared + event.dynamicShared
    hostSeconds = event.seconds
    instructions = [:]
    var lanes = 0.0
    var all = 0.0
    for (number, block) in layout.blocks.enumerated() where number < event.executions.count {
      let times = Double(event.executions[number])
      guard times > 0 else { continue }
      for (kind, count) in block {
        instructions[kind, default: 0] += times * Double(count)
        all += times * Double(count)
        lanes += Double(number < event.lanes.count ? event.lanes[number] : 0) * Double(count)
      }
    }
    activeLanes = all > 0 ? lanes / (all * 32) : 1
    sites = []
    for (number, counts) in event.sites.enumerated()
    where number < layout.sites.count && counts.count == 6 && counts[0] > 0 {
      let site = layout.sites[number]
      let words = site.instruction.split(separator: ".")
      let space = ["global", "shared", "local"].first { space in words.contains { $0.hasPrefix(space) } } ?? ""
      sites.append(
        Site(
          file: site.file, line: site.line, kind: site.kind, space: space, requests: Double(counts[0]),
          lanes: Double(counts[1]), sectors: Double(counts[2]), idealSectors: Double(counts[3]),
          wavefronts: Double(counts[4]), idealWavefronts: Double(counts[5])))
    }
    registers = layout.assembled.first { $0.mangledName == event.name }?.registers
  }
}
