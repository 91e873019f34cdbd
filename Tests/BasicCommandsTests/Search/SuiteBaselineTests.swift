import ArgumentParser
import Foundation
import KernelBench
import KernelEvaluation
import Synchronization
import Testing

@testable import BasicCommands

/// What `basic suite baseline` keeps, with a clock that says what it is told to.
struct SuiteBaselineTests {
  static func problems(_ names: [String]) throws -> [Problem] {
    try names.map {
      try Problem(bytes: Array("# \($0)\n\(SearchDoubles.reference)".utf8), origin: .file("/bench/level1/" + $0))
    }
  }

  /// Times by what a source says of itself.
  static func times(_ eager: [Double], _ compiled: [Double] = [], obstacle: String? = nil) -> ReferenceTimer.Times {
    ReferenceTimer.Times(eager: eager, compiled: compiled, obstacle: obstacle, hardware: "NVIDIA H100 80GB HBM3")
  }

  final class Record: Sendable {
    private let lines = Mutex<[String]>([])
    private let asked = Mutex<[String]>([])
    var said: [String] { lines.withLock { $0 } }
    var timed: [String] { asked.withLock { $0 } }
    func say(_ line: String) { lines.withLock { $0.append(line) } }
    func ask(_ source: String) { asked.withLock { $0.append(source) } }
  }

  static func run(
    _ folder: String, isAgain: Bool = false, _ record: Record,
    time: @escaping @Sendable (String) async throws -> ReferenceTimer.Times
  ) -> BaselineRun {
    BaselineRun(
      folder: folder, level: 1, isAgain: isAgain, announce: { record.say($0) },
      time: { source in
        record.ask(source)
        return try await time(source)
      })
  }

  @Test func `times are in KernelBench's form, in milliseconds of three digits, and both files can be read again`()
    async throws
  {
    try await TemporaryFolder.with { folder in
      let record = Record()
      let run = Self.run(folder + "/H100", record) { source in
        source.contains("19_ReLU")
          ? Self.times([0.00123456, 0.0012, 0.0013], [0.001, 0.001])
          : Self.times([5e-6], obstacle: "it breaks the graph")
      }
      let problems = try Self.problems(["2_Standard.py", "19_ReLU.py"])
      #expect(try await run.go(problems) == 0)
      let eager = try TimingBaseline(path: folder + "/H100/baseline_time_torch.json")
      let relu = try #require(eager.levels[1]?["19_ReLU.py"])
      #expect(relu.mean == 1.24 && relu.minimum == 1.2 && relu.maximum == 1.3 && relu.trials == 3)
      #expect(relu.standardDeviation == 0.0415 && relu.hardware == "NVIDIA H100 80GB HBM3" && relu.device == "cuda:0")
      #expect(eager.levels[1]?["2_Standard.py"]?.mean == 0.005)
      let compiled = try TimingBaseline(
        path: folder + "/H100/baseline_time_torch_compile_inductor_default.json")
      #expect(compiled.levels[1].map { Set($0.keys) } == ["19_ReLU.py"])
      #expect(record.said[0] == "[1/2] 1/2 Standard: eager 0.005 ms, compiled none; not compiled: it breaks the graph")
      #expect(record.said[1] == "[2/2] 1/19 ReLU: eager 1.24 ms, compiled 1.0 ms")
    }
  }

