import KernelBench

/// How fast the solved problems' kernels are beside the references, where that was measured.
public struct SpeedTable: Sendable, Hashable, Codable {
  /// What a kernel is measured by.
  public enum Baseline: String, Sendable, Hashable, Codable, CaseIterable {
    /// The reference as it is.
    case eager
    /// The better of the reference as it is and after `torch.compile`.
    case better
  }

  /// fast_p for one threshold: the share of the judgeable problems that are solved by a kernel with a ratio above it.
  public struct Threshold: Sendable, Hashable, Codable {
    /// The threshold.
    public var p: Double
    /// The share with its interval.
    public var share: Proportion
  }

  /// The scores against one baseline.
  public struct AgainstBaseline: Sendable, Hashable, Codable {
    /// Which.
    public var baseline: Baseline
    /// fast_p for the thresholds of ``SpeedTable/thresholds``.
    public var fast: [Threshold]
    /// The geometric mean of the ratios of the solved problems that were timed.
    public var geometricMean: IntervalEstimate?
    /// Solved problems whose kernel ties with the baseline.
    public var ties: Int
  }

  /// The thresholds that KernelBench's authors use.
  public static let thresholds = FastP.thresholds

  /// Solved problems whose best kernel was timed.
  public var timed: Int
  /// Solved problems whose best kernel was not timed. They count at p = 0 and nowhere else.
  public var untimed: Int
  /// The scores against either baseline.
  public var against: [AgainstBaseline]

  /// fast_p against a baseline; nil for a threshold that is none of ``thresholds``.
  public func fast(_ p: Double, _ baseline: Baseline) -> Proportion? {
    self[baseline]?.fast.first { $0.p == p }?.share
  }

  /// The scores against a baseline.
  public subscript(baseline: Baseline) -> AgainstBaseline? { against.first { $0.baseline == baseline } }
}
