/// What an error of a model means for whoever may ask it again.
public enum GenerationObstacle: Sendable, Hashable {
  /// The prompt does not fit the model; another one may.
  case promptTooLong
  /// Asking again gives the same: a key is wrong, there is no such model, the account is empty.
  case permanent
  /// It may pass. `retryAfter` is how long whoever answers asks to be left alone, where that was said.
  case transient(retryAfter: Duration?)
}

/// An error of a model that says what it means for whoever may ask again.
public protocol GenerationFailure: Error {
  /// What stands in the way of an answer.
  var obstacle: GenerationObstacle { get }
}
