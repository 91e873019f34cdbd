/// The strings of a module's debug sections, which places in the source name functions by.
///
/// The sections stand at the end of the text, after what refers to them, so they are read first.
struct DebugStrings {
  /// Where each label is in the bytes.
  private var labels: [String: Int] = [:]
  private var bytes: [UInt8] = []
  private var strings: [Int: String] = [:]

  init() {}

  /// Reads the strings, and leaves the parser where it was.
  init(of parser: inout Parser) throws(PTXError) {
    let start = parser.index
    defer { parser.index = start }
    for index in parser.tokens.indices.dropLast() {
      parser.index = index
      guard parser.isNext(dotted: "section") else { continue }
      parser.advance()
      guard parser.isNext(dotted: "debug_str") else { continue }
      labels[".debug_str"] = bytes.count
      try read(&parser)
    }
  }

  private mutating func read(_ parser: inout Parser) throws(PTXError) {
    parser.advance()
    guard parser.take(Sign.leftBrace) else { return }
    while parser.token.kind != .end, !parser.take(Sign.rightBrace) {
      switch parser.token.kind {
      case .word:
        labels[parser.text(parser.token)] = bytes.count
        parser.advance()
      case .number:
        guard case .integer(let value) = try parser.constant() else { continue }
        bytes.append(UInt8(truncatingIfNeeded: value))
      default: parser.advance()
      }
    }
  }

  /// The string that begins at a label plus an offset; `nil` if none begins there.
  ///
  /// - Complexity: O(*n*) in the length of the string, the first time.
  mutating func string(at label: String, offset: Int) -> String? {
    guard let start = labels[label], offset < bytes.count - start else { return nil }
    let place = start + offset
    // Only whole strings: together they are no longer than the section, however many places refer to them.
    guard place == 0 || bytes[place - 1] == 0 else { return nil }
    if let known = strings[place] { return known }
    let string = String(decoding: bytes[place...].prefix { $0 != 0 }, as: UTF8.self)
    strings[place] = string
    return string
  }

  /// Moves past a section.
  static func skipSection(_ parser: inout Parser) throws(PTXError) {
    let start = parser.line
    parser.advance()
    guard parser.token.kind == .dotted else { throw parser.unexpected("the name of a section is expected") }
    parser.advance()
    try parser.expect(Sign.leftBrace, "after the name of a section")
    while !parser.take(Sign.rightBrace) {
      guard parser.token.kind != .end else {
        throw parser.unexpected("the end of the section that begins on line \(start) is expected")
      }
      parser.advance()
    }
  }
}
