import Foundation
import RunStore
import Testing

@Suite struct `A run` {
  @Test func `comes back as it was stored`() async throws {
    try await withStore { (store) async throws in
      var run = makeRun(name: "größe \u{1F680}")
      let problems = [makeProblem(2), makeProblem(1)]
      let writer = try await store.create(run, problems: problems, driver: driver)
      var read = try #require(try await store.runs().first)
      #expect(read.driver == driver)
      #expect(!read.isInterrupted)
      try await writer.close(as: .finished, at: start.addingTimeInterval(60))
      read = try #require(try await store.runs().first)
      run.state = .finished
      run.finishedAt = start.addingTimeInterval(60)
      #expect(read == run)
      #expect(try await store.problems(of: run.id) == [makeProblem(1), makeProblem(2)])
    }
  }

  @Test func `is driven by one at a time, in this process too`() async throws {
    try await withStore { (store) async throws in
      let run = makeRun()
      let writer = try await store.create(run, driver: driver)
      let second = try RunDatabase.open(store.path)
      for other in [store, second] {
        let error = await failure { _ = try await other.resume(run.id, driver: driver) }
        #expect(error?.code == .inUse)
        #expect(error?.message.contains("process \(driver.process) on here") == true)
        #expect(await failure { try await other.delete(run.id) }?.code == .inUse)
      }
      try await writer.close(as: .paused, at: start)
      let next = try await second.resume(run.id, driver: driver)
      #expect(await failure { _ = try await store.resume(run.id, driver: driver) }?.code == .inUse)
      try await next.close(as: .finished, at: start)
    }
  }

  @Test func `is free, and interrupted, when its writer abandons it`() async throws {
    try await withStore { (store) async throws in
      var writer: RunWriter? = try await store.create(makeRun(), driver: driver)
      #expect(try await store.runs().first?.isInterrupted == false)
      writer?.abandon()
      writer?.abandon()
      let run = try #require(try await store.runs().first)
      #expect(run.isInterrupted && run.state == .running)
      writer = try await store.resume(run.id, driver: driver)
      #expect(try await store.runs().first?.isInterrupted == false)
      try await writer?.close(as: .failed, at: start)
      #expect(try await store.runs().first?.state == .failed)
    }
  }

  @Test func `takes nothing from a writer that was closed`() async throws {
    try await withStore { (store) async throws in
      let writer = try await store.create(makeRun(), problems: [makeProblem(1)], driver: driver)
      #expect(await failure { try await writer.close(as: .running, at: start) }?.code == .wrongState)
      try await writer.close(as: .paused, at: start)
      #expect(await failure { try await writer.begin(problem: "1/1") }?.code == .closed)
      #expect(await failure { try await writer.close(as: .finished, at: start) }?.code == .closed)
      #expect(try await store.runs().first?.state == .paused)
    }
  }

  @Test func `is found by identifier, name and beginning`() async throws {
    try await withStore { (store) async throws in
      _ = try await store.create(makeRun("261126-101010-aaaa", name: "first"), driver: driver)
      _ = try await store.create(makeRun("261126-101011-bbbb", name: "twice"), driver: driver)
      _ = try await store.create(makeRun("261127-101011-cccc", name: "twice"), driver: driver)
      // A name goes before a beginning, an identifier before both.
      _ = try await store.create(makeRun("270101-000000-dddd", name: "261126-101010-aaaa"), driver: driver)
      _ = try await store.create(makeRun("270101-000000-eeee", name: "261127"), driver: driver)
      for (text, id) in [
        ("first", "261126-101010-aaaa"), ("261126-101011", "261126-101011-bbbb"),
        ("261126-101010-aaaa", "261126-101010-aaaa"), ("261127", "270101-000000-eeee"),
      ] {
        #expect(try await store.run(matching: text).id == id)
      }
      for text in ["twice", "2611", "270101-000000-"] {
        let error = await failure { _ = try await store.run(matching: text) }
        #expect(error?.code == .ambiguous)
      }
      for text in ["", "nothing", "%", "_61126-101010-aaaa"] {
        #expect(await failure { _ = try await store.run(matching: text) }?.code == .notFound)
      }
    }
  }

