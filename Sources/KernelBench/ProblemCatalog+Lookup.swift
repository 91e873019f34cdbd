extension ProblemCatalog {
  /// The problem with a level and number.
  ///
  /// - Throws: ``KernelBenchError/Code/problemNotFound`` with the levels or numbers there are,
  ///   ``KernelBenchError/Code/ambiguousProblem`` if two files begin with the number.
  public func entry(_ id: ProblemID) throws(KernelBenchError) -> Entry {
    let found = entries.filter { $0.id == id }
    if let entry = found.first {
      guard found.count == 1 else { throw Self.ambiguous(id.description, found) }
      return entry
    }
    let level = entries(level: id.level)
    guard !level.isEmpty else {
      throw KernelBenchError(
        .problemNotFound, "There is no level \(id.level): \(directory) has \(Self.ranges(levels, "level")).")
    }
    throw KernelBenchError(
      .problemNotFound,
      "There is no problem \(id): level \(id.level) has \(Self.ranges(level.map(\.id.problem), "problem")).")
  }

  /// The problem with a file name (`19_ReLU.py`), a file name without its ending (`19_ReLU`), or a name (`ReLU`).
  ///
  /// An exact file name wins; otherwise letter case and the underscores at the end do not count.
  ///
  /// - Throws: ``KernelBenchError/Code/problemNotFound`` with the names nearest by edit distance,
  ///   ``KernelBenchError/Code/ambiguousProblem`` if several problems have the name.
  public func entry(named text: String) throws(KernelBenchError) -> Entry {
    var found = entries.filter { $0.fileName == text }
    if found.isEmpty {
      let wanted = Self.key(text)
      found = entries.filter { Self.key($0.fileName) == wanted || Self.key($0.name) == wanted }
    }
    if let entry = found.first {
      guard found.count == 1 else { throw Self.ambiguous(text, found) }
      return entry
    }
    let hasNumber = text.first.map { $0.isASCII && $0.isNumber } ?? false
    let near = nearest(to: Self.key(text), in: entries) { Self.key(hasNumber ? $0.fileName : $0.name) }
    let advice =
      near.isEmpty
      ? "List the problems, or write LEVEL/ID."
      : "Did you mean \(near.map { "\($0.id) (\($0.fileName))" }.joined(separator: " or "))?"
    throw KernelBenchError(.problemNotFound, "No problem in \(directory) is called \(text). \(advice)")
  }

  private static func ambiguous(_ text: String, _ entries: [Entry]) -> KernelBenchError {
    let paths = entries.prefix(5).map(\.path).joined(separator: ", ")
    return KernelBenchError(
      .ambiguousProblem, "\(text) may be any of \(paths)\(entries.count > 5 ? ", …" : ""). Name one of these files.")
  }

  /// What two names that mean the same have in common.
  private static func key(_ text: String) -> String {
    var key = text.lowercased()[...]
    if key.hasSuffix(".py") { key = key.dropLast(3) }
    while key.last == "_" { key.removeLast() }
    return String(key)
  }

  /// "problems 1 to 20 and 22" for the numbers 1…20, 22; the numbers ascend.
  static func ranges(_ numbers: [Int], _ noun: String) -> String {
    var runs: [ClosedRange<Int>] = []
    for number in numbers {
      if let last = runs.last, number <= last.upperBound + 1 {
        runs[runs.count - 1] = last.lowerBound...number
      } else {
        runs.append(number...number)
      }
    }
    let texts = runs.prefix(8).map {
      $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound) to \($0.upperBound)"
    }
    let list = runs.count > 8 ? texts.joined(separator: ", ") + ", …" : joined(texts)
    return (numbers.count == 1 ? noun : noun + "s") + " " + list
  }

  private static func joined(_ texts: [String]) -> String {
    guard let last = texts.last, texts.count > 1 else { return texts.first ?? "" }
    return texts.dropLast().joined(separator: ", ") + " and " + last
  }
}
