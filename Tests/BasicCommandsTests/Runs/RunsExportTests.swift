import ArgumentParser
import Foundation
import KernelBench
import KernelVerdicts
import RunStore
import Testing

@testable import BasicCommands

struct RunsExportTests {
  private func export(
    _ folder: String, _ run: String, as form: RunsExport.Form, to output: String, _ more: String...
  ) async throws -> [String] {
    let arguments = [run, "--store", "\(folder)/\(StoreLocation.fileName)", "--as", form.rawValue, "--output", output]
    return try await RunsExport.parse(arguments + more).export()
  }

  private func failure(_ body: () async throws -> Void) async -> CommandFailure? {
    do {
      try await body()
      return nil
    } catch {
      return Basic.failure(for: error)
    }
  }

  @Test func `independent samples become KernelBench's samples, in their order`() async throws {
    try await SampleStore.with { (folder, database) async throws in
      try await SampleStore.fill(database)
      let output = folder + "/runs/samples"
      let said = try await export(folder, SampleStore.samples, as: .kernelbench, to: output)
      #expect(said.last == "8 kernels and 7 results written to \(output)")
      #expect(said.contains("1 sample without a verdict of ours: no results of them."))
      try Golden.check(try TemporaryFolder.read(output + "/eval_results.json"), "runs-export-eval_results.json.txt")
      try Golden.check(
        try TemporaryFolder.read(output + "/generation_config.yaml"), "runs-export-generation_config.yaml.txt")
      let read = try RunFolder(path: output)
      #expect(read.level == 2 && read.notes.isEmpty)
      #expect(read.samples.map(\.sample) == [0, 1, 2, 3, 0, 1, 2, 3])
      #expect(read.samples.allSatisfy { $0.hasPrompt })
      let kernel = try read.kernel(of: read.samples[4])
      #expect(kernel == "class ModelNew: pass  # 2/40 0\n")
      let names = try TemporaryFolder.names(output)
      #expect(names.contains("pass_at_k_results.json"))
      #expect(try TemporaryFolder.names(folder + "/runs") == ["samples"])
    }
  }

  @Test func `a search has its best kernel as sample 0, and no runtime that was not measured`() async throws {
    try await SampleStore.with { (folder, database) async throws in
      try await SampleStore.fill(database)
      let output = folder + "/out"
      let said = try await export(folder, "night", as: .kernelbench, to: output)
      #expect(said.last == "2 kernels and 2 results written to \(output)")
      #expect(said.contains("2 problems without results."))
      let read = try RunFolder(path: output)
      #expect(read.samples.map { "\($0.id) \($0.sample)" } == ["1/19 0", "1/23 0"])
      let kernel = try read.kernel(of: read.samples[0])
      #expect(kernel == "class ModelNew: pass  # 1/19 3\n")
      let solved = try #require(read.results?.result(problem: 19, sample: 0))
      #expect(solved.compiled && solved.isCorrect && solved.runtime == nil && solved.statistics == nil)
      let text = try TemporaryFolder.read(output + "/eval_results.json")
      #expect(!text.contains("0.412") && !text.contains("estimate"))
      let rejected = try #require(read.results?.result(problem: 23, sample: 0))
      #expect(rejected.compiled && !rejected.isCorrect)
      let names = try TemporaryFolder.names(output)
      #expect(!names.contains("pass_at_k_results.json"))
    }
  }

