import Foundation
import KernelVerdicts
import RunStore
import Testing

@testable import BasicCommands

struct ComparisonReportTests {
  private static func outcome(
    _ number: Int, _ name: String, _ state: String = "unsolved", correct: Double? = nil, seconds: Double,
    candidates: Int = 1, notice: String? = nil
  ) -> ComparisonReport.Outcome {
    ComparisonReport.Outcome(
      problem: "1/\(number)", name: name, state: state, notice: Nullable(notice), secondsToCorrect: Nullable(correct),
      seconds: seconds, candidates: candidates, duplicates: candidates / 4, withoutCode: candidates / 6,
      tokensRead: 1000 * candidates, tokensWritten: 300 * candidates)
  }

  private static let report: ComparisonReport = {
    let marks = ComparisonReport.marks(upTo: 60)
    let once = [
      outcome(19, "ReLU", "solved", correct: 5, seconds: 8.5), outcome(20, "LeakyReLU", seconds: 7.25),
      outcome(21, "Sigmoid", seconds: 9),
      outcome(22, "a|b", "unjudgeable", seconds: 0, candidates: 0, notice: "Its output\nis constant."),
    ]
    let tree = [
      outcome(19, "ReLU", "solved", correct: 5.001, seconds: 8.75),
      outcome(20, "LeakyReLU", "solved", correct: 60.012, seconds: 62, candidates: 8),
      outcome(21, "Sigmoid", "failed", seconds: 12, candidates: 3, notice: "Judging failed: the disk is full."),
      outcome(22, "a|b", "unjudgeable", seconds: 0, candidates: 0),
    ]
    return ComparisonReport(
      name: "night", model: "a model", device: "virtual", gpu: "h100", goal: "correct", budgetSeconds: 60, seed: 3,
      jobs: 1, level: Nullable(1),
      strategies: [
        .init(strategy: "best-of-1", run: "a", outcomes: once, marks: marks),
        .init(strategy: "adaptive", run: "b", outcomes: tree, marks: marks),
        .init(strategy: "linear", run: nil, outcomes: [], marks: marks),
      ])
  }()

  @Test func `the tables are as they were read last`() throws {
    try Golden.check(Self.report.text, "bench-search.txt")
  }

  @Test func `the JSON is as it was read last`() throws {
    try Golden.check(try JSON.document(Self.report), "bench-search.json.txt")
  }

  @Test func `a problem counts from its verdict on, and at the end also where that came a moment late`() {
    let marks = ComparisonReport.marks(upTo: 60)
    let counts = Self.report.strategies.map { $0.solvedAfter.map(\.solved) }
    #expect(marks == [5, 10, 20, 30, 45, 60])
    #expect(counts == [[1, 1, 1, 1, 1, 1], [0, 1, 1, 1, 1, 2], [0, 0, 0, 0, 0, 0]])
    #expect(Self.report.strategies.map(\.problems) == [3, 3, 0])
  }

  @Test(
    arguments: [
      (3, [3]), (5, [5]), (60, [5, 10, 20, 30, 45, 60]), (61, [5, 10, 20, 30, 45, 60, 61]),
      (900, [5, 10, 20, 30, 45, 60, 90, 120, 180, 300, 450, 600, 900]),
      (3000, [5, 10, 20, 30, 45, 60, 90, 120, 180, 300, 450, 600, 900, 1800, 3000]),
    ] as [(Double, [Double])])
  func `problems are counted at round times, and when the budget is spent`(budget: Double, marks: [Double]) {
    #expect(ComparisonReport.marks(upTo: budget) == marks)
  }

  @Test func `counts never fall as time goes on, and end with all that were solved`() {
    var generator = SystemRandomNumberGenerator()
    for _ in 0..<200 {
      let budget = Double.random(in: 1...5000, using: &generator)
      let outcomes = (0..<20).map { number in
        let time = Double.random(in: 0...budget * 1.001, using: &generator)
        return Self.outcome(number, "p", correct: Bool.random(using: &generator) ? time : nil, seconds: time)
      }
      let row = ComparisonReport.Row(
        strategy: "linear", run: nil, outcomes: outcomes, marks: ComparisonReport.marks(upTo: budget))
      let counts = row.solvedAfter.map(\.solved)
      #expect(counts == counts.sorted())
      #expect(counts.last == outcomes.count { $0.secondsToCorrect.value != nil })
    }
  }

  // MARK: The first correct kernel

  private static func candidate(
    _ ordinal: Int, _ verdict: Verdict?, at seconds: Double = 0, final: Verdict? = nil
  ) -> JudgedCandidate {
    func stored(_ verdict: Verdict, _ seconds: Double, isFinal: Bool) -> StoredVerdict {
      StoredVerdict(
        verdict, isFinal: isFinal, checkSeconds: 1, judgedAt: Date(timeIntervalSince1970: 0), problemSeconds: seconds)
    }
    return JudgedCandidate(
      candidate: SampleStore.candidate("1/19", ordinal), verdict: verdict.map { stored($0, seconds, isFinal: false) },
      finalVerdict: final.map { stored($0, seconds + 2, isFinal: true) })
  }

  @Test func `the time to the first correct kernel is that of its first verdict`() {
    let found = [
      Self.candidate(0, .incorrect, at: 2), Self.candidate(1, .correct, at: 7, final: .correct), Self.candidate(2, nil),
    ]
    #expect(ComparisonReport.secondsToCorrect(found) == 7)
  }

  @Test func `a kernel that the second check refuted counts for nothing`() {
    let refuted = Self.candidate(0, .correct, at: 3, final: .incorrect)
    #expect(ComparisonReport.secondsToCorrect([refuted]) == nil)
    #expect(ComparisonReport.secondsToCorrect([refuted, Self.candidate(1, .correct, at: 9, final: .correct)]) == 9)
  }

  @Test func `the first counts, if any is confirmed`() {
    let first = Self.candidate(0, .correct, at: 3)
    #expect(ComparisonReport.secondsToCorrect([first]) == nil)
    #expect(ComparisonReport.secondsToCorrect([first, Self.candidate(1, .correct, at: 9, final: .correct)]) == 3)
    #expect(ComparisonReport.secondsToCorrect([]) == nil)
  }
}
