/// A word, number, string or sign of PTX, by its place among the text's bytes.
struct Token: Sendable {
  enum Kind: UInt8, Sendable {
    /// A name, with its percent or dollar sign.
    case word
    /// A dot and what belongs to it: `.global`, `.2d`, `.shared::cta`.
    case dotted
    /// A number of any form, without its sign.
    case number
    /// A string, with its quotation marks.
    case string
    /// One byte of punctuation.
    case sign
    /// The end of the text.
    case end
  }

  var kind: Kind
  /// The first byte.
  var first: UInt8
  var start: Int32
  var end: Int32
  var line: Int32
}

/// Splits PTX into tokens.
struct Lexer {
  private let source: UnsafeBufferPointer<UInt8>
  private var position = 0
  private var line: Int32 = 1

  /// All tokens of a text, the last of which is its end.
  ///
  /// - Complexity: O(*n*).
  static func tokens(of bytes: [UInt8]) throws(PTXError) -> [Token] {
    guard bytes.count <= PTXModule.maximumByteCount else {
      throw PTXError(.tooLarge, "the text has \(bytes.count) bytes, more than \(PTXModule.maximumByteCount).", line: 1)
    }
    // What the closure throws is given back as a value: closures of the standard library know untyped errors only.
    let result = bytes.withUnsafeBufferPointer { source -> Result<[Token], PTXError> in
      var lexer = Lexer(source: source)
      do throws(PTXError) {
        return .success(try lexer.tokens())
      } catch {
        return .failure(error)
      }
    }
    return try result.get()
  }

  private init(source: UnsafeBufferPointer<UInt8>) { self.source = source }

  private mutating func tokens() throws(PTXError) -> [Token] {
    var tokens: [Token] = []
    tokens.reserveCapacity(source.count / 4 + 1)
    while true {
      try skipBlanks()
      let start = position
      guard start < source.count else {
        tokens.append(Token(kind: .end, first: 0, start: Int32(start), end: Int32(start), line: line))
        return tokens
      }
      let startLine = line
      let kind = try scan(source[start])
      tokens.append(
        Token(kind: kind, first: source[start], start: Int32(start), end: Int32(position), line: startLine))
    }
  }

  private mutating func skipBlanks() throws(PTXError) {
    while position < source.count {
      switch source[position] {
      case 0x0A:
        line += 1
        position += 1
      case 0x20, 0x09, 0x0D, 0x0B, 0x0C:
        position += 1
      case UInt8(ascii: "/") where peek(1) == UInt8(ascii: "/"):
        while position < source.count, source[position] != 0x0A { position += 1 }
      case UInt8(ascii: "/") where peek(1) == UInt8(ascii: "*"):
        try skipComment()
      default:
        return
      }
    }
  }

  private mutating func skipComment() throws(PTXError) {
    let startLine = line
    position += 2
    while position < source.count {
      if source[position] == UInt8(ascii: "*"), peek(1) == UInt8(ascii: "/") {
        position += 2
        return
      }
      if source[position] == 0x0A { line += 1 }
      position += 1
    }
    throw PTXError(.unexpectedEnd, "the comment that begins here does not end.", line: Int(startLine))
  }

  /// Moves past the token that begins here, and says what it is.
  private mutating func scan(_ byte: UInt8) throws(PTXError) -> Token.Kind {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"):
      number()
      return .number
    case UInt8(ascii: "."):
      position += 1
      guard isWordByte(peek(0)) else { throw unknown(byte) }
      skipWord()
      while peek(0) == UInt8(ascii: ":"), peek(1) == UInt8(ascii: ":"), isWordByte(peek(2)) {
        position += 2
        skipWord()
      }
      return .dotted
    case UInt8(ascii: "%"):
      position += 1
      guard isWordByte(peek(0)) else { throw unknown(byte) }
      skipWord()
      return .word
    case UInt8(ascii: "\""):
      try string()
      return .string
    case _ where isWordByte(byte):
      skipWord()
      return .word
    default:
      guard Self.isSign(byte) else { throw unknown(byte) }
      position += 1
      return .sign
    }
  }

  private mutating func number() {
    let start = position
    skipWord()
    if peek(0) == UInt8(ascii: "."), isDigit(peek(1)), source[start..<position].allSatisfy(isDigit) {
      position += 1
      skipWord()
    }
    if peek(0) == UInt8(ascii: "-") || peek(0) == UInt8(ascii: "+"), isDigit(peek(1)),
      source[position - 1] | 0x20 == UInt8(ascii: "e"), Self.isDecimal(secondByte: source[start + 1])
    {
      position += 1
      skipWord()
    }
  }

  /// Whether a number is decimal, and not `0x…` and the like, by its second byte.
  private static func isDecimal(secondByte byte: UInt8) -> Bool {
    isDigit(byte) || byte | 0x20 == UInt8(ascii: "e") || byte == UInt8(ascii: ".")
  }

  private mutating func string() throws(PTXError) {
    position += 1
    while position < source.count, source[position] != 0x0A {
      switch source[position] {
      case UInt8(ascii: "\""):
        position += 1
        return
      case UInt8(ascii: "\\") where peek(1) != 0x0A: position += 2
      default: position += 1
      }
    }
    throw PTXError(.unexpectedEnd, "the string that begins here does not end on its line.", line: Int(line))
  }

  private mutating func skipWord() {
    while position < source.count, isWordByte(source[position]) { position += 1 }
  }

  private func peek(_ distance: Int) -> UInt8? {
    position + distance < source.count ? source[position + distance] : nil
  }

  private func unknown(_ byte: UInt8) -> PTXError {
    let isVisible = 0x21...0x7E ~= byte
    let shown = isVisible ? "`\(Character(UnicodeScalar(byte)))`" : "the byte 0x\(String(byte, radix: 16))"
    return PTXError(.unexpectedToken, "\(shown) has no place in PTX.", line: Int(line))
  }

  private static func isSign(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: ":"), UInt8(ascii: "("), UInt8(ascii: ")"),
      UInt8(ascii: "["), UInt8(ascii: "]"), UInt8(ascii: "{"), UInt8(ascii: "}"), UInt8(ascii: "<"),
      UInt8(ascii: ">"), UInt8(ascii: "@"), UInt8(ascii: "!"), UInt8(ascii: "|"), UInt8(ascii: "="),
      UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "*"), UInt8(ascii: "/"), UInt8(ascii: "&"),
      UInt8(ascii: "^"), UInt8(ascii: "~"), UInt8(ascii: "?"):
      true
    default: false
    }
  }
}

private func isDigit(_ byte: UInt8?) -> Bool {
  byte.map { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 } ?? false
}

/// Letters, digits, the underscore and the dollar sign.
private func isWordByte(_ byte: UInt8?) -> Bool {
  guard let byte else { return false }
  return UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte | 0x20 && byte >= 0x41
    || UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "$")
}
