/// Text that a model, a file or an endpoint has written, made safe to be shown: nothing in it is obeyed by a terminal or hides
/// from a reader.
enum PlainText {
  /// The text on one line: blanks for tabs and line ends, controls and marks that turn or hide text by their names.
  static func line(_ text: String) -> String { mapped(text, keepingLines: false) }

  /// The text with its lines and tabs; everything else as in ``line(_:)``.
  static func lines(_ text: String) -> String { mapped(text, keepingLines: true) }

  private static func mapped(_ text: String, keepingLines: Bool) -> String {
    let scalars = text.unicodeScalars
    var result = String.UnicodeScalarView()
    for (index, scalar) in zip(scalars.indices, scalars) {
      switch scalar {
      case "\n", "\t": result.append(keepingLines ? scalar : " ")
      case "\r":
        // A return alone would let the line be written over; with what follows it on Windows it is one line end.
        let following = scalars.index(after: index)
        if following < scalars.endIndex, scalars[following] == "\n" { continue }
        result.append(keepingLines ? "\n" : " ")
      case _ where isObeyed(scalar):
        result.append(contentsOf: "\\u{\(String(scalar.value, radix: 16, uppercase: true))}".unicodeScalars)
      default: result.append(scalar)
      }
    }
    return String(result)
  }

  /// Whether a terminal or a browser might do something other than to show it.
  static func isObeyed(_ scalar: Unicode.Scalar) -> Bool {
    // Sources are ASCII for the most part, and a character's properties take long to look up.
    if scalar.isASCII { return scalar.value < 0x20 || scalar.value == 0x7F }
    return switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .unassigned, .privateUse: true
    default: false
    }
  }

  /// The columns of a terminal that a character may take up: never fewer than it does.
  static func columns(_ scalar: Unicode.Scalar) -> Int {
    if scalar.isASCII { return 1 }
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .enclosingMark: return 0
    default: break
    }
    switch scalar.value {
    // Hangul, the rest of East Asia, full-width forms, and pictures.
    case 0x1100...0x115F, 0x2E80...0xA4CF, 0xA960...0xA97F, 0xAC00...0xD7FF, 0xF900...0xFAFF, 0xFE30...0xFE6F,
      0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x16FE0...0x18DFF, 0x1AFF0...0x1B2FF, 0x1F000...0x1FAFF, 0x20000...0x3FFFD,
      0x231A...0x23FF, 0x25FD...0x27BF, 0x2B00...0x2BFF:
      return 2
    default: return 1
    }
  }

  /// The columns that a text may take up.
  static func columns(_ text: some StringProtocol) -> Int { text.unicodeScalars.reduce(0) { $0 + columns($1) } }

  /// The text, or as much of its beginning as fits with a mark that it goes on.
  static func cut(_ text: String, to limit: Int) -> String {
    guard columns(text) > limit else { return text }
    var room = limit - 1
    var kept = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      room -= columns(scalar)
      if room < 0 { break }
      kept.append(scalar)
    }
    return limit > 0 ? String(kept) + "…" : ""
  }

  /// The text in lines of at most so many columns, broken at blanks; a word that is longer has a line to itself.
  static func wrapped(_ text: String, to limit: Int) -> [String] {
    var lines: [String] = []
    var line = ""
    for word in text.split(separator: " ") {
      if line.isEmpty {
        line = String(word)
      } else if columns(line) + 1 + columns(word) <= limit {
        line += " " + word
      } else {
        lines.append(line)
        line = String(word)
      }
    }
    return line.isEmpty ? lines : lines + [line]
  }
}
