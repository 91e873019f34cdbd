public import GPUModels

/// What a kernel's launches might take on a named GPU: a roofline over what was counted. An estimate, never a measurement.
///
/// For each resource of the GPU the time is computed that the counted work would take if nothing else were in the way; the
/// longest of them, divided by the share of the multiprocessors that the grid keeps busy, and the overhead of the launches
/// make the estimate. The resources are
/// - memory: 32 bytes for each sector, at the bandwidth of the level-2 cache if a launch moves less than fits into it, else
///   at the memory's own;
/// - shared memory: one wavefront a cycle on each multiprocessor;
/// - issue: four warp instructions a cycle on each multiprocessor;
/// - arithmetic: 32 lanes of each warp instruction on the units of its kind; one on halves takes up two of those that the
///   table counts, whether it computes one or two.
///
/// Not modelled: latency, dependences between instructions, reuse in the caches beyond the above, clocks under load. Its
/// error is unknown until it has been held against real timings.
public struct Estimate: Sendable, Hashable, Codable {
  /// The GPU that it is for.
  public var gpu: String
  /// Seconds for all launches together.
  public var seconds: Double
  /// The resource that decides: `memory`, `shared memory`, `issue`, `float32`, `float64`, `float16`, `special`, `integer`,
  /// `matrix`, or `launches` where the overhead is the larger part.
  public var bound: String
  /// Seconds by resource.
  public var parts: [String: Double]
  /// The share of the multiprocessors' time that the grid's last, incomplete wave leaves idle is 1 minus this.
  public var utilization: Double

  /// Estimates from counters.
  public init(_ kernel: KernelRun, on gpu: GPUModel) {
    let sm = gpu.multiprocessor
    let clock = Double(gpu.boostClock) * 1e6
    let sms = Double(gpu.multiprocessorCount)
    func instructions(_ kinds: InstructionKind...) -> Double { kinds.reduce(0) { $0 + (kernel.instructions[$1] ?? 0) } }
    func time(_ count: Double, lanes: Int) -> Double {
      lanes == 0 ? 0 : count * Double(sm.warpSize) / (Double(lanes) * sms * clock)
    }
    var parts: [String: Double] = [:]
    let bytes = kernel.globalSectors * 32
    let perLaunch = bytes / Double(max(kernel.launches, 1))
    let bandwidth =
      perLaunch < Double(gpu.level2Cache) * 1_048_576 ? Double(gpu.level2Bandwidth) : Double(gpu.memoryBandwidth)
    parts["memory"] = bytes / (bandwidth * 1e9)
    parts["shared memory"] = kernel.sharedWavefronts / (sms * clock)
    parts["issue"] = kernel.instructions.values.reduce(0, +) / (Double(sm.schedulers) * sms * clock)
    parts["float32"] = time(instructions(.float32, .float32FMA), lanes: sm.fp32Lanes)
    parts["float64"] = time(instructions(.float64, .float64FMA), lanes: sm.fp64Lanes)
    parts["float16"] = time(instructions(.float16), lanes: sm.fp16Lanes / 2)
    parts["special"] = time(instructions(.special), lanes: sm.specialLanes)
    parts["integer"] = time(instructions(.integer), lanes: sm.int32Lanes)
    // An m16n8k16 is 4096 operations, twice 2048 products.
    parts["matrix"] = instructions(.matrix) * 4096 / (gpu.tensorPeak.fp16 * 1e12)

    let blocks = Double(kernel.grid.reduce(1, *))
    let waves = (blocks / sms).rounded(.up)
    utilization = waves > 0 ? min(1, blocks / (waves * sms)) : 1
    let longest = parts.max { $0.value < $1.value } ?? ("issue", 0)
    let work = longest.value / utilization
    let overhead = Double(kernel.launches) * gpu.launchOverhead * 1e-6
    self.gpu = gpu.name
    self.parts = parts
    seconds = work + overhead
    bound = overhead > work ? "launches" : longest.key
  }
}
