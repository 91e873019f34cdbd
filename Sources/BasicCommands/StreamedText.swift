import LlamaRuntime
import SpeculativeDecoding

/// A piece of a text, and whether a draft had it right.
struct TextPiece: Equatable {
  var text: String
  var isDrafted: Bool

  /// The text of a pass's tokens, one piece for each, for a view that tells drafted tokens from others.
  ///
  /// Characters that are spread over tokens would come out broken; the pass's text as a whole is right, so where the
  /// pieces do not add up to it, it is one piece.
  static func pieces(of record: PassRecord, text: String, vocabulary: LlamaVocabulary) -> [TextPiece] {
    let pieces = record.tokens.enumerated().map { index, token in
      TextPiece(
        text: String(decoding: vocabulary.bytes(of: token), as: UTF8.self), isDrafted: index < record.accepted.count)
    }
    return pieces.map(\.text).joined() == text ? pieces : [TextPiece(text: text, isDrafted: false)]
  }
}

/// A text that arrives piece by piece, as a terminal shows it: complete lines, and the line that is being written.
struct StreamedText {
  let palette: Palette
  private var line: [TextPiece] = []

  init(palette: Palette) { self.palette = palette }

  /// Whether a line has begun.
  var hasOpenLine: Bool { !line.isEmpty }

  /// Takes pieces and returns the lines that they complete, each with its end.
  mutating func append(_ pieces: [TextPiece]) -> String {
    var lines = ""
    for piece in pieces {
      // By scalars: a carriage return and a line feed are one character.
      let parts = piece.text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false)
      for (index, part) in parts.enumerated() {
        if !part.isEmpty { line.append(TextPiece(text: String(part), isDrafted: piece.isDrafted)) }
        guard index < parts.count - 1 else { break }
        lines += close()
      }
    }
    return lines
  }

  /// The whole of the line that is being written, with its end; afterwards there is none.
  mutating func close() -> String {
    defer { line = [] }
    if let last = line.last, last.text.unicodeScalars.last == "\r" {
      line[line.count - 1].text = String(String.UnicodeScalarView(last.text.unicodeScalars.dropLast()))
    }
    return render(\.printableLines) + "\n"
  }

  /// The beginning of the line that is being written, in one row of so many columns.
  func row(columns: Int) -> String {
    var room = columns
    return render { text in
      let shown = text.printable.prefix(columns: max(room, 0))
      room -= text.printable.columns
      return shown
    }
  }

  private func render(_ shown: (String) -> String) -> String {
    line.map { $0.isDrafted ? palette.green(shown($0.text)) : shown($0.text) }.joined()
  }
}
