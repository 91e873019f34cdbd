import Foundation
import JSONReading
import Testing

/// JSON as it stands.
private enum Value: Equatable, JSONConstructible {
  case null
  case boolean(Bool)
  case number(String)
  case string(String)
  case array([Value])
  case object([String], [Value])

  static func number(reading literal: String, isWhole: Bool) -> Value? {
    literal == "666" ? nil : .number(isWhole ? "\(literal), whole" : literal)
  }

  static func object(reading members: [(name: String, value: Value)]) -> Value? {
    members.contains { $0.name == "none" } ? nil : .object(members.map(\.name), members.map(\.value))
  }

  init(_ text: String, hasPythonsNumbers: Bool = false) throws(JSONSyntaxError) {
    self = try JSONReader.read(Array(text.utf8), hasPythonsNumbers: hasPythonsNumbers)
  }
}

/// Numbers for property tests: the same for the same seed, on every machine (SplitMix64).
private struct SeededGenerator: RandomNumberGenerator {
  var state: UInt64
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

@Suite struct JSONReaderTests {
  @Test func `a value is read as it stands`() throws {
    #expect(
      try Value(#" {"b": [1, -2.50E+1, 0.0, true , null,false], "": {}, "b": "x\n\u00e9\ud83d\ude00\/"} "#)
        == .object(
          ["b", "", "b"],
          [
            .array([.number("1, whole"), .number("-2.50E+1"), .number("0.0"), .boolean(true), .null, .boolean(false)]),
            .object([], []), .string("x\né😀/"),
          ]))
  }

  @Test(arguments: [
    "", " ", "{", "[", "[1", "[1,", "[1,]", "{\"a\"", "{\"a\":", "{\"a\":1", "{\"a\":1,", "{\"a\":1,}", "{\"a\" 1}",
    "{a:1}", "{1:1}", "nul", "True", "NaN", "Infinity", "-Infinity", "-", "+1", ".5", "1.", "1e", "1e+", "01", "-01",
    "--1",
    "1-2", "0x10", "\"", "\"\\", "\"\\u12", "\"\\u12g4\"", "\"\\u+123\"", "\"\\u-123\"", "\"\\x\"", "\"\n\"",
    "\"\u{1}\"", "1 2", "[] []", "'a'", "]", "{]", "[1}", "\u{feff}1", "tru", "[t]",
  ])
  func `what is no JSON is refused`(text: String) {
    #expect(throws: JSONSyntaxError.self) { try Value(text) }
  }

  @Test func `what the type refuses is refused, at its end`() {
    #expect(throws: JSONSyntaxError(message: "a number is none", offset: 5)) { try Value(" [666]") }
    #expect(throws: JSONSyntaxError(message: "a name stands there twice", offset: 10)) { try Value("{\"none\":1}") }
  }

  @Test func `Python's words for numbers are read where they are wanted`() throws {
    #expect(
      try Value("[NaN, -Infinity,Infinity]", hasPythonsNumbers: true)
        == .array([.number("NaN"), .number("-Infinity"), .number("Infinity")]))
    #expect(throws: JSONSyntaxError.self) { try Value("[-NaN]", hasPythonsNumbers: true) }
  }

  @Test func `halves of pairs, and bytes that are no text, are replaced`() throws {
    #expect(try Value(#""\ud83d \udc00x""#) == .string("\u{FFFD} \u{FFFD}x"))
    #expect(try Value(#""\ud83d\u0041\ud83d\ud83d\ude00""#) == .string("\u{FFFD}A\u{FFFD}😀"))
    #expect(try JSONReader<Value>.read([0x22, 0xff, 0xfe, 0x22]) == .string("\u{FFFD}\u{FFFD}"))
  }

  @Test(arguments: ["[", "{\"a\":", "[{\"a\":["])
  func `depth is bounded`(start: String) {
    #expect { try Value(String(repeating: start, count: 100_000)) } throws: { "\($0)".contains("nested") }
  }

  @Test func `no bytes stop it, and what Foundation reads too is read alike`() throws {
    let seeds = [
      #"{"1": [{"sample_id": 0, "compiled": true, "metadata": {"a": ["1.5e-3", null]}, "runtime": -1.0}], "n": 0.5e1}"#,
      #"[1, 2.5, -3e2, "x\n\"\\\/é", {"a": {}, "b": []}, true, false, null]"#,
    ]
    let snippets = ["\"", "\\", "{", "}", "[", "]", ",", ":", "\\u00e9", "-", "1e5", "null", " ", "\n"]
    var generator = SeededGenerator(state: 5)
    var accepted = 0
    for round in 0..<4000 {
      var bytes = Array(seeds[round % seeds.count].utf8)
      for _ in 0..<Int.random(in: 1...3, using: &generator) {
        let position = Int.random(in: 0...bytes.count, using: &generator)
        let end = min(bytes.count, position + Int.random(in: 0...8, using: &generator))
        switch Int.random(in: 0..<4, using: &generator) {
        case 0: bytes.removeSubrange(position..<end)
        case 1: bytes.insert(contentsOf: Array(bytes[position..<end]), at: position)
        case 2: bytes.insert(UInt8.random(in: 0...255, using: &generator), at: position)
        default: bytes.insert(contentsOf: Array((snippets.randomElement(using: &generator) ?? "").utf8), at: position)
        }
      }
      let ours: Value? = try? JSONReader.read(bytes)
      let theirs = try? JSONSerialization.jsonObject(with: Data(bytes), options: .fragmentsAllowed)
      // Foundation takes more than JSON (a comma before a bracket), and refuses what is no UTF-8.
      guard let ours, let theirs else { continue }
      accepted += 1
      #expect(Self.matches(ours, theirs), "\(String(decoding: bytes, as: UTF8.self))")
    }
    #expect(accepted > 200)
  }

  private static func matches(_ ours: Value, _ theirs: Any) -> Bool {
    switch (ours, theirs) {
    case (.null, is NSNull): return true
    case (.string(let ours), let theirs as String): return ours == theirs
    case (.array(let ours), let theirs as [Any]):
      return ours.count == theirs.count && zip(ours, theirs).allSatisfy { matches($0, $1) }
    case (.object(let names, let values), let theirs as [String: Any]):
      // Which of two members with one name counts is the type's own affair.
      let named = Dictionary(zip(names, values)) { _, last in last }
      return named.count == theirs.count
        && (named.count < names.count
          || named.allSatisfy { name, value in theirs[name].map { matches(value, $0) } ?? false })
    case (.boolean(let ours), let theirs as NSNumber): return theirs.boolValue == ours
    case (.number(let ours), let theirs as NSNumber):
      return theirs.doubleValue == Double(ours.replacing(", whole", with: ""))
    default: return false
    }
  }
}
