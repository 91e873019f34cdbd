import Foundation
import LanguageModelClients
import Testing

@testable import BasicCommands

struct TOMLDocumentTests {
  private static let text = """
    # A comment.
    first = 1

    [endpoints.local]
    z = "text"
    a = [
      1,
      2,
    ]
    m.inner = 2.5
    long = \"\"\"
    b = 1
    \"\"\"
    [endpoints."with.dot".sub]
    zeta = true
    alpha = { y = 1, x = 2 }
    """

  @Test(arguments: [
    (["first"], 2), (["endpoints"], 4), (["endpoints", "local"], 4), (["endpoints", "local", "z"], 5),
    (["endpoints", "local", "a"], 6), (["endpoints", "local", "m", "inner"], 10), (["endpoints", "local", "long"], 11),
    (["endpoints", "with.dot"], 14), (["endpoints", "with.dot", "sub", "zeta"], 15),
    (["endpoints", "with.dot", "sub", "alpha", "x"], 16), (["b"], nil), (["endpoints", "local", "b"], nil),
  ])
  func `the line of every key is known, whatever the line ends are`(path: [String], line: Int?) throws {
    #expect(try TOMLDocument(Self.text).line(of: path) == line)
    #expect(try TOMLDocument(Self.text.replacing("\n", with: "\r\n")).line(of: path) == line)
  }

  @Test func `members stand in the order of their lines, and by name where they share one`() throws {
    let root = try TOMLDocument(Self.text).root
    #expect(root.members?.map(\.name) == ["first", "endpoints"])
    #expect(root["endpoints"]?["local"]?.members?.map(\.name) == ["z", "a", "m", "long"])
    #expect(root["endpoints"]?["with.dot"]?["sub"]?.members?.map(\.name) == ["zeta", "alpha"])
    #expect(root["endpoints"]?["with.dot"]?["sub"]?["alpha"]?.members?.map(\.name) == ["x", "y"])
  }

