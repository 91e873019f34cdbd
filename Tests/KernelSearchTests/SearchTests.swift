import KernelBench
import KernelEvaluation
import KernelPrompting
import KernelVerdicts
import LanguageModels
import Synchronization
import Testing

@testable import KernelSearch

/// A search with doubles for the model and the judge, one candidate at a time unless told otherwise.
func search(
  _ strategy: any SearchStrategy, _ writer: ScriptedWriter, _ judge: ScriptedJudge, budget: Budget,
  goal: Goal = .none, journal: any SearchJournal = MemoryJournal(), seed: UInt64 = 1, writing: Int = 1,
  checking: Int = 1, underWay: Int? = 1, form: PromptForm = .instruct, screen: (any ProblemScreen)? = nil,
  clock: TestClock = TestClock(), pauses: [Duration] = [.seconds(1), .seconds(2)]
) throws -> Search<TestClock> {
  Search(
    problem: try testProblem(), prompts: PromptBuilder(form: form), writer: writer, judge: judge, screen: screen,
    journal: journal, strategy: strategy,
    settings: SearchSettings(
      budget: budget, goal: goal, seed: seed, maximumTokens: 200, minimumTokens: 10, writing: writing,
      checking: checking, underWay: underWay, writerPauses: pauses), clock: clock)
}

@Suite struct `A search` {
  @Test func `hands over the fastest correct candidate, after a second check with a seed of its own`() async throws {
    let sources = [
      module(.compileError, body: "a"), module(.correct, ratio: 1.5, body: "b"), module(.correct, ratio: 3, body: "c"),
      module(.correct, ratio: 2, body: "d"),
    ]
    let number = Counter()
    let writer = ScriptedWriter { _, _ in
      fenced(sources[number.next()])
    }
    let judge = ScriptedJudge()
    let journal = MemoryJournal()
    let result = try await search(
      BestOfStrategy(4), writer, judge, budget: Budget(candidates: 10), journal: journal
    ).solve()
    #expect(result.end == .exhausted && result.isConfirmed && result.isSolved)
    #expect(result.best?.id == 2 && result.best?.score?.ratio == 3)
    #expect(result.spending.candidates == 4 && result.spending.checks == 5)
    #expect(result.spending.usage == Usage(promptTokens: 400, completionTokens: 200))
    judge.calls.withLock { calls in
      #expect(calls.judged.count == 4 && calls.rechecked.count == 1)
      #expect(calls.rechecked[0].source.contains("{ c }"))
    }
    let record = try #require(await journal.record)
    #expect(record.entries.map(\.candidate.id) == [0, 1, 2, 3] && record.entries.allSatisfy(\.outcome.isSettled))
    #expect(record.entries[2].recheck?.isCorrect == true)
    #expect(await journal.end == .exhausted)
  }

  @Test func `demotes a winner that fails its second check, and takes the next`() async throws {
    let number = Counter()
    let writer = ScriptedWriter { _, _ in
      let count = number.next()
      return fenced(module(.correct, ratio: Double(count + 1), body: "x\(count)"))
    }
    let judge = ScriptedJudge(recheck: { $0.contains("{ x2 }") ? result(.incorrect, reason: "Wrong again.") : nil })
    let found = try await search(BestOfStrategy(3), writer, judge, budget: Budget()).solve()
    #expect(found.best?.id == 1 && found.isConfirmed)
    let demoted = try #require(found.tree[2])
    #expect(demoted.isDemoted && !demoted.isCorrect && demoted.recheck?.judgement.reason == "Wrong again.")
    let seeds = judge.calls.withLock { $0.rechecked.map(\.seed) }
    #expect(Set(seeds).count == 2)
  }

  @Test func `goes on where the goal's candidate fails its second check`() async throws {
    let number = Counter()
    let writer = ScriptedWriter { _, _ in
      let count = number.next()
      return fenced(module(.correct, body: "x\(count)"))
    }
    let judge = ScriptedJudge(recheck: { $0.contains("{ x0 }") ? result(.incorrect) : nil })
    let found = try await search(
      BestOfStrategy(nil), writer, judge, budget: Budget(candidates: 50), goal: .correct
    ).solve()
    #expect(found.end == .goalReached && found.isSolved && found.best?.id == 1)
    #expect(found.spending.candidates == 2)
  }

