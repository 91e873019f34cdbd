/// A JSON value whose objects keep the order of their names, and may hold a name twice.
///
/// KernelBench's script pairs results with baselines by the order in which two files name them, so the order means something.
enum OrderedJSON: Hashable {
  case null
  case boolean(Bool)
  case number(Double)
  case string(String)
  case array([OrderedJSON])
  case object([Member])

  /// A name and its value.
  struct Member: Hashable {
    var name: String
    var value: OrderedJSON
  }

  /// A member of an object; the last of those that share the name, as Python has it.
  subscript(name: String) -> OrderedJSON? { members?.last { $0.name == name }?.value }

  /// The members, where it is an object: a name that stands there twice keeps its first place and its last value, as in
  /// Python.
  var members: [Member]? {
    guard case .object(let all) = self else { return nil }
    var places: [String: Int] = [:]
    var members: [Member] = []
    for member in all {
      if let place = places[member.name] {
        members[place].value = member.value
      } else {
        places[member.name] = members.count
        members.append(member)
      }
    }
    return members
  }

  /// The elements, where it is an array.
  var elements: [OrderedJSON]? { if case .array(let elements) = self { elements } else { nil } }

  /// The number, where it is one.
  var number: Double? { if case .number(let number) = self { number } else { nil } }

  /// The truth value, where it is one.
  var boolean: Bool? { if case .boolean(let value) = self { value } else { nil } }
}

/// Reads JSON as Python's `json` does, `NaN` and `Infinity` included, to a bounded depth.
///
/// - Complexity: O(*n*) in the bytes.
struct OrderedJSONReader {
  /// What is wrong, and where.
  struct Failure: Error {
    var message: String
    var offset: Int
  }

  private static let deepest = 64
  private let bytes: [UInt8]
  private var position = 0

  private init(_ bytes: [UInt8]) { self.bytes = bytes }

  static func read(_ bytes: [UInt8]) throws(Failure) -> OrderedJSON {
    var reader = OrderedJSONReader(bytes)
    let value = try reader.value(depth: 0)
    reader.skipBlanks()
    guard reader.position == bytes.count else { throw reader.failure("something follows the value") }
    return value
  }

  private func failure(_ message: String) -> Failure { Failure(message: message, offset: position) }

  private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

  private mutating func skipBlanks() {
    while let byte = next, [0x20, 0x0A, 0x0D, 0x09].contains(byte) { position += 1 }
  }

  private mutating func take(_ word: StaticString) -> Bool {
    skipBlanks()
    let count = word.utf8CodeUnitCount
    guard position + count <= bytes.count, (0..<count).allSatisfy({ bytes[position + $0] == word.utf8Start[$0] }) else {
      return false
    }
    position += count
    return true
  }

  private mutating func value(depth: Int) throws(Failure) -> OrderedJSON {
    guard depth < Self.deepest else { throw failure("it is nested more than \(Self.deepest) deep") }
    if take("{") { return .object(try members(depth: depth + 1)) }
    if take("[") { return .array(try elements(depth: depth + 1)) }
    if take("\"") { return .string(try string()) }
    if take("true") { return .boolean(true) }
    if take("false") { return .boolean(false) }
    if take("null") { return .null }
    if take("NaN") { return .number(.nan) }
    if take("Infinity") { return .number(.infinity) }
    if take("-Infinity") { return .number(-.infinity) }
    return .number(try number())
  }

  private mutating func members(depth: Int) throws(Failure) -> [OrderedJSON.Member] {
    var members: [OrderedJSON.Member] = []
    if take("}") { return members }
    while true {
      guard take("\"") else { throw failure("a name is missing") }
      let name = try string()
      guard take(":") else { throw failure("a colon is missing") }
      members.append(OrderedJSON.Member(name: name, value: try value(depth: depth)))
      if take("}") { return members }
      guard take(",") else { throw failure("a comma is missing") }
    }
  }

  private mutating func elements(depth: Int) throws(Failure) -> [OrderedJSON] {
    var elements: [OrderedJSON] = []
    if take("]") { return elements }
    while true {
      elements.append(try value(depth: depth))
      if take("]") { return elements }
      guard take(",") else { throw failure("a comma is missing") }
    }
  }

  private mutating func number() throws(Failure) -> Double {
    let start = position
    while let byte = next, "+-.eE0123456789".utf8.contains(byte) { position += 1 }
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    // Longer than any number that a benchmark writes; a conversion need not be linear.
    guard let first = text.utf8.first, first == UInt8(ascii: "-") || (0x30...0x39).contains(first),
      text.utf8.count <= 400,
      let number = Double(text)
    else {
      position = start
      throw failure(start == bytes.count ? "it ends too early" : "a value is none of JSON's")
    }
    return number
  }

  private mutating func string() throws(Failure) -> String {
    var text: [UInt8] = []
    while let byte = next {
      position += 1
      switch byte {
      case UInt8(ascii: "\""): return String(decoding: text, as: UTF8.self)
      case UInt8(ascii: "\\"): text += try escape().utf8
      case 0..<0x20: throw failure("a control character stands in a text")
      default: text.append(byte)
      }
    }
    throw failure("a text does not end")
  }

  private mutating func escape() throws(Failure) -> String {
    guard let byte = next else { throw failure("a text does not end") }
    position += 1
    switch byte {
    case UInt8(ascii: "\""): return "\""
    case UInt8(ascii: "\\"): return "\\"
    case UInt8(ascii: "/"): return "/"
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{C}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"):
      let first = try codeUnit()
      guard (0xD800..<0xDC00).contains(first) else { return Self.character(UInt32(first)) }
      guard position + 1 < bytes.count, bytes[position] == UInt8(ascii: "\\"), bytes[position + 1] == UInt8(ascii: "u")
      else { return "\u{FFFD}" }
      position += 2
      let second = try codeUnit()
      guard (0xDC00..<0xE000).contains(second) else { return "\u{FFFD}" + Self.character(UInt32(second)) }
      return Self.character(0x10000 + (UInt32(first) - 0xD800) << 10 + (UInt32(second) - 0xDC00))
    default: throw failure("an escape is none of JSON's")
    }
  }

  private static func character(_ code: UInt32) -> String { String(Unicode.Scalar(code) ?? "\u{FFFD}") }

  private mutating func codeUnit() throws(Failure) -> UInt16 {
    guard position + 4 <= bytes.count, bytes[position] != UInt8(ascii: "+"),
      let code = UInt16(String(decoding: bytes[position..<position + 4], as: UTF8.self), radix: 16)
    else { throw failure("an escape is none of JSON's") }
    position += 4
    return code
  }
}
