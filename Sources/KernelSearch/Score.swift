import KernelEvaluation
public import KernelVerdicts

/// How good a candidate is: first what kind of verdict it has, then how fast it is.
///
/// The order is total and transitive:
/// 1. The verdict: correct, then incorrect, then what fails when it runs or takes too long, then what does not compile, then
///    what is no answer or could not be judged. Of two incorrect ones that is better of which more trials were right.
/// 2. Among correct ones, a time measured on a GPU counts more than an estimate, and an estimate more than nothing.
/// 3. Measured: the ratio to the better of PyTorch's two. Estimated: a candidate that is right at smaller sizes, too, comes
///    before one that is right at large ones only, because estimates for different sizes do not compare; then the shorter
///    estimate wins.
public struct Score: Sendable, Hashable, Codable {
  /// What the speed rests on.
  public enum Basis: String, Sendable, Hashable, Codable {
    /// Nothing was timed or counted.
    case none
    /// The virtual GPU's counters. Never a measurement.
    case estimated
    /// Times on a GPU.
    case measured
  }

  /// The verdict.
  public var verdict: Verdict
  /// The share of trials that were right; 0 where none ran.
  public var closeness: Double
  /// What the speed rests on; ``Basis/none`` for all that is not correct.
  public var basis: Basis
  /// How many times as fast as the reference; nil where that is not known.
  public var ratio: Double?
  /// Whether it is faster than the reference beyond what chance explains; nil without a measurement.
  public var isFaster: Bool?
  /// Estimated seconds of one call; nil without an estimate.
  public var seconds: Double?
  /// The sizes judged at, as a share of the problem's own: the product of the shares of all constants.
  public var sizeShare: Double

  /// The score of a result.
  public init(_ result: JudgeResult) {
    let judgement = result.judgement
    verdict = judgement.verdict
    let trials = judgement.correctness?.trials ?? 0
    closeness = trials > 0 ? Double(judgement.correctness?.passed ?? 0) / Double(trials) : 0
    basis = .none
    sizeShare = Self.share(judgement.size)
    guard judgement.verdict == .correct else { return }
    if let timing = judgement.timing, timing.ratio.isFinite {
      basis = .measured
      ratio = timing.ratio
      isFaster = judgement.speed == .faster
    } else if let estimate = judgement.estimate, estimate.isFinite, estimate > 0 {
      basis = .estimated
      seconds = estimate
      ratio = result.estimatedRatio
    }
  }

  /// Whether it is correct.
  public var isCorrect: Bool { verdict == .correct }

  /// How many times as fast as another correct candidate it is, judged on the same basis; nil where that cannot be said.
  public func speed(over other: Score) -> Double? {
    guard isCorrect, other.isCorrect, basis == other.basis else { return nil }
    switch basis {
    case .none: return nil
    case .measured:
      guard let ratio, let base = other.ratio, base > 0 else { return nil }
      return ratio / base
    case .estimated:
      guard let seconds, let base = other.seconds, seconds > 0, sizeShare == other.sizeShare else { return nil }
      return base / seconds
    }
  }

  private static func share(_ size: Judgement.Size?) -> Double {
    (size?.reduced ?? []).reduce(1) { share, reduced in
      reduced.full > 0 ? share * Double(max(reduced.used, 1)) / Double(reduced.full) : share
    }
  }
}

extension Score: Comparable {
  /// Whether one is worse than the other.
  public static func < (a: Score, b: Score) -> Bool { a.key.lexicographicallyPrecedes(b.key) }

  /// What is compared, the most important first; larger is better.
  private var key: [Double] {
    let speed: [Double] =
      switch basis {
      case .none: [0, 0, 0]
      case .estimated: [1, -sizeShare, -(seconds ?? .infinity)]
      case .measured: [2, 0, ratio ?? 0]
      }
    return [Double(verdict.standing), isCorrect ? 1 : closeness] + speed
  }
}

extension Verdict {
  /// How far a candidate with this verdict has come; more is further.
  var standing: Int {
    switch self {
    case .correct: 5
    case .incorrect: 4
    case .runtimeError: 3
    case .timeout: 2
    case .compileError: 1
    case .rejected, .unsupported: 0
    }
  }
}
