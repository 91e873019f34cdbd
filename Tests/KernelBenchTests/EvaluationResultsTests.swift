import Foundation
import Testing

@testable import KernelBench

let sampleStatistics = RuntimeStatistics(
  mean: 2.66, standardDeviation: 0.0199, minimum: 2.65, maximum: 2.86, trials: 100, hardware: "NVIDIA H100 80GB HBM3",
  device: "cuda:0")

let sampleEvaluation = """
  {
      "2": [
          {
              "sample_id": 0,
              "compiled": true,
              "correctness": true,
              "metadata": {
                  "hardware": "NVIDIA H100 80GB HBM3",
                  "device": "cuda:0",
                  "correctness_trials": "(5 / 5)"
              },
              "runtime": 2.66,
              "runtime_stats": {
                  "mean": 2.66,
                  "std": 0.0199,
                  "min": 2.65,
                  "max": 2.86,
                  "num_trials": 100,
                  "hardware": "NVIDIA H100 80GB HBM3",
                  "device": "cuda:0"
              }
          }
      ],
      "10": [
          {
              "sample_id": 0,
              "compiled": false,
              "correctness": false,
              "metadata": {
                  "compilation_error": "no \\u00e9"
              },
              "runtime": -1.0,
              "runtime_stats": {}
          },
          {
              "sample_id": 3,
              "compiled": true,
              "correctness": false,
              "metadata": {},
              "runtime": -1.0,
              "runtime_stats": {}
          }
      ]
  }
  """

let sampleResults = EvaluationResults([
  10: [
    SampleResult(
      sample: 0, compiled: false, isCorrect: false, metadata: [.init("compilation_error", .string("no é"))]),
    SampleResult(sample: 3, compiled: true, isCorrect: false),
  ],
  2: [
    SampleResult(
      sample: 0, compiled: true, isCorrect: true,
      metadata: [
        .init("hardware", .string("NVIDIA H100 80GB HBM3")), .init("device", .string("cuda:0")),
        .init("correctness_trials", .string("(5 / 5)")),
      ], runtime: 2.66, statistics: sampleStatistics)
  ],
])

@Suite struct `Evaluation results` {
  @Test func `are written as KernelBench writes them`() {
    #expect(sampleResults.text == sampleEvaluation)
  }

  @Test func `come back as they were written`() throws {
    let read = try EvaluationResults(reading: Array(sampleEvaluation.utf8))
    #expect(read == sampleResults)
    #expect(read.notes.isEmpty)
    #expect(read.result(problem: 10, sample: 3)?.compiled == true && read.result(problem: 10, sample: 1) == nil)
  }

  @Test func `carry along what they do not know`() throws {
    let text = sampleEvaluation.replacingOccurrences(
      of: "\"runtime_stats\": {}", with: "\"runtime_stats\": {},\n\(pad)\"more\": [\n\(pad)    1e5\n\(pad)]")
    #expect(text != sampleEvaluation)
    #expect(try EvaluationResults(reading: Array(text.utf8)).text == text)
  }

  private let pad = String(repeating: " ", count: 12)

  @Test func `with strange entries keep the others`() throws {
    let text = """
      {"x": [], "3": [7, {"compiled": true}, {"sample_id": 0, "compiled": 1, "correctness": true, "runtime": NaN}],
       "1": {"sample_id": 2, "compiled": true, "correctness": true, "runtime": 0.5, "runtime_stats": {"mean": -1.0}},
       "4": [], "-5": []}
      """
    let read = try EvaluationResults(reading: Array(text.utf8))
    #expect(read.problems.keys.sorted() == [1, 3, 4])
    #expect(read.problems[3]?.map(\.compiled) == [true, false])
    #expect(read.problems[3]?.allSatisfy { $0.runtime == nil } == true)
    #expect(read.problems[1]?.first?.runtime == 0.5 && read.problems[1]?.first?.statistics == nil)
    #expect(read.problems[4] == [])
    let notes = read.notes.joined(separator: "\n")
    for part in [
      "\"x\" is no problem's number", "no object", "no sample_id", "compiled", "stands there twice", "\"-5\"",
    ] {
      #expect(notes.contains(part))
    }
  }

