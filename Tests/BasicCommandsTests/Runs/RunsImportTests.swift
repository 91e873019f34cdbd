import ArgumentParser
import Foundation
import KernelBench
import RunStore
import Testing

@testable import BasicCommands

struct RunsImportTests {
  private static let module =
    """
    class Model:
      pass

    def get_inputs():
      return []

    def get_init_inputs():
      return []

    """

  /// A checkout with some problems of two levels.
  private func makeCheckout(_ folder: String) throws -> String {
    for (level, names) in [(1, ["3_Batched_matmul.py", "19_ReLU.py"]), (2, ["7_Conv.py", "40_Matmul.py"])] {
      let path = "\(folder)/KernelBench/KernelBench/level\(level)"
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
      for name in names { try TemporaryFolder.write(Self.module, "\(path)/\(name)") }
    }
    return folder + "/KernelBench"
  }

  private func makeRunFolder(_ folder: String) throws -> String {
    let path = folder + "/theirs"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    for (problem, sample) in [(19, 0), (19, 2), (3, 0)] {
      let stem = "\(path)/level_1_problem_\(problem)_sample_\(sample)"
      try TemporaryFolder.write("class ModelNew: pass  # \(problem) \(sample)\n", stem + "_kernel.py")
      if sample == 0 { try TemporaryFolder.write("Problem \(problem)?", stem + "_prompt.txt") }
    }
    try Data([0xFF, 0xFE, 0x00]).write(to: URL(filePath: path + "/level_1_problem_3_sample_1_kernel.py"))
    try FileManager.default.createSymbolicLink(
      atPath: path + "/level_1_problem_3_sample_2_kernel.py", withDestinationPath: "/etc/passwd")
    try TemporaryFolder.write("model_name: deepseek-r1\nlevel: 1\ntemperature: 0.6\n", path + "/generation_config.yaml")
    let result = SampleResult(sample: 0, compiled: true, isCorrect: true, runtime: 0.5)
    let unknown = SampleResult(sample: 0, compiled: true, isCorrect: true)
    try TemporaryFolder.write(
      EvaluationResults([19: [result], 99: [unknown]]).text, path + "/eval_results.json")
    return path
  }

  private func imported(
    _ folder: String, _ run: String, checkout: String, name: String? = nil
  ) async throws -> KernelBenchImport.Outcome {
    let arguments = [run, "--store", "\(folder)/\(StoreLocation.fileName)", "--kernelbench", checkout]
    return try await RunsImport.parse(arguments + (name.map { ["--name", $0] } ?? [])).imported()
  }

