/// What goes wrong when a prompt is made or an answer is put to use.
public struct PromptingError: Error, Sendable {
  /// A reason, open to extension: compare with the constants, and expect more of them in later versions.
  public struct Code: Hashable, Sendable, CustomStringConvertible {
    /// The name of the constant.
    public let description: String

    init(_ description: String) { self.description = description }

    /// The plain prompt lacks a part that the compact form or the program's skeleton is made of.
    public static let incompletePrompt = Code("incompletePrompt")
    /// The answer holds no kernel to put into the program.
    public static let noKernel = Code("noKernel")
  }

  /// The reason.
  public let code: Code

  /// A sentence that a person can act on.
  public let message: String

  /// The error of another module or library behind this one, if there is one.
  public let underlyingError: (any Error)?

  package init(_ code: Code, _ message: String, underlyingError: (any Error)? = nil) {
    self.code = code
    self.message = message
    self.underlyingError = underlyingError
  }
}

extension PromptingError: CustomStringConvertible {
  /// The message.
  public var description: String { message }
}
