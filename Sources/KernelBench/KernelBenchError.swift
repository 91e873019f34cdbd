/// What goes wrong when a problem is looked up, read or checked.
///
/// The ``message`` names the file or reference and says what to do; the ``code`` is what a program branches on.
public struct KernelBenchError: Error, Sendable {
  /// A reason, open to extension: compare with the constants, and expect more of them in later versions.
  public struct Code: Hashable, Sendable, CustomStringConvertible {
    /// The name of the constant.
    public let description: String

    init(_ description: String) { self.description = description }

    /// The text is none of the ways to name a problem.
    public static let invalidReference = Code("invalidReference")
    /// No KernelBench checkout is where it was looked for.
    public static let checkoutNotFound = Code("checkoutNotFound")
    /// The checkout or the folder has no such problem.
    public static let problemNotFound = Code("problemNotFound")
    /// More than one problem answers to the reference.
    public static let ambiguousProblem = Code("ambiguousProblem")
    /// The operating system refused to read the file or folder.
    public static let unreadable = Code("unreadable")
    /// The file has more than ``Problem/maximumByteCount`` bytes.
    public static let tooLarge = Code("tooLarge")
    /// The file holds no text.
    public static let empty = Code("empty")
    /// The file is not UTF-8 text.
    public static let notUTF8 = Code("notUTF8")
    /// The text is neither a module in KernelBench's format nor a plain prompt.
    public static let invalidProblem = Code("invalidProblem")
    /// There is no folder of a run, or what is there is none.
    public static let runFolderNotFound = Code("runFolderNotFound")
    /// A file of results, or of times, is not what KernelBench writes.
    public static let invalidResults = Code("invalidResults")
    /// The operating system refused to write the file or folder.
    public static let unwritable = Code("unwritable")
  }

  /// The reason.
  public let code: Code

  /// A sentence that a person can act on.
  public let message: String

  /// What the operating system or another library said, if it was asked.
  public let underlyingError: (any Error)?

  package init(_ code: Code, _ message: String, underlyingError: (any Error)? = nil) {
    self.code = code
    self.message = message
    self.underlyingError = underlyingError
  }
}

extension KernelBenchError: CustomStringConvertible {
  /// The message.
  public var description: String { message }
}
