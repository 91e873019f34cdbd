/// A text in PTX, the assembly language of NVIDIA's virtual machine, as values.
public struct PTXModule: Sendable, Hashable {
  /// The version of the language, "9.3".
  public var version: String
  /// What it is compiled for, `["sm_90"]`, with options after it.
  public var target: [String]
  /// The bits of an address: 64, or 32 in PTX of old.
  public var addressSize: Int
  /// The files that places in the source refer to, by number.
  public var files: [Int: String]
  /// The variables outside functions, in order.
  public var variables: [Variable]
  /// The kernels and functions, in the order of their first mention. One that is declared and later defined is there
  /// once, defined.
  public var functions: [Function]
  /// Other names of functions, to their functions (`.alias`).
  public var aliases: [String: String]

  /// The newest version of the language whose output this reader was tried on. A newer one is read as well, if it has
  /// nothing that is new to this reader.
  public static let newestKnownVersion = "9.5"

  /// The longest text that is read, in bytes.
  public static let maximumByteCount = 1 << 28

  /// Reads PTX.
  ///
  /// The text may be anything: what is no PTX ends in an error.
  ///
  /// - Complexity: O(*n*) in the length of the text.
  /// - Throws: ``PTXError`` if the text is not PTX, is cut off or damaged, or has what this reader does not know.
  public static func read(_ text: String) throws(PTXError) -> PTXModule {
    try read(utf8: Array(text.utf8))
  }

  /// Reads PTX from the bytes of its text.
  ///
  /// - Complexity: O(*n*) in the length of the text.
  /// - Throws: ``PTXError`` if the text is not PTX, is cut off or damaged, or has what this reader does not know.
  public static func read(utf8 bytes: [UInt8]) throws(PTXError) -> PTXModule {
    var parser = try Parser(bytes)
    return try parser.module()
  }
}
