// What a model wrote, and what a file says of itself, may hold anything. A terminal is told nothing but characters.

extension Unicode.Scalar {
  /// Whether a terminal might do something other than to show it: controls, marks that turn the direction of text or
  /// hide in it, and separators that start a line of their own.
  var isObeyed: Bool {
    switch properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate: true
    default: false
    }
  }

  /// The columns that it may take up on a terminal: never fewer than it does.
  var columns: Int {
    switch value {
    case 0x20...0x7E: return 1
    case 0x1100...0x115F, 0x231A...0x23FF, 0x25FD...0x27BF, 0x2B00...0x2BFF, 0x2E80...0xA4CF, 0xA960...0xA97F,
      0xAC00...0xD7FF, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x16FE0...0x18DFF,
      0x1AFF0...0x1B2FF, 0x1F000...0x1FAFF, 0x20000...0x3FFFD:
      return 2
    default: break
    }
    switch properties.generalCategory {
    // The selector that turns a character into a picture widens it.
    case .nonspacingMark where value == 0xFE0F: return 1
    case .nonspacingMark, .enclosingMark: return 0
    default: return 1
    }
  }
}

extension StringProtocol {
  /// The text as a terminal may have it within a line: tabs are blanks, what it would obey is shown as `�`.
  var printable: String { replacingScalars { $0 == "\t" ? " " : $0.isObeyed ? "\u{FFFD}" : $0 } }

  /// The text as a terminal may have it, with its lines and tabs.
  var printableLines: String {
    replacingScalars { $0 != "\n" && $0 != "\t" && $0.isObeyed ? "\u{FFFD}" : $0 }
  }

  /// The columns that the text may take up on a terminal.
  var columns: Int { unicodeScalars.reduce(0) { $0 + $1.columns } }

  /// As much of the beginning as fits into so many columns.
  func prefix(columns limit: Int) -> String {
    var room = limit
    let fitting = unicodeScalars.prefix { scalar in
      room -= scalar.columns
      return room >= 0
    }
    return String(String.UnicodeScalarView(fitting))
  }

  private func replacingScalars(_ replacement: (Unicode.Scalar) -> Unicode.Scalar) -> String {
    String(String.UnicodeScalarView(unicodeScalars.map(replacement)))
  }
}
