import Foundation
import KernelEvaluation
import KernelPrompting
import KernelSearch
import RunStore
import Testing

@testable import BasicCommands

/// A journal whose process ends at its *n*-th call, before or after the call's write; what was written is told to a journal in
/// memory, too.
private actor KilledJournal: SearchJournal {
  private let stored: StoreJournal
  private let told: MemoryJournal
  private var left: Int
  private let isKilledAfterWriting: Bool

  init(_ stored: StoreJournal, _ told: MemoryJournal, calls: Int, isKilledAfterWriting: Bool) {
    self.stored = stored
    self.told = told
    left = calls
    self.isKilledAfterWriting = isKilledAfterWriting
  }

  private func step(_ write: () async throws -> Void) async throws {
    left -= 1
    if left < 0, !isKilledAfterWriting { throw Planned("Killed.") }
    try await write()
    if left < 0 { throw Planned("Killed.") }
  }

  func restore() async throws -> SearchRecord? { try await stored.restore() }
  func append(_ candidate: Candidate, spending: Spending) async throws {
    try await step {
      try await stored.append(candidate, spending: spending)
      await told.append(candidate, spending: spending)
    }
  }
  func settle(_ id: Int, _ outcome: CandidateOutcome, spending: Spending) async throws {
    try await step {
      try await stored.settle(id, outcome, spending: spending)
      await told.settle(id, outcome, spending: spending)
    }
  }
  func confirm(_ id: Int, _ result: JudgeResult, spending: Spending) async throws {
    try await step {
      try await stored.confirm(id, result, spending: spending)
      await told.confirm(id, result, spending: spending)
    }
  }
  func note(_ event: SearchEvent, spending: Spending) async throws {
    try await step {
      try await stored.note(event, spending: spending)
      await told.note(event, spending: spending)
    }
  }
  func finish(_ end: SearchEnd, best: Int?, isConfirmed: Bool, spending: Spending) async throws {
    try await step {
      try await stored.finish(end, best: best, isConfirmed: isConfirmed, spending: spending)
      await told.finish(end, best: best, isConfirmed: isConfirmed, spending: spending)
    }
  }
}

struct StoreJournalInterruptionTests {
  /// A search by name: everything about it but its journal.
  private struct Plan {
    var strategy: String
    var seed: UInt64
    var goal = Goal.none
    var writer = InstantWriter.varied

    func search(_ journal: any SearchJournal, _ judge: InstantJudge) throws -> Search<SteppingClock> {
      Search(
        problem: try SearchDoubles.problem(), prompts: PromptBuilder(form: .instruct), writer: writer,
        judge: judge, screen: judge, journal: journal, strategy: try StrategyChoice.strategy(named: strategy),
        settings: SearchSettings(
          budget: Budget(candidates: 16), goal: goal, seed: seed, underWay: 1, judgeFailureLimit: 100),
        clock: SteppingClock())
    }
  }

  /// What a search came to, but for times.
  private static func outcome(_ result: SearchResult) throws -> String {
    var spending = result.spending
    spending.time = .zero
    let nodes = try result.tree.nodes.map { node in
      var candidate = node.candidate
      candidate.time = .zero
      return try JSON.line(SearchRecord.Entry(candidate, node.outcome, recheck: node.recheck))
        + " \(node.isImprovement) \(node.isDemoted) \(node.children)"
    }
    let best = result.best.map { "\($0.id)" } ?? "none"
    return (nodes + ["\(result.end) \(best) \(result.isConfirmed) \(result.isSolved) \(spending)"])
      .joined(separator: "\n")
  }

  private static func record(_ record: SearchRecord?) throws -> String {
    guard let record else { return "nothing" }
    return try (record.entries.map { try JSON.line($0) } + [try JSON.line(record.spending)]).joined(separator: "\n")
  }

  /// One process's life: it resumes the run, looks whether what it finds is what was told, and searches until it is killed.
  private static func live(
    _ plan: Plan, _ path: String, _ run: String, _ told: MemoryJournal, calls: Int, isKilledAfterWriting: Bool
  ) async throws -> SearchResult? {
    let database = try RunDatabase.open(path)
    defer { try? database.close() }
    let writer = try await database.resume(run, driver: SearchStore.driver)
    // A process that is killed holds no lock any more, whatever its threads were doing.
    defer { writer.abandon() }
    let journal = StoreJournal(writer: writer, problem: "1/19", goal: plan.goal)
    let found = try Self.record(try await journal.restore())
    let expected = try Self.record(await told.restore())
    #expect(found == expected)
    let killed = KilledJournal(journal, told, calls: calls, isKilledAfterWriting: isKilledAfterWriting)
    do {
      return try await plan.search(killed, InstantJudge()).solve()
    } catch let error as KernelSearchError where error.underlyingError is Planned {
      return nil
    }
  }

