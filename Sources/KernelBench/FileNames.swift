// The file names that KernelBench and its users agree on. Everything here is text in, text out.

/// The name of a problem's file in a checkout, `19_ReLU.py`.
public struct ProblemFileName: Hashable, Sendable {
  /// The number that the name begins with.
  public let problem: Int

  /// What follows the number, without the underscores at its end: `ReLU`.
  public let name: String

  /// Reads a file name; `nil` unless it is a number, an underscore, a name and `.py`.
  public init?(_ fileName: String) {
    guard fileName.hasSuffix(".py") else { return nil }
    let stem = fileName.dropLast(3)
    guard let underscore = stem.firstIndex(of: "_"), let problem = decimal(stem[..<underscore]) else { return nil }
    var name = stem[stem.index(after: underscore)...]
    while name.last == "_" { name.removeLast() }
    guard !name.isEmpty else { return nil }
    self.problem = problem
    self.name = String(name)
  }
}

/// The name of a plain prompt's file, `prompt_1_19.txt`.
public struct PromptFileName: Hashable, Sendable, CustomStringConvertible {
  /// The problem that the prompt is for.
  public let id: ProblemID

  /// The name for a problem's prompt.
  public init(_ id: ProblemID) { self.id = id }

  /// Reads a file name; `nil` unless it is `prompt_`, a level, `_`, a number and `.txt`.
  public init?(_ fileName: String) {
    guard fileName.hasPrefix("prompt_"), fileName.hasSuffix(".txt") else { return nil }
    let parts = fileName.dropFirst(7).dropLast(4).split(separator: "_", omittingEmptySubsequences: false)
    guard parts.count == 2, let level = decimal(parts[0]), let problem = decimal(parts[1]) else { return nil }
    id = ProblemID(level: level, problem: problem)
  }

  /// The file name.
  public var description: String { "prompt_\(id.level)_\(id.problem).txt" }
}

/// The name of a file in a KernelBench run folder: `level_1_problem_19_sample_0_kernel.py` or the prompt beside it,
/// `level_1_problem_19_sample_0_prompt.txt`.
public struct RunFileName: Hashable, Sendable, CustomStringConvertible {
  /// What the file holds.
  public enum Content: Hashable, Sendable, CaseIterable {
    /// A candidate's Python source.
    case kernel
    /// The prompt that the candidate answers.
    case prompt

    var ending: String {
      switch self {
      case .kernel: "kernel.py"
      case .prompt: "prompt.txt"
      }
    }
  }

  /// The problem.
  public let id: ProblemID

  /// The sample's index, from 0.
  public let sample: Int

  /// What the file holds.
  public let content: Content

  /// The name of a sample's file.
  public init(_ id: ProblemID, sample: Int, content: Content) {
    self.id = id
    self.sample = sample
    self.content = content
  }

  /// Reads a file name; `nil` unless it is one that ``description`` writes.
  public init?(_ fileName: String) {
    let parts = fileName.split(separator: "_", omittingEmptySubsequences: false)
    guard parts.count == 7, parts[0] == "level", parts[2] == "problem", parts[4] == "sample",
      let level = decimal(parts[1]), let problem = decimal(parts[3]), let sample = decimal(parts[5]),
      let content = Content.allCases.first(where: { $0.ending == parts[6] })
    else { return nil }
    self.init(ProblemID(level: level, problem: problem), sample: sample, content: content)
  }

  /// The file name.
  public var description: String {
    "level_\(id.level)_problem_\(id.problem)_sample_\(sample)_\(content.ending)"
  }
}

/// A number written with ASCII digits alone: no sign, no blank, nothing that overflows.
func decimal(_ text: Substring) -> Int? {
  guard !text.isEmpty, text.utf8.allSatisfy({ UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }) else { return nil }
  return Int(text)
}

/// The last component of a path, and the one before it.
func lastComponents(of path: String) -> (parent: Substring?, name: Substring) {
  let components = path.split(separator: "/")
  return (components.dropLast().last, components.last ?? "")
}

/// The level that a folder's name gives: 2 for `level2`.
func level(ofFolder name: Substring) -> Int? {
  name.hasPrefix("level") ? decimal(name.dropFirst(5)) : nil
}
