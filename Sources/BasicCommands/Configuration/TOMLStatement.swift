/// A statement of a TOML text: a table's header or a key with its value.
///
/// The parser below TOMLKit (toml++ 3.4) does not refuse all that is wrong: it ends the process over a header that begins with
/// anything but a key, over a bracket that closes what was not opened, and over line separators beyond ASCII. These are refused
/// here.
struct TOMLStatement: Hashable {
  /// The line that it begins on.
  var line: Int
  /// Its lines, comments and the end of the last included.
  var text: String
  /// Whether it is a table's header.
  var isHeader: Bool

  /// The statements of a text, in time linear in its length.
  ///
  /// - Throws: what the parser must not be given.
  static func all(in text: String) throws(TOMLDocument.Failure) -> [TOMLStatement] {
    var splitter = StatementSplitter(Array(text.utf8))
    return try splitter.statements()
  }
}

/// Finds where statements end: at a line end that is in no bracket and in no text.
private struct StatementSplitter {
  private let bytes: [UInt8]
  private var position = 0
  private var line = 1

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

  mutating func statements() throws(TOMLDocument.Failure) -> [TOMLStatement] {
    var statements: [TOMLStatement] = []
    let mark: [UInt8] = [0xef, 0xbb, 0xbf]
    if bytes.starts(with: mark) { position = mark.count }
    while position < bytes.count {
      let (start, first) = (position, line)
      // By itself the statement would begin with it, where it is allowed.
      if bytes[start...].starts(with: mark) { throw failure("Error while parsing key: a byte order mark stands here") }
      skipBlanks()
      // Blank lines and comments are no statements.
      let isEmpty = next == nil || next == UInt8(ascii: "#") || next == UInt8(ascii: "\n") || next == UInt8(ascii: "\r")
      let isHeader = next == UInt8(ascii: "[")
      if isHeader { try checkHeader() }
      try skipStatement()
      // A line end is part of the statement, or a carriage return would be alone.
      guard !isEmpty else { continue }
      let text = String(decoding: bytes[start..<position], as: UTF8.self)
      statements.append(TOMLStatement(line: first, text: text, isHeader: isHeader))
    }
    return statements
  }

  private mutating func skipBlanks() { while next == 0x20 || next == 0x09 { position += 1 } }

  /// Looks at what follows the brackets of a header, and goes back to them.
  private mutating func checkHeader() throws(TOMLDocument.Failure) {
    let start = position
    defer { position = start }
    position += 1
    skipBlanks()
    if next == UInt8(ascii: "[") { position += 1 }
    skipBlanks()
    guard let byte = next, Self.isKeyStart(byte) || byte == UInt8(ascii: "]") else {
      throw failure("Error while parsing table header: expected a key behind the bracket")
    }
  }

  private static func isKeyStart(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"):
      true
    default: "-_\"'".utf8.contains(byte)
    }
  }

  private func failure(_ message: String) -> TOMLDocument.Failure { .init(message: message, line: line) }

  /// Goes behind the line end that ends a statement.
  private mutating func skipStatement() throws(TOMLDocument.Failure) {
    var open: [UInt8] = []
    while let byte = next {
      switch byte {
      case UInt8(ascii: "\n"):
        position += 1
        line += 1
        if open.isEmpty { return }
      case UInt8(ascii: "#"): while let byte = next, byte != UInt8(ascii: "\n") { position += 1 }
      case UInt8(ascii: "\""), UInt8(ascii: "'"): skipText(byte)
      case UInt8(ascii: "["), UInt8(ascii: "{"):
        open.append(byte)
        position += 1
      case UInt8(ascii: "]"), UInt8(ascii: "}"):
        guard open.popLast() == (byte == UInt8(ascii: "]") ? UInt8(ascii: "[") : UInt8(ascii: "{")) else {
          throw failure("Error while parsing value: a bracket closes what was not opened")
        }
        position += 1
      case 0x20..<0x7f, 0x09: position += 1
      case 0x0d where position + 1 < bytes.count && bytes[position + 1] == 0x0a: position += 1
      default: throw failure("Error while parsing: outside of quotes stands a letter that may stand in quotes only")
      }
    }
  }

  /// Goes behind a text; behind its line, where the text has no end on it and must have.
  private mutating func skipText(_ quote: UInt8) {
    let isLong = bytes[position...].starts(with: [quote, quote, quote])
    position += isLong ? 3 : 1
    while let byte = next {
      if byte == UInt8(ascii: "\\"), quote == UInt8(ascii: "\""), position + 1 < bytes.count,
        bytes[position + 1] != 0x0a
      {
        position += 2
      } else if byte == UInt8(ascii: "\n") {
        guard isLong else { return }
        line += 1
        position += 1
      } else if byte != quote {
        position += 1
      } else if !isLong {
        position += 1
        return
      } else if bytes[position...].starts(with: [quote, quote, quote]) {
        // Up to two quotes may stand before the three that end the text.
        var count = 3
        while count < 5, position + count < bytes.count, bytes[position + count] == quote { count += 1 }
        position += count
        return
      } else {
        position += 1
      }
    }
  }
}
