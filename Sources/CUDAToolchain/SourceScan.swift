/// What a source says at the level of its words: which kernels it defines, which names it mentions. No parser: the compiler
/// is that; this is for the questions that no compiler answers.
struct SourceScan {
  /// The source's words, signs one by one, without comments, strings and preprocessor's line ends.
  let words: [Substring]
  private let counts: [Substring: Int]

  init(_ source: String) {
    words = Self.split(source)
    counts = words.reduce(into: [:]) { $0[$1, default: 0] += 1 }
  }

  /// Kernels' names in the order of their first definition or declaration.
  var kernels: [String] {
    var found: [String] = []
    for (index, word) in words.enumerated() where word == "__global__" {
      // The name stands before the first parenthesis that belongs to no attribute.
      var at = index + 1
      while at + 1 < words.count, words[at + 1] != "(" || Self.attributes.contains(words[at]) {
        if words[at] == "{" || words[at] == ";" { break }
        if Self.attributes.contains(words[at]), words[at + 1] == "(" { at = closing(at + 1) }
        at += 1
      }
      guard at + 1 < words.count, words[at + 1] == "(", words[at].first?.isLetter == true || words[at].first == "_"
      else {
        continue
      }
      let name = String(words[at])
      if !found.contains(name) { found.append(name) }
    }
    return found
  }

  /// True where a name stands somewhere beside its definitions as a kernel.
  func isUsed(kernel name: String) -> Bool {
    let definitions = words.indices.filter { words[$0] == "__global__" }.filter { start in
      words[start...].prefix { $0 != "{" && $0 != ";" }.contains(Substring(name))
    }
    return counts[Substring(name), default: 0] > definitions.count
  }

  /// True where a name is followed by a parenthesis: a declaration, a definition or a call.
  func mentions(function name: String) -> Bool {
    words.indices.contains(where: { words[$0] == Substring(name) && $0 + 1 < words.count && words[$0 + 1] == "(" })
  }

  /// True where a name is followed by parameters and a body.
  func defines(function name: String) -> Bool {
    words.indices.contains { index in
      guard words[index] == Substring(name), index + 1 < words.count, words[index + 1] == "(" else { return false }
      let end = closing(index + 1) + 1
      return end < words.count && words[end] == "{"
    }
  }

  func contains(_ word: String) -> Bool { counts[Substring(word)] != nil }

  private static let attributes: Set<Substring> = [
    "__launch_bounds__", "__cluster_dims__", "__maxnreg__", "__attribute__", "__block_size__", "C10_LAUNCH_BOUNDS_1",
    "C10_LAUNCH_BOUNDS_2", "alignas",
  ]

  /// The index of the parenthesis that closes the one at an index, or of the last word.
  private func closing(_ open: Int) -> Int {
    var depth = 0
    for index in open..<words.count {
      if words[index] == "(" { depth += 1 }
      if words[index] == ")" { depth -= 1 }
      if depth == 0 { return index }
    }
    return words.count - 1
  }

  private static func split(_ source: String) -> [Substring] {
    var found: [Substring] = []
    var rest = source[...]
    func isNamePart(_ character: Character) -> Bool { character.isLetter || character.isNumber || character == "_" }
    while let first = rest.first {
      if rest.hasPrefix("//") {
        rest = rest.drop { !$0.isNewline }
      } else if rest.hasPrefix("/*") {
        rest.removeFirst(2)
        while !rest.isEmpty, !rest.hasPrefix("*/") { rest.removeFirst() }
        rest = rest.dropFirst(2)
      } else if first == "\"" || first == "'" {
        rest.removeFirst()
        while let next = rest.first, next != first, !next.isNewline { rest = rest.dropFirst(next == "\\" ? 2 : 1) }
        rest = rest.dropFirst()
      } else if isNamePart(first) {
        let word = rest.prefix(while: isNamePart)
        found.append(word)
        rest = rest[word.endIndex...]
      } else {
        if !first.isWhitespace { found.append(rest.prefix(1)) }
        rest.removeFirst()
      }
    }
    return found
  }
}
