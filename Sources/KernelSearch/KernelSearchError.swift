/// Why a search could not go on.
///
/// That nothing correct was found, or that the budget is spent, is no error: it is how a ``SearchResult`` ends.
public struct KernelSearchError: Error, Sendable, CustomStringConvertible {
  /// What went wrong; a struct, so that a later version can add to it.
  public struct Code: Hashable, Sendable, CustomStringConvertible {
    /// The code's name.
    public let description: String

    /// A goal, a budget or a strategy is written in a way that nobody reads.
    public static let badSetting = Code(description: "bad-setting")
    /// The problem cannot be put to the model.
    public static let badProblem = Code(description: "bad-problem")
    /// What was found could not be written down.
    public static let journalFailed = Code(description: "journal-failed")
    /// What was written down earlier does not fit this search.
    public static let badJournal = Code(description: "bad-journal")
  }

  /// What went wrong.
  public let code: Code
  /// A sentence that a person can act on.
  public let message: String
  /// What lies below.
  public let underlyingError: (any Error)?

  /// Makes an error.
  public init(_ code: Code, _ message: String, underlyingError: (any Error)? = nil) {
    self.code = code
    self.message = message
    self.underlyingError = underlyingError
  }

  /// The message, and the error beneath it.
  public var description: String { underlyingError.map { "\(message) (\($0))" } ?? message }
}