  @Test(arguments: Verdict.allCases)
  func `KernelBench's truth values follow from the verdict`(verdict: Verdict) {
    let candidate = JudgedCandidate(candidate: SampleStore.candidate("1/1", 0))
    let stored = SampleStore.verdict(verdict, "So it is.", estimate: 1, ratio: 2, runtime: 0.5)
    for device in ["cuda", "virtual"] {
      let result = SampleEvidence(device: device, gpu: "h100")
        .result(sample: 3, candidate, verdict: stored, facts: JudgementFacts())
      #expect((result == nil) == (verdict == .unsupported))
      guard let result else { continue }
      #expect(result.sample == 3)
      #expect(result.compiled == (verdict != .compileError))
      #expect(result.isCorrect == (verdict == .correct))
      #expect(result.runtime == (verdict == .correct && device == "cuda" ? 0.5 : nil))
      #expect(
        result.metadata.first { $0.name == "hardware" }?.value.string?.contains("virtual") == (device == "virtual"))
    }
  }

  @Test func `what came furthest stands for a problem that was not solved`() {
    func judged(_ ordinal: Int, _ verdict: Verdict?) -> JudgedCandidate {
      JudgedCandidate(
        candidate: SampleStore.candidate("1/1", ordinal), verdict: verdict.map { SampleStore.verdict($0, "") })
    }
    func chosen(_ candidates: [JudgedCandidate], best: Int? = nil) -> [Int] {
      SampleChoice(SampleStore.run("r", "adaptive")).samples(of: candidates, best: best).map(\.candidate.id.ordinal)
    }
    let all = Verdict.allCases.enumerated().map { judged($0, $1) }
    #expect(chosen(all) == [0])
    #expect(chosen(Array(all.dropFirst())) == [1])
    #expect(chosen(all, best: 4) == [4])
    #expect(chosen([judged(3, .incorrect), judged(1, .incorrect), judged(0, .compileError)]) == [1])
    #expect(chosen([judged(0, nil), judged(1, .unsupported)]) == [])
    #expect(chosen([]) == [])
  }

  @Test func `what is no run folder is refused, and nothing is made`() async throws {
    try await SampleStore.with { (folder, database) async throws in
      try await SampleStore.fill(database)
      let failure = await failure {
        _ = try await export(folder, SampleStore.interrupted, as: .kernelbench, to: folder + "/out")
      }
      #expect(failure?.status == .usage)
      #expect(failure?.message?.contains("01_swish") == true)
      #expect(!FileManager.default.fileExists(atPath: folder + "/out"))
    }
  }

  @Test func `an export is replaced with --force only, and then as a whole`() async throws {
    try await SampleStore.with { (folder, database) async throws in
      try await SampleStore.fill(database)
      let output = folder + "/out"
      _ = try await export(folder, SampleStore.samples, as: .kernelbench, to: output)
      try TemporaryFolder.write("mine", output + "/notes.txt")
      let before = try TemporaryFolder.names(output)
      let refused = await failure { _ = try await export(folder, "night", as: .kernelbench, to: output) }
      #expect(refused?.status == .usage)
      #expect(refused?.message?.contains("--force") == true)
      #expect(try TemporaryFolder.names(output) == before)
      _ = try await export(folder, "night", as: .kernelbench, to: output, "--force")
      // Samples of the earlier run would be taken for this one's.
      #expect(
        try TemporaryFolder.names(output) == [
          "eval_results.json", "generation_config.yaml", "level_1_problem_19_sample_0_kernel.py",
          "level_1_problem_19_sample_0_prompt.txt", "level_1_problem_23_sample_0_kernel.py",
          "level_1_problem_23_sample_0_prompt.txt", "notes.txt",
        ])
    }
  }

  @Test func `an export that fails leaves nothing, and what was there`() async throws {
    struct Trouble: Error {}
    try await SampleStore.with { (folder, _) async throws in
      for output in [folder + "/new/deep", folder + "/old"] {
        if output.hasSuffix("old") {
          try FileManager.default.createDirectory(atPath: output, withIntermediateDirectories: true)
          try TemporaryFolder.write("1", output + "/a.txt")
        }
        let before = try FileManager.default.subpathsOfDirectory(atPath: folder).sorted()
        await #expect(throws: Trouble.self) {
          try await ExportFolder(checking: output, replaces: true).fill(where: { _ in true }) { staging in
            try TemporaryFolder.write("2", staging + "/a.txt")
            throw Trouble()
          }
        }
        #expect(try FileManager.default.subpathsOfDirectory(atPath: folder).sorted() == before)
        if output.hasSuffix("old") { #expect(try TemporaryFolder.read(output + "/a.txt") == "1") }
      }
    }
  }

  @Test(arguments: RunsExport.Form.allCases)
  func `an export that is interrupted leaves nothing`(form: RunsExport.Form) async throws {
    try await SampleStore.with { (folder, database) async throws in
      try await SampleStore.fill(database)
      let task = Task {
        withUnsafeCurrentTask { $0?.cancel() }
        _ = try await export(folder, "night", as: form, to: folder + "/a/out")
      }
      await #expect(throws: CancellationError.self) { try await task.value }
      #expect(try TemporaryFolder.names(folder) == [".basic"])
    }
  }

  @Test func `a folder in the place of a file is found before the first file is moved`() async throws {
    try await SampleStore.with { (folder, _) async throws in
      let output = folder + "/out"
      try FileManager.default.createDirectory(atPath: output + "/b", withIntermediateDirectories: true)
      await #expect(throws: FileError.self) {
        try await ExportFolder(checking: output, replaces: true).fill(where: { _ in false }) { staging in
          for name in ["a", "b", "c"] { try TemporaryFolder.write("", "\(staging)/\(name)") }
        }
      }
      #expect(try TemporaryFolder.names(output) == ["b"])
    }
  }

  @Test func `fine-tuning lines are of verified kernels only, unless all are asked for`() async throws {
    try await SampleStore.with { (folder, database) async throws in
      try await SampleStore.fill(database)
      let output = folder + "/tuning"
      let said = try await export(folder, "night", as: .jsonl, to: output)
      #expect(said == ["1 verified candidate written to \(output)/\(SampleStore.search).jsonl"])
      let text = try TemporaryFolder.read("\(output)/\(SampleStore.search).jsonl")
      try Golden.check(text, "runs-export.jsonl.txt")
      // Another run's file does not stand in the way.
      _ = try await export(folder, SampleStore.samples, as: .jsonl, to: output, "--all")
      let all = try TemporaryFolder.read("\(output)/\(SampleStore.samples).jsonl")
      #expect(all.split(separator: "\n").count == 7)
      #expect(await failure { _ = try await export(folder, "night", as: .jsonl, to: output) }?.status == .usage)
    }
  }

  @Test func `the whole of a run is exported as it is`() async throws {
    try await SampleStore.with { (folder, database) async throws in
      try await SampleStore.fill(database)
      let output = folder + "/all"
      _ = try await export(folder, "night", as: .basic, to: output)
      let names = try TemporaryFolder.names(output)
      try Golden.check(names.joined(separator: "\n") + "\n", "runs-export-basic.txt")
      #expect(names.allSatisfy { BasicExport.isOurs($0) })
      #expect(
        try TemporaryFolder.read(output + "/problem_0_1_19_candidate_3_source.py") == "class ModelNew: pass  # 1/19 3\n"
      )
      let document = try JSONSerialization.jsonObject(
        with: Data(try TemporaryFolder.read(output + "/run.json").utf8))
      let problems = (document as? [String: Any])?["problems"] as? [[String: Any]]
      #expect(problems?.count == 4)
      #expect((problems?.first?["candidates"] as? [Any])?.count == 8)
      _ = try await export(folder, SampleStore.interrupted, as: .basic, to: folder + "/cuda")
      #expect(try TemporaryFolder.names(folder + "/cuda").contains("problem_0_01_swish_candidate_0_source.cu"))
    }
  }

  @Test func `a judgement of any shape does no harm`() {
    for text in ["", "null", "[]", "{", #"{"correctness":7}"#, #"{"details":{"a":1}}"#] {
      #expect(JudgementFacts(reading: text) == JudgementFacts())
    }
    var generator = SystemRandomNumberGenerator()
    let whole = Array(SampleStore.judgement(.incorrect, passed: 2, more: #","timing":{"pairs":3}"#).utf8)
    for _ in 0..<2000 {
      var bytes = whole
      for _ in 0..<Int.random(in: 1...4, using: &generator) {
        bytes[Int.random(in: 0..<bytes.count, using: &generator)] = UInt8.random(in: 32...126, using: &generator)
      }
      _ = JudgementFacts(reading: String(decoding: bytes, as: UTF8.self))
    }
    #expect(JudgementFacts(reading: String(decoding: whole, as: UTF8.self)).timing?.pairs == 3)
  }

  @Test(arguments: ["1/19", "0/0"]) func `a problem of KernelBench's has a level and a number`(name: String) {
    #expect(ProblemID(runProblem: name)?.description == name)
  }

  @Test(arguments: ["", "1", "1/", "/1", "01/2", "1/2/3", "-1/2", "a/b", "1/+2"])
  func `any other problem has not`(name: String) { #expect(ProblemID(runProblem: name) == nil) }
}
