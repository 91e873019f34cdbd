/// The languages of an answer's code.
public enum CodeLanguage: String, Hashable, Sendable, Codable {
  /// A Python module, which may hold CUDA in its strings.
  case python
  /// CUDA C++.
  case cuda

  /// The language that a fence names, if it is one of the two.
  init?(tag: String) {
    switch tag {
    case "python", "py", "python3", "py3", "pytorch", "torch", "pycon": self = .python
    case "cuda", "cu", "cuh", "cuda-c", "cuda-cpp", "cuda-c++", "cudac", "cpp", "c++", "cxx", "cc", "c", "hpp", "h":
      self = .cuda
    default: return nil
    }
  }
}

/// Code that was found in a model's answer. What it does is for the compiler and the GPU to say.
public struct ExtractedCode: Hashable, Sendable {
  /// The code, with LF line ends and one at its end.
  public let source: String

  /// Its language.
  public let language: CodeLanguage

  /// Whether the answer broke off before the code's end, as far as can be seen.
  public let isTruncated: Bool

  /// What was done to get at the code, and what it lacks, as sentences for a person.
  public let notes: [String]

  init(source: String, language: CodeLanguage, isTruncated: Bool, notes: [String]) {
    var source = source[...]
    while let first = source.first, first.isNewline { source.removeFirst() }
    while let last = source.last, last.isWhitespace { source.removeLast() }
    self.source = source + "\n"
    self.language = language
    self.isTruncated = isTruncated
    self.notes = notes
  }
}
