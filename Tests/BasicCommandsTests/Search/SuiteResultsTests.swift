import KernelReports
import KernelSearch
import KernelVerdicts
import RunStore
import Testing

@testable import BasicCommands

struct SuiteResultsTests {
  @Test(arguments: [("night", "search"), (SampleStore.samples, "samples"), (SampleStore.interrupted, "interrupted")])
  func `a run in the store is reported`(run: String, name: String) async throws {
    try await SampleStore.with { (_, database) async throws in
      try await SampleStore.fill(database)
      let results = try await SuiteResults(try await database.run(matching: run), in: database)
      try Golden.check(try SuiteReport([results]).text(width: 80), "suite-report-\(name).txt")
    }
  }

  @Test func `what nobody has begun is left out, and what is under way counts as not solved`() async throws {
    try await SampleStore.with { (_, database) async throws in
      try await SampleStore.fill(database)
      let night = try await SuiteResults(try await database.run(matching: "night"), in: database)
      #expect(night.problems.map(\.id) == ["1/19", "1/23", "1/94"])
      #expect(night.problems.map(\.state) == [.solved, .unsolved, .unjudgeable])
      let candidates = night.problems[0].candidates
      #expect(candidates.map(\.ordinal) == Array(0...7))
      // The samples are counted apart; the second check's verdict holds; no code is no answer; what repeats another has its verdict.
      #expect(candidates.filter { $0.edge == .sample }.map(\.sampleIndex) == [0, 1, 2, 3, 4])
      #expect(
        candidates.map(\.verdict) == [
          .incorrect, .compileError, .correct, .correct, .rejected, .incorrect, .incorrect, nil,
        ])
      #expect(candidates.map(\.isBest) == [false, false, false, true, false, false, false, false])
      #expect(candidates[6].finding == "The same as candidate 0." && candidates[7].finding == "It waits for its check.")
      #expect(candidates[4].source == nil && candidates[3].source?.hasPrefix("class ModelNew") == true)
      let interrupted = try await SuiteResults(try await database.run(matching: SampleStore.interrupted), in: database)
      #expect(interrupted.problems.map(\.state) == [.unsolved])
    }
  }

  @Test(arguments: [
    (1.5, 1.4, 1.6, true), (1.015, 1.01, 1.02, false), (1.5, 0.99, 2, false), (0.5, 0.4, 0.6, false),
    (0.99, 0.985, 0.995, false),
  ])
  func `faster is what the judge calls faster`(value: Double, low: Double, high: Double, isFaster: Bool) async throws {
    try await SampleStore.with { (_, database) async throws in
      let writer = try await database.create(
        SearchStore.run(), problems: [SearchStore.problem("1/19")], driver: SearchStore.driver)
      try await writer.begin(problem: "1/19")
      try await writer.append(SampleStore.candidate("1/19", 0), text: SampleStore.text("1/19", 0))
      var verdict = SampleStore.verdict(.correct, "", runtime: 1)
      verdict.speedRatio = .init(value: value, low: low, high: high)
      try await writer.record(verdict, judgement: "{}", for: CandidateID(problem: "1/19", ordinal: 0))
      try await writer.finish(problem: "1/19", as: .solved, best: 0)
      let results = try await SuiteResults(try await database.run(matching: writer.run), in: database)
      let speed = try #require(results.problems.first?.candidates.first?.speed)
      let expected: SuiteResults.Candidate.Speed = isFaster ? .faster : high < 1 && value < 0.98 ? .slower : .tie
      #expect(speed == expected)
    }
  }
}
