import KernelBench

/// Finds code in a text without fences, by where it begins and ends.
enum UnfencedCode {
  /// The code, or `nil` if nothing looks like it.
  ///
  /// Python begins with the first line that is an import or begins with `name =`, or else with `class ModelNew`, and
  /// ends before the first prose behind the class. CUDA begins with the first preprocessor line, declaration or comment that leads to
  /// the first `__global__`, and ends with the last brace, semicolon or preprocessor line.
  static func find(in text: String) -> String? {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    if let model = lines.firstIndex(where: { $0.hasPrefix("class ModelNew") }) {
      let start = lines[..<model].firstIndex(where: beginsPython) ?? model
      return python(lines[start...].joined(separator: "\n"))
    }
    guard let kernel = lines.firstIndex(where: { $0.contains("__global__") }),
      let start = lines[...kernel].firstIndex(where: beginsCUDA)
    else { return nil }
    let source = CUDASource(lines[start...].joined(separator: "\n"))
    guard source.mentionsKernel else { return nil }
    return String(decoding: source.isCutOff ? source.bytes : Array(source.bytes[..<source.end]), as: UTF8.self)
  }

  private static func beginsPython(_ line: Substring) -> Bool {
    let words = line.split(separator: " ")
    guard line.first?.isWhitespace == false, words.count >= 2 else { return false }
    if words[1] == "=" { return words.count > 2 && words[0].allSatisfy { $0.isLetter || $0.isNumber || $0 == "_" } }
    if words[0] == "import" { return words.count == 2 || words[2] == "as" || words[1].hasSuffix(",") }
    return words[0] == "from" && words.count >= 4 && words[2] == "import"
  }

  private static func beginsCUDA(_ line: Substring) -> Bool {
    let beginnings = [
      "#", "__", "template", "extern \"C\"", "static ", "constexpr ", "const ", "typedef ", "using ", "//", "/*",
      "inline ",
    ]
    return beginnings.contains { line.hasPrefix($0) } && !line.hasPrefix("# ") && !line.hasPrefix("##")
  }

  /// Cuts off the prose behind the last code of a Python module.
  private static func python(_ text: String) -> String {
    let source = Array(text.utf8)
    var statement: [PythonToken] = []
    var hasModel = false
    for token in PythonLexer(source) {
      switch token.kind {
      case .comment, .lineBreak, .continuation: continue
      case .newline: statement.removeAll(keepingCapacity: true)
      default:
        statement.append(token)
        let start = statement[0].range.lowerBound
        guard start == 0 || source[start - 1] == UInt8(ascii: "\n") else { continue }
        if statement.count == 2, word(statement[0], source) == "class", word(token, source) == "ModelNew" {
          hasModel = true
        }
        if hasModel, isProse(statement, source) { return String(decoding: source[..<start], as: UTF8.self) }
      }
    }
    return text
  }

  /// Whether the tokens of a statement's beginning are no code that anyone writes: a name after a name or a number, a
  /// name and a keyword first ("That is all"), an odd character, or an emphasis or a list in Markdown.
  private static func isProse(_ statement: [PythonToken], _ source: [UInt8]) -> Bool {
    guard let last = statement.last else { return false }
    if last.kind == .unknown { return true }
    guard statement.count > 1 else { return ["*", "**", "-"].contains(word(last, source)) }
    guard last.kind == .name else { return false }
    let previous = statement[statement.count - 2]
    let previousIsWord =
      previous.kind == .number || previous.kind == .name && !keywords.contains(word(previous, source))
    return previousIsWord && (statement.count == 2 || !keywords.contains(word(last, source)))
  }

  private static func word(_ token: PythonToken, _ source: [UInt8]) -> String {
    String(decoding: source[token.range], as: UTF8.self)
  }

  private static let keywords: Set<String> = [
    "False", "None", "True", "and", "as", "assert", "async", "await", "break", "case", "class", "continue", "def",
    "del", "elif", "else", "except", "finally", "for", "from", "global", "if", "import", "in", "is", "lambda",
    "match", "nonlocal", "not", "or", "pass", "raise", "return", "try", "type", "while", "with", "yield",
  ]
}
