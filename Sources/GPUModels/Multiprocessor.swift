/// What one streaming multiprocessor has: limits on what can reside on it, and what it does in a clock.
///
/// Sources: the tables *Technical Specifications per Compute Capability* and *Throughput of Native Arithmetic
/// Instructions* of the CUDA C++ Programming Guide, where nothing else is said.
public struct Multiprocessor: Hashable, Sendable {
  /// The compute capability without its dot: 90.
  public let computeCapability: Int

  /// The most threads that reside on it.
  public let threads: Int
  /// The most blocks that reside on it.
  public let blocks: Int
  /// The most threads of one block.
  public let threadsPerBlock = 1024
  /// The threads of a warp.
  public let warpSize = 32
  /// The warp schedulers, each of which issues one instruction of one warp in a clock. Source: white papers.
  public let schedulers = 4

  /// The 32-bit registers of all threads on it, and the most of one block.
  public let registers = 65_536
  /// The most registers of one thread.
  public let registersPerThread = 255
  /// In what steps a warp is given registers. Source: the occupancy calculator of Nsight Compute.
  public let registerUnit = 256

  /// The shared memory of all blocks on it, in bytes.
  public let sharedMemory: Int
  /// The shared memory that a block can have without asking, in bytes; the limit of static shared memory.
  public let sharedMemoryPerBlock = 48 * 1024
  /// The shared memory that a block can have if it opts in (`cudaFuncAttributeMaxDynamicSharedMemorySize`), in bytes.
  public let sharedMemoryPerBlockOptIn: Int
  /// What the system takes of shared memory for each block, in bytes.
  public let sharedMemoryReserved: Int
  /// In what steps a block is given shared memory, in bytes. Source: the occupancy calculator of Nsight Compute.
  public let sharedMemoryUnit: Int
  /// What shared memory delivers in a clock without bank conflicts, in bytes: 32 banks of 4 bytes.
  public let sharedMemoryBandwidth = 128
  /// The level 1 cache and the shared memory together, in bytes.
  public let unifiedCache: Int

  /// The FP32 multiply-adds in a clock.
  public let fp32Lanes: Int
  /// The FP64 multiply-adds in a clock.
  public let fp64Lanes: Int
  /// The FP16 multiply-adds in a clock, outside tensor cores; an instruction on two at a time (`half2`) reaches it.
  public let fp16Lanes: Int
  /// The bfloat16 multiply-adds in a clock, likewise; `nil` where the hardware has no bfloat16 arithmetic.
  public let bf16Lanes: Int?
  /// The 32-bit integer additions and multiply-adds in a clock.
  public let int32Lanes = 64
  /// The special functions in a clock: reciprocal, square root, exponential, sine.
  public let specialLanes = 16
  /// The threads' loads and stores that are issued in a clock. Source: white papers.
  public let loadStoreLanes: Int

  /// How many times as fast FP32 is as FP64, outside tensor cores.
  public var fp64Ratio: Int { fp32Lanes / fp64Lanes }

  /// Turing: T4.
  public static let capability75 = Multiprocessor(
    computeCapability: 75, threads: 1024, blocks: 16, sharedMemory: 64, sharedMemoryPerBlockOptIn: 64,
    sharedMemoryReserved: 0, sharedMemoryUnit: 256, unifiedCache: 96, fp32Lanes: 64, fp64Lanes: 2, fp16Lanes: 128,
    bf16Lanes: nil, loadStoreLanes: 16)
  /// Ampere with high-bandwidth memory: A100.
  public static let capability80 = Multiprocessor(
    computeCapability: 80, threads: 2048, blocks: 32, sharedMemory: 164, sharedMemoryPerBlockOptIn: 163,
    sharedMemoryReserved: 1, sharedMemoryUnit: 128, unifiedCache: 192, fp32Lanes: 64, fp64Lanes: 32, fp16Lanes: 256,
    bf16Lanes: 128, loadStoreLanes: 32)
  /// Ada Lovelace: L40S, RTX 4090.
  public static let capability89 = Multiprocessor(
    computeCapability: 89, threads: 1536, blocks: 24, sharedMemory: 100, sharedMemoryPerBlockOptIn: 99,
    sharedMemoryReserved: 1, sharedMemoryUnit: 128, unifiedCache: 128, fp32Lanes: 128, fp64Lanes: 2, fp16Lanes: 128,
    bf16Lanes: 128, loadStoreLanes: 16)
  /// Hopper: H100.
  public static let capability90 = Multiprocessor(
    computeCapability: 90, threads: 2048, blocks: 32, sharedMemory: 228, sharedMemoryPerBlockOptIn: 227,
    sharedMemoryReserved: 1, sharedMemoryUnit: 128, unifiedCache: 256, fp32Lanes: 128, fp64Lanes: 64, fp16Lanes: 256,
    bf16Lanes: 256, loadStoreLanes: 32)

  /// Sizes in KiB, except for the unit.
  private init(
    computeCapability: Int, threads: Int, blocks: Int, sharedMemory: Int, sharedMemoryPerBlockOptIn: Int,
    sharedMemoryReserved: Int, sharedMemoryUnit: Int, unifiedCache: Int, fp32Lanes: Int, fp64Lanes: Int,
    fp16Lanes: Int, bf16Lanes: Int?, loadStoreLanes: Int
  ) {
    self.computeCapability = computeCapability
    self.threads = threads
    self.blocks = blocks
    self.sharedMemory = sharedMemory * 1024
    self.sharedMemoryPerBlockOptIn = sharedMemoryPerBlockOptIn * 1024
    self.sharedMemoryReserved = sharedMemoryReserved * 1024
    self.sharedMemoryUnit = sharedMemoryUnit
    self.unifiedCache = unifiedCache * 1024
    self.fp32Lanes = fp32Lanes
    self.fp64Lanes = fp64Lanes
    self.fp16Lanes = fp16Lanes
    self.bf16Lanes = bf16Lanes
    self.loadStoreLanes = loadStoreLanes
  }
}
