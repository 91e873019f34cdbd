/// What happens while a model writes.
public enum GenerationEvent: Sendable, Equatable {
  /// The prompt has been read.
  case started(promptTokens: Int)
  /// More of the answer. Pieces are whole characters; put together they are the answer.
  case text(String)
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
  }

  /// Why the model stopped.
  public var reason: Reason
  /// The number of tokens in the prompt.
  public var promptTokens: Int
  /// The number of tokens written.
  public var completionTokens: Int

  /// Makes an outcome.
  public init(reason: Reason, promptTokens: Int, completionTokens: Int) {
    self.reason = reason
    self.promptTokens = promptTokens
    self.completionTokens = completionTokens
  }
}