  @Test func `what has times is left alone, other levels too, unless it is to be timed again`() async throws {
    try await TemporaryFolder.with { folder in
      let before = TimingBaseline([
        1: ["19_ReLU.py": try #require(RuntimeStatistics(milliseconds: [7], hardware: "H", device: "cuda:0"))],
        2: ["1_Conv.py": try #require(RuntimeStatistics(milliseconds: [9], hardware: "H", device: "cuda:0"))],
      ])
      let path = folder + "/baseline_time_torch.json"
      try before.write(path: path)
      let problems = try Self.problems(["19_ReLU.py", "20_LeakyReLU.py"])
      let record = Record()
      #expect(try await Self.run(folder, record) { _ in Self.times([0.001], [0.002]) }.go(problems) == 0)
      var after = try TimingBaseline(path: path)
      #expect(after.levels[2] == before.levels[2] && after.levels[1]?["19_ReLU.py"]?.mean == 7)
      #expect(after.levels[1]?["20_LeakyReLU.py"]?.mean == 1 && record.timed.count == 1)
      #expect(try await Self.run(folder, isAgain: true, record) { _ in Self.times([0.003]) }.go(problems) == 0)
      after = try TimingBaseline(path: path)
      #expect(after.levels[1]?["19_ReLU.py"]?.mean == 3 && record.timed.count == 3)
      // What does not compile any more has no time of before.
      let compiled = try TimingBaseline(
        path: folder + "/baseline_time_torch_compile_inductor_default.json")
      #expect(compiled.levels[1]?["20_LeakyReLU.py"] == nil)
    }
  }

  @Test
  func `a reference that fails is named, and the others are timed; our own failure ends it with all that was written`()
    async throws
  {
    try await TemporaryFolder.with { folder in
      let problems = try Self.problems(["1_A.py", "2_B.py", "3_C.py"])
      let record = Record()
      let run = Self.run(folder, record) { source in
        if source.contains("2_B") { throw KernelEvaluationError(.badReference, "The reference fails: no memory.") }
        return Self.times([0.001], [0.001])
      }
      #expect(try await run.go(problems) == 1)
      #expect(record.said[1] == "[2/3] 1/2 B: The reference fails: no memory.")
      #expect(try TimingBaseline(path: folder + "/baseline_time_torch.json").levels[1]?.count == 2)

      let broken = Self.run(folder + "/other", record) { source in
        if source.contains("2_B") { throw KernelEvaluationError(.internalFailure, "no") }
        return Self.times([0.001], [0.001])
      }
      await #expect(throws: KernelEvaluationError.self) { try await broken.go(problems) }
      #expect(try TimingBaseline(path: folder + "/other/baseline_time_torch.json").levels[1]?.count == 1)
    }
  }

  @Test(
    .enabled(if: CommandLineTool.isBuilt, Comment(rawValue: CommandLineTool.notBuilt)),
    .enabled(
      if: FileManager.default.isExecutableFile(atPath: CommandLineTool.checkout + "/.python/bin/python"),
      "set-up has not been run: there is no PyTorch"))
  func `without a GPU that PyTorch can use there are no baselines, and no files`() throws {
    try TemporaryFolder.with { folder in
      try FileManager.default.createDirectory(
        atPath: folder + "/KernelBench/level1", withIntermediateDirectories: true)
      try TemporaryFolder.write(SearchDoubles.reference, folder + "/KernelBench/level1/19_ReLU.py")
      // The Python of the set-up computes on processors alone.
      let outcome = try CommandLineTool(
        folder: folder, environment: ["BASIC_PYTHON": CommandLineTool.checkout + "/.python/bin/python"]
      ).run(["suite", "baseline", "--level", "1", "--kernelbench", "."])
      #expect(outcome.status == 69)
      #expect(outcome.errors.contains("built for processors alone") && !outcome.errors.contains("--device"))
      #expect(outcome.output.isEmpty)
      #expect(!FileManager.default.fileExists(atPath: folder + "/results"))
    }
  }

  @Test(arguments: [
    ("NVIDIA H100 80GB HBM3", "NVIDIA_H100_80GB_HBM3"), ("Tesla T4", "Tesla_T4"), ("../x", "x"), ("", "GPU"),
  ])
  func `a GPU's name becomes a folder's`(name: String, folder: String) {
    #expect(SuiteBaseline.folderName(name) == folder)
  }

  @Test(arguments: [
    ("suite baseline", "--level"), ("suite baseline --level 1 --calls 3", "--calls"),
    ("suite baseline --level 1 --hardware a/b", "--hardware"), ("suite baseline --level 1 --output=", "--output"),
  ])
  func `wrong arguments get a sentence`(line: String, part: String) {
    #expect {
      _ = try Basic.parseAsRoot(line.split(separator: " ").map(String.init))
    } throws: {
      Basic.message(for: $0).contains(part)
    }
  }
}
