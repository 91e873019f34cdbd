public import KernelVerdicts

/// Something that happens in a search, for whoever watches it and for its journal.
public enum SearchEvent: Sendable, Hashable, Codable {
  /// Answers were asked for: the first candidate's number, how many, how, from what.
  case asked(first: Int, count: Int, edge: EdgeKind, parent: Int?)
  /// An answer came; `hasCode` says whether there is code in it.
  case written(id: Int, hasCode: Bool)
  /// A check begins.
  case checking(id: Int)
  /// A verdict. `isImprovement` where it is the best so far.
  case judged(id: Int, verdict: Verdict, score: Score, isImprovement: Bool)
  /// A candidate is the same program as an earlier one, and is not checked.
  case duplicate(id: Int, of: Int)
  /// An answer never came.
  case notWritten(id: Int, reason: String)
  /// The model could not be asked; no new answers are asked for during the pause.
  case writerPaused(reason: String, pause: Duration)
  /// A check failed for a reason that is ours. `willRetry` says whether it is tried again.
  case checkFailed(id: Int, reason: String, willRetry: Bool)
  /// A correct candidate is checked from scratch.
  case confirming(id: Int)
  /// What that came to. One that is not correct is demoted.
  case confirmed(id: Int, verdict: Verdict)
  /// A candidate cannot be gone on from: no prompt can be made of it.
  case notRefinable(id: Int, reason: String)
}

/// How a search ended.
public enum SearchEnd: Sendable, Hashable, Codable {
  /// The goal is reached, by a candidate that was checked twice.
  case goalReached
  /// A limit of the budget is reached.
  case budgetSpent(Budget.Limit)
  /// The strategy has nothing more to do.
  case exhausted
  /// Whoever started it stopped it.
  case stopped
  /// The problem cannot be judged, for the reason given: as a rule before anything was spent, and where the reference fails only for
  /// some inputs, after some checks.
  case notJudgeable(reason: String)
  /// The problem's prompt does not fit the model.
  case promptTooLong(reason: String)
  /// The model could not be asked any more; the search can go on when it can.
  case writerFailed(reason: String)
  /// Judging failed again and again for a reason that is ours; the search can go on when that is mended.
  case judgeFailed(reason: String)
}
