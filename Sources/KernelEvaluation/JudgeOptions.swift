public import GPUModels

/// How a candidate is to be judged.
public struct JudgeOptions: Sendable, Hashable {
  /// Where kernels run.
  public enum Device: String, Sendable, Hashable, CaseIterable, Codable {
    /// The virtual GPU: this machine's processors, with every access looked at.
    case virtual
    /// This machine's GPU.
    case cuda
  }

  /// The type that inputs and weights have.
  public enum Precision: String, Sendable, Hashable, CaseIterable, Codable {
    case fp32, fp16, bf16

    /// PyTorch's name of the type.
    var elementType: ElementType {
      switch self {
      case .fp32: .float32
      case .fp16: .float16
      case .bf16: .bfloat16
      }
    }
  }

  /// The GPU whose limits the virtual one has, and for which times are estimated.
  public var gpu: GPUModel
  /// The type of inputs and weights.
  public var precision: Precision
  /// How many inputs are tried, each of another seed, most of another distribution.
  public var trials: Int
  /// What inputs and weights are made from; nil for a secret one.
  public var seed: UInt64?
  /// Whether the problem's own sizes are run at once, also where they take long.
  public var isFullSize: Bool
  /// Whether extensions are built with PyTorch's own headers.
  public var usesFullHeaders: Bool
  /// How long one call of the candidate may take, and how long its import.
  public var timeLimit: Duration
  /// Whether a correct candidate is timed, where that can be done.
  public var isTimed: Bool
  /// Whether the kernels of a candidate that has been timed are profiled as well, where `ncu` is installed.
  public var isProfiled: Bool

  /// Whether extensions are built even where the cache has them.
  public var buildsAnew = false

  /// Makes options.
  public init(
    gpu: GPUModel = .h100, precision: Precision = .fp32, trials: Int = 5,
    seed: UInt64? = nil, isFullSize: Bool = false, usesFullHeaders: Bool = false, timeLimit: Duration = .seconds(120),
    isTimed: Bool = true, isProfiled: Bool = true
  ) {
    self.gpu = gpu
    self.precision = precision
    self.trials = trials
    self.seed = seed
    self.isFullSize = isFullSize
    self.usesFullHeaders = usesFullHeaders
    self.timeLimit = timeLimit
    self.isTimed = isTimed
    self.isProfiled = isProfiled
  }
}
