import LanguageModels
import Testing

@testable import LanguageModelClients

@Suite(.timeLimit(.minutes(2))) struct CancellationTests {
  @Test func `leaving a stream early ends the connection`() async throws {
    let server = try await ScriptedServer([Replies.head(), .chunk(TimeLimitTests.firstText(.openAIChat))])
    let model = try Asking.model(Asking.endpoint(server))
    for try await event in model.generate(Asking.request(.openAIChat)) {
      if case .text = event { break }
    }
    await server.closed.reached(1)
    #expect(server.requests.count == 1)
    try await server.stop()
  }

  @Test func `cancelling the task ends a request that waits for its head`() async throws {
    let server = try await ScriptedServer([])
    let model = try Asking.model(Asking.endpoint(server))
    let task = Task { await Asking.ask(model) }
    await server.received.reached(1)
    task.cancel()
    let answer = await task.value
    #expect(answer.events.isEmpty)
    await server.closed.reached(1)
    #expect(server.requests.count == 1)
    try await server.stop()
  }

  @Test func `cancelling the task ends a wait between attempts`() async throws {
    let server = try await ScriptedServer(Replies.whole("{\"error\":\"oops\"}", status: "500 Internal Server Error"))
    let clock = ManualClock()
    let model = try Asking.model(Asking.endpoint(server), clock: clock)
    let call = Call(model: model, request: Asking.request(.openAIChat)) { _, _ in }
    let task = Task { () -> LanguageModelClientsError? in
      do throws(LanguageModelClientsError) {
        try await call.run(samples: 1)
        return nil
      } catch {
        return error
      }
    }
    // The failed request is in the ledger before the wait begins.
    while model.ledger.total.failedRequests == 0, !Task.isCancelled { await Task.yield() }
    task.cancel()
    let error = await task.value
    #expect(error?.code == .cancelled || error?.code == .serverError)
    #expect(server.requests.count == 1)
    try await server.stop()
  }
}

@Suite(.timeLimit(.minutes(2))) struct ConcurrencyTests {
  @Test(arguments: [1, 3])
  func `no more requests are under way than allowed, and none is forgotten`(limit: Int) async throws {
    let arrived = Milestone()
    let server = try await ScriptedServer { _, _ in
      arrived.pass()
      // The first answers come when as many requests are there as may be.
      return [Replies.head(), .wait(arrived, limit), .chunk(Replies.bytes(Replies.hello(.openAIChat)))]
    }
    let model = try Asking.model(Asking.endpoint(server) { $0.concurrency = limit })
    let texts = await withTaskGroup(of: String.self) { group in
      for _ in 0..<12 { group.addTask { await Asking.ask(model).text } }
      return await group.reduce(into: [String]()) { $0.append($1) }
    }
    #expect(texts == Array(repeating: "Hello, world", count: 12))
    #expect(server.requests.count == 12 && server.mostOpen == limit)
    #expect(model.ledger.total.answers == 12)
    try await server.stop()
  }

  @Test func `places are given in the order in which they were asked for`() async throws {
    let limiter = ConcurrencyLimiter(limit: 1)
    let gate = Milestone()
    let order = Order()
    await withTaskGroup(of: Void.self) { group in
      group.addTask { try? await limiter.withPlace { await gate.reached(1) } }
      while limiter.freePlaces > 0, !Task.isCancelled { await Task.yield() }
      for index in 0..<10 {
        group.addTask { try? await limiter.withPlace { order.add(index) } }
        while limiter.waitingCount <= index, !Task.isCancelled { await Task.yield() }
      }
      gate.pass()
    }
    #expect(order.numbers == Array(0..<10))
    #expect(limiter.freePlaces == 1)
  }

  @Test func `who is cancelled while waiting leaves the queue and takes no place`() async throws {
    let limiter = ConcurrencyLimiter(limit: 1)
    let gate = Milestone()
    let holder = Task { try await limiter.withPlace { await gate.reached(1) } }
    while limiter.freePlaces > 0, !Task.isCancelled { await Task.yield() }
    let waiting = (0..<5).map { _ in Task { try await limiter.withPlace {} } }
    while limiter.waitingCount < 5, !Task.isCancelled { await Task.yield() }
    for index in [3, 0, 4] { waiting[index].cancel() }
    for index in [3, 0, 4] {
      await #expect(throws: CancellationError.self) { try await waiting[index].value }
    }
    #expect(limiter.waitingCount == 2)
    gate.pass()
    try await holder.value
    for index in [1, 2] { try await waiting[index].value }
    #expect(limiter.freePlaces == 1 && limiter.waitingCount == 0)
  }

  @Test(arguments: 0..<5 as Range<UInt64>)
  func `in any disorder all places come back`(seed: UInt64) async throws {
    var generator = SplitMix(seed: seed)
    let limiter = ConcurrencyLimiter(limit: 3)
    let most = Order()
    let tasks = (0..<200).map { _ in
      let yields = Int.random(in: 0...5, using: &generator)
      return Task {
        try await limiter.withPlace {
          most.add(limiter.freePlaces)
          for _ in 0..<yields { await Task.yield() }
        }
      }
    }
    for task in tasks where Bool.random(using: &generator) { task.cancel() }
    for task in tasks { _ = await task.result }
    #expect(limiter.freePlaces == 3 && limiter.waitingCount == 0)
    #expect(most.numbers.allSatisfy { (0..<3).contains($0) })
  }
}
