/// C++ without comments and blanks, as ``NormalisedSource`` keeps it.
struct CUDANormaliser {
  /// What ends a token, and marks; none of them is a byte of a C++ program's code.
  private static let end: UInt8 = 0
  private static let line: UInt8 = 1
  private static let blank: UInt8 = 2

  private let source: [UInt8]
  private var position = 0
  private var output: [UInt8] = []
  private var isDirective = false
  private var isLineStart = true
  /// Whether blanks or comments stand before the next token.
  private var isApart = false
  private var last = Kind.bracket

  private enum Kind { case word, literal, sign, bracket }

  init(_ source: [UInt8]) { self.source = source }

  /// - Complexity: O(*n*) for a source of *n* bytes.
  func normalised() -> [UInt8] {
    var copy = self
    copy.output.reserveCapacity(source.count)
    copy.run()
    return copy.output
  }

  private mutating func run() {
    while let byte = peek(0) {
      switch byte {
      case UInt8(ascii: "\n"): lineBreak()
      case 0x20, 0x09, 0x0B, 0x0C, 0x0D: apart(1)
      case UInt8(ascii: "\\") where spliceLength(at: position) > 0: apart(spliceLength(at: position))
      case UInt8(ascii: "/") where peek(1) == UInt8(ascii: "/"): lineComment()
      case UInt8(ascii: "/") where peek(1) == UInt8(ascii: "*"): blockComment()
      default: token(byte)
      }
    }
    if isDirective { output += [Self.line, Self.end] }
  }

  private mutating func apart(_ length: Int) {
    position += length
    isApart = true
  }

  private mutating func lineBreak() {
    if isDirective { output += [Self.line, Self.end] }
    isDirective = false
    isLineStart = true
    apart(1)
  }

  private mutating func lineComment() {
    while let byte = peek(0), byte != UInt8(ascii: "\n") {
      let splice = byte == UInt8(ascii: "\\") ? spliceLength(at: position) : 0
      position += max(1, splice)
    }
    isApart = true
  }

  private mutating func blockComment() {
    position += 2
    while position < source.count, !(source[position] == UInt8(ascii: "*") && peek(1) == UInt8(ascii: "/")) {
      position += 1
    }
    position = min(source.count, position + 2)
    isApart = true
  }

  private mutating func token(_ byte: UInt8) {
    if isLineStart, byte == UInt8(ascii: "#") {
      // A directive that begins where one ended is told apart from what stands before it.
      isDirective = true
    }
    isLineStart = false
    let start = position
    let kind: Kind
    if Self.isWord(byte) {
      skipWord()
      let word = source[start..<position]
      if peek(0) == UInt8(ascii: "\""), word.last == UInt8(ascii: "R"), word.count <= 3 {
        skipRawString()
      }
      kind = .word
    } else if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
      skipLiteral(byte)
      kind = .literal
    } else {
      position += 1
      kind = Self.brackets.contains(byte) ? .bracket : .sign
    }
    // A blank between two operators may part what would be one, as may one beside a literal (`"x"_s`); and one in a macro's
    // head makes it another macro.
    let matters =
      (kind, last) == (.sign, .sign) || (kind, last) == (.word, .literal) || (kind, last) == (.literal, .word)
    if isApart, isDirective || matters { output += [Self.blank, Self.end] }
    output += source[start..<position]
    output.append(Self.end)
    isApart = false
    last = kind
  }

  private mutating func skipWord() {
    let isNumber = source[position].isDigit
    while let byte = peek(0) {
      // 1'000'000, 1.5e-3, 0x1p+4
      let previous = source[position - (position > 0 ? 1 : 0)] | 0x20
      let isSign =
        isNumber && (byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-"))
        && (previous == UInt8(ascii: "e") || previous == UInt8(ascii: "p"))
      let isPart =
        isNumber && (byte == UInt8(ascii: ".") || byte == UInt8(ascii: "'") && (peek(1).map(Self.isWord) ?? false))
      guard Self.isWord(byte) || isSign || isPart else { return }
      position += 1
    }
  }

  /// A string or character, to its quote or to the end of its line.
  private mutating func skipLiteral(_ quote: UInt8) {
    position += 1
    while let byte = peek(0), byte != UInt8(ascii: "\n") {
      position += byte == UInt8(ascii: "\\") ? 2 : 1
      if byte == quote { break }
    }
    position = min(position, source.count)
  }

  /// `R"name( … )name"`
  private mutating func skipRawString() {
    let start = position
    guard let open = source[start...].prefix(18).firstIndex(of: UInt8(ascii: "(")) else {
      return skipLiteral(source[start])
    }
    let closing = [UInt8(ascii: ")")] + source[(start + 1)..<open] + [UInt8(ascii: "\"")]
    position = open + 1
    while position < source.count {
      if source[position] == UInt8(ascii: ")"), source[position...].starts(with: closing) {
        position += closing.count
        return
      }
      position += 1
    }
  }

  /// The length of a backslash with the line break after it; 0 where there is none.
  private func spliceLength(at place: Int) -> Int {
    guard place + 1 < source.count else { return 0 }
    if source[place + 1] == UInt8(ascii: "\n") { return 2 }
    return place + 2 < source.count && source[place + 1] == 0x0D && source[place + 2] == UInt8(ascii: "\n") ? 3 : 0
  }

  private func peek(_ distance: Int) -> UInt8? {
    position + distance < source.count ? source[position + distance] : nil
  }

  private static func isWord(_ byte: UInt8) -> Bool {
    byte >= 0x80 || byte == UInt8(ascii: "_") || byte.isDigit || UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte | 0x20
  }

  /// What is never part of an operator of several characters.
  private static let brackets = Set("(){}[];,".utf8)
}

extension UInt8 {
  fileprivate var isDigit: Bool { UInt8(ascii: "0")...UInt8(ascii: "9") ~= self }
}
