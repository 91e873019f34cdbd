import ArgumentParser
import Foundation
import LanguageModelClients
import LlamaRuntime
import Testing

@testable import BasicCommands

/// The benchmarks of decoding, as short as they can be: that they measure what they say.
@Suite(.enabled(if: CommandLineTool.hasModels, Comment(rawValue: CommandLineTool.noModels)))
struct BenchTests {
  static func run(_ line: String) throws -> JSONElement {
    let arguments = line.split(separator: " ").map(String.init) + ["--format", "json", "--quiet", "--threads", "1"]
    let outcome = try TemporaryFolder.with { try CommandLineTool(folder: $0).run(arguments) }
    try #require(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.errors.isEmpty)
    return try JSONElement(text: outcome.output)
  }

  @Test func `batch writes as many kernels each way, the same ones, in fewer passes together`() throws {
    let report = try Self.run(
      "bench batch --problems \(CommandLineTool.example) --widths 4 --kernels 6 --rounds 2 --max-tokens 30 --speculation off"
    )
    let rows = try #require(report["widths"]?.array)
    #expect(rows.compactMap { $0["width"]?.integer } == [1, 4])
    for row in rows { #expect(row["texts"]?.integer == 12 && row["equalTexts"]?.integer == 12) }
    #expect(rows[0]["tokensPerPass"]?.number == 1)
    // Groups of four and of two.
    #expect(rows[1]["tokensPerPass"]?.number ?? 0 > 2.5)
    #expect(rows.allSatisfy { $0["kernelsPerMinute"]?.number ?? 0 > 0 })
  }

  @Test func `passes are timed for each size, by both ways or by libllama's alone`() throws {
    let report = try Self.run("bench passes --sizes 4,2 --text 20 --rounds 2")
    let ways = try #require(report["ways"]?.array)
    let hasOwn = report["instructions"]?.string != nil
    #expect(ways.compactMap { $0["way"]?.string } == (hasOwn ? ["packed", "libllama"] : ["libllama"]))
    for way in ways {
      let passes = try #require(way["passes"]?.array)
      #expect(passes.compactMap { $0["tokens"]?.integer } == [1, 2, 4])
      #expect(passes.allSatisfy { $0["milliseconds"]?.number ?? 0 > 0 })
      #expect(passes[0]["ratio"]?.number == 1)
      // The bundled model stays in a cache, so that our products alone bound it.
      let least = passes.compactMap { $0["least"]?.number }
      #expect(least.count == (way["way"]?.string == "packed" && !LlamaLibrary.usesGPU ? 3 : 0))
    }
    #expect(LlamaLibrary.usesGPU || report["machine"]?["bytesPerSecond"]?.number ?? 0 > 0)
    let alone = try Self.run("bench passes --sizes 2 --text 20 --rounds 1 --no-accelerator")
    #expect(alone["ways"]?.array?.compactMap { $0["way"]?.string } == ["libllama"])
    #expect(alone["instructions"]?.string == nil)
  }

  @Test func `recorded answers are written once more, and what others wrote is drafted from`() throws {
    let report = try TemporaryFolder.with { folder -> JSONElement in
      let reference = try String(contentsOfFile: CommandLineTool.example, encoding: .utf8)
      func line(_ reference: String, _ candidate: String) throws -> String {
        String(decoding: try JSONEncoder().encode(["reference": reference, "candidate": candidate]), as: UTF8.self)
      }
      let words = (0..<60).map { "float value\($0) = input[\(($0 * 7) % 31)];" }.joined(separator: "\n")
      // The same text stands under another problem, and once under its own, which is left out of its corpus.
      let lines = try [
        line(reference, words), line(reference, "nothing"), line(reference + "\n# another\n", words + " // and so on"),
      ]
      try lines.joined(separator: "\n").write(toFile: folder + "/answers.jsonl", atomically: true, encoding: .utf8)
      let outcome = try CommandLineTool(folder: folder).run([
        "bench", "replay", "answers.jsonl", "--answers", "1", "--rounds", "2", "--max-tokens", "200", "--threads", "1",
        "--format", "json", "--quiet",
      ])
      try #require(outcome.status == 0, "\(outcome.errors)")
      return try JSONElement(text: outcome.output)
    }
    let rows = try #require(report["rows"]?.array)
    #expect(rows.compactMap { $0["way"]?.string } == ["plain", "text", "corpus"])
    let perPass = rows.compactMap { $0["tokensPerPass"]?.number }
    #expect(perPass.count == 3 && perPass[0] == 1 && perPass[1] > 1 && perPass[2] > 2 * perPass[1], "\(perPass)")
  }

  @Test(arguments: [
    ("", "needs two answers"), ("{}", "Line 1"), ("{\"reference\": \"x\", \"candidate\": \"y\"}", "two answers"),
  ])
  func `a collection that holds no answers gets a sentence`(text: String, part: String) throws {
    let outcome = try TemporaryFolder.with { folder in
      try text.write(toFile: folder + "/answers.jsonl", atomically: true, encoding: .utf8)
      return try CommandLineTool(folder: folder).run(["bench", "replay", "answers.jsonl"])
    }
    #expect(outcome.status == 64 && outcome.errors.contains(part), "\(outcome.errors)")
  }

  @Test(arguments: [
    ("bench replay x --answers 0", "--answers"), ("bench replay", "file"),
    ("bench batch --widths 1,17", "--widths must be numbers between 1 and 16"), ("bench batch --widths x", "--widths"),
    ("bench batch --widths=", "--widths"), ("bench batch --kernels 0", "--kernels"),
    ("bench batch --rounds 0", "--rounds"),
    ("bench passes --sizes 0", "--sizes must be numbers between 1 and 128"), ("bench passes --sizes 1,,2", "--sizes"),
    ("bench replay x --draft y.gguf", "leave --draft out"), ("bench passes --draft y.gguf", "leave --draft out"),
    ("bench passes --text 0", "--text"), ("bench passes --rounds 0", "--rounds"),
    ("bench decode --rounds 0", "--rounds"), ("bench engines", "--llama-cpp"),
    ("bench engines --llama-cpp /nowhere", "There is no llama-server in /nowhere."),
    ("bench engines --llama-cpp /bin --prompts kernels,kernels", "--prompts must be kernels, rewrites or noise"),
    ("bench engines --llama-cpp /bin --prompts kernels,", "--prompts must be"),
    ("bench decode --speculation tree", "All modes are measured here"),
  ])
  func `wrong arguments get a sentence`(line: String, part: String) {
    #expect {
      _ = try Basic.parseAsRoot(line.split(separator: " ").map(String.init))
    } throws: {
      Basic.message(for: $0).contains(part)
    }
  }
}
