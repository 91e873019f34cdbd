/// Why a part of the CUDA toolchain could not do what it was asked to.
///
/// That a candidate does not compile is no error: it is a ``CompileReport`` whose status is `failed`.
public struct CUDAToolchainError: Error, Sendable, CustomStringConvertible {
  /// What kind of trouble it is; a struct, so that a later version can add kinds.
  public struct Code: Sendable, Hashable, RawRepresentable {
    /// The kind as it is written in machine-readable output.
    public let rawValue: String

    /// Makes a code from its written form.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// A program of the toolchain could not be started or ended without an answer.
    public static let programFailed = Code(rawValue: "program-failed")
    /// A file or folder could not be read or written.
    public static let fileSystem = Code(rawValue: "file-system")
    /// The candidate is larger than anything that is compiled here.
    public static let candidateTooLarge = Code(rawValue: "candidate-too-large")
    /// There is no Python to read a candidate with.
    public static let noPython = Code(rawValue: "no-python")
    /// There is no CUDA compiler to compile with.
    public static let noCompiler = Code(rawValue: "no-compiler")
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
