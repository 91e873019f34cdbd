import JSONReading
import Testing

@testable import KernelEvaluation

@Suite struct `JSON of a worker's` {
  private func read(_ text: String) throws -> JSONValue { try JSONValue(Array(text.utf8)) }

  @Test func `is read as it was written`() throws {
    let value: JSONValue = [
      "text": "a\"\\/\n\t\r\u{0}\u{1f}\u{7f}\u{2028}é😀",
      "numbers": [0, -1, 1.5, -2.25e-30, 1e300, 9_223_372_036_854_775_807],
      "others": [nil, true, false, [], [:]], "": "",
    ]
    #expect(try read(value.text) == value)
    #expect(!value.text.contains("\n"))
    #expect(!value.text.unicodeScalars.contains("\u{2028}"))
  }

  @Test(
    arguments: [
      (" [1 , 2 ] ", [1, 2]), ("\"\\ud83d\\ude00\"", "😀"), ("\"\\ud83d\"", "\u{fffd}"), ("\"\\ude00x\"", "\u{fffd}x"),
      ("1e2", 100.0), ("123456789012345678901234567890", 123456789012345678901234567890.0),
      ("\"\\/\\b\\f\"", "/\u{8}\u{c}"),
    ] as [(String, JSONValue)])
  func `may be written in more than one way`(_ text: String, _ value: JSONValue) throws {
    #expect(try read(text) == value)
  }

  @Test(arguments: ["", "[1,]", "NaN", "1e999", String(repeating: "9", count: 500), "{\"a\":1,\"a\":1}"])
  func `that is none is refused`(_ text: String) {
    #expect(throws: JSONSyntaxError.self) { try read(text) }
  }
}
