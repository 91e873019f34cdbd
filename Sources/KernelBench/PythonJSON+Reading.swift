extension PythonJSON {
  /// Reads a text in JSON with Python's extensions.
  ///
  /// It may come from anybody: the time is linear in its length, and the nesting is bounded. Of two members of one name the
  /// last one's value counts, at the first one's place, as in Python. A byte order mark is skipped.
  ///
  /// - Throws: ``KernelBenchError/Code/invalidResults`` with the line at which it stops being JSON.
  public init(_ bytes: [UInt8], name: String) throws(KernelBenchError) {
    var reader = PythonJSONReader(bytes)
    do throws(PythonJSONReader.Failure) {
      self = try reader.document()
    } catch {
      let line = bytes.prefix(error.offset).count { $0 == UInt8(ascii: "\n") } + 1
      throw KernelBenchError(.invalidResults, "\(name) is no JSON: \(error.message) in line \(line).")
    }
  }
}

/// The reader: one pass, one byte of look-ahead.
private struct PythonJSONReader {
  struct Failure: Error {
    var message: String
    var offset: Int
  }

  private static let deepest = 100
  private let bytes: [UInt8]
  private var position: Int

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    position = bytes.starts(with: [0xef, 0xbb, 0xbf]) ? 3 : 0
  }

  mutating func document() throws(Failure) -> PythonJSON {
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

  private mutating func value(depth: Int) throws(Failure) -> PythonJSON {
    guard depth < Self.deepest else { throw failure("it is nested more than \(Self.deepest) deep") }
    skipBlanks()
    switch next {
    case UInt8(ascii: "{"): return try object(depth: depth + 1)
    case UInt8(ascii: "["): return try array(depth: depth + 1)
    case UInt8(ascii: "\""): return .string(try string())
    case nil: throw failure("it ends too early")
    default: break
    }
    for (word, value) in Self.words where bytes[position...].starts(with: word.utf8) {
      position += word.utf8.count
      return value
    }
    return .number(try number())
  }

  private static let words: [(String, PythonJSON)] = [
    ("true", .boolean(true)), ("false", .boolean(false)), ("null", .null), ("NaN", .number(.nan)),
    ("Infinity", .number(.infinity)), ("-Infinity", .number(-.infinity)),
  ]

  private mutating func object(depth: Int) throws(Failure) -> PythonJSON {
    position += 1
    var members: [PythonJSON.Member] = []
    var places: [String: Int] = [:]
    if take("}") { return .object(members) }
    while true {
      skipBlanks()
      guard next == UInt8(ascii: "\"") else { throw failure("a name is missing") }
      let name = try string()
      guard take(":") else { throw failure("a colon is missing") }
      let value = try value(depth: depth)
      if let place = places[name] {
        members[place].value = value
      } else {
        places[name] = members.count
        members.append(PythonJSON.Member(name, value))
      }
      if take("}") { return .object(members) }
      guard take(",") else { throw failure("a comma is missing") }
    }
  }

  private mutating func array(depth: Int) throws(Failure) -> PythonJSON {
    position += 1
    var elements: [PythonJSON] = []
    if take("]") { return .array(elements) }
    while true {
      elements.append(try value(depth: depth))
      if take("]") { return .array(elements) }
      guard take(",") else { throw failure("a comma is missing") }
    }
  }

  private mutating func number() throws(Failure) -> PythonJSON.Literal {
    let start = position
    if next == UInt8(ascii: "-") { position += 1 }
    let whole = try digits()
    guard whole == 1 || bytes[position - whole] != UInt8(ascii: "0") else { throw failure("a number begins with 0") }
    if next == UInt8(ascii: ".") {
      position += 1
      _ = try digits()
    }
    if next == UInt8(ascii: "e") || next == UInt8(ascii: "E") {
      position += 1
      if next == UInt8(ascii: "+") || next == UInt8(ascii: "-") { position += 1 }
      _ = try digits()
    }
    return PythonJSON.Literal(checked: String(decoding: bytes[start..<position], as: UTF8.self))
  }

  private mutating func digits() throws(Failure) -> Int {
    let start = position
    while let byte = next, UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte { position += 1 }
    guard position > start else { throw failure("a value is none of JSON's") }
    return position - start
  }

  private mutating func string() throws(Failure) -> String {
    position += 1
    var text: [UInt8] = []
    while let byte = next {
      position += 1
      switch byte {
      case UInt8(ascii: "\""): return String(decoding: text, as: UTF8.self)
      case UInt8(ascii: "\\"): try escape(into: &text)
      case 0..<0x20: throw failure("a control character stands in a text")
      default: text.append(byte)
      }
    }
    throw failure("a text does not end")
  }

  private static let escapes: [UInt8: UInt8] = [
    UInt8(ascii: "\""): 0x22, UInt8(ascii: "\\"): 0x5c, UInt8(ascii: "/"): 0x2f, UInt8(ascii: "b"): 0x08,
    UInt8(ascii: "f"): 0x0c, UInt8(ascii: "n"): 0x0a, UInt8(ascii: "r"): 0x0d, UInt8(ascii: "t"): 0x09,
  ]

  private mutating func escape(into text: inout [UInt8]) throws(Failure) {
    guard let byte = next else { throw failure("a text does not end") }
    position += 1
    if let meant = Self.escapes[byte] {
      text.append(meant)
      return
    }
    guard byte == UInt8(ascii: "u") else { throw failure("an escape is none of JSON's") }
    // One unit, or two that belong together; half of a pair becomes U+FFFD.
    var units = [try codeUnit()]
    if UTF16.isLeadSurrogate(units[0]), bytes[position...].starts(with: "\\u".utf8) {
      let start = position
      position += 2
      let second = try codeUnit()
      if UTF16.isTrailSurrogate(second) { units.append(second) } else { position = start }
    }
    text += Array(String(decoding: units, as: UTF16.self).utf8)
  }

  private mutating func codeUnit() throws(Failure) -> UInt16 {
    let digits = bytes[position...].prefix(4)
    guard digits.count == 4, digits.first != UInt8(ascii: "+"), digits.first != UInt8(ascii: "-"),
      let unit = UInt16(String(decoding: digits, as: UTF8.self), radix: 16)
    else { throw failure("an escape is none of JSON's") }
    position += 4
    return unit
  }
}
