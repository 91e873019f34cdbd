/// Reads one JSON value that anybody may have written: in one pass, with one byte of look-ahead, in time linear in its length, to a
/// bounded depth, and with nothing before or after it but blanks.
///
/// Syntax as in RFC 8259. Bytes that are no UTF-8 and halves of pairs of escapes become U+FFFD.
public struct JSONReader<Value: JSONConstructible> {
  /// How deep values may be nested.
  private static var deepest: Int { 64 }

  private let bytes: [UInt8]
  private let hasPythonsNumbers: Bool
  private var position = 0

  /// Reads a value.
  ///
  /// - Parameter hasPythonsNumbers: whether `NaN`, `Infinity` and `-Infinity` are numbers, as Python's `json` module has them.
  /// - Throws: ``JSONSyntaxError`` where the bytes are not JSON, or the type refuses what they say.
  public static func read(_ bytes: [UInt8], hasPythonsNumbers: Bool = false) throws(JSONSyntaxError) -> Value {
    var reader = JSONReader(bytes, hasPythonsNumbers: hasPythonsNumbers)
    let value = try reader.value(depth: 0)
    reader.skipBlanks()
    guard reader.position == bytes.count else { throw reader.failure("something follows the value") }
    return value
  }

  private init(_ bytes: [UInt8], hasPythonsNumbers: Bool) {
    self.bytes = bytes
    self.hasPythonsNumbers = hasPythonsNumbers
  }

  private func failure(_ message: String) -> JSONSyntaxError { JSONSyntaxError(message: message, offset: position) }

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

  private mutating func take(word: String) -> Bool {
    guard bytes[position...].starts(with: word.utf8) else { return false }
    position += word.utf8.count
    return true
  }

  private mutating func value(depth: Int) throws(JSONSyntaxError) -> Value {
    guard depth < Self.deepest else { throw failure("it is nested more than \(Self.deepest) deep") }
    skipBlanks()
    switch next {
    case UInt8(ascii: "{"): return try object(depth: depth + 1)
    case UInt8(ascii: "["): return try array(depth: depth + 1)
    case UInt8(ascii: "\""): return .string(try string())
    case nil: throw failure("it ends too early")
    default: break
    }
    if take(word: "true") { return .boolean(true) }
    if take(word: "false") { return .boolean(false) }
    if take(word: "null") { return .null }
    return try number()
  }

  private mutating func object(depth: Int) throws(JSONSyntaxError) -> Value {
    position += 1
    var members: [(name: String, value: Value)] = []
    var isComplete = take("}")
    while !isComplete {
      skipBlanks()
      guard next == UInt8(ascii: "\"") else { throw failure("a name is missing") }
      let name = try string()
      guard take(":") else { throw failure("a colon is missing") }
      members.append((name, try value(depth: depth)))
      isComplete = take("}")
      guard isComplete || take(",") else { throw failure("a comma is missing") }
    }
    guard let object = Value.object(reading: members) else { throw failure("a name stands there twice") }
    return object
  }

  private mutating func array(depth: Int) throws(JSONSyntaxError) -> Value {
    position += 1
    var elements: [Value] = []
    if take("]") { return .array(elements) }
    while true {
      elements.append(try value(depth: depth))
      if take("]") { return .array(elements) }
      guard take(",") else { throw failure("a comma is missing") }
    }
  }

  private mutating func number() throws(JSONSyntaxError) -> Value {
    let start = position
    var isWhole = true
    if hasPythonsNumbers, take(word: "NaN") || take(word: "Infinity") || take(word: "-Infinity") {
      isWhole = false
    } else {
      if next == UInt8(ascii: "-") { position += 1 }
      let whole = try digits()
      guard whole == 1 || bytes[position - whole] != UInt8(ascii: "0") else { throw failure("a number begins with 0") }
      if next == UInt8(ascii: ".") {
        isWhole = false
        position += 1
        _ = try digits()
      }
      if next == UInt8(ascii: "e") || next == UInt8(ascii: "E") {
        isWhole = false
        position += 1
        if next == UInt8(ascii: "+") || next == UInt8(ascii: "-") { position += 1 }
        _ = try digits()
      }
    }
    let literal = String(decoding: bytes[start..<position], as: UTF8.self)
    guard let number = Value.number(reading: literal, isWhole: isWhole) else { throw failure("a number is none") }
    return number
  }

  private mutating func digits() throws(JSONSyntaxError) -> Int {
    let start = position
    while let byte = next, UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte { position += 1 }
    guard position > start else { throw failure("a value is none of JSON's") }
    return position - start
  }

  private mutating func string() throws(JSONSyntaxError) -> String {
    position += 1
    var text: [UInt8] = []
    var start = position
    while let byte = next {
      switch byte {
      case UInt8(ascii: "\""):
        text += bytes[start..<position]
        position += 1
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

  private mutating func escape(into text: inout [UInt8]) throws(JSONSyntaxError) {
    guard let byte = next else { throw failure("a text does not end") }
    position += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
    case UInt8(ascii: "b"): text.append(0x08)
    case UInt8(ascii: "f"): text.append(0x0c)
    case UInt8(ascii: "n"): text.append(0x0a)
    case UInt8(ascii: "r"): text.append(0x0d)
    case UInt8(ascii: "t"): text.append(0x09)
    case UInt8(ascii: "u"):
      // One unit, or two that belong together.
      var units = [try codeUnit()]
      if UTF16.isLeadSurrogate(units[0]), bytes[position...].starts(with: "\\u".utf8) {
        let start = position
        position += 2
        let second = try codeUnit()
        if UTF16.isTrailSurrogate(second) { units.append(second) } else { position = start }
      }
      text += String(decoding: units, as: UTF16.self).utf8
    default: throw failure("an escape is none of JSON's")
    }
  }

  private mutating func codeUnit() throws(JSONSyntaxError) -> UInt16 {
    let digits = bytes[position...].prefix(4)
    guard digits.count == 4, digits.first != UInt8(ascii: "+"), digits.first != UInt8(ascii: "-"),
      let unit = UInt16(String(decoding: digits, as: UTF8.self), radix: 16)
    else { throw failure("an escape is none of JSON's") }
    position += 4
    return unit
  }
}
