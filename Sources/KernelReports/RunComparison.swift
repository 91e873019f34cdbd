#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// One run beside another, problem by problem, over those that both have and can judge.
///
/// Two solve rates whose intervals overlap may differ all the same: the runs met the same problems. What counts is on which
/// of them they differ.
public struct RunComparison: Sendable, Hashable, Codable {
  /// The run that is compared, by its place in the report.
  public var run: Int
  /// The run that it is compared with, by its place in the report.
  public var reference: Int
  /// The problems that both have and can judge.
  public var common: Int
  /// Solved by both.
  public var both: Int
  /// Solved by the run alone.
  public var onlyRun: Int
  /// Solved by the reference alone.
  public var onlyReference: Int
  /// The chance of a split at least as uneven among the problems on which they differ, if neither were better: the exact
  /// two-sided sign test (McNemar, 1947, without the approximation). 1 where they do not differ.
  public var signTest: Double

  /// Compares the outcomes of two runs.
  ///
  /// - Complexity: O(*n*) in the problems.
  init(run: Int, _ outcomes: [ProblemOutcome], reference: Int, _ others: [ProblemOutcome]) {
    self.run = run
    self.reference = reference
    let known = Dictionary(others.map { ($0.id, $0.state) }) { first, _ in first }
    common = 0
    both = 0
    onlyRun = 0
    onlyReference = 0
    for outcome in outcomes where outcome.state != .unjudgeable {
      guard let other = known[outcome.id], other != .unjudgeable else { continue }
      common += 1
      switch (outcome.state == .solved, other == .solved) {
      case (true, true): both += 1
      case (true, false): onlyRun += 1
      case (false, true): onlyReference += 1
      case (false, false): break
      }
    }
    signTest = Self.signTest(onlyRun, onlyReference)
  }

  /// Twice the binomial tail of the smaller count, at most 1.
  static func signTest(_ first: Int, _ second: Int) -> Double {
    let n = first + second
    var tail = 0.0
    for count in 0...min(first, second) {
      tail += exp(
        lgamma(Double(n + 1)) - lgamma(Double(count + 1)) - lgamma(Double(n - count + 1)) - Double(n) * log(2))
    }
    return min(1, 2 * tail)
  }
}
