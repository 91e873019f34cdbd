/// A problem's place in KernelBench: its level and its number within the level, written `1/19`.
public struct ProblemID: Hashable, Sendable {
  /// The level, 1 to 4 in today's benchmark.
  public let level: Int

  /// The number within the level, which the file name begins with: 19 for `19_ReLU.py`.
  public let problem: Int

  /// Makes an identifier; it need not exist in any checkout.
  public init(level: Int, problem: Int) {
    self.level = level
    self.problem = problem
  }
}

extension ProblemID: Comparable {
  /// Orders by level, then by number.
  public static func < (lhs: ProblemID, rhs: ProblemID) -> Bool {
    (lhs.level, lhs.problem) < (rhs.level, rhs.problem)
  }
}

extension ProblemID: CustomStringConvertible {
  /// The identifier as ``ProblemReference`` reads it: `1/19`.
  public var description: String { "\(level)/\(problem)" }
}
