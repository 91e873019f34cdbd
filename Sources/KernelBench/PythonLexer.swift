/// A token of Python source, by its place among the source's UTF-8 bytes.
package struct PythonToken: Hashable, Sendable {
  package enum Kind: Hashable, Sendable {
    /// An identifier or keyword.
    case name
    /// A number literal.
    case number
    /// A whole string literal: prefix, quotes, and everything between them.
    case string
    /// A string literal that its line or the source ends before its quote.
    case unterminatedString
    /// An operator, a bracket or a delimiter.
    case symbol
    /// `#` to the end of its line, without the line break.
    case comment
    /// A line break that ends a statement.
    case newline
    /// A line break that ends none: within brackets, or of a line with nothing but a comment.
    case lineBreak
    /// A backslash with the line break after it.
    case continuation
    /// A byte that has no place in Python.
    case unknown
  }

  package let kind: Kind
  package let range: Range<Int>
}

/// Splits Python source into tokens.
///
/// It never fails: what is no Python becomes ``PythonToken/Kind/unknown``, brackets may be unbalanced, and the tokens
/// are in order and do not overlap whatever the input. Blanks between tokens have no token, and indentation has none:
/// a column is the distance of a token's start from its line's.
///
/// - Complexity: O(*n*) for all tokens of a source of *n* bytes that is Python.
package struct PythonLexer: Sequence, IteratorProtocol {
  package let source: [UInt8]
  private var position = 0
  /// How many brackets are open.
  package private(set) var depth = 0
  private var lineHasCode = false

  package init(_ source: [UInt8]) { self.source = source }

  package mutating func next() -> PythonToken? {
    while position < source.count, isBlank(source[position]) { position += 1 }
    guard position < source.count else { return nil }
    let start = position
    let kind = scan(source[start])
    switch kind {
    case .newline, .lineBreak: lineHasCode = false
    case .comment: break
    default: lineHasCode = true
    }
    return PythonToken(kind: kind, range: start..<position)
  }

  /// Moves past the token that begins here, and says what it is.
  private mutating func scan(_ byte: UInt8) -> PythonToken.Kind {
    switch byte {
    case UInt8(ascii: "\n"), UInt8(ascii: "\r"):
      skipLineBreak()
      return depth == 0 && lineHasCode ? .newline : .lineBreak
    case UInt8(ascii: "#"):
      skip { !isLineBreak($0) }
      return .comment
    case UInt8(ascii: "\\"):
      position += 1
      guard position < source.count, isLineBreak(source[position]) else { return .unknown }
      skipLineBreak()
      return .continuation
    case UInt8(ascii: "\""), UInt8(ascii: "'"):
      return string(quoteAt: position, isFormatted: false)
    case UInt8(ascii: "0")...UInt8(ascii: "9"):
      number()
      return .number
    case UInt8(ascii: ".") where isDigit(peek(1)):
      number()
      return .number
    case _ where isNameByte(byte):
      return name()
    default:
      return symbol(byte)
    }
  }

  private mutating func name() -> PythonToken.Kind {
    let start = position
    skip(isNameByte)
    let quote = peek(0)
    if quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'"), position - start <= 2 {
      let prefix = source[start..<position].map { $0 | 0x20 }
      if prefix.allSatisfy({ "rbuft".utf8.contains($0) }) {
        return string(quoteAt: position, isFormatted: prefix.contains { "ft".utf8.contains($0) })
      }
    }
    return .name
  }

  private mutating func string(quoteAt quote: Int, isFormatted: Bool) -> PythonToken.Kind {
    let end = PythonString.end(of: source, quoteAt: quote, isFormatted: isFormatted)
    position = end.position
    return end.isTerminated ? .string : .unterminatedString
  }

  private mutating func number() {
    while let byte = peek(0) {
      let isSign = byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-")
      if isSign {
        guard source[position - 1] | 0x20 == UInt8(ascii: "e"), isDigit(peek(1)) else { return }
      } else if byte != UInt8(ascii: "."), !isNameByte(byte) {
        return
      }
      position += 1
    }
  }

  private mutating func symbol(_ byte: UInt8) -> PythonToken.Kind {
    switch byte {
    case UInt8(ascii: "("), UInt8(ascii: "["), UInt8(ascii: "{"): depth += 1
    case UInt8(ascii: ")"), UInt8(ascii: "]"), UInt8(ascii: "}"): depth -= depth > 0 ? 1 : 0
    default: break
    }
    let rest = source[position...]
    if let operation = Self.longOperators.first(where: { rest.starts(with: $0) }) {
      position += operation.count
      return .symbol
    }
    position += 1
    return Self.symbols.contains(byte) ? .symbol : .unknown
  }

  private mutating func skip(_ condition: (UInt8) -> Bool) {
    while position < source.count, condition(source[position]) { position += 1 }
  }

  private mutating func skipLineBreak() {
    position += source[position] == UInt8(ascii: "\r") && peek(1) == UInt8(ascii: "\n") ? 2 : 1
  }

  private func peek(_ distance: Int) -> UInt8? {
    position + distance < source.count ? source[position + distance] : nil
  }

  /// The longer ones first, so that the first that fits is the right one.
  private static let longOperators = [
    "**=", "//=", ">>=", "<<=", "...", "!=", "->", ":=", "==", "<=", ">=", "<<", ">>", "**", "//", "+=", "-=", "*=",
    "/=", "%=", "&=", "|=", "^=", "@=",
  ].map { Array($0.utf8) }

  private static let symbols = Set("()[]{}:,;+-*/|&<>=.%^~@!".utf8)
}

private func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0C }

func isLineBreak(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") }

private func isDigit(_ byte: UInt8?) -> Bool {
  byte.map { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 } ?? false
}

/// Letters, digits, the underscore, and everything that is not ASCII.
private func isNameByte(_ byte: UInt8) -> Bool {
  byte >= 0x80 || byte == UInt8(ascii: "_") || isDigit(byte) || UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte | 0x20
}