  /// Searches, in a new run of the store, through as many lives as it takes.
  ///
  /// - Parameter calls: how many calls of the journal a life may last.
  private static func searchKilledAgainAndAgain(
    _ plan: Plan, calls: Range<Int>, in database: RunDatabase, using luck: inout SeededGenerator
  ) async throws -> (result: SearchResult, run: String, kills: Int) {
    let run = SearchStore.run().id
    try await database.create(
      SearchStore.run(), problems: [SearchStore.problem("1/19")], driver: SearchStore.driver
    )
    .close(as: .paused, at: .now)
    let told = MemoryJournal()
    for kills in 0..<500 {
      if let result = try await live(
        plan, database.path, run, told, calls: Int.random(in: calls, using: &luck),
        isKilledAfterWriting: Bool.random(using: &luck))
      {
        return (result, run, kills)
      }
    }
    throw Planned("It never comes to its end.")
  }

  @Test(arguments: [
    ("adaptive", 1 as UInt64), ("adaptive", 2), ("adaptive", 3), ("linear", 4), ("linear", 5), ("best-of-16", 6),
  ])
  func `a search whose process is killed again and again comes to the same as one that was left alone`(
    strategy: String, seed: UInt64
  ) async throws {
    var kills = 0
    for goal in [Goal.none, .ratio(4.5)] {
      let plan = Plan(strategy: strategy, seed: seed, goal: goal)
      let judge = InstantJudge()
      let whole = try await plan.search(MemoryJournal(), judge).solve()
      #expect(whole.tree.nodes.count > 1)
      var luck = SeededGenerator(seed: seed, purpose: "kills")
      try await SampleStore.with { (_, database) async throws in
        let (found, run, count) = try await Self.searchKilledAgainAndAgain(
          plan, calls: 0..<9, in: database, using: &luck)
        kills += count
        #expect(try Self.outcome(found) == Self.outcome(whole))

        let problem = try #require(try await database.problems(of: run).first)
        #expect(problem.best == whole.best?.id)
        #expect(problem.state == (whole.isSolved ? .solved : .unsolved))
        let candidates = try await database.candidates(of: run)
        #expect(candidates.count == whole.spending.candidates)
        #expect(
          candidates.count { $0.verdict != nil } + candidates.count { $0.finalVerdict != nil } == whole.spending.checks)
        #expect(try await database.integrityProblems().isEmpty)
      }
    }
    #expect(kills > 6)
  }

  /// Those that cannot be judged are tried again in each life, so that the tree may be another one; nothing is lost or counted twice.
  @Test(arguments: [("adaptive", 11 as UInt64), ("linear", 12), ("best-of-16", 13)])
  func `what could not be judged is tried again after each kill, and nothing else is`(
    strategy: String, seed: UInt64
  ) async throws {
    let plan = Plan(strategy: strategy, seed: seed, writer: .withBroken)
    var luck = SeededGenerator(seed: seed, purpose: "kills")
    try await SampleStore.with { (_, database) async throws in
      let (found, run, kills) = try await Self.searchKilledAgainAndAgain(
        plan, calls: 3..<14, in: database, using: &luck)
      #expect(kills > 1)
      let candidates = try await database.candidates(of: run)
      #expect(candidates.count == 16 && found.spending.candidates == 16)
      var failed = 0
      for judged in candidates {
        let source = try await database.text(of: judged.id, in: run).source
        let isBroken = source?.contains("broken-") == true
        if case .failed = judged.candidate.state {
          #expect(isBroken)
          failed += 1
        } else {
          #expect(judged.candidate.state.isSettled && (!isBroken || judged.verdict == nil))
        }
      }
      #expect(failed > 0)
      #expect(Set(candidates.compactMap(\.candidate.settlement)).count == 16)
      #expect(
        candidates.count { $0.verdict != nil } + candidates.count { $0.finalVerdict != nil } == found.spending.checks)
      #expect(try await database.integrityProblems().isEmpty)
    }
  }
}
