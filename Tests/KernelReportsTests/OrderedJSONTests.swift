import Foundation
import Testing

@testable import KernelReports

@Suite struct OrderedJSONTests {
  @Test func `names keep their order, and the last of two counts at the first one's place`() throws {
    let value = try OrderedJSONReader.read(
      Array(#"{"b": 1, "a": [true, null, "\u00e9\ud83d\ude00"], "b": -2.5e1}"#.utf8))
    #expect(value.members?.map(\.name) == ["b", "a"])
    #expect(value["b"] == .number(-25))
    #expect(value["a"]?.elements == [.boolean(true), .null, .string("é😀")])
  }

  @Test(arguments: [
    "", "{", "[1,]", "{\"a\" 1}", "{\"a\":1,}", "nul", "+1", ".5", "\"\u{1}\"", "\"\\x\"", "\"\\u12\"", "[1] 2", "\"",
    "1e", "--1",
  ])
  func `what is no JSON is refused`(_ text: String) {
    #expect(throws: OrderedJSONReader.Failure.self) { try OrderedJSONReader.read(Array(text.utf8)) }
  }

  @Test func `a lone half of a pair is replaced, and blanks within texts stay`() throws {
    #expect(try OrderedJSONReader.read(Array(#""\ud83d \udc00x""#.utf8)) == .string("\u{FFFD} \u{FFFD}x"))
  }

  @Test func `depth is bounded`() {
    let deep = String(repeating: "[", count: 100_000)
    #expect(throws: OrderedJSONReader.Failure.self) { try OrderedJSONReader.read(Array(deep.utf8)) }
  }

  @Test func `it never stops at a byte, and reads what Foundation reads`() throws {
    let seeds = [
      #"{"1": [{"sample_id": 0, "compiled": true, "correctness": false, "metadata": {"a": ["1.5e-3", null]}, "runtime": -1.0}]}"#,
      #"[1, 2.5, -3e2, "x\n\"\\\/é", {"a": {}, "b": []}, true, false, null]"#,
    ]
    let snippets = ["\"", "\\", "{", "}", "[", "]", ",", ":", "\\u00e9", "-", "1e5", "null", " ", "\n"]
    var generator = SplitMix(seed: 5)
    var accepted = 0
    for round in 0..<4000 {
      let bytes = mutated(Array(seeds[round % seeds.count].utf8), snippets: snippets, using: &generator)
      let ours = try? OrderedJSONReader.read(bytes)
      let theirs = try? JSONSerialization.jsonObject(with: Data(bytes), options: .fragmentsAllowed)
      // Foundation takes more than JSON (a comma before a bracket), and we take Python's words for numbers that are none.
      guard let ours, let theirs else { continue }
      accepted += 1
      #expect(matches(ours, theirs), "\(String(decoding: bytes, as: UTF8.self))")
    }
    #expect(accepted > 200)
  }

  private func matches(_ ours: OrderedJSON, _ theirs: Any) -> Bool {
    switch (ours, theirs) {
    case (.null, is NSNull): return true
    case (.string(let ours), let theirs as String): return ours == theirs
    case (.array(let ours), let theirs as [Any]):
      return ours.count == theirs.count && zip(ours, theirs).allSatisfy { matches($0, $1) }
    case (.object, let theirs as [String: Any]):
      let members = ours.members ?? []
      return members.count == theirs.count
        && members.allSatisfy { member in theirs[member.name].map { matches(member.value, $0) } ?? false }
    case (.boolean(let ours), let theirs as NSNumber): return theirs.boolValue == ours
    case (.number(let ours), let theirs as NSNumber): return theirs.doubleValue == ours
    default: return false
    }
  }

  /// Changes a text in a few places: bytes replaced, removed, doubled, swapped for snippets that parsers trip over.
  private func mutated(_ bytes: [UInt8], snippets: [String], using generator: inout SplitMix) -> [UInt8] {
    var bytes = bytes
    for _ in 0..<Int.random(in: 1...3, using: &generator) {
      let position = Int.random(in: 0...bytes.count, using: &generator)
      let end = min(bytes.count, position + Int.random(in: 0...8, using: &generator))
      switch Int.random(in: 0..<4, using: &generator) {
      case 0: bytes.removeSubrange(position..<end)
      case 1: bytes.insert(contentsOf: Array(bytes[position..<end]), at: position)
      case 2: bytes.insert(UInt8.random(in: 0x20...0x7E, using: &generator), at: position)
      default: bytes.insert(contentsOf: Array((snippets.randomElement(using: &generator) ?? "").utf8), at: position)
      }
    }
    return bytes
  }
}
