/// Splits Python source into logical lines, without comments, blank lines and blanks at the end of lines.
///
/// This is not ``PythonLexer``: it follows the rule of the training code to the letter, also where the rule is simpler
/// than Python (an f-string ends at its first quote), because what counts is that both give the same bytes.
struct CompactPythonLines: Sequence, IteratorProtocol {
  struct Line {
    var text: [UInt8]
    /// Whether there is nothing in it but string literals.
    let isBareString: Bool
    /// Whether it ends in a colon, so that a body follows.
    let isHeader: Bool

    /// The column of the first character that is no blank; a tab goes to the next multiple of eight.
    var column: Int {
      var column = 0
      for byte in text {
        switch byte {
        case 0x20: column += 1
        case 0x09: column += 8 - column % 8
        default: return column
        }
      }
      return column
    }
  }

  private let source: [UInt8]
  private var position = 0
  private var depth = 0
  /// The finished physical lines of the logical line, then the one at hand.
  private var text: [UInt8] = []
  private var isTextEmpty = true
  private var line: [UInt8] = []
  /// How much of `line` is safe from the removal of blanks because a literal ends there.
  private var keptCount = 0
  private var literalCount = 0
  private var hasOtherCode = false
  private var last: UInt8 = 0
  private var isContinued = false

  /// - Parameter source: UTF-8 with LF line ends.
  init(_ source: [UInt8]) { self.source = source }

  mutating func next() -> Line? {
    while position < source.count {
      let byte = source[position]
      switch byte {
      case UInt8(ascii: "'"), UInt8(ascii: "\""):
        takeLiteral(byte)
      case UInt8(ascii: "#"):
        while position < source.count, source[position] != UInt8(ascii: "\n") { position += 1 }
      case UInt8(ascii: "\n"):
        position += 1
        endPhysicalLine()
        let isEnd = depth == 0 && !isContinued
        isContinued = false
        if isEnd, !isTextEmpty { return takeLogicalLine() }
      default:
        takeCode(byte)
      }
    }
    endPhysicalLine()
    return isTextEmpty ? nil : takeLogicalLine()
  }

  private mutating func takeLiteral(_ quote: UInt8) {
    let start = position
    let isTriple = matches(quote, count: 3, at: position)
    let length = isTriple ? 3 : 1
    position += length
    while position < source.count, !matches(quote, count: length, at: position) {
      if source[position] == UInt8(ascii: "\\") {
        position += 1
        // The character that is skipped may have several bytes; the rest of them cannot be mistaken for anything.
      } else if source[position] == UInt8(ascii: "\n"), !isTriple {
        break
      }
      position += 1
    }
    if matches(quote, count: length, at: position) { position += length }
    position = Swift.min(position, source.count)
    line += source[start..<position]
    keptCount = line.count
    literalCount += 1
    last = quote
    isContinued = false
  }

  private mutating func takeCode(_ byte: UInt8) {
    line.append(byte)
    switch byte {
    case UInt8(ascii: "("), UInt8(ascii: "["), UInt8(ascii: "{"): depth += 1
    case UInt8(ascii: ")"), UInt8(ascii: "]"), UInt8(ascii: "}"): depth -= depth > 0 ? 1 : 0
    default: break
    }
    isContinued = byte == UInt8(ascii: "\\")
    if !" \t\u{C}\\rRbBuUfF".utf8.contains(byte) { hasOtherCode = true }
    if !Self.isBlank(byte) { last = byte }
    position += 1
  }

  private mutating func endPhysicalLine() {
    while line.count > keptCount, let byte = line.last, Self.isBlank(byte) { line.removeLast() }
    if !line.isEmpty {
      if !isTextEmpty { text.append(UInt8(ascii: "\n")) }
      text += line
      isTextEmpty = false
    }
    line.removeAll(keepingCapacity: true)
    keptCount = 0
  }

  private mutating func takeLogicalLine() -> Line {
    defer {
      text = []
      isTextEmpty = true
      literalCount = 0
      hasOtherCode = false
      last = 0
    }
    return Line(
      text: text, isBareString: literalCount > 0 && !hasOtherCode, isHeader: last == UInt8(ascii: ":"))
  }

  private func matches(_ byte: UInt8, count: Int, at position: Int) -> Bool {
    position + count <= source.count && source[position..<position + count].allSatisfy { $0 == byte }
  }

  private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0C }
}
