/// Why a program could not be built or run on the virtual GPU.
///
/// That a program does something wrong is no error: it is in its ``RunReport``.
public struct VirtualGPUError: Error, Sendable, CustomStringConvertible {
  /// What kind of trouble it is; a struct, so that a later version can add kinds.
  public struct Code: Sendable, Hashable, RawRepresentable {
    /// The kind as it is written in machine-readable output.
    public let rawValue: String

    /// Makes a code from its written form.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// A program that is needed (nvcc, a host compiler, clang) is not on this machine.
    public static let missingTool = Code(rawValue: "missing-tool")
    /// The source does not compile; the compilers' messages are the error's message.
    public static let doesNotCompile = Code(rawValue: "does-not-compile")
    /// The source compiles and the program does not link.
    public static let doesNotLink = Code(rawValue: "does-not-link")
    /// The compiled kernels hold something that cannot be translated.
    public static let unsupported = Code(rawValue: "unsupported")
    /// A source or a flag asks for what a compiler may not do for it: run programs, read files of its choice.
    public static let refused = Code(rawValue: "refused")
    /// A compiler ran out of time or of memory.
    public static let outOfTime = Code(rawValue: "out-of-time")
    /// One of our own steps failed.
    public static let internalFailure = Code(rawValue: "internal-failure")
  }

  /// What kind of trouble it is.
  public let code: Code
  /// What happened and what to do.
  public let message: String

  /// Makes an error.
  public init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }

  /// The message.
  public var description: String { message }
}