  @Test func `a run folder becomes a run whose candidates wait for a verdict`() async throws {
    try await SampleStore.with { (folder, database) async throws in
      let checkout = try makeCheckout(folder)
      let outcome = try await imported(folder, try makeRunFolder(folder), checkout: checkout)
      #expect(outcome.problems == 2 && outcome.candidates == 5)
      let view = try await SampleStore.view(database, "theirs")
      #expect(view.run.id == outcome.run.id && view.run.kind == .import && view.run.state == .paused)
      #expect(view.run.model == "deepseek-r1" && view.run.level == 1 && view.run.driver == nil)
      #expect(view.problems.map(\.id) == ["1/3", "1/19"])
      #expect(view.problems.map(\.name) == ["Batched_matmul", "ReLU"])
      #expect(view.problems.allSatisfy { $0.reference == Self.module && $0.state == .pending })
      #expect(view.candidates.map(\.id.description) == ["1/3#0", "1/3#1", "1/3#2", "1/19#0", "1/19#2"])
      #expect(
        view.candidates.map(\.candidate.state.name) == [
          "generated", "without-code", "failed", "generated", "generated",
        ])
      // What they say of themselves is no verdict.
      #expect(view.candidates.allSatisfy { $0.lastVerdict == nil })
      let claims = view.events.filter { $0.kind == KernelBenchImport.claimKind }
      #expect(claims.map(\.problem) == ["1/19"])
      #expect(claims[0].detail.contains("\"runtime\": 0.5"))
      let text = try await database.text(of: CandidateID(problem: "1/19", ordinal: 0), in: view.run.id)
      #expect(text == CandidateText(prompt: "Problem 19?", answer: "", source: "class ModelNew: pass  # 19 0\n"))
      #expect(view.run.configuration.contains(#""temperature":0.6"#))
      #expect(view.run.configuration.contains(#""importedFrom":"\#(folder)/theirs""#))
      #expect(outcome.notes.contains { $0.contains("symbolic link") })
    }
  }

  @Test func `what was imported can be exported again, as it was`() async throws {
    try await SampleStore.with { (folder, database) async throws in
      let checkout = try makeCheckout(folder)
      _ = try await imported(folder, try makeRunFolder(folder), checkout: checkout, name: "n")
      let arguments = ["n", "--store", database.path, "--as", "kernelbench", "--output", folder + "/again"]
      let said = try await RunsExport.parse(arguments).export()
      #expect(said.contains { $0.hasPrefix("Problems have between 2 and 3 samples") })
      #expect(!FileManager.default.fileExists(atPath: folder + "/again/pass_at_k_results.json"))
      let (first, second) = (try RunFolder(path: folder + "/theirs"), try RunFolder(path: folder + "/again"))
      // Without those that are no text.
      let samples = first.samples.filter { $0.id.problem == 19 || $0.sample == 0 }
      #expect(second.samples == samples)
      for sample in samples {
        let (kernel, prompt) = (try first.kernel(of: sample), try first.prompt(of: sample))
        let (newKernel, newPrompt) = (try second.kernel(of: sample), try second.prompt(of: sample))
        #expect(kernel == newKernel && prompt == newPrompt)
      }
      // A kernel that Python cannot read is one that does not compile; the others have no verdict.
      #expect(second.results?.problems.keys.sorted() == [3])
    }
  }

  @Test func `an exported run of samples is imported with the same kernels`() async throws {
    try await SampleStore.with { (folder, database) async throws in
      try await SampleStore.fill(database)
      let checkout = try makeCheckout(folder)
      let output = folder + "/samples"
      let arguments = [SampleStore.samples, "--store", database.path, "--as", "kernelbench", "--output", output]
      _ = try await RunsExport.parse(arguments).export()
      let outcome = try await imported(folder, output, checkout: checkout)
      #expect(outcome.problems == 2 && outcome.candidates == 8 && outcome.notes.isEmpty)
      let view = try await SampleStore.view(database, outcome.run.id)
      #expect(view.run.model == "model-a" && view.run.name == "samples")
      let claims = view.events.filter { $0.kind == KernelBenchImport.claimKind }
      #expect(claims.map(\.problem) == ["2/7", "2/40"])
    }
  }

  @Test func `a problem that the checkout lacks stops it before anything is stored`() async throws {
    try await SampleStore.with { (folder, database) async throws in
      let checkout = try makeCheckout(folder)
      let path = try makeRunFolder(folder)
      try TemporaryFolder.write("pass", path + "/level_1_problem_77_sample_0_kernel.py")
      await #expect(throws: KernelBenchError.self) { try await imported(folder, path, checkout: checkout) }
      #expect(try await database.runs().isEmpty)
    }
  }

  @Test func `an import that is interrupted leaves no run`() async throws {
    try await SampleStore.with { (folder, database) async throws in
      let checkout = try makeCheckout(folder)
      let path = try makeRunFolder(folder)
      let task = Task {
        withUnsafeCurrentTask { $0?.cancel() }
        _ = try await imported(folder, path, checkout: checkout)
      }
      await #expect(throws: CancellationError.self) { try await task.value }
      #expect(try await database.runs().isEmpty)
    }
  }

  @Test func `a folder without kernels is refused`() async throws {
    try await SampleStore.with { (folder, database) async throws in
      let checkout = try makeCheckout(folder)
      try FileManager.default.createDirectory(atPath: folder + "/empty", withIntermediateDirectories: true)
      await #expect(throws: KernelBenchError.self) { try await imported(folder, folder + "/empty", checkout: checkout) }
      try TemporaryFolder.write("level: 1\n", folder + "/empty/generation_config.yaml")
      await #expect(throws: CommandFailure.self) { try await imported(folder, folder + "/empty", checkout: checkout) }
      #expect(try await database.runs().isEmpty)
    }
  }
}
