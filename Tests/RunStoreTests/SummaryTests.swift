import Foundation
import KernelVerdicts
import RunStore
import Testing

@Suite struct `What a run has come to` {
  @Test func `is counted`() async throws {
    try await withStore { (store) async throws in
      let writer = try await store.create(
        makeRun(), problems: [makeProblem(1), makeProblem(2), makeProblem(3)], driver: driver)
      let empty = try await store.summary(of: writer.run)
      #expect(empty.problems == [.pending: 3] && empty.candidates == 0 && empty.cost == nil)
      for ordinal in 0..<6 {
        var candidate = makeCandidate(ordinal)
        candidate.cost = ordinal == 0 ? nil : 0.25
        try await writer.append(candidate, text: makeText(ordinal), spent: Spent(seconds: 4))
      }
      try await writer.record(makeVerdict(.correct), judgement: "{}", for: makeCandidate(0).id)
      try await writer.record(makeVerdict(.correct), judgement: "{}", for: makeCandidate(1).id)
      try await writer.record(makeVerdict(.compileError), judgement: "{}", for: makeCandidate(2).id)
      try await writer.record(makeVerdict(.correct, isFinal: true), judgement: "{}", for: makeCandidate(0).id)
      try await writer.settle(makeCandidate(3).id, as: .duplicate(of: 0))
      try await writer.finish(problem: "1/1", as: .solved, best: 0, spent: Spent(seconds: 5))
      try await writer.finish(problem: "1/2", as: .failed, spent: Spent(seconds: 1))
      let summary = try await store.summary(of: writer.run)
      #expect(summary.problems == [.solved: 1, .failed: 1, .pending: 1] && summary.problemCount == 3)
      #expect(summary.candidates == 6 && summary.waiting == 2 && summary.duplicates == 1)
      #expect(summary.verdicts == [.correct: 2, .compileError: 1])
      #expect(summary.promptTokens == 600 && summary.cachedTokens == 360 && summary.completionTokens == 300)
      #expect(summary.cost == 1.25 && summary.generationSeconds == 9 && summary.checkSeconds == 10)
      #expect(summary.secondsSpent == 6)
      #expect(await failure { _ = try await store.summary(of: "none") }?.code == .notFound)
    }
  }
}

@Suite struct `Lines for fine-tuning` {
  private func lines(
    _ store: RunDatabase, _ selection: FineTuningSelection = .bestVerified
  ) async throws -> [[String: Any]] {
    var lines: [String] = []
    let count = try await store.exportFineTuning(of: makeRun().id, selection) { lines.append($0) }
    #expect(count == lines.count)
    return try lines.map { line in
      #expect(!line.contains("\n"))
      let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
      return try #require(object)
    }
  }

  private func fill(_ store: RunDatabase) async throws {
    let writer = try await store.create(
      makeRun(), problems: [makeProblem(1), makeProblem(2), makeProblem(3)], driver: driver)
    func add(_ ordinal: Int, _ problem: String, _ verdict: StoredVerdict?, final: StoredVerdict? = nil) async throws {
      let candidate = makeCandidate(ordinal, problem: problem)
      try await writer.append(candidate, text: makeText(ordinal, prompt: "Write\n\"\(problem)\"."))
      if let verdict { try await writer.record(verdict, judgement: "{}", for: candidate.id) }
      if let final { try await writer.record(final, judgement: "{}", for: candidate.id) }
    }
    // The fastest failed its second check; the next was chosen.
    try await add(0, "1/1", makeVerdict(ratio: 3), final: makeVerdict(.incorrect, isFinal: true))
    try await add(1, "1/1", makeVerdict(ratio: 2), final: makeVerdict(isFinal: true, ratio: 1.75))
    try await add(2, "1/1", makeVerdict(ratio: 1.5))
    try await writer.finish(problem: "1/1", as: .solved, best: 1)
    // Nothing was chosen: an estimate goes behind a measured time.
    try await add(0, "1/2", makeVerdict())
    try await add(1, "1/2", makeVerdict(ratio: 0.5))
    try await add(2, "1/2", nil)
    // Nothing is correct.
    try await add(0, "1/3", makeVerdict(.runtimeError))
  }

  @Test func `hold the best verified candidate of each problem`() async throws {
    try await withStore { (store) async throws in
      try await fill(store)
      let lines = try await lines(store)
      #expect(lines.map { "\($0["problem"] ?? "")#\($0["ordinal"] ?? "")" } == ["1/1#1", "1/2#1"])
      let first = try #require(lines.first)
      #expect(first["prompt"] as? String == "Write\n\"1/1\"." && first["completion"] as? String == "source 1")
      #expect(first["verdict"] as? String == "correct" && first["checked_twice"] as? Bool == true)
      #expect(first["speed_ratio"] as? Double == 1.75 && first["name"] as? String == "Problem1")
      #expect(lines[1]["checked_twice"] as? Bool == false)
    }
  }

  @Test func `hold others when they are asked for`() async throws {
    try await withStore { (store) async throws in
      try await fill(store)
      let verified = try await lines(store, .allVerified)
      #expect(
        verified.map { "\($0["problem"] ?? "")#\($0["ordinal"] ?? "")" } == ["1/1#1", "1/1#2", "1/2#0", "1/2#1"])
      // An estimate is no runtime.
      #expect(verified[2]["runtime_ms"] == nil && verified[2]["speed_ratio"] == nil)
      #expect(verified[2]["estimate_ms"] as? Double == 1.25)
      let judged = try await lines(store, .allJudged)
      #expect(judged.count == 6)
      #expect(judged[0]["verdict"] as? String == "incorrect" && judged[5]["verdict"] as? String == "runtime-error")
    }
  }
}
