/// A task for a kernel's author: a PyTorch module in KernelBench's format, or a prompt that was written by hand.
public struct Problem: Hashable, Sendable {
  /// What the source is.
  public enum Kind: Hashable, Sendable {
    /// A Python module with `Model` and `get_inputs`, to be answered with a `ModelNew`.
    case module
    /// A text with a PyTorch function and the skeleton of a CUDA program, to be answered with the program.
    case plainPrompt
  }

  /// Where the source came from.
  public enum Origin: Hashable, Sendable {
    /// The file at this path.
    case file(String)
    /// Standard input.
    case standardInput
  }

  /// What the source is.
  public let kind: Kind

  /// The place in KernelBench, if the folder and file name give one: `level1/19_ReLU.py`, `prompt_1_19.txt`.
  public let id: ProblemID?

  /// A name for people: `ReLU`, or the file name without its ending where it does not begin with a number.
  public let name: String

  /// The text as it was read, but for a byte order mark; line ends are those of the file.
  public let source: String

  /// Where the text came from.
  public let origin: Origin

  /// What is unusual but no mistake, as sentences for a person.
  public let notes: [String]

  /// The most bytes that a problem may have; the largest in KernelBench has 23,170.
  public static let maximumByteCount = 1 << 20

  /// A name made of letters, digits, `_`, `-` and `.`, the same each time, to name output files with.
  ///
  /// `level_1_problem_19` in KernelBench, the file name without its ending elsewhere, and `stdin_` with a hash of the
  /// source for standard input. A file name with other characters in it, which are replaced, gets a hash of its own.
  public var outputName: String {
    if let id { return "level_\(id.level)_problem_\(id.problem)" }
    guard case .file(let path) = origin else { return "stdin_\(shortHash(source))" }
    let stem = stem(ofPath: path)
    var name = String(
      decoding: stem.utf8.map { isFileNameByte($0) ? $0 : UInt8(ascii: "_") }, as: UTF8.self)
    if name.first == "." || name.first == "-" { name = "_" + name.dropFirst() }
    return name == stem && !name.isEmpty ? name : "\(name)_\(shortHash(stem))"
  }
}

extension Problem {
  init(kind: Kind, id: ProblemID?, source: String, origin: Origin, notes: [String]) {
    self.kind = kind
    self.id = id
    self.source = source
    self.origin = origin
    self.notes = notes
    switch origin {
    case .file(let path):
      name = ProblemFileName(String(lastComponents(of: path).name))?.name ?? stem(ofPath: path)
    case .standardInput:
      name = "standard input"
    }
  }
}

/// The file name of a path, without its ending.
private func stem(ofPath path: String) -> String {
  let name = lastComponents(of: path).name
  guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return String(name) }
  return String(name[..<dot])
}

private func isFileNameByte(_ byte: UInt8) -> Bool {
  switch byte {
  case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
    UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "."):
    true
  default: false
  }
}

/// Eight hexadecimal digits of the text's 64-bit FNV-1a hash, folded: short, stable, and no secret.
private func shortHash(_ text: String) -> String {
  let hash = text.utf8.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
  let digits = String(UInt32(truncatingIfNeeded: hash ^ (hash >> 32)), radix: 16)
  return String(repeating: "0", count: 8 - digits.count) + digits
}
