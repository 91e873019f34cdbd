import KernelEvaluation
import KernelPrompting
import KernelVerdicts
import Testing

@testable import KernelSearch

/// A journal that fails at its *n*-th call, as if the process had been killed there: what was written before stays.
actor FailingJournal: SearchJournal {
  let kept: MemoryJournal
  private var left: Int

  init(_ kept: MemoryJournal, after calls: Int) {
    self.kept = kept
    left = calls
  }

  private func step() throws {
    left -= 1
    if left < 0 { throw TestError("Killed.") }
  }

  func restore() async throws -> SearchRecord? { await kept.restore() }
  func append(_ candidate: Candidate, spending: Spending) async throws {
    try step()
    await kept.append(candidate, spending: spending)
  }
  func settle(_ id: Int, _ outcome: CandidateOutcome, spending: Spending) async throws {
    try step()
    await kept.settle(id, outcome, spending: spending)
  }
  func confirm(_ id: Int, _ result: JudgeResult, spending: Spending) async throws {
    try step()
    await kept.confirm(id, result, spending: spending)
  }
  func note(_ event: SearchEvent, spending: Spending) async throws {
    try step()
    await kept.note(event, spending: spending)
  }
  func finish(_ end: SearchEnd, best: Int?, isConfirmed: Bool, spending: Spending) async throws {
    try step()
    await kept.finish(end, best: best, isConfirmed: isConfirmed, spending: spending)
  }
}

/// A model whose answers follow from the prompt and the seed, and are all kinds of things.
func variedWriter(_ delay: (@Sendable (UInt64) async throws -> Void)? = nil) -> ScriptedWriter {
  var writer = ScriptedWriter { request, seed in
    var luck = SeededGenerator(seed: seed, purpose: "answer")
    let number = Int.random(in: 0..<1_000_000, using: &luck)
    let isRefinement = request.prompt.text.contains("was checked")
    switch Int.random(in: 0..<10, using: &luck) {
    case 0: return "I would rather not."
    case 1: return fenced(module(.incorrect, body: "always the same"))
    case 2, 3: return fenced(module(.correct, ratio: Double(number % 40) / 10 + 0.1, body: "x\(number)"))
    case 4 where isRefinement: return fenced(module(.correct, ratio: 5, body: "x\(number)"))
    case 4, 5, 6: return fenced(module(.compileError, body: "x\(number)"))
    default: return fenced(module(.incorrect, body: "x\(number)"))
    }
  }
  writer.delay = delay
  return writer
}

@Suite struct `An interrupted search` {
  private static let budget = Budget(candidates: 30)

  @Test(arguments: ["linear", "adaptive", "best-of-30"])
  func `grows the same tree as one that was not, wherever it was interrupted`(name: String) async throws {
    let strategy = try StrategyChoice.strategy(named: name)
    let whole = try await search(strategy, variedWriter(), ScriptedJudge(), budget: Self.budget, seed: 5).solve()
    #expect(whole.tree.nodes.count == 30)
    var kills = 0
    for calls in 0..<200 {
      let journal = MemoryJournal()
      let first = try search(
        strategy, variedWriter(), ScriptedJudge(), budget: Self.budget,
        journal: FailingJournal(journal, after: calls), seed: 5)
      do {
        _ = try await first.solve()
        break
      } catch let error as KernelSearchError {
        #expect(error.code == .journalFailed)
        kills += 1
      }
      let again = try await search(
        strategy, variedWriter(), ScriptedJudge(), budget: Self.budget, journal: journal, seed: 5
      ).solve()
      #expect(again.tree.shape == whole.tree.shape, "after \(calls) calls")
      #expect(again.spending == whole.spending, "after \(calls) calls")
      #expect(again.best?.id == whole.best?.id && again.isConfirmed == whole.isConfirmed)
    }
    #expect(kills > 60)
  }

