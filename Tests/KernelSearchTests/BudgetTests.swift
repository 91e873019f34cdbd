import KernelEvaluation
import KernelPrompting
import KernelVerdicts
import Synchronization
import Testing

@testable import KernelSearch

@Suite struct `A budget` {
  @Test func `sets aside what prompts were seen to have, and not what was sent again and again`() {
    var reserve = TokenReserve(Budget(tokens: 10_000), nil)
    func promptTokens() -> Int? {
      reserve.fit(1, bound: 3_000, bytes: 3_000, maximumTokens: 100, minimumTokens: 10, Usage())?.promptTokens
    }
    #expect(promptTokens() == 3_000)
    reserve.learn(promptTokens: 1_000, bytes: 3_000)
    #expect(promptTokens() == 1_282)
    // Fifty rounds of a drafted answer.
    reserve.learn(promptTokens: 50_000, bytes: 3_000)
    #expect(promptTokens() == 1_282)
  }

  static let strategies = ["best-of", "linear", "adaptive"]

  @Test(arguments: strategies, [1, 99, 149, 150, 151, 1_000, 2_345])
  func `of tokens is not exceeded`(name: String, tokens: Int) async throws {
    let found = try await search(
      StrategyChoice.strategy(named: name), variedWriter(), ScriptedJudge(), budget: Budget(tokens: tokens), writing: 4,
      checking: 2, underWay: 8
    ).solve()
    #expect(found.spending.usage.tokens <= tokens)
    // What is left is not enough for the least answer that is asked for.
    #expect(found.spending.usage.tokens + 110 > tokens)
    #expect(found.end == .budgetSpent(.tokens))
  }

  @Test(arguments: strategies, [0.0, 0.001, 0.0123])
  func `of money is not exceeded`(name: String, cost: Double) async throws {
    var writer = variedWriter()
    let price = TokenPrice(perMillionPromptTokens: 1, perMillionCompletionTokens: 10)
    writer.price = price
    let found = try await search(
      StrategyChoice.strategy(named: name), writer, ScriptedJudge(), budget: Budget(cost: cost), writing: 4, underWay: 8
    ).solve()
    #expect(found.spending.usage.cost <= cost + 1e-12)
    #expect(found.spending.usage.cost + price.cost(promptTokens: 100, completionTokens: 10) > cost)
    #expect(found.end == .budgetSpent(.cost))
  }

  @Test(arguments: strategies, [0, 1, 7, 25])
  func `of candidates is not exceeded`(name: String, count: Int) async throws {
    let found = try await search(
      StrategyChoice.strategy(named: name), variedWriter(), ScriptedJudge(), budget: Budget(candidates: count),
      writing: 4, underWay: 8
    ).solve()
    #expect(found.spending.candidates == count && found.tree.nodes.count == count)
    #expect(found.end == .budgetSpent(.candidates))
  }

  @Test(arguments: strategies) func `of time ends the search at its time`(name: String) async throws {
    let clock = TestClock()
    let search = try search(
      StrategyChoice.strategy(named: name),
      variedWriter { _ in try await clock.sleep(until: clock.now.advanced(by: .seconds(7))) },
      ScriptedJudge(delay: { _ in try await clock.sleep(until: clock.now.advanced(by: .seconds(5))) }),
      budget: Budget(time: .seconds(60)), writing: 2, underWay: 4, clock: clock)
    let found = try await driving(clock) { try await search.solve() }
    #expect(found.end == .budgetSpent(.time) && found.spending.time == .seconds(60))
    #expect(found.spending.candidates >= 5)
  }

  @Test func `of time counts what earlier runs took`() async throws {
    let clock = TestClock()
    let journal = MemoryJournal(SearchRecord(spending: Spending(time: .seconds(59))))
    let search = try search(
      BestOfStrategy(nil), variedWriter { _ in try await clock.sleep(until: clock.now.advanced(by: .seconds(2))) },
      ScriptedJudge(), budget: Budget(time: .seconds(60)), journal: journal, clock: clock)
    let found = try await driving(clock) { try await search.solve() }
    #expect(found.spending.candidates == 0 && found.spending.time == .seconds(60))
  }

