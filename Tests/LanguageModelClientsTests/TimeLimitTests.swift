import LanguageModelClients
import LanguageModels
import Testing

/// Time stands still in these tests but where they move it.
@Suite(.timeLimit(.minutes(2))) struct TimeLimitTests {
  static let limits = TimeLimits(
    firstToken: .seconds(300), silence: .seconds(90), whole: .seconds(1800))

  static func model(
    _ server: ScriptedServer, dialect: Endpoint.Dialect, clock: ManualClock, attempts: Int = 1
  ) throws -> RemoteLanguageModel {
    try Asking.model(
      Asking.endpoint(server, dialect: dialect) {
        $0.limits = limits
        $0.retry = RetryPolicy(attempts: attempts)
      }, clock: clock)
  }

  /// What a stream begins with, up to its first text.
  static func firstText(_ dialect: Endpoint.Dialect) -> [UInt8] {
    let stream = Replies.hello(dialect)
    let end = stream.firstRange(of: "Hello, ")!.upperBound
    return Replies.bytes(stream[...stream[end...].firstRange(of: "\n\n")!.lowerBound] + "\n")
  }

  @Test(arguments: Endpoint.Dialect.allCases)
  func `a server that says nothing is given up at the limit and not before`(dialect: Endpoint.Dialect) async throws {
    let server = try await ScriptedServer([])
    let clock = ManualClock()
    async let asked = Asking.ask(Self.model(server, dialect: dialect, clock: clock))
    await server.received.reached(1)
    clock.advance(by: .seconds(299))
    clock.advance(by: .seconds(1))
    let answer = try await asked
    #expect(answer.error?.code == .firstTokenTimeout)
    #expect(answer.error?.message.contains("300 s") == true && answer.events.isEmpty)
    // The connection is ended with the request.
    await server.closed.reached(1)
    try await server.stop()
  }

  @Test(arguments: Endpoint.Dialect.allCases)
  func `pings are no first token`(dialect: Endpoint.Dialect) async throws {
    let pinged = Milestone()
    let server = try await ScriptedServer([
      Replies.head(), .chunk(Replies.bytes(": ping\n\n")), .pass(pinged), .wait(Milestone(), 1),
    ])
    let clock = ManualClock()
    async let asked = Asking.ask(Self.model(server, dialect: dialect, clock: clock))
    await pinged.reached(1)
    clock.advance(by: .seconds(300))
    #expect(try await asked.error?.code == .firstTokenTimeout)
    try await server.stop()
  }

  @Test(arguments: Endpoint.Dialect.allCases)
  func `a stream that falls silent is given up though the first token had more time`(
    dialect: Endpoint.Dialect
  ) async throws {
    let server = try await ScriptedServer([Replies.head(), .chunk(Self.firstText(dialect))])
    let clock = ManualClock()
    var answer = Answer()
    do {
      for try await event in try Self.model(server, dialect: dialect, clock: clock).generate(Asking.request(dialect)) {
        answer.events.append(event)
        if case .text = event { clock.advance(by: .seconds(90)) }
      }
    } catch {
      answer.error = error as? LanguageModelClientsError
    }
    #expect(answer.error?.code == .silenceTimeout && answer.text == "Hello, ")
    #expect(answer.error?.message.contains("90 s") == true)
    await server.closed.reached(1)
    try await server.stop()
  }

  @Test func `a stream that goes on slowly lives until the limit of the whole`() async throws {
    let seen = Milestone()
    let piece = Replies.bytes("data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"x\"}}]}\n\n")
    let steps = (1...40).flatMap { [ScriptedServer.Step.chunk(piece), .wait(seen, $0)] }
    let server = try await ScriptedServer([Replies.head()] + steps)
    let clock = ManualClock()
    var answer = Answer()
    do {
      for try await event in try Self.model(server, dialect: .openAIChat, clock: clock, attempts: 3)
        .generate(Asking.request(.openAIChat))
      {
        answer.events.append(event)
        if case .text = event {
          clock.advance(by: .seconds(80))
          seen.pass()
        }
      }
    } catch {
      answer.error = error as? LanguageModelClientsError
    }
    // 23 pieces of 80 s pass 1800 s. The whole's limit is no reason to begin anew.
    #expect(answer.error?.code == .wholeTimeout && server.requests.count == 1)
    #expect(answer.text.count >= 22)
    try await server.stop()
  }

  @Test func `after a silence the answer begins anew`() async throws {
    let server = try await ScriptedServer(
      [Replies.head(), .chunk(Self.firstText(.openAIChat))], Replies.stream(Replies.hello(.openAIChat)))
    // Waits between attempts pass by themselves, limits do not.
    let clock = ManualClock(passingSleepsUpTo: .seconds(40))
    var answer = Answer()
    var isFirst = true
    for try await event in try Self.model(server, dialect: .openAIChat, clock: clock, attempts: 2)
      .generate(Asking.request(.openAIChat))
    {
      answer.events.append(event)
      if case .text = event, isFirst {
        isFirst = false
        clock.advance(by: .seconds(90))
      }
    }
    #expect(answer.text == "Hello, world" && answer.restarts == 1 && server.requests.count == 2)
    #expect(clock.slept.count == 1)
    try await server.stop()
  }

  @Test(arguments: Endpoint.Dialect.allCases)
  func `an answer that is complete counts though its stream then falls silent`(dialect: Endpoint.Dialect) async throws {
    let stream = Replies.hello(dialect)
    let mark = dialect == .anthropicMessages ? "event: message_stop" : "data: {\"choices\":[],\"usage\""
    // A last piece behind the end shows that the end has been read, however the bytes were cut on their way.
    let last =
      switch dialect {
      case .openAIChat: "{\"choices\":[{\"index\":0,\"delta\":{\"content\":\"!\"}}]}"
      case .openAICompletions: "{\"choices\":[{\"index\":0,\"text\":\"!\"}]}"
      case .anthropicMessages: "{\"type\":\"content_block_delta\",\"delta\":{\"type\":\"text_delta\",\"text\":\"!\"}}"
      }
    let body = stream[..<stream.firstRange(of: mark)!.lowerBound] + "data: \(last)\n\n"
    let server = try await ScriptedServer([Replies.head(), .chunk(Replies.bytes(String(body)))])
    let clock = ManualClock()
    var answer = Answer()
    for try await event in try Self.model(server, dialect: dialect, clock: clock, attempts: 3)
      .generate(Asking.request(dialect))
    {
      answer.events.append(event)
      if event == .text("!") { clock.advance(by: .seconds(90)) }
    }
    #expect(answer.text == "Hello, world!" && answer.outcome?.reason == .end && server.requests.count == 1)
    try await server.stop()
  }

  @Test func `waits between attempts are those that the server asks for`() async throws {
    let slow = Replies.whole("{\"error\":\"slow\"}", status: "429 Too Many Requests", headers: ["retry-after: 20"])
    let dated = Replies.whole(
      "{\"error\":\"slow\"}", status: "503 Service Unavailable",
      // Thirty seconds after the time that the tests' wall clock shows.
      headers: ["retry-after: Sun, 09 Sep 2001 01:47:10 GMT"])
    let exact = Replies.whole("", status: "429 Too Many Requests", headers: ["retry-after-ms: 2500", "retry-after: 9"])
    let server = try await ScriptedServer(slow, dated, exact, Replies.stream(Replies.hello(.openAIChat)))
    let clock = ManualClock(passingSleepsUpTo: .seconds(3600))
    let answer = await Asking.ask(try Asking.model(Asking.endpoint(server), clock: clock))
    #expect(answer.text == "Hello, world")
    let asked: [Duration] = [.seconds(20), .seconds(30), .milliseconds(2500)]
    #expect(clock.slept.count == 3)
    for (slept, asked) in zip(clock.slept, asked) { #expect(slept >= asked && slept < asked + .seconds(4)) }
    try await server.stop()
  }
}
