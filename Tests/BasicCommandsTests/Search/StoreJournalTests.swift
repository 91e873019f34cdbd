import Foundation
import KernelEvaluation
import KernelPrompting
import KernelSearch
import KernelVerdicts
import RunStore
import Testing

@testable import BasicCommands

struct StoreJournalTests {
  // MARK: What comes back

  private static func text(_ luck: inout SeededGenerator) -> String {
    let pieces = ["a", " ", "\n", "\u{0}", "\"", "\\", "é", "日本", "\u{1B}[31m", "</script>", "\u{2028}", "\r\n", "🙂"]
    return (0..<Int.random(in: 0..<12, using: &luck)).map { _ in pieces.randomElement(using: &luck) ?? "" }.joined()
  }

  private static func candidate(_ id: Int, _ luck: inout SeededGenerator) -> Candidate {
    let edge = id == 0 ? .sample : EdgeKind.allCases.randomElement(using: &luck) ?? .sample
    let source = Bool.random(using: &luck) ? text(&luck) : nil
    return Candidate(
      id: id, parent: edge == .sample ? nil : Int.random(in: 0..<id, using: &luck), edge: edge,
      model: "model \(id % 2)",
      seed: UInt64.random(in: 0...UInt64.max, using: &luck), isGreedy: Bool.random(using: &luck), prompt: text(&luck),
      answer: text(&luck), source: source, language: Bool.random(using: &luck) ? .cuda : .python,
      isTruncated: Bool.random(using: &luck),
      notes: (0..<Int.random(in: 0..<3, using: &luck)).map { _ in text(&luck) },
      usage: Usage(
        promptTokens: Int.random(in: 0..<5000, using: &luck), completionTokens: Int.random(in: 0..<5000, using: &luck),
        cost: Bool.random(using: &luck) ? 0 : Double.random(in: 0..<2, using: &luck)),
      time: .milliseconds(125 * id), sourceHash: source.map { "hash of \($0.utf8.count)" })
  }

  private static func result(_ luck: inout SeededGenerator) throws -> JudgeResult {
    let verdict = Verdict.allCases.randomElement(using: &luck) ?? .incorrect
    let ratio = verdict == .correct && Bool.random(using: &luck) ? Double.random(in: 0.25..<8, using: &luck) : nil
    var result = try SearchDoubles.result(
      verdict, ratio: ratio, estimate: Bool.random(using: &luck) ? Double.random(in: 1e-7..<1e-2, using: &luck) : nil,
      reason: text(&luck), hash: Bool.random(using: &luck) ? "kernels" : nil)
    result.judgement.findings = (0..<Int.random(in: 0..<3, using: &luck)).map { line in
      Judgement.FoundFault(
        kind: "race", severity: line == 0 ? .error : .warning, message: text(&luck), kernel: "k", file: "a.cu",
        line: line, count: 3)
    }
    result.judgement.details = Bool.random(using: &luck) ? text(&luck) : nil
    result.judgement.notes = [text(&luck)]
    result.judgement.operators = ["aten::abs": 2]
    result.judgement.correctness?.maxAbsoluteError =
      [0, .nan, .infinity, -.infinity, 1.5].randomElement(using: &luck) ?? 0
    if Bool.random(using: &luck) { result.judgement.correctness = nil }
    return result
  }

  /// Tells two journals the same story.
  private static func tell(
    _ journals: [any SearchJournal], _ luck: inout SeededGenerator
  ) async throws {
    var spending = Spending()
    var waiting: [Int] = []
    var judged: [Int] = []
    var count = 0
    while count < 14 || !waiting.isEmpty && Int.random(in: 0..<8, using: &luck) > 0 {
      spending.time += .milliseconds(125)
      spending.usage.promptTokens += 7
      if count < 14, waiting.isEmpty || Bool.random(using: &luck) {
        let candidate = candidate(count, &luck)
        spending.candidates += 1
        spending.usage.cost += candidate.usage.cost
        for journal in journals { try await journal.append(candidate, spending: spending) }
        waiting.append(count)
        count += 1
        continue
      }
      let id = waiting.remove(at: Int.random(in: 0..<waiting.count, using: &luck))
      var outcome: CandidateOutcome
      switch Int.random(in: 0..<6, using: &luck) {
      case 0: outcome = .noCode(reason: text(&luck))
      case 1: outcome = .failed(reason: text(&luck))
      case 2 where id > 0:
        outcome = judged.randomElement(using: &luck).map { .duplicate(of: $0) } ?? .noCode(reason: "")
      default:
        outcome = .judged(try result(&luck))
        spending.checks += 1
        judged.append(id)
      }
      for journal in journals { try await journal.settle(id, outcome, spending: spending) }
      if case .judged = outcome, Int.random(in: 0..<3, using: &luck) == 0 {
        let again = try result(&luck)
        for journal in journals { try await journal.confirm(id, again, spending: spending) }
      }
      if Bool.random(using: &luck) {
        let event = SearchEvent.checkFailed(id: id, reason: text(&luck), willRetry: true)
        for journal in journals { try await journal.note(event, spending: spending) }
      }
    }
  }

