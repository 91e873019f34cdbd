extension JSONElement {
  /// What is wrong with a text that should be JSON, and where.
  public struct Failure: Error, Sendable, Hashable {
    /// What is wrong.
    public var message: String
    /// The offset in bytes.
    public var offset: Int
  }

  /// Reads one value, with nothing but blanks around it: in time linear in its length, and not deeper than 64.
  ///
  /// - Throws: ``Failure`` where the text is not JSON.
  public init(_ bytes: [UInt8]) throws(Failure) {
    var reader = JSONElementReader(bytes)
    self = try reader.whole()
  }

  /// Reads one value out of a text.
  ///
  /// - Throws: ``Failure`` where the text is not JSON.
  public init(text: String) throws(Failure) { try self.init(Array(text.utf8)) }
}

/// Reads what somebody else's server wrote.
private struct JSONElementReader {
  typealias Failure = JSONElement.Failure

  private static let deepest = 64
  private let bytes: [UInt8]
  private var position = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  mutating func whole() throws(Failure) -> JSONElement {
    let value = try value(depth: 0)
    skipBlanks()
    guard position == bytes.count else { throw failure("something follows the value") }
    return value
  }

  private func failure(_ message: String) -> Failure { Failure(message: message, offset: position) }

  private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

  private mutating func skipBlanks() {
    while let byte = next, byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09 { position += 1 }
  }

  private mutating func take(_ character: Unicode.Scalar) -> Bool {
    skipBlanks()
    guard next == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  private mutating func value(depth: Int) throws(Failure) -> JSONElement {
    guard depth <= Self.deepest else { throw failure("it is nested more than \(Self.deepest) deep") }
    skipBlanks()
    switch next {
    case UInt8(ascii: "{"): return .object(try members(depth: depth + 1))
    case UInt8(ascii: "["): return .array(try elements(depth: depth + 1))
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try word("true", .boolean(true))
    case UInt8(ascii: "f"): return try word("false", .boolean(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    case nil: throw failure("it ends too early")
    default: return try number()
    }
  }

  private mutating func word(_ word: String, _ value: JSONElement) throws(Failure) -> JSONElement {
    guard bytes[position...].starts(with: word.utf8) else { throw failure("a value is none of JSON's") }
    position += word.utf8.count
    return value
  }

  private mutating func members(depth: Int) throws(Failure) -> [JSONElement.Member] {
    position += 1
    var members: [JSONElement.Member] = []
    if take("}") { return members }
    while true {
      skipBlanks()
      guard next == UInt8(ascii: "\"") else { throw failure("a name is missing") }
      let name = try string()
      guard take(":") else { throw failure("a colon is missing") }
      members.append(.init(name, try value(depth: depth)))
      if take("}") { return members }
      guard take(",") else { throw failure("a comma is missing") }
    }
  }

  private mutating func elements(depth: Int) throws(Failure) -> [JSONElement] {
    position += 1
    var elements: [JSONElement] = []
    if take("]") { return elements }
    while true {
      elements.append(try value(depth: depth))
      if take("]") { return elements }
      guard take(",") else { throw failure("a comma is missing") }
    }
  }

  private mutating func number() throws(Failure) -> JSONElement {
    let start = position
    var isWhole = true
    scan: while let byte = next {
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"): break
      case UInt8(ascii: "+"), UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E"): isWhole = false
      default: break scan
      }
      position += 1
    }
    // A conversion need not be linear, and no sensible number is longer.
    guard start < position, position - start <= 400, bytes[start] != UInt8(ascii: "+") else {
      throw failure("a value is none of JSON's")
    }
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    if isWhole, let number = Int(text) { return .integer(number) }
    guard let number = Double(text), number.isFinite else { throw failure("a number is none") }
    return .number(number)
  }

  private mutating func string() throws(Failure) -> String {
    position += 1
    var text: [UInt8] = []
    var start = position
    while let byte = next {
      switch byte {
      case UInt8(ascii: "\""):
        let rest = bytes[start..<position]
        position += 1
        if text.isEmpty { return String(decoding: rest, as: UTF8.self) }
        text += rest
        return String(decoding: text, as: UTF8.self)
      case UInt8(ascii: "\\"):
        text += bytes[start..<position]
        position += 1
        try escape(into: &text)
        start = position
      case 0..<0x20: throw failure("a control character stands in a text")
      default: position += 1
      }
    }
    throw failure("a text does not end")
  }

  private mutating func escape(into text: inout [UInt8]) throws(Failure) {
    guard let byte = next else { throw failure("a text does not end") }
    position += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
    case UInt8(ascii: "b"): text.append(8)
    case UInt8(ascii: "f"): text.append(12)
    case UInt8(ascii: "n"): text.append(10)
    case UInt8(ascii: "r"): text.append(13)
    case UInt8(ascii: "t"): text.append(9)
    case UInt8(ascii: "u"): text += String(try escapedScalar()).utf8
    default: throw failure("an escape is none of JSON's")
    }
  }

  /// The scalar of one escape, or of two that are a pair; half a pair is U+FFFD.
  private mutating func escapedScalar() throws(Failure) -> Unicode.Scalar {
    let unit = try codeUnit()
    guard (0xd800..<0xdc00).contains(unit), bytes[position...].starts(with: "\\u".utf8) else {
      return Unicode.Scalar(unit) ?? "\u{fffd}"
    }
    let start = position
    position += 2
    let low = try codeUnit()
    guard (0xdc00..<0xe000).contains(low) else {
      position = start
      return "\u{fffd}"
    }
    return Unicode.Scalar(0x10000 + (UInt32(unit) - 0xd800) << 10 + (UInt32(low) - 0xdc00)) ?? "\u{fffd}"
  }

  private mutating func codeUnit() throws(Failure) -> UInt16 {
    var unit: UInt16 = 0
    for _ in 0..<4 {
      guard let digit = next.flatMap({ Character(Unicode.Scalar($0)).hexDigitValue }) else {
        throw failure("an escape is none of JSON's")
      }
      unit = unit << 4 | UInt16(digit)
      position += 1
    }
    return unit
  }
}
