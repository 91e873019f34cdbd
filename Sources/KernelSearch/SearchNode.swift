public import KernelVerdicts

/// A candidate in the tree, with what became of it.
public struct SearchNode: Sendable {
  /// The candidate.
  public let candidate: Candidate
  /// What became of it.
  public internal(set) var outcome: CandidateOutcome
  /// Its score; nil where it was not judged. A correct candidate that was checked from scratch has the score of that check.
  public internal(set) var score: Score?
  /// What its check from scratch came to; nil where there was none.
  public internal(set) var recheck: JudgeResult?
  /// Whether it was correct at first and not when it was checked from scratch.
  public internal(set) var isDemoted = false
  /// Whether it was better than all before it when it was judged: the first correct one, or a faster one.
  public internal(set) var isImprovement = false
  /// The candidates that were made from it.
  public internal(set) var children: [Int] = []
  /// How many edges lie between it and a sample.
  public internal(set) var depth = 0
  /// How many repairs in a row led to it.
  public internal(set) var repairs = 0
  /// How many edges lie between it and the last candidate on its line that was better than all before it on that line.
  public internal(set) var stall = 0
  /// The best score on its line from the sample down to it; nil where nothing on it was judged.
  public internal(set) var lineBest: Score?
  /// What its own edges have yielded.
  public internal(set) var yield = Yield()
  /// How many candidates are being made from it, or wait for their verdict.
  public internal(set) var pending = 0
  /// Whether no prompt could be made of it.
  public internal(set) var isClosed = false

  init(_ candidate: Candidate, outcome: CandidateOutcome = .unjudged) {
    self.candidate = candidate
    self.outcome = outcome
  }

  /// Its number.
  public var id: Int { candidate.id }
  /// The verdict that holds; nil where there is none.
  public var verdict: Verdict? { score?.verdict }
  /// Whether it is correct, as far as is known.
  public var isCorrect: Bool { score?.isCorrect ?? false }
  /// Whether it is correct by two independent checks.
  public var isConfirmed: Bool { isCorrect && recheck?.isCorrect == true }

  /// What can be made from it: a variant of a correct one, a repair of one that is not; nil where there is no verdict to go on from.
  ///
  /// A demoted candidate can be repaired with what its second check found.
  public var edge: EdgeKind? {
    guard !isClosed, candidate.source != nil, let score else { return nil }
    return score.isCorrect ? .variant : .repair
  }
}

/// How often something was tried, and how often it paid.
public struct Yield: Sendable, Hashable {
  /// How often it paid.
  public var successes = 0
  /// How often it did not.
  public var failures = 0

  /// Makes a count.
  public init(successes: Int = 0, failures: Int = 0) {
    self.successes = successes
    self.failures = failures
  }

  /// How often it was tried.
  public var trials: Int { successes + failures }

  mutating func add(_ isSuccess: Bool) {
    if isSuccess { successes += 1 } else { failures += 1 }
  }
}
