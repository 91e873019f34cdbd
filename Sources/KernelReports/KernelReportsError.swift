/// Why a report could not be made.
public struct KernelReportsError: Error, Sendable, CustomStringConvertible {
  /// What kind of trouble it is; a struct, so that a later version can add kinds.
  public struct Code: Sendable, Hashable, RawRepresentable {
    /// The kind as it is written in machine-readable output.
    public let rawValue: String

    /// Makes a code from its written form.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// There is no run to report on.
    public static let noRuns = Code(rawValue: "no-runs")
    /// A file that should be JSON is none, or lacks what is needed.
    public static let unreadable = Code(rawValue: "unreadable")
    /// Results and baseline do not belong together: KernelBench's script would stop here.
    public static let mismatch = Code(rawValue: "mismatch")
    /// A value could not be written as JSON.
    public static let unwritable = Code(rawValue: "unwritable")
  }

  /// What kind of trouble it is.
  public let code: Code
  /// One sentence that says what happened and what to do.
  public let message: String
  /// The error beneath, where there is one.
  public let underlyingError: (any Error)?

  /// Makes an error.
  public init(_ code: Code, _ message: String, underlyingError: (any Error)? = nil) {
    self.code = code
    self.message = message
    self.underlyingError = underlyingError
  }

  /// The sentence, and the error beneath it.
  public var description: String {
    guard let underlyingError else { return message }
    return "\(message) (\(underlyingError))"
  }
}
