public import GPUModels

/// The least time that a GPU can take for a problem: shorter ones are not believed.
///
/// It is a bound, not an estimate: it must be below what any correct kernel reaches. So it counts no work that a kernel
/// might avoid. Inputs must be read once, from memory where the level 2 cache was emptied before the call, as ours is;
/// outputs must be written, but the last of them may still lie in the level 2 cache when the clock stops. Operations
/// count only where the caller knows that no algorithm does with fewer, at the fastest unit that could do them.
public struct Roofline: Sendable, Hashable {
  /// The GPU.
  public let gpu: GPUModel

  /// A bound for a GPU.
  public init(gpu: GPUModel) { self.gpu = gpu }

  /// What a problem asks of a GPU at least.
  public struct Work: Sendable, Hashable {
    /// The bytes of inputs and weights of which every one can change the output.
    public var bytesRead: Int
    /// The bytes of the outputs.
    public var bytesWritten: Int
    /// The multiplications and additions that no algorithm avoids; 0 where that is not known.
    public var operations: Double
    /// What the operations are computed in.
    public var precision: ElementType
    /// Whether the candidate may compute in TF32, or in a narrower type than `precision`.
    public var allowsLowerPrecision: Bool

    /// Makes a piece of work.
    public init(
      bytesRead: Int, bytesWritten: Int, operations: Double = 0, precision: ElementType = .float32,
      allowsLowerPrecision: Bool = false
    ) {
      self.bytesRead = bytesRead
      self.bytesWritten = bytesWritten
      self.operations = operations
      self.precision = precision
      self.allowsLowerPrecision = allowsLowerPrecision
    }
  }

  /// The resolution of CUDA's events, by the documentation of `cudaEventElapsedTime`: no time is shorter.
  private static let leastTime = 0.5e-6
  /// Clocks may exceed their specification a little: a time is refused only below this part of the bound.
  private static let margin = 0.9

  /// The least seconds for some work.
  public func leastTime(for work: Work) -> Double {
    let cache = gpu.level2Cache << 20
    let bytes = work.bytesRead + max(work.bytesWritten - cache, 0)
    let memoryTime = Double(bytes) / (Double(gpu.memoryBandwidth) * 1e9)
    let computeTime = work.operations / (peak(work) * 1e12)
    return max(Self.leastTime, Self.margin * max(memoryTime, computeTime))
  }

  /// Refuses times that nobody can have measured.
  ///
  /// - Throws: ``TimingError/Code/belowFloor``.
  public func check(seconds: Double, for work: Work) throws(TimingError) {
    let least = leastTime(for: work)
    guard seconds < least else { return }
    throw TimingError(
      .belowFloor,
      """
      \(ClockAgreement.microseconds(seconds)) cannot be: to read \(work.bytesRead) bytes, write \(work.bytesWritten) and \
      compute, \(gpu.productName) needs at least \(ClockAgreement.microseconds(least)).
      """)
  }

  /// The highest peak of any unit that may compute it, in TFLOPS.
  private func peak(_ work: Work) -> Double {
    let tensor = gpu.tensorPeak
    let half = max(gpu.fp16Peak, tensor.fp16, tensor.bf16 ?? 0)
    // FP8 has twice the peak of FP16 wherever there is FP8 at all.
    if work.allowsLowerPrecision { return 2 * half }
    return switch work.precision.component {
    case .float64: max(gpu.fp64Peak, tensor.fp64 ?? 0)
    // Three products of bfloat16 make one of nearly FP32's precision, so that tensor cores reach a third of their peak.
    case .float32: max(gpu.fp32Peak, (tensor.bf16 ?? tensor.fp16) / 3)
    case .float16, .bfloat16: half
    default: 2 * half
    }
  }
}
