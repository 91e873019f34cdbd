/// The part of a compiler's log that a model can act on: later errors mostly follow from the first ones.
enum CompilerErrors {
  /// The first errors with the lines that belong to them: the source's line, the caret, notes.
  ///
  /// A log that has nothing which looks like an error is given from its start.
  ///
  /// - Complexity: O(*n*) for a log of *n* bytes.
  static func first(of log: String, errors: Int = 4, linesEach: Int = 6, limit: Int = 2_400) -> String {
    let lines = log.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    var output: [Substring] = []
    var found = 0
    var index = 0
    while index < lines.count, found < errors {
      guard isError(lines[index]) else {
        index += 1
        continue
      }
      found += 1
      output.append(lines[index])
      index += 1
      var taken = 1
      while index < lines.count, taken < linesEach, !isDiagnostic(lines[index]) {
        if !lines[index].allSatisfy(\.isWhitespace) {
          output.append(lines[index])
          taken += 1
        }
        index += 1
      }
    }
    let more = lines[min(index, lines.count)...].count(where: isError)
    if output.isEmpty { output = lines.prefix(errors * linesEach).filter { !$0.allSatisfy(\.isWhitespace) } }
    let text = output.joined(separator: "\n")
    let shown = text.unicodeScalars.count > limit ? cut(text, limit) + " …" : text
    return more > 0 ? shown + "\n… and \(more) errors more" : shown
  }

  /// The last lines of a traceback, or of what a process wrote.
  ///
  /// - Complexity: O(*n*) for a text of *n* bytes.
  static func end(of text: String, lines count: Int = 16, limit: Int = 1_600) -> String {
    let lines = text.split(whereSeparator: \.isNewline).filter { !$0.allSatisfy(\.isWhitespace) }
    let end = lines.suffix(count).joined(separator: "\n")
    guard end.unicodeScalars.count > limit else { return end }
    return "… " + String(String.UnicodeScalarView(end.unicodeScalars.suffix(limit)))
  }

  private static func cut(_ text: String, _ limit: Int) -> String {
    String(String.UnicodeScalarView(text.unicodeScalars.prefix(limit)))
  }

  private static let errorSigns = ["error:", "error :", "Error:", "fatal:", "undefined reference", "undefined symbol"]
  private static let otherSigns = ["warning:", "warning #", "remark:"]

  private static func isError(_ line: Substring) -> Bool {
    // nvcc writes `file(3): error: …`, older ones `error #20: …`.
    errorSigns.contains { line.contains($0) } || line.contains("): error ") || line.contains(" error #")
  }

  private static func isDiagnostic(_ line: Substring) -> Bool {
    isError(line) || otherSigns.contains { line.contains($0) }
  }
}
