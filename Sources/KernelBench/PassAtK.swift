#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// How likely it is that one of `k` samples solves a problem, from problems with samples of which some are correct.
///
/// The unbiased estimator of M. Chen et al., *Evaluating Large Language Models Trained on Code*, 2021, arXiv:2107.03374.
public struct PassAtK: Sendable, Hashable {
  /// The samples of a problem.
  public struct Problem: Sendable, Hashable {
    /// All of them.
    public var samples: Int
    /// Those that are correct.
    public var correct: Int

    /// Makes counts; `correct` must be from 0 to `samples`.
    public init(samples: Int, correct: Int) {
      precondition(correct >= 0 && correct <= samples, "more samples are correct than there are")
      self.samples = samples
      self.correct = correct
    }
  }

  /// The number of samples that one would take.
  public var k: Int
  /// The mean over the problems.
  public var value: Double
  /// The interval of 95 % for the mean over problems like these.
  public var interval: ClosedRange<Double>
  /// The problems that have at least `k` samples; the others say nothing about `k` and are left out.
  public var problems: Int

  /// The estimate for one problem, 1 − C(n − c, k) / C(n, k); nil where it has fewer than `k` samples.
  ///
  /// As a sum of logarithms, so that neither a large nor a tiny estimate loses digits. O(min(k, c)).
  public static func estimate(_ problem: Problem, k: Int) -> Double? {
    let (n, c) = (problem.samples, problem.correct)
    guard k > 0, k <= n else { return nil }
    if n - c < k { return 1 }
    if k == 1 || c == 1 { return Double(k * c) / Double(n) }
    // The quotient is the product over the c correct samples of 1 − k/i, or over k samples of 1 − c/i: the same number.
    let (many, few) = c < k ? (k, c) : (c, k)
    var logarithm = 0.0
    for i in (n - few + 1)..<(n + 1) { logarithm += log1p(-Double(many) / Double(i)) }
    return 0 - expm1(logarithm)
  }

  /// The mean over problems, with the interval of the percentile bootstrap: problems are drawn again with replacement, so
  /// the interval is that for the mean over problems of which these are a sample. Where all problems agree it has no
  /// width, which says that they agree and not that the next problem will.
  ///
  /// - Parameters:
  ///   - problems: The problems.
  ///   - k: The number of samples that one would take.
  ///   - resamples: How many times the problems are drawn again.
  ///   - generator: What they are drawn with.
  /// - Returns: nil where no problem has `k` samples.
  /// - Complexity: O(problems · (k + resamples)).
  public init?(
    _ problems: [Problem], k: Int, resamples: Int = 2000, using generator: inout some RandomNumberGenerator
  ) {
    let estimates = problems.compactMap { Self.estimate($0, k: k) }
    guard !estimates.isEmpty else { return nil }
    self.k = k
    self.problems = estimates.count
    let mean = estimates.reduce(0, +) / Double(estimates.count)
    value = mean
    var means = (0..<max(resamples, 1)).map { _ in
      var sum = 0.0
      for _ in estimates { sum += estimates[Int.random(in: 0..<estimates.count, using: &generator)] }
      return sum / Double(estimates.count)
    }
    means.sort()
    let outside = Int(0.025 * Double(means.count))
    interval = min(means[outside], mean)...max(means[means.count - 1 - outside], mean)
  }
}
