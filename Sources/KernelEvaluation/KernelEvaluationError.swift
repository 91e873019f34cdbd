/// Why no verdict could be given.
public struct KernelEvaluationError: Error, Sendable, CustomStringConvertible {
  /// What went wrong.
  public struct Code: Hashable, Sendable, CustomStringConvertible {
    /// The code's name.
    public let description: String

    /// Something that judging needs is not on this machine.
    public static let missingTool = Code(description: "missing-tool")
    /// A GPU was asked for, and none can be used.
    public static let noGPU = Code(description: "no-gpu")
    /// The reference cannot be used as one.
    public static let badReference = Code(description: "bad-reference")
    /// A file or folder could not be made, or the disk is full.
    public static let fileSystem = Code(description: "file-system")
    /// We failed.
    public static let internalFailure = Code(description: "internal-failure")
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

  /// The message.
  public var description: String { message }
}

extension KernelEvaluationError {
  /// Whether it is the reference that fails, by what it says or raises; not a machine on which its process could not go on.
  package var isReferencesOwn: Bool {
    guard code == .badReference else { return false }
    guard let beneath = underlyingError as? WorkerError else { return true }
    if case .raised = beneath { return true }
    return false
  }
}
