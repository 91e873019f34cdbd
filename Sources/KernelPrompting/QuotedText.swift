/// Texts that nobody of ours wrote, made fit to stand in a prompt.
enum QuotedText {
  /// A text in one line, cut to a length. Lengths are in Unicode scalars: a character has any number of them.
  ///
  /// - Complexity: O(*n*) for a text of *n* scalars.
  static func line(_ text: String, limit: Int) -> String {
    var output = String.UnicodeScalarView()
    var count = 0
    var isBlank = false
    var backticks = 0
    for scalar in text.unicodeScalars {
      // A fence has no place in a line.
      backticks = scalar == "`" ? backticks + 1 : 0
      if backticks > 2 { continue }
      if scalar.properties.isWhitespace || isControl(scalar) {
        isBlank = count > 0
        continue
      }
      if count >= limit { return harmless(String(output)) + " …" }
      if isBlank {
        output.append(" ")
        count += 1
      }
      isBlank = false
      output.append(scalar)
      count += 1
    }
    return harmless(String(output))
  }

  /// A text in a fence that is longer than any in it, cut to a length in its middle: compilers say first what matters, and
  /// interpreters last.
  static func fenced(_ text: String, limit: Int, language: String = "") -> String {
    var kept: [Unicode.Scalar] = []
    var previous: Unicode.Scalar?
    for scalar in text.unicodeScalars {
      if scalar == "\r" {
        kept.append("\n")
      } else if scalar == "\n" {
        if previous != "\r" { kept.append(scalar) }
      } else if scalar == "\t" || !isControl(scalar) {
        kept.append(scalar)
      }
      previous = scalar
    }
    if kept.count > limit {
      kept.replaceSubrange((limit - limit / 3)..<(kept.count - limit / 3), with: "\n…\n".unicodeScalars)
    }
    return block(harmless(String(String.UnicodeScalarView(kept))), language: language)
  }

  /// Code as it stands, in a fence that is longer than any in it.
  static func block(_ code: String, language: String) -> String {
    // Counted in bytes: a mark that combines with a backtick hides it from a search among characters.
    var longest = 0
    var run = 0
    for byte in code.utf8 {
      run = byte == UInt8(ascii: "`") ? run + 1 : 0
      longest = max(longest, run)
    }
    let fence = String(repeating: "`", count: max(3, longest + 1))
    let end = code.utf8.last == UInt8(ascii: "\n") ? "" : "\n"
    return "\(fence)\(language)\n\(code)\(end)\(fence)"
  }

  private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    // Formatting characters turn the direction of writing or hide what stands there.
    case .control, .format, .surrogate, .privateUse, .lineSeparator, .paragraphSeparator: true
    default: false
    }
  }

  /// Breaks up what the chat templates in use mark turns with: engines read these marks in a conversation's text, too.
  static func harmless(_ text: String) -> String {
    var output = text
    for (mark, broken) in marks where output.contains(mark) {
      output = output.split(separator: mark, omittingEmptySubsequences: false).joined(separator: broken)
    }
    return output
  }

  private static let marks = [
    ("<|", "< |"), ("|>", "| >"), ("<s>", "< s>"), ("</s>", "< /s>"), ("[INST]", "[ INST]"), ("[/INST]", "[ /INST]"),
    ("<start_of_turn>", "< start_of_turn>"), ("<end_of_turn>", "< end_of_turn>"), ("<bos>", "< bos>"),
    ("<eos>", "< eos>"), ("<think>", "< think>"), ("</think>", "< /think>"), ("<｜", "< ｜"), ("｜>", "｜ >"),
  ]
}
