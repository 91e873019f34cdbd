/// Why an event stream cannot be read on.
public struct EventStreamError: Error, Sendable, Hashable, CustomStringConvertible {
  /// What kind of trouble it is; a struct, so that a later version can add kinds.
  public struct Code: Sendable, Hashable, RawRepresentable {
    /// The kind as it is written in machine-readable output.
    public let rawValue: String

    /// Makes a code from its written form.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// One line is longer than the parser was told to take.
    public static let lineTooLong = Code(rawValue: "line-too-long")
    /// The lines of one event together are longer than the parser was told to take.
    public static let eventTooLong = Code(rawValue: "event-too-long")
  }

  /// What kind of trouble it is.
  public let code: Code
  /// The most bytes that the parser takes.
  public let limit: Int

  /// Makes an error.
  public init(_ code: Code, limit: Int) {
    self.code = code
    self.limit = limit
  }

  /// One sentence that says what happened.
  public var description: String {
    let part = code == .lineTooLong ? "A line" : "An event"
    return "\(part) of the event stream is longer than \(limit) bytes."
  }
}
