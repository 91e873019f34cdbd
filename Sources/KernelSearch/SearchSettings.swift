/// How a search is run.
public struct SearchSettings: Sendable, Hashable {
  /// What it may take.
  public var budget: Budget
  /// When it has found enough.
  public var goal: Goal
  /// What candidates' seeds, decisions and the winner's last check are made from.
  public var seed: UInt64
  /// The most tokens of an answer.
  public var maximumTokens: Int
  /// The least tokens for which an answer is still asked for, where the budget is nearly spent.
  public var minimumTokens: Int
  /// The most answers that are written at the same time.
  public var writing: Int
  /// The most candidates that are checked at the same time.
  public var checking: Int
  /// The most candidates that are written, wait for a check, or are checked. With 1 a search takes one candidate after the other,
  /// and repeats itself for a seed if its model and its judge do; with more it depends on what comes first.
  public var underWay: Int
  /// How long no answer is asked for after the model could not be asked, for a reason that may pass; each time in a row the next one,
  /// and no less than an endpoint asks for. After the last the search ends.
  public var writerPauses: [Duration]
  /// How many checks may fail for reasons of ours, one after the other, until the search ends.
  public var judgeFailureLimit: Int
  /// The most correct candidates that are checked from scratch in the end.
  public var recheckLimit: Int

  /// Makes settings.
  ///
  /// - Parameter underWay: by default room for what is written and twice what is checked.
  public init(
    budget: Budget, goal: Goal = .none, seed: UInt64, maximumTokens: Int = 4096, minimumTokens: Int = 64,
    writing: Int = 1, checking: Int = 1, underWay: Int? = nil,
    writerPauses: [Duration] = [.seconds(1), .seconds(5), .seconds(20), .seconds(60)], judgeFailureLimit: Int = 3,
    recheckLimit: Int = 8
  ) {
    self.budget = budget
    self.goal = goal
    self.seed = seed
    self.maximumTokens = max(1, maximumTokens)
    self.minimumTokens = max(1, min(minimumTokens, maximumTokens))
    self.writing = max(1, writing)
    self.checking = max(1, checking)
    self.underWay = max(1, underWay ?? writing + 2 * checking)
    self.writerPauses = writerPauses
    self.judgeFailureLimit = max(1, judgeFailureLimit)
    self.recheckLimit = max(1, recheckLimit)
  }
}
