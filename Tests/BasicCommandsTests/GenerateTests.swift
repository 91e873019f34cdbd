import Foundation
import SpeculativeDecoding
import Testing

@Suite(.enabled(if: CommandLineTool.hasModels, Comment(rawValue: CommandLineTool.noModels)))
struct GenerateTests {
  private static let short = ["generate", CommandLineTool.example, "--max-tokens", "60", "--seed", "3"]

  private func json(_ document: String) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: Data(document.utf8)) as? [String: Any])
  }

  @Test func `JSON is one document of the known shape`() throws {
    let outcome = try TemporaryFolder.with {
      try CommandLineTool(folder: $0).run(Self.short + ["--format", "json"])
    }
    #expect(outcome.status == 0 || outcome.status == 1)
    let report = try json(outcome.output)
    #expect(report["schemaVersion"] as? Int == 1)
    #expect(report["seed"] as? Int == 3)
    #expect((report["problem"] as? [String: Any])?["origin"] as? String == CommandLineTool.example)
    #expect((report["compile"] as? [String: Any])?["status"] as? String == "not-run")
    let decoding = try #require(report["decoding"] as? [String: Any])
    let shares = try #require(decoding["shares"] as? [String: Double])
    #expect(abs(shares.values.reduce(0, +) - 1) < 0.001)
    try Golden.check(
      try JSONShape.text(
        of: outcome.output,
        nullable: [".kernel", ".problem.id", ".models.draft", ".compile.reason", ".compile.findings", ".notes"]),
      "generate.json.txt")
  }

  @Test(arguments: [["--temperature", "0"], ["--temperature", "0.9", "--top-p", "0.95"]])
  func `a seed has one text whatever is speculated with`(sampling: [String]) throws {
    let texts = try SpeculationMode.allCases.map { mode -> String in
      let outcome = try TemporaryFolder.with {
        try CommandLineTool(folder: $0).run(
          Self.short + sampling + ["--format", "json", "--quiet", "--speculation", mode.rawValue])
      }
      return try #require(try json(outcome.output)["text"] as? String)
    }
    #expect(Set(texts).count == 1)
  }

  @Test func `--quiet says nothing but the kernel`() throws {
    try TemporaryFolder.with { folder in
      let report = try CommandLineTool(folder: folder).run(Self.short + ["--format", "json"])
      let kernel = try json(report.output)["kernel"] as? String
      let outcome = try CommandLineTool(folder: folder).run(Self.short + ["--quiet"])
      #expect(outcome.errors.isEmpty)
      #expect(outcome.status == (kernel == nil ? 1 : 0))
      #expect(outcome.output.trimmingCharacters(in: .newlines) == (kernel ?? "").trimmingCharacters(in: .newlines))
    }
  }

  @Test func `elsewhere than on a terminal the phases are plain lines`() throws {
    let outcome = try TemporaryFolder.with { try CommandLineTool(folder: $0).run(Self.short) }
    #expect(!outcome.errors.contains("\u{1B}"))
    #expect(!outcome.errors.contains("\r"))
    let lines = outcome.errors.split(separator: "\n").map(String.init)
    for phase in ["loading ", "reading the prompt", "writing", "compiling", "wrote", "passes", "compile"] {
      #expect(lines.contains { $0.hasPrefix(phase) }, "no line begins with \(phase)")
    }
    #expect(outcome.errors.contains("not run: BASIC_NVCC=/no/nvcc is not a program") || outcome.status == 1)
  }

  @Test func `standard input is a problem like any other`() throws {
    let source = try TemporaryFolder.read(CommandLineTool.example)
    try TemporaryFolder.with { folder in
      let outcome = try CommandLineTool(folder: folder, input: .text(source))
        .run(["generate", "-", "--max-tokens", "5", "--format", "json", "--output", "out"])
      let report = try json(outcome.output)
      #expect((report["problem"] as? [String: Any])?["origin"] as? String == "-")
      #expect(try TemporaryFolder.names(folder + "/out").allSatisfy { $0.hasPrefix("stdin_") })
    }
  }

  @Test func `--output has the files under KernelBench's names, and nothing else`() throws {
    try TemporaryFolder.with { folder in
      let level = folder + "/KernelBench/level1"
      try FileManager.default.createDirectory(atPath: level, withIntermediateDirectories: true)
      try TemporaryFolder.write(try TemporaryFolder.read(CommandLineTool.example), level + "/25_Swish.py")
      let output = folder + "/deep/out"
      let outcome = try CommandLineTool(folder: folder).run(
        ["generate", "1/25", "--kernelbench", folder, "--max-tokens", "60", "--output", "deep/out", "--format", "json"])
      let report = try json(outcome.output)
      let stem = "level_1_problem_25_sample_0_"
      let names = try TemporaryFolder.names(output).filter { !$0.contains("_kernel.") }
      #expect(names == ["answer.txt", "prompt.txt", "report.json"].map { stem + $0 })
      #expect(try TemporaryFolder.read(output + "/\(stem)report.json") == outcome.output)
      #expect(try TemporaryFolder.read(output + "/\(stem)answer.txt") == report["text"] as? String)
      let kernels = try TemporaryFolder.names(output).filter { $0.contains("_kernel.") }
      #expect(kernels.count == (report["kernel"] is String ? 1 : 0))
      if let kernel = kernels.first {
        #expect(try TemporaryFolder.read(output + "/" + kernel) == report["kernel"] as? String)
      }
      // A second run replaces the first one's kernel, whatever kind of file that was.
      try TemporaryFolder.write("old", output + "/\(stem)kernel.py")
      try TemporaryFolder.write("old", output + "/\(stem)kernel.cu")
      _ = try CommandLineTool(folder: folder).run(
        ["generate", "1/25", "--kernelbench", folder, "--max-tokens", "2", "--output", "deep/out"])
      for name in try TemporaryFolder.names(output) where name.contains("_kernel.") {
        #expect(try TemporaryFolder.read(output + "/" + name) != "old")
      }
    }
  }

  @Test func `more threads than processors are not used`() throws {
    let outcome = try TemporaryFolder.with {
      try CommandLineTool(folder: $0).run(
        ["generate", CommandLineTool.example, "--max-tokens", "4", "--threads", "500", "--format", "json"])
    }
    #expect(outcome.errors.contains("note: --threads 500: there are"))
    let decoding = try json(outcome.output)["decoding"] as? [String: Any]
    #expect(decoding?["threads"] as? Int == ProcessInfo.processInfo.activeProcessorCount)
  }

  @Test func `bench decode measures every mode and finds equal texts`() throws {
    let outcome = try TemporaryFolder.with {
      try CommandLineTool(folder: $0).run(
        ["bench", "decode", "--problems", CommandLineTool.example, "--rounds", "1", "--max-tokens", "12"]
          + ["--format", "json", "--quiet"])
    }
    #expect(outcome.status == 0)
    #expect(outcome.errors.isEmpty)
    let modes = try #require(try json(outcome.output)["modes"] as? [[String: Any]])
    #expect(modes.count == SpeculationMode.allCases.count)
    for mode in modes { #expect(mode["equalTexts"] as? Int == mode["texts"] as? Int) }
    try Golden.check(
      try JSONShape.text(of: outcome.output, nullable: [".draft", ".draftThreads", ".autoOverBest"]),
      "bench-decode.json.txt")
  }

  @Test func `doctor says what is missing, and what mends it`() throws {
    try TemporaryFolder.with { folder in
      let outcome = try CommandLineTool(folder: folder).run(["doctor", "--format", "json"])
      #expect(outcome.status == 1)
      let findings = try #require(try json(outcome.output)["findings"] as? [[String: Any]])
      for finding in findings where finding["state"] as? String != "ok" {
        #expect((finding["remedy"] as? String)?.isEmpty == false, "\(finding["name"] ?? "")")
      }
      let states = Dictionary(uniqueKeysWithValues: findings.map { ($0["name"] as? String, $0["state"] as? String) })
      #expect(states["target model"] == "ok")
      #expect(states["draft model"] == "ok")
      #expect(states["nvcc"] == "missing")
      let ways = try #require((json(outcome.output)["passes"] as? [String: Any])?["ways"] as? [[String: Any]])
      #expect(ways.last?["way"] as? String == "libllama")
      // That a model cannot be measured hides nothing else.
      let wrong = try CommandLineTool(folder: folder).run(["doctor", "--model", "nowhere.gguf", "--format", "json"])
      #expect(wrong.status == 1)
      let all = try #require(try json(wrong.output)["findings"] as? [[String: Any]])
      #expect(all.count == findings.count + 1)
      #expect(all.last?["name"] as? String == "passes" && all.last?["state"] as? String == "missing")
      #expect((all.last?["detail"] as? String)?.contains("nowhere.gguf") == true)
      let quick = try CommandLineTool(folder: folder).run(["doctor", "--quick", "--format", "json"])
      #expect(quick.status == 1)
      #expect(try json(quick.output)["passes"] == nil)
      let text = try CommandLineTool(folder: folder).run(["doctor"])
      #expect(text.output.contains("to one"))
      #expect(text.output.contains("missing"))
      #expect(text.output.contains("→ "))
      let without = try CommandLineTool(folder: folder, environment: ["BASIC_MODELS": "/no/models"]).run(["doctor"])
      #expect(without.status == 1)
      #expect(without.output.contains("models"))
    }
  }
}
