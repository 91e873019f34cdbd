/// A GPU that a kernel is written for, with the facts that a model is told.
public struct TargetGPU: Hashable, Sendable {
  /// What it is called on a command line: `h100`.
  public let key: String
  /// The product's name and form.
  public let name: String
  /// The architecture's name.
  public let architecture: String
  /// The compute capability as compilers write it: `sm_90`.
  public let computeCapability: String
  /// The number of streaming multiprocessors.
  public let multiprocessorCount: Int
  /// The memory's size in GB (10⁹ bytes).
  public let memory: Int
  /// The memory's peak bandwidth in GB/s (10⁹ bytes per second).
  public let memoryBandwidth: Int
  /// The most shared memory that one block can have, with opt-in, in KiB (1,024 bytes).
  public let sharedMemoryPerBlock: Int
  /// Whether bfloat16 arithmetic is done in hardware.
  public let supportsBFloat16: Bool

  // Sizes and bandwidths are from NVIDIA's data sheets, shared memory and bfloat16 from the tables of compute
  // capabilities in the CUDA C++ Programming Guide.

  /// NVIDIA H100 SXM.
  public static let h100 = TargetGPU(
    key: "h100", name: "NVIDIA H100 SXM", architecture: "Hopper", computeCapability: "sm_90", multiprocessorCount: 132,
    memory: 80, memoryBandwidth: 3350, sharedMemoryPerBlock: 227, supportsBFloat16: true)
  /// NVIDIA A100 SXM with 80 GB.
  public static let a100 = TargetGPU(
    key: "a100", name: "NVIDIA A100 SXM", architecture: "Ampere", computeCapability: "sm_80", multiprocessorCount: 108,
    memory: 80, memoryBandwidth: 2039, sharedMemoryPerBlock: 163, supportsBFloat16: true)
  /// NVIDIA L40S.
  public static let l40s = TargetGPU(
    key: "l40s", name: "NVIDIA L40S", architecture: "Ada Lovelace", computeCapability: "sm_89",
    multiprocessorCount: 142, memory: 48, memoryBandwidth: 864, sharedMemoryPerBlock: 99, supportsBFloat16: true)
  /// NVIDIA GeForce RTX 4090.
  public static let rtx4090 = TargetGPU(
    key: "rtx4090", name: "NVIDIA GeForce RTX 4090", architecture: "Ada Lovelace", computeCapability: "sm_89",
    multiprocessorCount: 128, memory: 24, memoryBandwidth: 1008, sharedMemoryPerBlock: 99, supportsBFloat16: true)
  /// NVIDIA T4.
  public static let t4 = TargetGPU(
    key: "t4", name: "NVIDIA T4", architecture: "Turing", computeCapability: "sm_75", multiprocessorCount: 40,
    memory: 16, memoryBandwidth: 320, sharedMemoryPerBlock: 64, supportsBFloat16: false)

  /// All GPUs that can be named.
  public static let all = [h100, a100, l40s, rtx4090, t4]

  init(
    key: String, name: String, architecture: String, computeCapability: String, multiprocessorCount: Int, memory: Int,
    memoryBandwidth: Int, sharedMemoryPerBlock: Int, supportsBFloat16: Bool
  ) {
    self.key = key
    self.name = name
    self.architecture = architecture
    self.computeCapability = computeCapability
    self.multiprocessorCount = multiprocessorCount
    self.memory = memory
    self.memoryBandwidth = memoryBandwidth
    self.sharedMemoryPerBlock = sharedMemoryPerBlock
    self.supportsBFloat16 = supportsBFloat16
  }

  /// Finds a GPU by its ``key``, in any letter case.
  ///
  /// - Throws: ``PromptingError/Code/unknownGPU`` with the names there are.
  public init(named key: String) throws(PromptingError) {
    guard let gpu = Self.all.first(where: { $0.key == key.lowercased() }) else {
      let names = Self.all.map(\.key).joined(separator: ", ")
      throw PromptingError(.unknownGPU, "No GPU is known as \(key). Name one of \(names).")
    }
    self = gpu
  }

  /// What the prompt says about it, for kernels of a precision.
  func sentence(_ precision: KernelPrecision) -> String {
    let bfloat16 =
      precision == .bf16 && !supportsBFloat16
      ? " It has no bfloat16 arithmetic: convert to float32, compute, and convert back." : ""
    return """
      The target is one \(name) (\(architecture), \(computeCapability)): \(multiprocessorCount) multiprocessors, \
      \(memory) GB of memory at \(memoryBandwidth) GB/s, at most \(sharedMemoryPerBlock) KiB of shared memory per \
      block.\(bfloat16)
      """
  }
}