  @Test func `tell no more than a person reads`() throws {
    let text = "{" + (0..<500).map { "\"x\($0)\": 1" }.joined(separator: ", ") + "}"
    #expect(try EvaluationResults(reading: Array(text.utf8)).notes.count == 51)
  }

  @Test(arguments: ["[]", "3", "null", "\"a\""])
  func `are an object`(text: String) {
    #expect { try EvaluationResults(reading: Array(text.utf8)) } throws: {
      ($0 as? KernelBenchError)?.code == .invalidResults
    }
  }

  @Test(.enabled(if: Python.isThere, "There is no python3 to compare with."))
  func `are byte for byte what Python's json writes`() throws {
    var generator = SeededGenerator(seed: 5)
    var many = sampleResults
    for problem in 1...60 {
      many.problems[problem] = (0..<Int.random(in: 1...4, using: &generator)).map { sample in
        var timed = sampleStatistics
        let value = Double(bitPattern: UInt64.random(in: 0..<(0x7fe << 52), using: &generator))
        timed.mean = value
        timed.standardDeviation = Double.random(in: 0...1, using: &generator)
        return SampleResult(
          sample: sample, compiled: true, isCorrect: true,
          metadata: [.init("error\u{1F680}\u{2028}\u{85}\"\\", .string("line\n\ttab \u{7f}\u{0}"))], runtime: value,
          statistics: timed)
      }
    }
    let again = try Python.run(
      "import json, sys; sys.stdout.write(json.dumps(json.load(sys.stdin), indent=4))", input: many.text)
    #expect(again == many.text)
  }
}

@Suite struct `A timing baseline` {
  @Test func `is written by level and number`() throws {
    let baseline = TimingBaseline([
      2: ["1_A.py": sampleStatistics],
      1: ["10_B.py": sampleStatistics, "9_C.py": sampleStatistics, "odd": sampleStatistics],
    ])
    let read = try TimingBaseline(reading: Array(baseline.text.utf8), name: "x")
    #expect(read == baseline)
    let names = ["level1", "9_C.py", "10_B.py", "odd", "level2", "1_A.py"].map { "\"\($0)\"" }
    let places = names.compactMap { baseline.text.range(of: $0)?.lowerBound }
    #expect(places.count == names.count && places == places.sorted())
    #expect(read[ProblemID(level: 1, problem: 9)] == sampleStatistics && read[ProblemID(level: 1, problem: 8)] == nil)
  }

  @Test func `with strange entries keeps the others`() throws {
    let text = "{\"level1\": {\"1_A.py\": {\"mean\": 2}, \"2_B.py\": {\"mean\": 0}, \"3_C.py\": null}, \"all\": 3}"
    let read = try TimingBaseline(reading: Array(text.utf8), name: "b.json")
    #expect(read.levels[1]?.keys.sorted() == ["1_A.py"] && read.notes.count == 3)
  }

  @Test(.enabled(if: TestData.isThere, "\(TestData.isMissing)"))
  func `of KernelBench's own comes back byte for byte`() throws {
    let folder = TestData.checkout + "/results/timing/H100_Modal"
    let names = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".json") }
    #expect(!names.isEmpty)
    for name in names {
      let baseline = try TimingBaseline(path: folder + "/" + name)
      let text = String(decoding: try Data(contentsOf: URL(fileURLWithPath: folder + "/" + name)), as: UTF8.self)
      #expect(baseline.text == text && baseline.notes.isEmpty)
      #expect(baseline.levels.mapValues(\.count) == [1: 100, 2: 100, 3: 50])
      try withTemporaryFolder { other in
        try baseline.write(path: other + "/" + name)
        #expect(try TimingBaseline(path: other + "/" + name) == baseline)
      }
    }
    #expect(
      try TimingBaseline(path: folder + "/baseline_time_torch.json")[ProblemID(level: 1, problem: 1)]?.mean == 2.66)
  }
}
