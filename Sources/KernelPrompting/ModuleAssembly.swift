import KernelBench

/// Puts the answer to a module together.
enum ModuleAssembly {
  static func answer(_ pieces: [CodePiece], _ notes: [String]) -> ExtractedCode? {
    guard let index = pieces.best(\.definesModelNew) else { return nil }
    let piece = pieces[index]
    var notes = notes
    var source = piece.source

    if !piece.importsTorch {
      let earlier = pieces[..<index].filter { $0.language == .python && !$0.definesModelNew && $0.isComplete }
      if !earlier.isEmpty {
        source = (earlier.map(\.source) + [source]).joined(separator: "\n\n")
        notes.append("ModelNew was joined with the Python fences before it.")
      }
    }
    let sources = InlineSources(source)
    if let name = sources.undefinedCUDA, let cuda = pieces.best({ $0.language == .cuda && $0.hasKernel }) {
      source = literal(pieces[cuda].source, name) + source
      notes.append("The CUDA fence was made the string \(name), which the Python code names but does not define.")
    }
    if let name = sources.undefinedCPP, let cpp = pieces.best({ $0.language == .cuda && !$0.hasKernel }) {
      source = literal(pieces[cpp].source, name) + source
      notes.append("The C++ fence was made the string \(name), which the Python code names but does not define.")
    }
    if !source.contains("__global__") { notes.append("It has no CUDA kernel.") }
    return ExtractedCode(source: source, language: .python, isTruncated: piece.isTruncated, notes: notes)
  }

  /// An assignment of a text to a name, as a raw string where the text allows for it.
  private static func literal(_ text: String, _ name: String) -> String {
    for quotes in ["\"\"\"", "'''"] where !text.contains(quotes) {
      return "\(name) = r\(quotes)\n\(text)\n\(quotes)\n\n"
    }
    var escaped = ""
    for character in text {
      if character == "\\" || character == "\"" { escaped.append("\\") }
      escaped.append(character)
    }
    return "\(name) = \"\"\"\n\(escaped)\n\"\"\"\n\n"
  }
}

/// The names that a Python module hands to `load_inline` as sources without defining them.
struct InlineSources {
  private(set) var undefinedCUDA: String?
  private(set) var undefinedCPP: String?

  init(_ source: String) {
    let bytes = Array(source.utf8)
    var words: [String] = []
    var defined: Set<String> = []
    var isStatementStart = true
    var lexer = PythonLexer(bytes)
    while let token = lexer.next() {
      switch token.kind {
      case .newline: isStatementStart = true
      case .comment, .lineBreak, .continuation: break
      default:
        let word = String(decoding: bytes[token.range], as: UTF8.self)
        // The first word of any statement counts as defined: no harm is done if it is only used.
        if isStatementStart { defined.insert(word) }
        isStatementStart = false
        words.append(word)
      }
    }
    defined.formUnion(PythonOutline(bytes).variables)
    for index in words.indices where index + 2 < words.count && words[index + 1] == "=" {
      let argument = words[index + 2] == "[" && index + 3 < words.count ? words[index + 3] : words[index + 2]
      guard isName(argument), !defined.contains(argument) else { continue }
      if words[index] == "cuda_sources" { undefinedCUDA = undefinedCUDA ?? argument }
      if words[index] == "cpp_sources" { undefinedCPP = undefinedCPP ?? argument }
    }
  }
}

private func isName(_ word: String) -> Bool {
  word.first?.isNumber == false && word.allSatisfy { $0.isLetter || $0.isNumber || $0 == "_" }
}
