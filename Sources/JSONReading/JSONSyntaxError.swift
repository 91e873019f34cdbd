/// What is wrong with a text that should be JSON, and where.
public struct JSONSyntaxError: Error, Sendable, Hashable {
  /// What is wrong.
  public var message: String
  /// The offset in bytes.
  public var offset: Int

  /// Makes an error.
  public init(message: String, offset: Int) {
    self.message = message
    self.offset = offset
  }
}
