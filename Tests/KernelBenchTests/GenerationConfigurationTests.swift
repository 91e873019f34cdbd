import Foundation
import KernelBench
import Testing

@Suite struct `A generation's configuration` {
  @Test func `comes back as it was written`() {
    let texts = [
      "m", "", "a b", "yes", "No", "1", "é\u{1F680}\n\"\\'", "- x", "#", "a: b", " ", "~", "gpt-4/x.y", "\0\u{85}",
    ]
    let entries =
      texts.enumerated().map { GenerationConfiguration.Entry("t\($0)", .string($1)) } + [
        .init("level", .integer(1)), .init("temperature", .number(0.7)), .init("small", .number(1e-7)),
        .init("verbose", .boolean(false)), .init("subset", .null), .init("a key: 'odd'", .string("v")),
        .init("limit", .number(.infinity)),
      ]
    let configuration = GenerationConfiguration(entries)
    #expect(GenerationConfiguration(reading: configuration.text) == configuration)
  }

  @Test func `is read as PyYAML writes it`() {
    let text = """
      # A comment.
      dataset_src: huggingface
      level: 1
      long: one two
        three four
      'quoted ''name''': 'it''s
        long'
      double: "a\\
        \\ b\\U0001F680\\x41"
      subset: !!python/tuple
      - null
      - 3
      nested:
        a: 1
        b: 2
      flow: [1, 2]
      temperature: 0.0  # cold
      verbose: false
      nothing: null
      url: http://localhost:8000/v1
      """
    let read = GenerationConfiguration(reading: text)
    #expect(
      read.entries == [
        .init("dataset_src", .string("huggingface")), .init("level", .integer(1)),
        .init("long", .string("one two three four")), .init("quoted 'name'", .string("it's long")),
        .init("double", .string("a b\u{1F680}A")), .init("subset", .other("!!python/tuple\n- null\n- 3")),
        .init("nested", .other("  a: 1\n  b: 2")), .init("flow", .other("[1, 2]")), .init("temperature", .number(0)),
        .init("verbose", .boolean(false)), .init("nothing", .null), .init("url", .string("http://localhost:8000/v1")),
      ])
    #expect(read["level"] == .integer(1) && read["missing"] == nil)
  }

  @Test(arguments: 0..<(TestData.isLongRun ? 20_000 : 500))
  func `is read from any text`(seed: Int) {
    var generator = SeededGenerator(seed: UInt64(seed))
    let start = "a: 'b'\nc: \"d\\n\"\ne:\n- 1\nf: 1.5 # x\n\"g\": h\n"
    let bytes = mutated(
      Array(start.utf8), snippets: [": ", "\n", "'", "\"", "\\", "- ", "#", "\\U", "\t", ":", "|"], using: &generator)
    let read = GenerationConfiguration(reading: String(decoding: bytes, as: UTF8.self))
    // All that can be written comes back.
    let scalars = read.entries.filter { if case .other = $0.value { false } else { true } }
    #expect(GenerationConfiguration(reading: GenerationConfiguration(scalars).text).entries == scalars)
  }

  @Test(.enabled(if: Python.hasYAML, "There is no python3 with PyYAML to compare with."))
  func `is read by PyYAML`() throws {
    let configuration = GenerationConfiguration([
      .init("model", .string("a b: \u{1F680}\"\\\n\u{85}\u{7}")), .init("level", .integer(3)),
      .init("small", .number(1e-7)), .init("flag", .boolean(true)), .init("none", .null), .init("yes", .string("no")),
    ])
    let text = try Python.run(
      "import json, sys, yaml; sys.stdout.write(json.dumps(yaml.safe_load(sys.stdin), indent=1))",
      input: configuration.text)
    let json = try PythonJSON(Array(text.utf8), name: "x")
    #expect(json["model"]?.string == "a b: \u{1F680}\"\\\n\u{85}\u{7}" && json["level"]?.integer == 3)
    #expect(json["small"]?.number == 1e-7 && json["flag"]?.boolean == true && json["none"] == .null)
    #expect(json["yes"]?.string == "no")
  }
}