  @Test func `has an identifier of its own`() async throws {
    try await withStore { (store) async throws in
      _ = try await store.create(makeRun(), driver: driver)
      #expect(await failure { _ = try await store.create(makeRun(), driver: driver) }?.code == .alreadyStored)
      var done = makeRun("x")
      done.state = .finished
      #expect(await failure { _ = try await store.create(done, driver: driver) }?.code == .wrongState)
    }
  }

  @Test func `is not stored without its problems`() async throws {
    try await withStore { (store) async throws in
      let error = await failure {
        _ = try await store.create(makeRun(), problems: [makeProblem(1), makeProblem(1)], driver: driver)
      }
      #expect(error?.code == .alreadyStored)
      #expect(try await store.runs().isEmpty)
      let writer = try await store.create(makeRun(), problems: [makeProblem(1)], driver: driver)
      #expect(await failure { try await writer.add([makeProblem(2), makeProblem(1)]) }?.code == .alreadyStored)
      #expect(try await store.problems(of: writer.run).count == 1)
      try await writer.add([makeProblem(2), makeProblem(3)])
      #expect(try await store.problems(of: writer.run).count == 3)
    }
  }

  @Test func `is deleted with all that belongs to it, and nothing else`() async throws {
    try await withStore { (store) async throws in
      for (id, ordinals) in [("one", 0..<40), ("two", 20..<60)] {
        let writer = try await store.create(makeRun(id), problems: [makeProblem(1), makeProblem(2)], driver: driver)
        for (place, ordinal) in ordinals.enumerated() {
          let candidate = makeCandidate(place, parent: place > 0 ? place / 2 : nil)
          try await writer.append(candidate, text: makeText(ordinal))
          if place < 30 || place == 39 {
            try await writer.record(makeVerdict(), judgement: "{}", for: candidate.id)
          } else {
            try await writer.settle(candidate.id, as: .duplicate(of: 0))
          }
        }
        try await writer.append(StoredEvent(problem: "1/1", at: start, kind: "x"))
        try await writer.append(StoredEvent(at: start, kind: "y"))
        try await writer.finish(problem: "1/1", as: .solved, best: 39)
        try await writer.close(as: .finished, at: start)
      }
      #expect(await failure { try await store.delete("three") }?.code == .notFound)
      try await store.delete("one")
      #expect(try await store.runs().map(\.id) == ["two"])
      #expect(try await store.candidates(of: "two").count == 40)
      #expect(try await store.events(of: "two").map(\.kind) == ["x", "y"])
      #expect(try await store.text(of: CandidateID(problem: "1/1", ordinal: 0), in: "two") == makeText(20))
      #expect(try await store.integrityProblems().isEmpty)
      try await store.delete("two")
      try await store.vacuum()
      #expect(try await store.integrityProblems().isEmpty)
      #expect(try FileManager.default.attributesOfItem(atPath: store.path)[.size] as? Int ?? .max < 150_000)
    }
  }

  @Test(arguments: ["a\0b", "\0"])
  func `has no NUL in a name or in JSON`(text: String) async throws {
    try await withStore { (store) async throws in
      var run = makeRun()
      run.configuration = text
      #expect(await failure { _ = try await store.create(run, driver: driver) }?.code == .invalidValue)
      #expect(
        await failure { _ = try await store.create(makeRun(name: text), driver: driver) }?.code == .invalidValue)
      #expect(try await store.runs().isEmpty)
    }
  }

  @Test func `gets identifiers that sort by time and repeat for a seed`() {
    var generator = SeededGenerator(seed: 1)
    let ids = (0..<200).map { StoredRun.makeID(at: start.addingTimeInterval(Double($0)), using: &generator) }
    #expect(ids == ids.sorted())
    #expect(ids[0].hasPrefix("261118-110640-") && ids[0].count == 18)
    var again = SeededGenerator(seed: 1)
    #expect(StoredRun.makeID(at: start, using: &again) == ids[0])
    var other = SeededGenerator(seed: 2)
    #expect(StoredRun.makeID(at: start, using: &other) != ids[0])
  }
}