  @Test func `values are what TOML says they are`() throws {
    let text = #"""
      whole = 0x1F
      least = -9223372036854775808
      fraction = 2.0
      yes = true
      text = "a\tb\u00E9\u0000c\\"
      literal = 'C:\no'
      list = [1, "two", [3.5], { four = 4 }]
      date = 1979-05-27
      """#
    let root = try TOMLDocument(text).root
    #expect(root["whole"] == 31)
    #expect(root["least"] == .integer(.min))
    #expect(root["fraction"] == .number(2))
    #expect(root["yes"] == true)
    #expect(root["text"] == "a\tb\u{E9}\0c\\")
    #expect(root["literal"] == "C:\\no")
    #expect(root["list"] == [1, "two", [3.5], ["four": 4]])
    #expect(root["date"] == "1979-05-27")
  }

  @Test func `numbers come through to the last bit`() throws {
    var generator = SeededNumbers(state: 7)
    for _ in 0..<2000 {
      let number = Double(bitPattern: UInt64.random(in: .min ... .max, using: &generator))
      guard number.isFinite else { continue }
      var literal = "\(number)"
      if !literal.contains("."), let exponent = literal.firstIndex(of: "e") {
        literal.insert(contentsOf: ".0", at: exponent)
      }
      #expect(try TOMLDocument("x = \(literal)").root["x"]?.number == number, "\(literal)")
    }
  }

  @Test(arguments: [
    ("a = 1\nb = = 2\n", 2), ("a = 1\n\na = 2\n", 3), ("[a\n", 1), ("a = \"\n", 1), ("a = 1 b = 2", 1), ("= 1", 1),
    ("a = 01\n", 1), ("[x]\n[x]\n", 2),
  ])
  func `what is not TOML is refused with its line`(text: String, line: Int) {
    #expect { try TOMLDocument(text) } throws: { ($0 as? TOMLDocument.Failure)?.line == line }
  }

  @Test func `a NUL is refused, and so is what is nested beyond reason`() {
    #expect(throws: TOMLDocument.Failure.self) { try TOMLDocument("a = 1\n\0b = 2\n") }
    #expect(throws: TOMLDocument.Failure.self) {
      try TOMLDocument("a = " + String(repeating: "[", count: 5000) + String(repeating: "]", count: 5000))
    }
    #expect(throws: TOMLDocument.Failure.self) {
      try TOMLDocument("a = " + String(repeating: "[", count: 100) + String(repeating: "]", count: 100))
    }
  }

  /// What toml++ 3.4 ends the process over, or did while it was tried.
  @Test(arguments: [
    ("[=", 1), ("[.a]", 1), ("[#", 1), ("[\n", 1), ("\n[[\n", 2), ("[é]", 1), ("[ [=", 1), ("a = [}", 1),
    ("a = [1,\n}\n", 2),
    ("a = {]", 1), ("a = ]", 1), ("x = 1\n}", 2), ("\t[\\]", 1), ("a = 1\n\u{FEFF}[=", 2), ("\u{FEFF}[=", 1),
    ("a = [\u{2028}1]", 1), ("a = [\u{B}1]", 1), ("a = 1\rb = 2", 1),
    ("[\u{FEFF}a]", 1),
  ])
  func `what the parser would end the process over is refused before`(text: String, line: Int) {
    #expect { try TOMLDocument(text) } throws: { ($0 as? TOMLDocument.Failure)?.line == line }
  }

  @Test func `brackets and line ends in texts and comments are no statements' ends`() throws {
    let text = #"""
      a = "]}\"" # ]}
      b = ']}\'
      c = """]
      [=
      \""" ""}"""""
      d = '''
      \''' # [
      e = [ # ]
        "}", [
        ], { x = "]" },
      ]
      f = ""
      g = 1
      """#
    let document = try TOMLDocument(text)
    let lines = ["a": 1, "b": 2, "c": 3, "d": 6, "e": 8, "f": 12, "g": 13]
    for (name, line) in lines { #expect(document.line(of: [name]) == line, "\(name)") }
    #expect(document.root["c"] == "]\n[=\n\"\"\" \"\"}\"\"")
  }

  @Test func `any text is read or refused, and a line that is named holds its key`() {
    var generator = SeededNumbers(state: 99)
    let pieces = [
      "[", "]", "=", "\"", "\n", "a", "b.c", "1", "{", "}", ",", "#", "'", " ", "\"\"\"", "\\", "\r\n", "é", "[[",
      "true", "]]", "a = ", "a.b", "x=1\n", "[t]\n", "-", "+", "_", "0x", "1e", "inf", "nan", ":", "1979-05-27",
      "\'\'\'",
      "\\u00e9", "\\u", "\t", ".", "\u{7F}", "\u{1}", "\u{FEFF}", "2.5", "\u{A0}", "\r", "\u{2028}",
    ]
    let isLong = ProcessInfo.processInfo.environment["BASIC_LONG_TESTS"] == "1"
    var read = 0
    for _ in 0..<(isLong ? 300_000 : 3000) {
      var text = Bool.random(using: &generator) ? "" : "a = 1\n[t]\nb = \"x\"\n"
      for _ in 0..<Int.random(in: 0..<12, using: &generator) { text += pieces.randomElement(using: &generator) ?? "" }
      guard let document = try? TOMLDocument(text) else { continue }
      read += 1
      let lines = text.replacing("\r\n", with: "\n").split(separator: "\n", omittingEmptySubsequences: false)
      for member in document.root.members ?? [] {
        guard let line = document.line(of: [member.name]) else {
          Issue.record("no line for \(member.name) in \(text)")
          continue
        }
        #expect(lines[line - 1].contains(member.name), "\(text)")
      }
    }
    #expect(read > 200)
  }
}

/// SplitMix64 (Steele, Lea and Flood, *Fast Splittable Pseudorandom Number Generators*, 2014): the same numbers every time.
struct SeededNumbers: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
