/// What goes wrong when a GPU is looked up.
public struct GPUModelsError: Error, Sendable, CustomStringConvertible {
  /// A reason, open to extension: compare with the constants, and expect more of them in later versions.
  public struct Code: Hashable, Sendable, CustomStringConvertible {
    /// The name of the constant.
    public let description: String

    init(_ description: String) { self.description = description }

    /// No GPU is known by the name.
    public static let unknownGPU = Code("unknownGPU")
  }

  /// The reason.
  public let code: Code
  /// A sentence that a person can act on.
  public let message: String

  init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }

  /// The message.
  public var description: String { message }
}