  @Test(arguments: 0..<12 as Range<UInt64>)
  func `what was told comes back as it was, in the order in which it was settled`(seed: UInt64) async throws {
    var luck = SeededGenerator(seed: seed, purpose: "story")
    let story = luck
    let memory = MemoryJournal()
    try await Self.tell([memory], &luck)
    let expected = try #require(await memory.restore())
    try await SearchStore.withJournal { (journal, _) async throws in
      var luck = story
      try await Self.tell([journal], &luck)
      let found = try #require(try await journal.restore())
      let waiting = expected.entries.filter { !$0.outcome.isSettled }.sorted { $0.candidate.id < $1.candidate.id }
      let entries = expected.entries.filter(\.outcome.isSettled) + waiting
      #expect(found.entries.map(\.candidate.id) == entries.map(\.candidate.id))
      for (a, b) in zip(found.entries, entries) { #expect(try JSON.line(a) == JSON.line(b)) }
      #expect(found.spending == expected.spending)
    }
  }

  @Test func `a problem that nobody has begun has no record, and is active then`() async throws {
    try await SearchStore.withJournal { (journal, database) async throws in
      #expect(try await database.problems(of: journal.writer.run).first?.state == .pending)
      #expect(try await journal.restore() == nil)
      #expect(try await database.problems(of: journal.writer.run).first?.state == .active)
    }
  }

  @Test func `what answers that never came have cost is not forgotten`() async throws {
    try await SearchStore.withJournal { (journal, database) async throws in
      // No time has passed, by the clock.
      let spending = Spending(usage: Usage(promptTokens: 10, cost: 0.5))
      try await journal.note(.notWritten(id: 0, reason: "Nobody answers."), spending: spending)
      let record = try #require(try await journal.restore())
      #expect(record.entries.isEmpty && record.spending == spending)
      let event = try #require(try await database.events(of: journal.writer.run).first)
      #expect(event.kind == "not-written" && event.problem == "1/19")
      #expect(try JSON.value(SearchEvent.self, from: event.detail) == .notWritten(id: 0, reason: "Nobody answers."))
    }
  }

  @Test func `the store's columns say what the judgement says`() async throws {
    try await SearchStore.withJournal { (journal, database) async throws in
      let spending = Spending(time: .seconds(3))
      try await journal.append(Candidate(id: 0, model: "m", answer: "", source: "x"), spending: spending)
      let result = try SearchDoubles.result(.correct, ratio: 2, estimate: 0.25, reason: "Right.", hash: "k")
      try await journal.settle(0, .judged(result), spending: spending)
      let judged = try #require(try await database.candidates(of: journal.writer.run).first)
      #expect(judged.candidate.state == .judged && judged.candidate.kernelHash == "k")
      #expect(judged.candidate.cost == nil)
      let verdict = try #require(judged.verdict)
      #expect(verdict.verdict == .correct && verdict.reason == "Right." && !verdict.isFinal)
      #expect(verdict.runtimeMilliseconds == 0.5 && verdict.referenceMilliseconds == 1)
      #expect(verdict.compiledMilliseconds == 2 && verdict.estimateMilliseconds == 250)
      #expect(verdict.speedRatio == .init(value: 2, low: 1.96, high: 2.04))
      #expect(verdict.checkSeconds == 1.5 && verdict.problemSeconds == 3)
    }
  }

  // MARK: The end of a problem

  /// A way for a search to end, and what the store is to say.
  struct Ending: Sendable, CustomTestStringConvertible {
    var end: SearchEnd
    var goal: Goal
    /// How fast the best candidate was when it was checked from scratch; nil where it was not.
    var confirmed: Double?
    var state: StoredProblem.State
    var notice: String?

    var testDescription: String { "\(end), goal \(goal), \(confirmed.map { "\($0)" } ?? "not confirmed")" }

    static let short = "There is a correct kernel, and it is not what was looked for."

    static let all: [Ending] =
      [Goal.none, .correct, .faster, .ratio(1.5)].flatMap { goal -> [Ending] in
        let isAnyEnough = goal == .none || goal == .correct
        let slow = isAnyEnough ? StoredProblem.State.solved : .unsolved
        return [
          Ending(end: .goalReached, goal: goal, confirmed: 2, state: .solved),
          Ending(end: .budgetSpent(.time), goal: goal, confirmed: nil, state: .unsolved),
          Ending(
            end: .budgetSpent(.tokens), goal: goal, confirmed: 0.5, state: slow, notice: isAnyEnough ? nil : short),
          Ending(end: .exhausted, goal: goal, confirmed: 0.5, state: slow, notice: isAnyEnough ? nil : short),
          // The last check comes after the budget's end, and may be what meets the goal.
          Ending(end: .budgetSpent(.time), goal: goal, confirmed: 1.5, state: .solved),
          Ending(end: .stopped, goal: goal, confirmed: 2, state: .active),
          Ending(end: .writerFailed(reason: "Gone."), goal: goal, confirmed: 2, state: .active),
          Ending(end: .notJudgeable(reason: "Constant."), goal: goal, state: .unjudgeable, notice: "Constant."),
          Ending(end: .promptTooLong(reason: "Long."), goal: goal, state: .active),
          Ending(end: .promptTooLong(reason: "Long."), goal: goal, confirmed: 2, state: .solved, notice: "Long."),
          // It is nobody's fault but ours, and goes on when that is mended.
          Ending(end: .judgeFailed(reason: "Full."), goal: goal, state: .active),
          Ending(end: .judgeFailed(reason: "Full."), goal: goal, confirmed: 2, state: .solved, notice: "Full."),
        ]
      } + [
        Ending(end: .exhausted, goal: .ratio(1.5), confirmed: 1.25, state: .unsolved, notice: short),
        Ending(end: .exhausted, goal: .faster, confirmed: 1.25, state: .solved),
        Ending(end: .judgeFailed(reason: "Full."), goal: .faster, confirmed: 0.5, state: .active),
        Ending(
          end: .notJudgeable(reason: "NaN."), goal: .faster, confirmed: 0.5, state: .unjudgeable, notice: "NaN."),
        Ending(end: .notJudgeable(reason: "NaN."), goal: .faster, confirmed: 2, state: .solved, notice: "NaN."),
      ]
  }

  @Test(arguments: Ending.all)
  func `the end of a search is the problem's`(ending: Ending) async throws {
    try await SearchStore.withJournal(goal: ending.goal) { (journal, database) async throws in
      _ = try await journal.restore()
      let spending = Spending(time: .seconds(2), candidates: 1, checks: 2)
      if ending.confirmed != nil || ending.end == .budgetSpent(.time) {
        try await journal.append(Candidate(id: 0, model: "m", answer: "", source: "x"), spending: spending)
        try await journal.settle(0, .judged(try SearchDoubles.result(.correct, ratio: 1)), spending: spending)
        if let ratio = ending.confirmed {
          try await journal.confirm(0, try SearchDoubles.result(.correct, ratio: ratio), spending: spending)
        }
        try await journal.finish(ending.end, best: 0, isConfirmed: ending.confirmed != nil, spending: spending)
      } else {
        try await journal.finish(ending.end, best: nil, isConfirmed: false, spending: spending)
      }
      let problem = try #require(try await database.problems(of: journal.writer.run).first)
      #expect(problem.state == ending.state)
      #expect(problem.notice == ending.notice)
      #expect(problem.best == (ending.confirmed == nil && ending.end != .budgetSpent(.time) ? nil : 0))
      #expect(problem.spent.seconds == 2)
      // Whatever it was, a later search may go on.
      #expect(try await journal.restore()?.spending == spending)
    }
  }
}

struct KeptJudgementTests {
  @Test func `its members are those of basic check, and two more`() throws {
    let result = try SearchDoubles.result(.correct, ratio: 2, estimate: 0.5, hash: "k")
    let kept = KeptJudgement(judgement: result.judgement, estimatedRatio: 1.25, kernelHash: "k")
    func members(_ text: String) throws -> [String: Any] {
      try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    }
    var all = try members(JSON.line(kept))
    #expect(all.removeValue(forKey: "estimatedRatio") as? Double == 1.25)
    #expect(all.removeValue(forKey: "kernelHash") as? String == "k")
    let check = try members(JSON.document(result.judgement))
    #expect(all["verdict"] as? String == "correct" && all["schemaVersion"] as? Int == 1)
    #expect(NSDictionary(dictionary: all) == NSDictionary(dictionary: check))
  }

  @Test(arguments: [Verdict.correct, .incorrect, .compileError])
  func `comes back as it was, with numbers that are none`(verdict: Verdict) throws {
    var judgement = try SearchDoubles.result(verdict, ratio: 1.1, estimate: 0.5).judgement
    judgement.correctness?.maxAbsoluteError = .nan
    judgement.correctness?.maxRelativeError = -.infinity
    for kept in [
      KeptJudgement(judgement: judgement),
      KeptJudgement(judgement: judgement, estimatedRatio: .infinity, kernelHash: ""),
    ] {
      let text = try JSON.line(kept)
      #expect(!text.contains("\n"))
      let again = try JSON.value(KeptJudgement.self, from: text)
      #expect(try JSON.line(again) == text)
      #expect(again.judgement.correctness?.maxRelativeError == -.infinity)
      #expect(again.judgement.correctness?.maxAbsoluteError.isNaN == true)
    }
    #expect(throws: DecodingError.self) { try JSON.value(KeptJudgement.self, from: "{}") }
  }
}
