/// Why PTX could not be translated at all.
public struct TranslationError: Error, Sendable, Hashable, CustomStringConvertible {
  /// What went wrong.
  public struct Code: Sendable, Hashable, CustomStringConvertible {
    /// The code's word.
    public let description: String

    init(_ description: String) { self.description = description }

    /// The PTX is not what its own rules ask for.
    public static let malformed = Code("malformed")
    /// The PTX uses something that the translator does not know.
    public static let unsupported = Code("unsupported")
  }

  /// What went wrong.
  public let code: Code
  /// A sentence a person can act on.
  public let message: String

  init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }

  /// The message.
  public var description: String { message }
}
