/// What went wrong with a local model: a code that programs can test and a sentence that a person can act on.
public struct LlamaRuntimeError: Error, CustomStringConvertible {
  /// The kind of failure. More kinds may be added; test for the ones that you handle.
  public struct Code: Sendable, Hashable {
    let name: String

    /// There is no file, or it cannot be read.
    public static let unreadable = Code(name: "unreadable")
    /// The file is not a model in GGUF format, or not a whole one.
    public static let invalidModel = Code(name: "invalid-model")
    /// The draft's vocabulary is not the target's.
    public static let vocabularyMismatch = Code(name: "vocabulary-mismatch")
    /// The model has no chat template that can be laid out.
    public static let noChatTemplate = Code(name: "no-chat-template")
    /// There is not enough memory for the context.
    public static let noContext = Code(name: "no-context")
    /// A pass failed.
    public static let passFailed = Code(name: "pass-failed")
    /// The text cannot be turned into tokens.
    public static let untokenizable = Code(name: "untokenizable")
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
