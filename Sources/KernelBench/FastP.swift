#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// How fast the answers to a set of problems are, one answer for each problem: `fast_p` of A. Ouyang et al., *KernelBench:
/// Can LLMs Write Efficient GPU Kernels?*, 2025, arXiv:2502.10517, and the geometric mean.
public struct FastP: Sendable, Hashable {
  /// What became of a problem.
  public enum Outcome: Sendable, Hashable {
    /// There is no correct answer.
    case incorrect
    /// The answer is correct; the reference's time divided by its own is known where both were measured.
    case correct(speedRatio: Double?)
  }

  /// The thresholds that KernelBench's own analysis has.
  public static let thresholds = [0, 0.5, 0.8, 1, 1.5, 2]

  /// What became of each problem.
  public var outcomes: [Outcome]

  /// Makes scores. A ratio that is no finite number above 0 counts as none.
  public init(_ outcomes: [Outcome]) {
    self.outcomes = outcomes.map { outcome in
      guard case .correct(let ratio?) = outcome, !(ratio.isFinite && ratio > 0) else { return outcome }
      return .correct(speedRatio: nil)
    }
  }

  /// The problems whose answer is correct, divided by all problems; 0 where there are none.
  public var solveRate: Double {
    guard !outcomes.isEmpty else { return 0 }
    return Double(outcomes.count { $0 != .incorrect }) / Double(outcomes.count)
  }

  /// The problems whose answer is correct and more than `p` times as fast as the reference, divided by all problems. A tie
  /// is not counted at 1.
  ///
  /// `score(0)` is the ``solveRate``: whatever its time, a correct answer's ratio is above 0. KernelBench's own script differs
  /// there where an answer was not timed: it takes the runtime of −1 for a time.
  public func score(_ p: Double) -> Double {
    guard !outcomes.isEmpty else { return 0 }
    let count = outcomes.count { outcome in
      guard case .correct(let ratio) = outcome else { return false }
      return ratio.map { $0 > p } ?? (p <= 0)
    }
    return Double(count) / Double(outcomes.count)
  }

  /// The geometric mean of the ratios of those that are correct and were timed; nil where there are none.
  public var geometricMean: Double? {
    let logarithms = outcomes.compactMap { outcome in
      if case .correct(let ratio?) = outcome { log(ratio) } else { nil }
    }
    guard !logarithms.isEmpty else { return nil }
    return exp(logarithms.reduce(0, +) / Double(logarithms.count))
  }
}
