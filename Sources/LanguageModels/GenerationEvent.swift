/// What happens while a model writes.
public enum GenerationEvent: Sendable, Equatable {
  /// The prompt has been read. The number is 0 for models that do not say it before the answer is complete.
  case started(promptTokens: Int)
  /// More of the answer. Pieces are whole characters; put together they are the answer.
  case text(String)
  /// More of what the model thinks before it answers; no part of the answer.
  case reasoning(String)
  /// The connection to the model was lost and the answer begins anew: all that was said since the beginning is void.
  case restarted
  /// How far the model has come. `passes` is 0 for models that do not say.
  case progress(tokens: Int, passes: Int)
  /// The answer is complete.
  case finished(GenerationOutcome)
}

/// How an answer ended.
public struct GenerationOutcome: Sendable, Equatable {
  /// Why the model stopped.
  public enum Reason: String, Sendable, Codable {
    /// It had said all.
    case end
    /// The limit on tokens was reached.
    case tokenLimit = "token-limit"
    /// The context is full.
    case contextFull = "context-full"
    /// The caller stopped it.
    case stopped
    /// The model, or a filter behind it, refused to go on.
    case refused
  }

  /// Why the model stopped.
  public var reason: Reason
  /// The number of tokens in the prompt.
  public var promptTokens: Int
  /// The number of tokens written.
  public var completionTokens: Int
  /// How many of the prompt's tokens did not have to be read again.
  public var cachedPromptTokens: Int
  /// How many of the tokens written were thought, not answered; 0 for models that do not say.
  public var reasoningTokens: Int
  /// Whether the model said how many tokens there were; the numbers are 0, or estimates, where it did not.
  public var hasTokenCounts: Bool
  /// What the answer costs by the price that is configured for the model, tokens out of a cache at their own; `nil` where no price or
  /// no counts are known.
  public var cost: Double?

  /// Makes an outcome.
  public init(
    reason: Reason, promptTokens: Int, completionTokens: Int, cachedPromptTokens: Int = 0, reasoningTokens: Int = 0,
    hasTokenCounts: Bool = true, cost: Double? = nil
  ) {
    self.reason = reason
    self.promptTokens = promptTokens
    self.completionTokens = completionTokens
    self.cachedPromptTokens = cachedPromptTokens
    self.reasoningTokens = reasoningTokens
    self.hasTokenCounts = hasTokenCounts
    self.cost = cost
  }
}
