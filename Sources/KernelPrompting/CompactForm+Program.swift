import KernelBench

extension CompactForm {
  /// A plain prompt without its prose: the PyTorch function as ``module(_:)`` makes it compact, the kernel's signature,
  /// and each `dim3` declaration and launch on a line of its own, white space folded.
  ///
  /// - Throws: ``PromptingError/Code/incompletePrompt`` with the part that is missing.
  package static func program(_ prompt: String) throws(PromptingError) -> String {
    let text = Array(String(decoding: unixLines(prompt), as: UTF8.self).unicodeScalars)
    let marker = Problem.skeletonMarker
    guard let mark = text.firstIndex(of: marker) else {
      throw PromptingError(.incompletePrompt, "The prompt has no line `\(marker)` before its C code.")
    }
    guard let start = text.firstIndex(of: "def "), start < mark else {
      throw PromptingError(.incompletePrompt, "The prompt has no Python function (`def …`) before `\(marker)`.")
    }
    var python = text[start..<mark]
    while let scalar = python.last, isPythonSpace(scalar) { python.removeLast() }

    let code = withoutComments(text[(mark + marker.unicodeScalars.count)...])
    guard let kernel = code.firstIndex(of: "__global__"), let brace = code[kernel...].firstIndex(of: "{") else {
      throw PromptingError(.incompletePrompt, "The program behind `\(marker)` has no `__global__` function.")
    }
    var lines = [module(string(dedented(Array(python)))), folded(code[kernel..<brace])]
    for statement in code[brace...].split(separator: ";", omittingEmptySubsequences: false) {
      if let words = launchPart(of: Array(statement)) { lines.append(folded(words) + ";") }
    }
    return lines.joined(separator: "\n")
  }

  /// The declaration or the launch that a statement ends in, without what stands before it in braces.
  private static func launchPart(of statement: [Unicode.Scalar]) -> ArraySlice<Unicode.Scalar>? {
    if let start = statement.lastIndex(of: "dim3 "),
      start == 0 || !(isAlphanumeric(statement[start - 1]) || statement[start - 1] == "_")
    {
      return statement[start...]
    }
    guard var start = statement.firstIndex(of: "<<<"), statement.firstIndex(of: ">>>") != nil else { return nil }
    while start > 0, isAlphanumeric(statement[start - 1]) || statement[start - 1] == "_" || statement[start - 1] == ":"
    {
      start -= 1
    }
    return statement[start...]
  }

  /// Each function shifted to the left by its own indentation: the first `def` of a prompt stands at column 0 while the
  /// others may be indented as in their class.
  private static func dedented(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] {
    var shift = 0
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      let code = line.drop { $0 == " " || $0 == "\t" }
      let indentation = line.count - code.count
      if ["def ", "async def ", "@"].contains(where: { code.starts(with: $0.unicodeScalars) }) { shift = indentation }
      return line.dropFirst(min(shift, indentation))
    }
    return Array(lines.joined(separator: ["\n"]))
  }

  /// C code without its comments; the line feed behind a line comment stays.
  private static func withoutComments(_ text: ArraySlice<Unicode.Scalar>) -> [Unicode.Scalar] {
    var output: [Unicode.Scalar] = []
    var rest = text
    while let scalar = rest.first {
      if rest.starts(with: "//".unicodeScalars) {
        rest = rest.drop { $0 != "\n" }
      } else if rest.starts(with: "/*".unicodeScalars) {
        rest = rest.dropFirst(2)
        while !rest.isEmpty, !rest.starts(with: "*/".unicodeScalars) { rest.removeFirst() }
        rest = rest.dropFirst(2)
      } else if scalar == "\"" {
        output.append(rest.removeFirst())
        while let inner = rest.first, inner != "\"" {
          let count = inner == "\\" ? 2 : 1
          output += rest.prefix(count)
          rest = rest.dropFirst(count)
        }
        output += rest.prefix(1)
        rest = rest.dropFirst()
      } else {
        output.append(rest.removeFirst())
      }
    }
    return output
  }

  /// The words with single blanks between them.
  private static func folded(_ text: ArraySlice<Unicode.Scalar>) -> String {
    text.split(whereSeparator: isPythonSpace).map { string($0) }.joined(separator: " ")
  }

  private static func string(_ scalars: some Sequence<Unicode.Scalar>) -> String {
    var text = String.UnicodeScalarView()
    text.append(contentsOf: scalars)
    return String(text)
  }

  /// What Python's `str.isspace` says.
  private static func isPythonSpace(_ scalar: Unicode.Scalar) -> Bool {
    scalar.properties.isWhitespace || ("\u{1C}"..."\u{1F}").contains(scalar)
  }

  /// What Python's `str.isalnum` says.
  private static func isAlphanumeric(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: true
    default: scalar.properties.numericType != nil
    }
  }
}

extension RandomAccessCollection<Unicode.Scalar> where Index == Int {
  /// Where a text begins for the first time.
  fileprivate func firstIndex(of text: String) -> Int? {
    let first = text.unicodeScalars.first
    return indices.first { self[$0] == first && self[$0...].starts(with: text.unicodeScalars) }
  }

  /// Where a text begins for the last time.
  fileprivate func lastIndex(of text: String) -> Int? {
    let first = text.unicodeScalars.first
    return indices.last { self[$0] == first && self[$0...].starts(with: text.unicodeScalars) }
  }
}
