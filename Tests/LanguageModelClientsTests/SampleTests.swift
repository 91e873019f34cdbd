import LanguageModels
import Testing

@testable import LanguageModelClients

@Suite(.timeLimit(.minutes(2))) struct SampleTests {
  typealias Events = [Int: [GenerationEvent]]

  static func ask(
    _ model: RemoteLanguageModel, count: Int, seed: UInt64? = 7
  ) async -> (events: Events, error: LanguageModelClientsError?) {
    var request = Asking.request(model.endpoint.dialect)
    request.seed = seed
    var events: Events = [:]
    do {
      for try await event in model.samples(request, count: count) {
        events[event.sample, default: []].append(event.event)
      }
    } catch {
      return (events, error as? LanguageModelClientsError)
    }
    return (events, nil)
  }

  static func text(_ events: [GenerationEvent]?) -> String { Answer(events: events ?? []).text }

  /// A chunk of one of several answers.
  static func chunk(_ index: Int, _ text: String?, end: Bool = false) -> String {
    let delta = text.map { "{\"content\":\"\($0)\"}" } ?? "{}"
    return
      "data: {\"choices\":[{\"index\":\(index),\"delta\":\(delta),\"finish_reason\":\(end ? "\"stop\"" : "null")}]}\n\n"
  }

  static func parameter(_ request: ScriptedServer.Request, _ name: String) -> Int? {
    (try? JSONElement(request.body))?[name]?.integer
  }

  @Test func `several answers come out of one request`() async throws {
    let stream =
      Self.chunk(1, "b1") + Self.chunk(0, "a1") + Self.chunk(2, "c") + Self.chunk(0, "a2")
      + Self.chunk(2, nil, end: true)
      + Self.chunk(0, nil, end: true) + Self.chunk(1, "b2", end: true)
      + "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":10,\"completion_tokens\":30}}\n\ndata: [DONE]\n\n"
    let server = try await ScriptedServer(Replies.stream(stream))
    let model = try Asking.model(Asking.endpoint(server))
    let (events, error) = await Self.ask(model, count: 3)
    #expect(error == nil && server.requests.count == 1)
    #expect((0..<3).map { Self.text(events[$0]) } == ["a1a2", "b1b2", "c"])
    #expect(Self.parameter(server.requests[0], "n") == 3)
    for sample in 0..<3 {
      let expected = GenerationOutcome(reason: .end, promptTokens: 0, completionTokens: 0, hasTokenCounts: false)
      #expect(events[sample]?.last == .finished(expected))
    }
    #expect(model.ledger.total.usage == TokenUsage(promptTokens: 10, completionTokens: 30))
    #expect(model.ledger.total.answers == 3)
    try await server.stop()
  }

  @Test func `what a server that ignores n leaves out is asked for alone`() async throws {
    let server = try await ScriptedServer(Replies.stream(Replies.hello(.openAIChat)))
    let model = try Asking.model(Asking.endpoint(server))
    let (events, error) = await Self.ask(model, count: 4)
    #expect(error == nil && server.requests.count == 4)
    for sample in 0..<4 { #expect(Self.text(events[sample]) == "Hello, world") }
    #expect(server.requests.map { Self.parameter($0, "n") } == [4, nil, nil, nil])
    #expect(server.requests.compactMap { Self.parameter($0, "seed") }.sorted() == [7, 8, 9, 10])
    try await server.stop()
  }

  @Test func `of a stream that breaks the complete answers stay and only the others are asked for again`() async throws
  {
    let broken = Self.chunk(0, "a") + Self.chunk(1, "b", end: true) + Self.chunk(2, "c")
    // The second request is for two answers, which it numbers anew.
    let rest =
      Self.chunk(1, "C") + Self.chunk(0, "A") + Self.chunk(0, nil, end: true) + Self.chunk(1, nil, end: true)
      + "data: [DONE]\n\n"
    let server = try await ScriptedServer(
      [Replies.head(), .chunk(Replies.bytes(broken)), .reset], Replies.stream(rest))
    let model = try Asking.model(Asking.endpoint(server))
    let (events, error) = await Self.ask(model, count: 3)
    #expect(error == nil && server.requests.map { Self.parameter($0, "n") } == [3, 2])
    #expect((0..<3).map { Self.text(events[$0]) } == ["A", "b", "C"])
    #expect((0..<3).map { (events[$0] ?? []).filter { $0 == .restarted }.count } == [1, 0, 1])
    #expect(model.ledger.total.answers == 3 && model.ledger.total.failedRequests == 1)
    try await server.stop()
  }

  @Test(arguments: [Endpoint.Dialect.anthropicMessages, .openAICompletions])
  func `without n requests run side by side and begin with the same bytes`(dialect: Endpoint.Dialect) async throws {
    let server = try await ScriptedServer(Replies.stream(Replies.hello(dialect)))
    let model = try Asking.model(Asking.endpoint(server, dialect: dialect) { $0.takesSampleCount = false })
    let (events, error) = await Self.ask(model, count: 3)
    #expect(error == nil && server.requests.count == 3)
    for sample in 0..<3 {
      #expect(Self.text(events[sample]) == "Hello, world")
      guard case .finished(let outcome)? = events[sample]?.last else {
        Issue.record("sample \(sample) has no end")
        continue
      }
      #expect(outcome.hasTokenCounts && outcome.completionTokens == 5)
    }
    let bodies = server.requests.map { String(decoding: $0.body, as: UTF8.self) }
    if dialect == .anthropicMessages {
      #expect(Set(bodies).count == 1)
    } else {
      #expect(Set(bodies).count == 3)
      #expect(Set(bodies.map { $0.prefix { $0 != "7" && $0 != "8" && $0 != "9" } }).count == 1)
      #expect(
        bodies.allSatisfy { $0.hasSuffix("\"seed\":7}") || $0.hasSuffix("\"seed\":8}") || $0.hasSuffix("\"seed\":9}") })
    }
    try await server.stop()
  }

  @Test func `one sample that fails does not end the others`() async throws {
    let server = try await ScriptedServer { index, _ in
      index == 1
        ? Replies.whole("{\"error\":\"no\"}", status: "400 Bad Request") : Replies.stream(Replies.hello(.openAIChat))
    }
    let model = try Asking.model(Asking.endpoint(server) { $0.takesSampleCount = false })
    let (events, error) = await Self.ask(model, count: 4)
    #expect(error?.code == .invalidRequest)
    #expect(events.values.filter { Self.text($0) == "Hello, world" }.count == 3)
    try await server.stop()
  }

  @Test func `no samples are no request`() async throws {
    let server = try await ScriptedServer([])
    let (events, error) = await Self.ask(try Asking.model(Asking.endpoint(server)), count: 0)
    #expect(events.isEmpty && error == nil && server.requests.isEmpty)
    try await server.stop()
  }

  @Test func `an answer with a number that nobody asked for is an error`() async throws {
    let server = try await ScriptedServer(Replies.stream(Self.chunk(5, "x", end: true) + "data: [DONE]\n\n"))
    let answer = await Asking.ask(try Asking.model(Asking.endpoint(server)))
    #expect(answer.error?.code == .malformedStream && answer.events.isEmpty && server.requests.count == 1)
    try await server.stop()
  }
}
