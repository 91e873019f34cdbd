import LanguageModelClients
import Testing

@Suite struct JSONElementTests {
  static func read(_ text: String) -> JSONElement? { try? JSONElement(text: text) }

  @Test(
    arguments: [
      ("null", .null), (" true ", true), ("false", false), ("0", 0), ("-12", -12), ("1.5", 1.5), ("1e3", 1000.0),
      ("9223372036854775807", .integer(.max)), ("9223372036854775808", .number(9_223_372_036_854_775_808)),
      ("\"\"", ""),
      ("\"a\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\"", "a\"\\/\u{8}\u{c}\n\r\té"), ("\"\\ud83d\\ude80\"", "🚀"),
      ("\"\\ud83dx\"", "\u{fffd}x"), ("\"\\ud83d\\u0041\"", "\u{fffd}A"), ("\"\\ude80\"", "\u{fffd}"), ("[]", []),
      ("[1,[2, 3 ],{}]", [1, [2, 3], [:]]), ("{\"b\":1,\"a\":null}", ["b": 1, "a": nil]), ("\t\r\n{ }\n", [:]),
    ] as [(String, JSONElement)])
  func `JSON is read as it is written`(text: String, value: JSONElement) {
    #expect(Self.read(text) == value)
    #expect(Self.read(String(decoding: value.bytes, as: UTF8.self)) == value)
  }

  @Test(arguments: ["", "[1,]", "NaN", "1e999", String(repeating: "9", count: 500)])
  func `what is not JSON is refused`(text: String) { #expect(Self.read(text) == nil) }

  @Test func `members keep their order and the last of a name counts`() throws {
    let value = try JSONElement(text: "{\"z\":1,\"a\":2,\"z\":3,\"n\":null}")
    #expect(value["z"] == 3 && value["a"] == 2 && value["n"] == nil && value["x"] == nil)
    #expect(value.bytes == Array("{\"z\":1,\"a\":2,\"z\":3,\"n\":null}".utf8))
    #expect(value["a"]?.integer == 2 && value["a"]?.number == 2 && value["a"]?.string == nil)
    #expect(JSONElement.number(3).integer == 3 && JSONElement.number(3.5).integer == nil)
    #expect(JSONElement.number(.infinity).bytes == Array("null".utf8))
  }

  @Test(arguments: 0..<8 as Range<UInt64>)
  func `random values come back, and damaged ones never crash`(seed: UInt64) throws {
    var generator = SplitMix(seed: seed)
    func value(_ depth: Int) -> JSONElement {
      switch Int.random(in: 0..<(depth > 3 ? 5 : 7), using: &generator) {
      case 0: return .null
      case 1: return .boolean(Bool.random(using: &generator))
      case 2: return .integer(Int(truncatingIfNeeded: generator.next()))
      case 3: return .number(Double.random(in: -1e9...1e9, using: &generator) + 0.5.ulp)
      case 4:
        let scalars = ["\u{0}", "\"", "\\", "\n", "é", "🚀", "x", "/", "\u{7f}", "\u{2028}", "\u{fffd}"]
        return .string(
          (0..<Int.random(in: 0...8, using: &generator)).map { _ in scalars.randomElement(using: &generator)! }.joined()
        )
      case 5: return .array((0..<Int.random(in: 0...4, using: &generator)).map { _ in value(depth + 1) })
      default:
        return .object((0..<Int.random(in: 0...4, using: &generator)).map { .init("n\($0)", value(depth + 1)) })
      }
    }
    for _ in 0..<300 {
      let value = value(0)
      var bytes = value.bytes
      let back = try JSONElement(bytes)
      #expect(back.bytes == bytes)
      if case .number = value {} else { #expect(back == value) }
      for _ in 0..<3 where !bytes.isEmpty {
        bytes[Int.random(in: 0..<bytes.count, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
        // Whatever is made of it can be written and read again.
        if let damaged = try? JSONElement(bytes) { #expect(try JSONElement(damaged.bytes).bytes == damaged.bytes) }
      }
    }
  }
}
