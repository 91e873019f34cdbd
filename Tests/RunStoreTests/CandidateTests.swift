import Foundation
import GRDB
import KernelVerdicts
import Testing

@testable import RunStore

/// Runs a body with a run of two problems.
private func withRun(_ body: (RunDatabase, RunWriter) async throws -> Void) async throws {
  try await withStore { (store) async throws in
    try await body(
      store, try await store.create(makeRun(), problems: [makeProblem(1), makeProblem(2)], driver: driver))
  }
}

@Suite struct `A candidate` {
  @Test func `comes back as it was stored, with its verdicts`() async throws {
    try await withRun { (store, writer) async throws in
      var first = makeCandidate(0)
      first.cost = 0.125
      try await writer.append(first, text: makeText(0))
      let second = makeCandidate(1, parent: 0)
      try await writer.append(second, text: makeText(1))
      #expect(try await store.unjudged(of: writer.run) == [first, second])
      let verdict = makeVerdict(ratio: 1.5)
      try await writer.record(verdict, judgement: "{\"a\":1}", for: first.id, kernelHash: "ptx")
      let final = makeVerdict(.incorrect, isFinal: true)
      try await writer.record(final, judgement: "{\"a\":2}", for: first.id)
      first.state = .judged
      first.settlement = 1
      first.kernelHash = "ptx"
      #expect(
        try await store.candidates(of: writer.run) == [
          JudgedCandidate(candidate: first, verdict: verdict, finalVerdict: final), JudgedCandidate(candidate: second),
        ])
      #expect(try await store.candidates(of: writer.run, problem: "1/2").isEmpty)
      #expect(try await store.unjudged(of: writer.run) == [second])
      #expect(try await store.judgement(of: first.id, in: writer.run) == "{\"a\":1}")
      #expect(try await store.judgement(of: first.id, in: writer.run, isFinal: true) == "{\"a\":2}")
      #expect(try await store.judgement(of: second.id, in: writer.run) == nil)
    }
  }

  @Test func `is among the answers of all runs, those to a problem that is named first, then the latest`() async throws
  {
    try await withStore { (store) async throws in
      for run in 0..<2 {
        let writer = try await store.create(
          makeRun("261126-10101\(run)-aaaa"), problems: [makeProblem(1), makeProblem(2)], driver: driver)
        for problem in 1...2 {
          for ordinal in 0..<2 {
            var candidate = makeCandidate(ordinal)
            candidate.id = CandidateID(problem: "1/\(problem)", ordinal: ordinal)
            // The last answer is the same in both runs.
            let answer = problem == 2 && ordinal == 1 ? "same" : "run \(run) \(problem)/\(ordinal)"
            try await writer.append(candidate, text: CandidateText(prompt: "p", answer: answer, source: nil))
          }
        }
        try await writer.close(as: .finished, at: Date(timeIntervalSince1970: 9))
      }
      let byAge = ["run 1 2/0", "run 1 1/1", "run 1 1/0", "same", "run 0 2/0", "run 0 1/1", "run 0 1/0"]
      #expect(try await store.answers(bytes: 1000) == byAge)
      let first = byAge.filter { $0.contains(" 1/") }
      let rest = byAge.filter { !$0.contains(" 1/") }
      #expect(try await store.answers(to: ["1/1", "9/9"], bytes: 1000) == first + rest)
      #expect(try await store.answers(to: ["1/1"], bytes: 27) == Array(first.prefix(3)))
      #expect(try await store.answers(bytes: 8).isEmpty)
    }
  }

  @Test(arguments: ["", "\0", "a\0b\0", "\u{1F680} e\u{301} \u{FFFD}\r\n", String(repeating: "x\0", count: 300_000)])
  func `keeps its texts to the byte`(text: String) async throws {
    try await withRun { (store, writer) async throws in
      let texts = CandidateText(prompt: text, answer: text + "!", source: "?" + text)
      try await writer.append(makeCandidate(0), text: texts)
      try await writer.record(makeVerdict(), judgement: text, for: makeCandidate(0).id)
      let read = try await store.text(of: makeCandidate(0).id, in: writer.run)
      #expect(read.prompt.utf8.elementsEqual(texts.prompt.utf8))
      #expect(read.answer.utf8.elementsEqual(texts.answer.utf8))
      #expect(read.source?.utf8.elementsEqual(("?" + text).utf8) == true)
      let judgement = try await store.judgement(of: makeCandidate(0).id, in: writer.run)
      #expect(judgement?.utf8.elementsEqual(text.utf8) == true)
    }
  }

  @Test(arguments: 0..<(isLongRun ? 200 : 10))
  func `made of random bytes comes back, and equal texts are kept once`(seed: Int) async throws {
    var generator = SeededGenerator(seed: UInt64(seed))
    func text() -> String {
      String(
        decoding: (0..<Int.random(in: 0...60, using: &generator)).map { _ in
          UInt8.random(in: 0...255, using: &generator)
        },
        as: UTF8.self)
    }
    let pool = (0..<6).map { _ in text() }
    let texts = (0..<30).map { _ in
      CandidateText(
        prompt: pool.randomElement(using: &generator) ?? "", answer: pool.randomElement(using: &generator) ?? "",
        source: pool.randomElement(using: &generator) ?? "")
    }
    try await withRun { (store, writer) async throws in
      for (ordinal, text) in texts.enumerated() { try await writer.append(makeCandidate(ordinal), text: text) }
      for (ordinal, text) in texts.enumerated() {
        let read = try await store.text(of: makeCandidate(ordinal).id, in: writer.run)
        #expect(read.prompt.utf8.elementsEqual(text.prompt.utf8))
        #expect(read.answer.utf8.elementsEqual(text.answer.utf8))
        #expect(read.source.map { Array($0.utf8) } == text.source.map { Array($0.utf8) })
      }
      let distinct = Set(texts.flatMap { [$0.prompt, $0.answer, $0.source ?? ""].map { Array($0.utf8) } })
      // And the references of two problems.
      let count = try await store.read { try Int.fetchOne($0, sql: "SELECT COUNT(*) FROM texts") }
      #expect(count == distinct.count + 2)
    }
  }

  @Test func `is counted once, however often it is stored`() async throws {
    try await withRun { (store, writer) async throws in
      try await writer.append(makeCandidate(0), text: makeText(0))
      #expect(await failure { try await writer.append(makeCandidate(0), text: makeText(9)) }?.code == .alreadyStored)
      #expect(try await store.text(of: makeCandidate(0).id, in: writer.run) == makeText(0))
      try await writer.append(makeCandidate(0, problem: "1/2"), text: makeText(0))
      #expect(try await store.candidates(of: writer.run).count == 2)
    }
  }

  @Test func `has one verdict, and one final one after it`() async throws {
    try await withRun { (store, writer) async throws in
      let id = makeCandidate(0).id
      func record(_ verdict: StoredVerdict) async -> RunStoreError.Code? {
        await failure { try await writer.record(verdict, judgement: "{}", for: id) }?.code
      }
      #expect(await record(makeVerdict()) == .notFound)
      try await writer.append(makeCandidate(0), text: makeText(0))
      #expect(await record(makeVerdict(isFinal: true)) == .wrongState)
      #expect(await record(makeVerdict(.incorrect)) == nil)
      #expect(await record(makeVerdict()) == .alreadyStored)
      #expect(await record(makeVerdict(isFinal: true)) == nil)
      #expect(await record(makeVerdict(.timeout, isFinal: true)) == .alreadyStored)
      let judged = try #require(try await store.candidates(of: writer.run).first)
      #expect(judged.verdict?.verdict == .incorrect && judged.finalVerdict?.verdict == .correct)
      #expect(judged.lastVerdict == judged.finalVerdict)
      #expect(await failure { try await writer.settle(id, as: .duplicate(of: 1)) }?.code == .wrongState)
    }
  }

  @Test func `can be a duplicate of any other, and not of itself`() async throws {
    try await withRun { store, writer in
      for ordinal in 0..<4 { try await writer.append(makeCandidate(ordinal), text: makeText(0)) }
      func mark(_ ordinal: Int, of original: Int) async -> RunStoreError.Code? {
        await failure { try await writer.settle(makeCandidate(ordinal).id, as: .duplicate(of: original)) }?.code
      }
      #expect(await mark(1, of: 1) == .wrongState)
      #expect(await mark(1, of: 7) == .notFound)
      #expect(await mark(9, of: 0) == .notFound)
      #expect(await mark(2, of: 1) == nil)
      #expect(await mark(3, of: 2) == nil)
      // 3 is one of 2, which is one of 1.
      #expect(await mark(1, of: 3) == .wrongState)
      #expect(await mark(1, of: 0) == nil)
      #expect(await mark(1, of: 0) == .wrongState)
      #expect(
        await failure { try await writer.record(makeVerdict(), judgement: "", for: makeCandidate(1).id) }?.code
          == .wrongState)
      try await writer.append(makeCandidate(4, state: .duplicate(of: 3)), text: makeText(0))
      #expect(
        await failure { try await writer.append(makeCandidate(5, state: .judged), text: makeText(0)) }?.code
          == .wrongState)
      #expect(
        await failure { try await writer.settle(makeCandidate(0).id, as: .judged) }?.code == .wrongState)
      #expect(
        try await store.candidates(of: writer.run).map(\.candidate.state) == [
          .generated, .duplicate(of: 0), .duplicate(of: 1), .duplicate(of: 2), .duplicate(of: 3),
        ])
    }
  }

  @Test func `may have no code, or no verdict, for a reason that is kept`() async throws {
    try await withRun { store, writer in
      var empty = makeCandidate(0)
      empty.sourceHash = nil
      empty.details = "{\"isTruncated\":true}"
      empty.problemSeconds = 3.5
      let text = CandidateText(prompt: "p", answer: "Sorry.", source: nil)
      try await writer.append(empty, text: text)
      try await writer.append(makeCandidate(1), text: makeText(1))
      try await writer.settle(makeCandidate(1).id, as: .failed(reason: "The disk\0 broke."))
      try await writer.settle(empty.id, as: .withoutCode(reason: "No fence."), kernelHash: nil)
      #expect(try await store.text(of: empty.id, in: writer.run) == text)
      let candidates = try await store.candidates(of: writer.run).map(\.candidate)
      empty.state = .withoutCode(reason: "No fence.")
      #expect(candidates[0].details == empty.details && candidates[0].problemSeconds == 3.5)
      #expect(candidates.map(\.state) == [empty.state, .failed(reason: "The disk\0 broke.")])
      #expect(candidates[0].sourceHash == nil)
      #expect(try await store.unjudged(of: writer.run).isEmpty)
      let summary = try await store.summary(of: writer.run)
      #expect(summary.withoutCode == 1 && summary.failed == 1 && summary.waiting == 0)
      try await writer.append(makeCandidate(2), text: CandidateText(prompt: "p", answer: "", source: nil))
      try await writer.settle(makeCandidate(2).id, as: .failed(reason: "It cannot be read."))
      // What could not be judged waits again where its problem is gone on with.
      try await writer.begin(problem: "1/2")
      #expect(try await store.unjudged(of: writer.run).isEmpty)
      try await writer.begin(problem: "1/1")
      #expect(try await store.unjudged(of: writer.run) == [makeCandidate(1)])
      try await writer.record(makeVerdict(), judgement: "{}", for: makeCandidate(1).id)
      let settlements = try await store.candidates(of: writer.run).map(\.candidate.settlement)
      #expect(settlements == [2, 4, 3])
      #expect(try await store.candidates(of: writer.run)[2].candidate.state == .failed(reason: "It cannot be read."))
    }
  }

  @Test(arguments: 0..<(isLongRun ? 100 : 5))
  func `keeps its place in the order in which they were settled`(seed: Int) async throws {
    var generator = SeededGenerator(seed: UInt64(seed))
    let order = (0..<20).shuffled(using: &generator)
    try await withRun { store, writer in
      for ordinal in 0..<21 { try await writer.append(makeCandidate(ordinal), text: makeText(ordinal)) }
      for ordinal in order {
        let id = makeCandidate(ordinal).id
        switch ordinal % 3 {
        case 0: try await writer.record(makeVerdict(), judgement: "{}", for: id)
        case 1: try await writer.settle(id, as: .duplicate(of: 20))
        default: try await writer.settle(id, as: .failed(reason: ""))
        }
      }
      let candidates = try await store.candidates(of: writer.run).map(\.candidate)
      let settled = candidates.filter { $0.settlement != nil }.sorted { ($0.settlement ?? 0) < ($1.settlement ?? 0) }
      #expect(settled.map(\.id.ordinal) == order)
      #expect(settled.map(\.settlement) == (1...20).map { $0 })
      #expect(candidates.last?.settlement == nil)
    }
  }

  @Test func `has a problem and a parent that are there`() async throws {
    try await withRun { (store, writer) async throws in
      for candidate in [makeCandidate(0, problem: "9/9"), makeCandidate(1, parent: 0)] {
        #expect(await failure { try await writer.append(candidate, text: makeText(0)) }?.code == .notFound)
      }
      #expect(await failure { try await writer.append(makeCandidate(-1), text: makeText(0)) }?.code == .invalidValue)
      #expect(await failure { _ = try await store.candidates(of: writer.run, problem: "9/9") }?.code == .notFound)
      #expect(await failure { _ = try await store.candidates(of: "none") }?.code == .notFound)
    }
  }

  @Test(arguments: [Double.nan, .infinity, -.infinity])
  func `has numbers that are numbers`(number: Double) async throws {
    try await withRun { (store, writer) async throws in
      var candidate = makeCandidate(0)
      candidate.cost = number
      #expect(
        await failure { try await writer.append(candidate, text: makeText(0)) }?.code == .invalidValue)
      try await writer.append(makeCandidate(0), text: makeText(0))
      let verdict = StoredVerdict(.correct, checkSeconds: 1, runtimeMilliseconds: number, judgedAt: start)
      #expect(
        await failure { try await writer.record(verdict, judgement: "{}", for: candidate.id) }?.code == .invalidValue)
      // The verdict and the mark go together, or not at all.
      #expect(try await store.unjudged(of: writer.run).count == 1)
    }
  }

  @Test func `is written by a task that was cancelled`() async throws {
    try await withRun { (store, writer) async throws in
      let task = Task {
        withUnsafeCurrentTask { $0?.cancel() }
        try await writer.append(makeCandidate(0), text: makeText(0))
      }
      try await task.value
      #expect(try await store.candidates(of: writer.run).count == 1)
    }
  }

  @Test func `may come from many tasks at once`() async throws {
    try await withRun { (store, writer) async throws in
      try await withThrowingTaskGroup { group in
        for task in 0..<8 {
          group.addTask {
            for step in 0..<25 {
              let candidate = makeCandidate(task * 25 + step, problem: task.isMultiple(of: 2) ? "1/1" : "1/2")
              try await writer.append(candidate, text: makeText(step))
              try await writer.record(makeVerdict(), judgement: "{}", for: candidate.id)
            }
          }
        }
        try await group.waitForAll()
      }
      let judged = try await store.candidates(of: writer.run)
      #expect(judged.count == 200 && judged.allSatisfy { $0.verdict != nil })
      #expect(judged.map(\.id) == judged.map(\.id).sorted())
    }
  }
}