  @Test func `goes on with a larger budget, and does not spend one twice`() async throws {
    let journal = MemoryJournal()
    let short = try await search(
      BestOfStrategy(nil), variedWriter(), ScriptedJudge(), budget: Budget(candidates: 10), journal: journal
    ).solve()
    let same = try await search(
      BestOfStrategy(nil), variedWriter(), ScriptedJudge(), budget: Budget(candidates: 10), journal: journal
    ).solve()
    #expect(same.spending.candidates == 10 && same.tree.shape == short.tree.shape)
    let longer = try await search(
      BestOfStrategy(nil), variedWriter(), ScriptedJudge(), budget: Budget(candidates: 15), journal: journal
    ).solve()
    #expect(longer.spending.candidates == 15 && longer.tree.nodes.count == 15)
    #expect(longer.tree.shape.starts(with: short.tree.shape))
  }

  @Test func `judges first what has no verdict`() async throws {
    let record = SearchRecord(
      entries: [
        .init(
          Candidate(id: 0, model: "m", answer: "", source: module(.incorrect, body: "a")), .judged(result(.incorrect))),
        .init(Candidate(id: 3, model: "m", answer: "", source: module(.correct, ratio: 2, body: "b"))),
        .init(Candidate(id: 2, model: "m", answer: "", source: nil, notes: ["Nothing."])),
        .init(Candidate(id: 4, model: "m", answer: "", source: module(.incorrect, body: " a /* again */"))),
      ], spending: Spending(usage: Usage(promptTokens: 7), candidates: 4, checks: 1))
    let writer = ScriptedWriter { _, _ in throw TestError("It was asked.") }
    let found = try await search(
      BestOfStrategy(nil), writer, ScriptedJudge(), budget: Budget(), goal: .correct, journal: MemoryJournal(record)
    ).solve()
    #expect(found.end == .goalReached && found.best?.id == 3)
    #expect(
      found.tree.shape == [
        "0 sample of -: incorrect", "2 sample of -: no code", "3 sample of -: correct 2.0!",
        "4 sample of -: duplicate of 0",
      ])
    #expect(found.spending.candidates == 4 && found.spending.usage.promptTokens == 7)
  }

  @Test func `judges again what could not be judged`() async throws {
    let journal = MemoryJournal()
    let number = Counter()
    let writer = ScriptedWriter { _, _ in fenced(module(.correct, body: "x\(number.next())")) }
    let broken = try await search(
      BestOfStrategy(nil), writer, ScriptedJudge(failures: { _, _ in true }), budget: Budget(candidates: 5),
      journal: journal
    ).solve()
    #expect(broken.tree.shape == (0..<3).map { "\($0) sample of -: failed" })
    let judge = ScriptedJudge(failures: { source, _ in source.contains("x1") })
    let mended = try await search(
      BestOfStrategy(nil), writer, judge, budget: Budget(candidates: 5), journal: journal
    ).solve()
    let outcomes = ["correct!", "failed", "correct", "correct", "correct"]
    #expect(mended.tree.shape.sorted() == outcomes.enumerated().map { "\($0) sample of -: \($1)" })
    #expect(mended.isSolved && mended.spending.candidates == 5)
    // And once more, with what is left.
    let whole = try await search(
      BestOfStrategy(nil), writer, ScriptedJudge(), budget: Budget(candidates: 5), journal: journal
    ).solve()
    #expect(whole.tree.nodes.allSatisfy(\.isCorrect) && whole.spending.candidates == 5)
    #expect(whole.spending.checks == 6 && whole.best?.id == 0)
  }

  @Test func `goes on behind those that can never be judged`() async throws {
    let journal = MemoryJournal()
    let number = Counter()
    let writer = ScriptedWriter { _, _ in fenced(module(.correct, body: "x\(number.next())")) }
    // Three of four fail each time, too many in a row for a new search.
    let judge = ScriptedJudge(failures: { source, _ in !source.contains("x3") && !source.contains("x7") })
    let first = try await search(
      BestOfStrategy(nil), writer, judge, budget: Budget(candidates: 8), journal: journal
    ).solve()
    #expect(first.end == .judgeFailed(reason: "The judge has no memory left.") && first.spending.candidates == 3)
    let again = try await search(
      BestOfStrategy(nil), writer, judge, budget: Budget(candidates: 8), goal: .correct, journal: journal
    ).solve()
    #expect(again.end == .goalReached && again.best?.id == 3)
    #expect(again.tree.nodes.count { $0.outcome.isFailure } == 3)
  }

  @Test func `checks the best again that could not be checked again`() async throws {
    let journal = MemoryJournal()
    let writer = ScriptedWriter { _, _ in fenced(module(.correct, body: "x")) }
    let broken = try await search(
      BestOfStrategy(1), writer, ScriptedJudge(recheck: { _ in throw TestError("The disk is full.") }),
      budget: Budget(), journal: journal
    ).solve()
    #expect(!broken.isSolved)
    let mended = try await search(BestOfStrategy(1), writer, ScriptedJudge(), budget: Budget(), journal: journal)
      .solve()
    #expect(mended.isSolved && mended.end == .exhausted && mended.tree.nodes.count == 1)
  }

  @Test func `refuses a journal that contradicts itself`() async throws {
    let entry = SearchRecord.Entry(Candidate(id: 0, parent: 7, edge: .repair, model: "m", answer: "", source: nil))
    for entries in [
      [entry],
      [
        .init(Candidate(id: 1, model: "m", answer: "", source: nil)),
        .init(Candidate(id: 1, model: "m", answer: "", source: nil)),
      ],
    ] {
      await #expect(throws: KernelSearchError.self) {
        try await search(
          GreedyStrategy(), variedWriter(), ScriptedJudge(), budget: Budget(),
          journal: MemoryJournal(SearchRecord(entries: entries))
        ).solve()
      }
    }
  }

  @Test func `finishes what is in flight when it is asked to stop`() async throws {
    let clock = TestClock()
    let stop = StopSignal()
    let journal = MemoryJournal()
    let search = try search(
      BestOfStrategy(nil), variedWriter { _ in try await clock.sleep(until: clock.now.advanced(by: .seconds(1))) },
      ScriptedJudge(delay: { _ in try await clock.sleep(until: clock.now.advanced(by: .seconds(3))) }),
      budget: Budget(time: .seconds(10_000)), journal: journal, writing: 3, checking: 2, underWay: 9, clock: clock)
    let asked = Counter()
    let found = try await driving(clock) {
      try await search.solve(stop: stop) { event, spending in
        switch event {
        case .asked(_, let count, _, _): for _ in 0..<count { _ = asked.next() }
        case .judged where spending.checks == 4: stop.request()
        default: break
        }
      }
    }
    #expect(found.end == .stopped && found.spending.time < .seconds(100))
    // Every answer that was asked for has come, and every check that had begun has its verdict.
    #expect(found.tree.writing == 0 && found.tree.nodes.count == asked.count)
    #expect(found.spending.checks >= 4)
    let record = try #require(await journal.record)
    #expect(record.entries.count == found.tree.nodes.count)
  }

  @Test func `that is cancelled ends at once, and can go on`() async throws {
    let clock = TestClock()
    let journal = MemoryJournal()
    let seed: UInt64 = 8
    let slow = try search(
      BestOfStrategy(20), variedWriter { _ in try await clock.sleep(until: clock.now.advanced(by: .seconds(1))) },
      ScriptedJudge(), budget: Budget(), journal: journal, seed: seed, clock: clock)
    let task = Task { try await slow.solve() }
    while await journal.record?.entries.count ?? 0 < 5 {
      for _ in 0..<20 { await Task.yield() }
      clock.advanceToNextSleeper()
    }
    task.cancel()
    await #expect(throws: CancellationError.self) { try await task.value }
    #expect(await journal.end == nil)
    let rest = try await search(
      BestOfStrategy(20), variedWriter(), ScriptedJudge(), budget: Budget(), journal: journal, seed: seed
    ).solve()
    let whole = try await search(
      BestOfStrategy(20), variedWriter(), ScriptedJudge(), budget: Budget(), seed: seed
    ).solve()
    #expect(rest.tree.shape == whole.tree.shape)
  }
}