  @Test(arguments: [
    (Goal.faster, 2), (.correct, 1), (.ratio(1.9), 3), (.ratio(0.5), 1), (.none, 3),
  ]) func `stops at its goal`(goal: Goal, expected: Int) async throws {
    let sources = [
      module(.incorrect, body: "a"), module(.correct, ratio: 1, body: "b"), module(.correct, ratio: 1.5, body: "c"),
      module(.correct, ratio: 2, body: "d"),
    ]
    let number = Counter()
    let writer = ScriptedWriter { _, _ in
      fenced(sources[number.next()])
    }
    let found = try await search(BestOfStrategy(4), writer, ScriptedJudge(), budget: Budget(), goal: goal).solve()
    #expect(found.best?.id == expected && found.isSolved)
    #expect(found.end == (goal == .none ? .exhausted : .goalReached))
    #expect(found.spending.candidates == expected + 1)
  }

  @Test func `checks no program twice`() async throws {
    let same = module(.correct, ratio: 2, body: "x[0] = 1;")
    let variants = [
      same, same.replacing("x[0] = 1;", with: "x[ 0 ]=1; /* the same */"), "\n# another comment\n" + same,
      same.replacing("x[0] = 1;", with: "x[0] = 2;"), same.replacing("x[0] = 1;", with: "x[0] = 3; // like 2"),
    ]
    let number = Counter()
    let writer = ScriptedWriter { _, _ in
      fenced(variants[number.next()])
    }
    // The last two are told apart by their source alone; their kernels are the same.
    let judge = ScriptedJudge(hash: { $0.contains("= 2") || $0.contains("= 3") ? "abc" : nil })
    let journal = MemoryJournal()
    let found = try await search(BestOfStrategy(5), writer, judge, budget: Budget(), journal: journal).solve()
    #expect(judge.calls.withLock { $0.judged.count } == 2)
    let originals = found.tree.nodes.map { node in
      if case .duplicate(let original) = node.outcome { original } else { -1 }
    }
    #expect(originals == [-1, 0, 0, -1, 3])
    #expect(found.spending.candidates == 5 && found.spending.usage.tokens == 750)
  }