@Suite struct `A problem's record` {
  @Test func `goes from pending to its end`() async throws {
    try await withRun { (store, writer) async throws in
      func state() async throws -> StoredProblem { try await store.problems(of: writer.run)[0] }
      #expect(try await state().state == .pending)
      try await writer.begin(problem: "1/1")
      #expect(try await state().state == .active)
      func finish(_ state: StoredProblem.State, _ best: Int? = nil) async -> RunStoreError.Code? {
        await failure {
          try await writer.finish(problem: "1/1", as: state, best: best, notice: "So it is.", spent: Spent(seconds: 12))
        }?.code
      }
      #expect(await finish(.active) == .wrongState)
      #expect(await finish(.solved) == .wrongState)
      #expect(await finish(.solved, 0) == .notFound)
      try await writer.append(makeCandidate(0), text: makeText(0))
      #expect(await finish(.solved, 0) == .wrongState)
      #expect(await failure { try await writer.update(problem: "1/1", best: 0) }?.code == .wrongState)
      try await writer.record(makeVerdict(), judgement: "{}", for: makeCandidate(0).id)
      try await writer.update(problem: "1/1", best: 0)
      #expect(try await state().best == 0)
      #expect(await finish(.solved, 0) == nil)
      #expect(await finish(.unsolved) == .wrongState)
      let problem = try await state()
      #expect(problem.state == .solved && problem.best == 0 && problem.notice == "So it is.")
      #expect(problem.spent.seconds == 12)
      #expect(await failure { try await writer.begin(problem: "9/9") }?.code == .notFound)
      #expect(await failure { try await writer.finish(problem: "9/9", as: .failed) }?.code == .notFound)
    }
  }

