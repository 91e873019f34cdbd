/// How a person names a problem on a command line.
///
/// | written | means |
/// |---|---|
/// | `1/19`, `level1/19` | level 1, problem 19 of the KernelBench checkout |
/// | `-` | what is on standard input |
/// | `./mine.py`, `a/b/prompt_1_1.txt` | the file at this path: anything else that has a `/` |
/// | `19_ReLU.py`, `ReLU` | the file in the working directory or, failing that, in the checkout |
public enum ProblemReference: Hashable, Sendable {
  /// A level and a number, looked up in a checkout.
  case id(ProblemID)
  /// A path, relative to the working directory unless it begins with `/`.
  case path(String)
  /// A name without a folder, looked for in the working directory and then in a checkout.
  case name(String)
  /// The text on standard input.
  case standardInput

  /// Reads a reference. No file is touched: whether the problem exists is found out by ``ProblemLoader``.
  ///
  /// - Throws: ``KernelBenchError/Code/invalidReference`` if the text is empty or a number without a level.
  public init(_ text: String) throws(KernelBenchError) {
    if text == "-" {
      self = .standardInput
      return
    }
    guard text.utf8.contains(where: { $0 > UInt8(ascii: " ") }) else {
      throw KernelBenchError(
        .invalidReference, "No problem is named. Write LEVEL/ID (such as 1/19), a file, or - for standard input.")
    }
    if decimal(text[...]) != nil {
      throw KernelBenchError(
        .invalidReference, "Problem \(text) of which level? Write LEVEL/ID, such as 1/\(text).")
    }
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count > 1 else {
      self = .name(text)
      return
    }
    if parts.count == 2, let level = decimal(parts[0]) ?? level(ofFolder: parts[0]), let problem = decimal(parts[1]) {
      self = .id(ProblemID(level: level, problem: problem))
    } else {
      self = .path(text)
    }
  }
}

extension ProblemReference: CustomStringConvertible {
  /// The reference as it would be written.
  public var description: String {
    switch self {
    case .id(let id): id.description
    case .path(let path): path
    case .name(let name): name
    case .standardInput: "-"
    }
  }
}
