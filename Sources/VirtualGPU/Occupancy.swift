public import GPUModels

/// How many blocks of a kernel a multiprocessor holds at once, and what limits it.
public struct Occupancy: Sendable, Hashable, Codable {
  /// What there is not more of.
  public enum Limit: String, Sendable, Hashable, Codable {
    /// The multiprocessor's threads.
    case threads
    /// Its registers.
    case registers
    /// Its shared memory.
    case sharedMemory = "shared memory"
    /// The number of blocks that it can hold.
    case blocks
  }

  /// Blocks on one multiprocessor.
  public var blocks: Int
  /// Their warps, as a share of those that the multiprocessor can hold.
  public var share: Double
  /// What limits it.
  public var limit: Limit

  /// The occupancy of a launch, by the rules of NVIDIA's occupancy calculator: registers are given to warps in units of
  /// 256, shared memory in units of the architecture's, with 1 KiB a block for the system where it takes that.
  ///
  /// - Parameters:
  ///   - registers: per thread, from ptxas; nil where unknown, which then limits nothing.
  public init(threads: Int, registers: Int?, sharedBytes: Int, on gpu: GPUModel) {
    let sm = gpu.multiprocessor
    let warps = max(1, (threads + sm.warpSize - 1) / sm.warpSize)
    func up(_ value: Int, _ unit: Int) -> Int { (value + unit - 1) / unit * unit }
    var limits: [(Limit, Int)] = [(.threads, sm.threads / (warps * sm.warpSize)), (.blocks, sm.blocks)]
    if let registers, registers > 0 {
      let perWarp = up(registers * sm.warpSize, sm.registerUnit)
      // A quarter of the registers belongs to each scheduler.
      let resident = sm.registers / sm.schedulers / perWarp * sm.schedulers
      limits.append((.registers, resident / warps))
    }
    let taken = up(sharedBytes + sm.sharedMemoryReserved, sm.sharedMemoryUnit)
    if taken > 0 { limits.append((.sharedMemory, sm.sharedMemory / taken)) }
    let least = limits.min { $0.1 < $1.1 } ?? (.blocks, 0)
    blocks = max(0, least.1)
    limit = least.0
    share = Double(blocks * warps * sm.warpSize) / Double(sm.threads)
  }
}