  @Test func `can end before it was begun`() async throws {
    try await withRun { (store, writer) async throws in
      try await writer.finish(problem: "1/1", as: .unjudgeable, notice: "Its output is constant.")
      #expect(try await store.problems(of: writer.run)[0].state == .unjudgeable)
      // And be taken up again.
      try await writer.begin(problem: "1/1")
      #expect(try await store.problems(of: writer.run)[0].state == .active)
    }
  }

  @Test func `has a time that never goes back`() async throws {
    try await withRun { (store, writer) async throws in
      try await writer.append(makeCandidate(1), text: makeText(1))
      try await writer.append(makeCandidate(0), text: makeText(0), spent: Spent(seconds: 5))
      try await writer.record(makeVerdict(), judgement: "{}", for: makeCandidate(0).id, spent: Spent(seconds: 3))
      try await writer.update(problem: "1/1", spent: Spent(seconds: 4))
      #expect(try await store.problems(of: writer.run)[0].spent.seconds == 5)
      let spent = Spent(seconds: 6.5, details: "{\"tokens\":7}")
      try await writer.settle(makeCandidate(1).id, as: .failed(reason: ""), spent: spent)
      #expect(try await store.problems(of: writer.run)[0].spent == spent)
      try await writer.update(problem: "1/1", spent: Spent(seconds: 6, details: "{\"tokens\":1}"))
      #expect(try await store.problems(of: writer.run)[0].spent == spent)
    }
  }

  @Test func `events come back in their order`() async throws {
    try await withRun { (store, writer) async throws in
      // A clock that is set back changes no order.
      let events = [
        StoredEvent(at: start, kind: "paused", detail: "{\"why\":\"endpoint\"}"),
        StoredEvent(problem: "1/2", at: start.addingTimeInterval(-100), kind: "resumed"),
      ]
      for event in events { try await writer.append(event) }
      #expect(try await store.events(of: writer.run) == events)
      #expect(
        await failure { try await writer.append(StoredEvent(problem: "9/9", at: start, kind: "x")) }?.code == .notFound)
    }
  }
}
