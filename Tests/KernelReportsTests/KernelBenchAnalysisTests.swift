import Foundation
import KernelBench
import Testing

@testable import KernelReports

@Suite struct KernelBenchAnalysisTests {
  private static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Golden/KernelBench")

  private func bytes(_ path: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: Self.folder.appending(path: path)))
  }

  /// The expected texts were written by Python 3.11, numpy and tabulate 0.9.0, with the arithmetic, the order of pairing and the
  /// format strings of scripts/benchmark_eval_analysis.py and src/score.py at the revision that ``KernelBenchAnalysis``
  /// names; `gaps` lacks problems and has correct kernels without a time.
  @Test(arguments: ["single", "seven", "thirty-two", "gaps", "hundred"])
  func `the text is KernelBench's own, character by character`(_ name: String) throws {
    let analysis = try KernelBenchAnalysis(
      evalResults: bytes("\(name)/eval_results.json"), baseline: bytes("\(name)/baseline.json"), level: 1)
    #expect(analysis.text(runName: name) == String(decoding: try bytes("\(name)/expected.txt"), as: UTF8.self))
    #expect(analysis.notices.isEmpty == (name != "gaps"))
  }

  private static let baseline = #"{"level1": {"1_A.py": {"mean": 2}, "2_B.py": {"mean": 6}, "3_C.py": {"mean": 1}}}"#

  private func analysis(_ results: String, baseline: String = baseline, subset: Set<Int>? = nil) throws
    -> KernelBenchAnalysis
  {
    try KernelBenchAnalysis(
      evalResults: Array(results.utf8), baseline: Array(baseline.utf8), level: 1, subset: subset)
  }

  private func sample(_ id: Int, _ correct: Bool, _ runtime: Double) -> String {
    #"{"sample_id": \#(id), "compiled": true, "correctness": \#(correct), "metadata": {}, "runtime": \#(runtime)}"#
  }

  @Test func `only sample 0 counts and thresholds are strict`() throws {
    let result = try analysis(
      #"{"1": [\#(sample(1, true, 0.1)), \#(sample(0, true, 2))], "2": [\#(sample(0, true, 3))], "3": [\#(sample(7, true, 0.1))]}"#
    )
    #expect(result.correct == 2)
    #expect(result.compiled == 2)
    #expect(result.totalEvaluated == 3)
    // 2/2 and 6/3: neither above 1 and 2 by a hair.
    #expect(result.fast.map(\.score) == [2, 2, 2, 1, 1, 0].map { $0 / 3 })
    #expect(abs(result.geometricMean - 2.0.squareRoot()) < 1e-12)
    #expect(result.notices == [])
  }

  @Test func `a gap moves the baselines, as it does there, and is told`() throws {
    let result = try analysis(#"{"2": [\#(sample(0, true, 1))], "3": [\#(sample(0, true, 1))]}"#)
    // Problem 2 meets the baseline of 1, problem 3 that of 2.
    #expect(abs(result.geometricMean - 12.0.squareRoot()) < 1e-12)
    #expect(result.notices.count == 1)
    #expect(result.notices.first?.hasPrefix("3 problems are compared with another problem's baseline") == true)
  }

  @Test func `a subset takes the baselines of its problems in their order`() throws {
    let result = try analysis(#"{"2": [\#(sample(0, true, 3))], "3": [\#(sample(0, false, -1))]}"#, subset: [3, 2])
    #expect(result.totalProblems == 2)
    #expect(result.geometricMean == 2)
    #expect(result.notices == [])
  }

  @Test func `what the script stops at is an error`() {
    let twice = #"{"1": [\#(sample(0, true, 1)), \#(sample(0, true, 2))]}"#
    let more = #"{"1": [\#(sample(0, true, 1))], "9": [\#(sample(0, true, 1))]}"#
    for results in [twice, more] {
      let error = #expect(throws: KernelReportsError.self) { try analysis(results) }
      #expect(error?.code == .mismatch)
    }
    for results in ["", "[]", "{", #"{"1": 3}"#, #"{"1": [{"sample_id": 0}]}"#, "{} x"] {
      let error = #expect(throws: KernelReportsError.self) { try analysis(results) }
      #expect(error?.code == .unreadable)
    }
    let error = #expect(throws: KernelReportsError.self) { try analysis("{}", baseline: #"{"level2": {}}"#) }
    #expect(error?.code == .mismatch)
  }

  @Test func `the JSON has the script's names and no number that is none`() throws {
    let result = try analysis(#"{"1": [\#(sample(0, true, -1))], "2": [\#(sample(0, true, 3))], "3": []}"#)
    #expect(result.geometricMean.isNaN)
    let json = try result.json(runName: "r", hardware: "H100", baseline: "torch")
    let object = try #require(try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])
    #expect(
      object.keys.sorted() == [
        "baseline", "hardware", "level", "notices", "run_name", "schemaVersion", "speedup_metrics", "summary",
      ])
    let metrics = try #require(object["speedup_metrics"] as? [String: Any])
    #expect(metrics["geometric_mean_speedup"] == nil)
    let fast = try #require(metrics["fast_p"] as? [String: Double])
    #expect(fast.keys.sorted() == ["0.0", "0.5", "0.8", "1.0", "1.5", "2.0"])
    #expect(fast["1.0"] == 1.0 / 3)
  }

  @Test(arguments: [
    (0.0, "0"), (0.07, "0.07"), (1.0 / 3, "0.333333"), (0.001953125, "0.00195312"), (1e-5, "1e-05"), (1, "1"),
    (.nan, "nan"), (-.infinity, "-inf"),
  ])
  func `general numbers are Python's`(_ value: Double, _ text: String) {
    #expect(PythonNumber.general(value) == text)
  }

  @Test(arguments: [(6.25, "6.2"), (1.15, "1.1"), (99.95, "100.0"), (0, "0.0"), (.infinity, "inf")])
  func `fixed numbers are rounded as Python does`(_ value: Double, _ text: String) {
    #expect(PythonNumber.fixed(value, 1) == text)
  }
}