  @Test func `below zero is refused`() async throws {
    for budget in [
      Budget(time: .seconds(-1)), Budget(tokens: -1), Budget(cost: -1), Budget(cost: .nan), Budget(candidates: -3),
    ] {
      await #expect(throws: KernelSearchError.self) {
        try await search(GreedyStrategy(), variedWriter(), ScriptedJudge(), budget: budget).solve()
      }
    }
  }

  /// Whatever comes first and whatever takes how long: the rules hold.
  @Test func `and all other limits hold with random delays`() async throws {
    let rounds = TestData.isLongRun ? 400 : 25
    for round in 0..<rounds {
      var luck = SeededGenerator(seed: UInt64(round), purpose: "settings")
      let clock = TestClock()
      let writing = Int.random(in: 1...6, using: &luck)
      let checking = Int.random(in: 1...4, using: &luck)
      let underWay = Int.random(in: 1...12, using: &luck)
      let salt = luck.next()
      @Sendable func pause(_ key: UInt64) async throws {
        var luck = SeededGenerator(seed: key ^ salt, purpose: "delay")
        let delay = Duration.milliseconds(Int.random(in: 0...3_000, using: &luck))
        try await clock.sleep(until: clock.now.advanced(by: delay))
      }
      var writer = variedWriter { try await pause($0) }
      writer.preferredBatch = Int.random(in: 1...4, using: &luck)
      let judge = ScriptedJudge(
        delay: { source in try await pause(UInt64(source.utf8.count) &* 31) },
        failures: { source, call in source.utf8.count % 11 == 0 && call == 1 },
        hash: { $0.contains("4") ? "hash \($0.utf8.count % 5)" : nil })
      let journal = MemoryJournal()
      let name = ["best-of", "adaptive", "linear"][round % 3]
      let budget = Budget(time: .seconds(40), tokens: 6_000, candidates: 35)
      let search = try search(
        StrategyChoice.strategy(named: name), writer, judge, budget: budget, journal: journal, seed: UInt64(round),
        writing: writing, checking: checking, underWay: underWay, clock: clock)
      let inFlight = Counter()
      let found = try await driving(clock) {
        try await search.solve { event, _ in
          if case .asked(_, let count, _, _) = event { for _ in 0..<count { _ = inFlight.next() } }
        }
      }
      #expect(found.spending.candidates <= 35 && found.spending.usage.tokens <= 6_000)
      #expect(found.spending.candidates == found.tree.nodes.count)
      let most = judge.calls.withLock { $0.most }
      #expect(most <= checking)
      // No program was judged twice, but for those whose check failed.
      let judged = judge.calls.withLock { $0.judged }.filter { $0.utf8.count % 11 != 0 }
      #expect(Set(judged.map { NormalisedSource($0, language: .python) }).count == judged.count)
      // What is in the journal is what is in the tree.
      let record = try #require(await journal.record)
      #expect(Set(record.entries.map(\.candidate.id)) == Set(found.tree.nodes.map(\.id)))
      for entry in record.entries {
        let node = try #require(found.tree[entry.candidate.id])
        #expect(entry.outcome.isSettled == node.outcome.isSettled)
        if let parent = entry.candidate.parent {
          #expect(found.tree[parent]?.children.contains(entry.candidate.id) == true)
        }
      }
      if let best = found.best {
        #expect(found.isConfirmed && best.isCorrect)
        #expect(found.tree.nodes.allSatisfy { $0.id == best.id || !$0.isCorrect || $0.score! <= best.score! })
      }
      // A tree made from the journal is the same tree.
      var state = SearchState(
        search.settings, try SearchPrompts(testProblem(), PromptBuilder(form: .instruct)), search.strategy, writer)
      try state.restore(record)
      #expect(state.tree.shape.count == found.tree.nodes.count && state.tree.best == found.best?.id)
    }
  }
}
