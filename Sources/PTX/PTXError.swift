/// Why a text could not be read as PTX.
///
/// The ``message`` names the line and says what was expected there; the ``code`` is what a program branches on.
public struct PTXError: Error, Sendable, Hashable {
  /// A reason, open to extension: compare with the constants, and expect more of them in later versions.
  public struct Code: Hashable, Sendable, CustomStringConvertible {
    /// The name of the constant.
    public let description: String

    init(_ description: String) { self.description = description }

    /// The text does not begin as PTX does, with `.version`.
    public static let notPTX = Code("notPTX")
    /// The text has more than ``PTXModule/maximumByteCount`` bytes.
    public static let tooLarge = Code("tooLarge")
    /// The text ends in the middle of a comment, a string, a statement or a function.
    public static let unexpectedEnd = Code("unexpectedEnd")
    /// Something else stands where the grammar wants a certain thing.
    public static let unexpectedToken = Code("unexpectedToken")
    /// A number is malformed or out of the range of what it stands for.
    public static let invalidNumber = Code("invalidNumber")
    /// A register, label, variable or function is used that nothing declares.
    public static let undeclaredName = Code("undeclaredName")
    /// A name is declared twice in one scope.
    public static let duplicateName = Code("duplicateName")
    /// Scopes or initializers are nested deeper than is read.
    public static let nestedTooDeep = Code("nestedTooDeep")
    /// The construct is PTX or may be, but this reader does not know it.
    public static let unsupported = Code("unsupported")
  }

  /// The reason.
  public let code: Code

  /// A sentence that a person can act on. It names the line.
  public let message: String

  /// The line of the text, counted from 1.
  public let line: Int

  init(_ code: Code, _ message: String, line: Int) {
    self.code = code
    self.message = "Line \(line) of the PTX: \(message)"
    self.line = line
  }
}

extension PTXError: CustomStringConvertible {
  /// The message.
  public var description: String { message }
}
