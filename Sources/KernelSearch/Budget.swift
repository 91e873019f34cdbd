/// What a search may take. Limits that are nil do not limit.
///
/// A budget is for the problem, not for the process: what was spent before an interruption counts. It covers writing and
/// checking; the last check of the winner comes on top, so that a search does not end with a winner that nobody confirmed.
public struct Budget: Sendable, Hashable, Codable {
  /// Time by the search's clock.
  public var time: Duration?
  /// Tokens read and written, as the model counts them.
  public var tokens: Int?
  /// Money.
  public var cost: Double?
  /// Candidates asked for.
  public var candidates: Int?

  /// Makes a budget.
  public init(time: Duration? = nil, tokens: Int? = nil, cost: Double? = nil, candidates: Int? = nil) {
    self.time = time
    self.tokens = tokens
    self.cost = cost
    self.candidates = candidates
  }

  /// The parts of a budget.
  public enum Limit: String, Sendable, Hashable, Codable, CaseIterable {
    case time, tokens, cost, candidates
  }

  /// The first limit that is reached; nil where there is something left of everything.
  public func limit(reachedBy spending: Spending) -> Limit? {
    if let time, spending.time >= time { return .time }
    if let tokens, spending.usage.tokens >= tokens { return .tokens }
    if let cost, spending.usage.cost >= cost { return .cost }
    if let candidates, spending.candidates >= candidates { return .candidates }
    return nil
  }

  /// - Throws: ``KernelSearchError/Code/badSetting`` where a limit is below zero or no number.
  func validate() throws(KernelSearchError) {
    guard time.map({ $0 >= .zero }) ?? true, tokens.map({ $0 >= 0 }) ?? true, candidates.map({ $0 >= 0 }) ?? true,
      cost.map({ $0 >= 0 && $0.isFinite }) ?? true
    else {
      throw KernelSearchError(.badSetting, "A budget's time, tokens, money and candidates must not be below zero.")
    }
  }
}

/// What a search has taken, over all its resumptions.
public struct Spending: Sendable, Hashable, Codable {
  /// Time by the search's clock.
  public var time: Duration
  /// Tokens and money.
  public var usage: Usage
  /// Candidates that were asked for and came; answers without code and duplicates are among them.
  public var candidates: Int
  /// Checks that came to a verdict.
  public var checks: Int

  /// Makes a count.
  public init(time: Duration = .zero, usage: Usage = Usage(), candidates: Int = 0, checks: Int = 0) {
    self.time = time
    self.usage = usage
    self.candidates = candidates
    self.checks = checks
  }

  mutating func add(_ usage: Usage) {
    self.usage.promptTokens += usage.promptTokens
    self.usage.completionTokens += usage.completionTokens
    self.usage.cost += usage.cost
  }
}
