/// What went wrong while decoding: a code that programs can test and a sentence that a person can act on.
public struct SpeculativeDecodingError: Error, CustomStringConvertible {
  /// The kind of failure. More kinds may be added; test for the ones that you handle.
  public struct Code: Sendable, Hashable {
    let name: String

    /// The prompt has no tokens.
    public static let emptyPrompt = Code(name: "empty-prompt")
    /// The prompt, or the prompt with the text written so far, does not fit the model's context.
    public static let contextExceeded = Code(name: "context-exceeded")
    /// The draft's vocabulary is not the target's.
    public static let vocabularyMismatch = Code(name: "vocabulary-mismatch")
    /// A parameter is out of its range.
    public static let invalidParameter = Code(name: "invalid-parameter")
  }

  /// The kind of failure.
  public let code: Code
  /// What is wrong and what to do about it.
  public let message: String
  /// The error that caused this one, where there is one.
  public let underlyingError: (any Error)?

  /// Makes an error.
  public init(_ code: Code, _ message: String, underlyingError: (any Error)? = nil) {
    self.code = code
    self.message = message
    self.underlyingError = underlyingError
  }

  /// The message.
  public var description: String { message }
}