  @Test func `counts an answer without code, and does not judge it`() async throws {
    let writer = ScriptedWriter { _, _ in "I cannot do that." }
    let judge = ScriptedJudge()
    let found = try await search(BestOfStrategy(2), writer, judge, budget: Budget()).solve()
    #expect(found.best == nil && !found.isSolved && found.end == .exhausted && found.spending.candidates == 2)
    #expect(judge.calls.withLock { $0.judged.isEmpty })
    guard case .noCode(let reason) = try #require(found.tree[0]).outcome else {
      Issue.record("it has another outcome")
      return
    }
    #expect(reason == "The answer holds no code.")
  }

  @Test func `tries a check again that failed for a reason of ours, and does not count it against the candidate`()
    async throws
  {
    let number = Counter()
    let writer = ScriptedWriter { _, _ in
      let count = number.next()
      return fenced(module(.correct, body: count == 2 ? "x1" : "x\(count)"))
    }
    // The first fails once, the second twice; the third is the second's program and is tried again.
    let judge = ScriptedJudge(failures: { source, call in source.contains("x0") ? call == 1 : call <= 2 })
    let journal = MemoryJournal()
    let found = try await search(BestOfStrategy(3), writer, judge, budget: Budget(), journal: journal).solve()
    #expect(found.tree.nodes.map(\.isCorrect) == [true, false, true])
    guard case .failed(let reason) = try #require(found.tree[1]).outcome else {
      Issue.record("it has another outcome")
      return
    }
    #expect(reason.contains("no memory"))
    #expect(found.tree.yield(of: .init(edge: .sample, hasBest: true)).trials == 1)
    let events = await journal.events
    #expect(
      events == [
        .checkFailed(id: 0, reason: reason, willRetry: true), .checkFailed(id: 1, reason: reason, willRetry: true),
        .checkFailed(id: 1, reason: reason, willRetry: false),
      ])
  }

  @Test func `ends where judging always fails`() async throws {
    let number = Counter()
    let writer = ScriptedWriter { _, _ in
      let count = number.next()
      return fenced(module(.correct, body: "x\(count)"))
    }
    let found = try await search(
      BestOfStrategy(nil), writer, ScriptedJudge(failures: { _, _ in true }), budget: Budget()
    ).solve()
    #expect(found.end == .judgeFailed(reason: "The judge has no memory left.") && found.spending.candidates == 3)
  }

  @Test func `hands over unconfirmed what cannot be checked again for a reason of ours`() async throws {
    let writer = ScriptedWriter { _, _ in fenced(module(.correct, body: "x")) }
    let judge = ScriptedJudge(recheck: { _ in throw TestError("The disk is full.") })
    let found = try await search(BestOfStrategy(1), writer, judge, budget: Budget()).solve()
    #expect(found.best?.id == 0 && !found.isConfirmed && !found.isSolved)
    #expect(found.end == .judgeFailed(reason: "The disk is full."))
    #expect(judge.calls.withLock { $0.rechecked.count } == 2)
  }

  @Test(arguments: [Goal.correct, .none])
  func `does not wait for another day where the reference fails in the last check`(goal: Goal) async throws {
    let writer = ScriptedWriter { _, _ in fenced(module(.correct, body: "x")) }
    let judge = ScriptedJudge(recheck: { _ in throw KernelEvaluationError(.badReference, "The reference fails.") })
    let found = try await search(BestOfStrategy(1), writer, judge, budget: Budget(), goal: goal).solve()
    #expect(found.best?.id == 0 && !found.isSolved)
    // With two seeds.
    #expect(judge.calls.withLock { Set($0.rechecked.map(\.seed)).count } == 2)
    #expect(found.end == (goal == .none ? .exhausted : .notJudgeable(reason: "The reference fails.")))
  }

  @Test func `pauses where the model cannot be asked, and ends when it still cannot`() async throws {
    let clock = TestClock()
    let writer = ScriptedWriter { _, _ in throw TestError("No route to host.") }
    let journal = MemoryJournal()
    let search = try search(
      BestOfStrategy(nil), writer, ScriptedJudge(), budget: Budget(time: .seconds(1_000)), journal: journal,
      clock: clock)
    let found = try await driving(clock) { try await search.solve() }
    #expect(found.end == .writerFailed(reason: "No route to host."))
    #expect(found.spending.time == .seconds(3) && found.spending.candidates == 0)
    let pauses = await journal.events.compactMap { event in
      if case .writerPaused(_, let pause) = event { pause } else { nil }
    }
    #expect(pauses == [.seconds(1), .seconds(2)])
  }

  /// What a model says about its error decides what follows.
  private static func failing(
    _ obstacle: GenerationObstacle, pauses: [Duration] = [.seconds(1), .seconds(2)]
  ) async throws -> (end: SearchEnd, time: Duration, asked: Int) {
    let clock = TestClock()
    let asked = Counter()
    let writer = ScriptedWriter { _, _ in
      _ = asked.next()
      throw TestFailure(obstacle)
    }
    let search = try search(
      BestOfStrategy(nil), writer, ScriptedJudge(), budget: Budget(time: .seconds(1_000)), clock: clock, pauses: pauses)
    let found = try await driving(clock) { try await search.solve() }
    return (found.end, found.spending.time, asked.count)
  }

  @Test func `ends at once where asking again gives the same`() async throws {
    let found = try await Self.failing(.permanent)
    #expect(found == (.writerFailed(reason: "No."), .zero, 1))
  }

  @Test func `ends at once where the problem does not fit the model`() async throws {
    let found = try await Self.failing(.promptTooLong)
    #expect(found == (.promptTooLong(reason: "No."), .zero, 1))
  }

  @Test func `leaves an endpoint alone as long as it asks to be`() async throws {
    #expect(try await Self.failing(.transient(retryAfter: nil)) == (.writerFailed(reason: "No."), .seconds(3), 3))
    let found = try await Self.failing(.transient(retryAfter: .seconds(400)))
    #expect(found == (.writerFailed(reason: "No."), .seconds(800), 3))
    // Beyond the budget there is nothing to wait for, and the search can go on another day.
    let late = try await Self.failing(.transient(retryAfter: .seconds(1_000)))
    #expect(late == (.writerFailed(reason: "No."), .zero, 1))
  }

  @Test(arguments: [true, false])
  func `leaves an endpoint alone that asks for it while a shorter pause runs`(isLonger: Bool) async throws {
    let clock = TestClock()
    let number = Counter()
    var writer = ScriptedWriter { _, _ in
      switch number.next() {
      case 0: throw TestFailure(.transient(retryAfter: isLonger ? nil : .seconds(400)))
      case 1: throw TestFailure(.transient(retryAfter: isLonger ? .seconds(400) : .seconds(10)))
      case let count: return fenced(module(.correct, body: "x\(count)"))
      }
    }
    let delayed = Counter()
    // The second answer fails half a second after the first.
    writer.delay = { _ in
      if delayed.next() == 1 { try await clock.sleep(until: clock.now.advanced(by: .milliseconds(500))) }
    }
    let journal = MemoryJournal()
    let search = try search(
      BestOfStrategy(2), writer, ScriptedJudge(), budget: Budget(time: .seconds(1_000)), journal: journal, writing: 2,
      underWay: 2, clock: clock)
    let found = try await driving(clock) { try await search.solve() }
    #expect(found.end == .exhausted && found.tree.nodes.map(\.isCorrect) == [true, true])
    #expect(found.spending.time == .milliseconds(isLonger ? 400_500 : 400_000))
    let pauses = await journal.events.compactMap { event in
      if case .writerPaused(_, let pause) = event { pause } else { nil }
    }
    #expect(pauses == (isLonger ? [.seconds(1), .seconds(400)] : [.seconds(400)]))
  }

  @Test(arguments: [GenerationObstacle.promptTooLong, .permanent, .transient(retryAfter: nil)])
  func `closes a candidate at once whose prompt is refused, and none for what passes`(
    obstacle: GenerationObstacle
  ) async throws {
    let number = Counter()
    let refused = Counter()
    let writer = ScriptedWriter { request, _ in
      if request.prompt.text.contains("was checked"), refused.next() < 2 { throw TestFailure(obstacle) }
      let count = number.next()
      return fenced(module(count < 1 ? .incorrect : .correct, body: "x\(count)"))
    }
    let clock = TestClock()
    let search = try search(
      LinearStrategy(), writer, ScriptedJudge(), budget: Budget(candidates: 10), goal: .correct, clock: clock,
      pauses: Array(repeating: .seconds(1), count: 4))
    let found = try await driving(clock) { try await search.solve() }
    #expect(found.end == .goalReached && found.spending.candidates == 2)
    let isClosed = obstacle != .transient(retryAfter: nil)
    #expect(found.tree.nodes.map(\.isClosed) == [isClosed, false])
    #expect(refused.count == (isClosed ? 1 : 3))
    #expect(found.spending.time == (isClosed ? .zero : .seconds(2)))
  }

  @Test func `ends without blaming the judge where the reference fails`() async throws {
    let number = Counter()
    let writer = ScriptedWriter { _, _ in fenced(module(.correct, body: "x\(number.next())")) }
    let judge = ScriptedJudge(
      failures: { _, _ in true }, error: KernelEvaluationError(.badReference, "The reference fails."))
    let found = try await search(BestOfStrategy(nil), writer, judge, budget: Budget()).solve()
    #expect(found.end == .notJudgeable(reason: "The reference fails.") && found.best == nil)
  }

  @Test func `closes a candidate whose prompts fail, and goes on with others`() async throws {
    let number = Counter()
    let writer = ScriptedWriter { request, _ in
      if request.prompt.text.contains("was checked") { throw TestError("The context is full.") }
      let count = number.next()
      return fenced(module(count < 2 ? .incorrect : .correct, body: "x\(count)"))
    }
    let clock = TestClock()
    let search = try search(
      LinearStrategy(), writer, ScriptedJudge(), budget: Budget(candidates: 10), goal: .correct, clock: clock,
      pauses: Array(repeating: .seconds(1), count: 4))
    let found = try await driving(clock) { try await search.solve() }
    #expect(found.end == .goalReached && found.spending.candidates == 3)
    #expect(found.tree.nodes.map(\.isClosed) == [true, true, false])
  }

  @Test func `spends nothing on what cannot be judged`() async throws {
    struct Screen: ProblemScreen {
      func obstacle(to problem: Problem) async throws -> String? { "Its output is constant." }
    }
    let writer = ScriptedWriter { _, _ in throw TestError("It was asked.") }
    let found = try await search(
      BestOfStrategy(1), writer, ScriptedJudge(), budget: Budget(), screen: Screen()
    ).solve()
    #expect(found.end == .notJudgeable(reason: "Its output is constant.") && found.spending == Spending())
  }

  @Test func `offers a model that reads no feedback nothing but samples`() async throws {
    let number = Counter()
    let writer = ScriptedWriter { request, _ in
      #expect(!request.prompt.text.contains("was checked"))
      let count = number.next()
      return fenced(module(count == 3 ? .correct : .incorrect, body: "x\(count)"))
    }
    for strategy in [LinearStrategy(), AdaptiveStrategy()] as [any SearchStrategy] {
      number.reset()
      let found = try await search(
        strategy, writer, ScriptedJudge(), budget: Budget(candidates: 12), form: .compact
      ).solve()
      #expect(found.tree.nodes.count == 12 && found.tree.nodes.allSatisfy { $0.candidate.edge == .sample })
    }
  }
}
