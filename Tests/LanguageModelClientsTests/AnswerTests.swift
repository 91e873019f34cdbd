import LanguageModelClients
import LanguageModels
import Testing

@Suite(.timeLimit(.minutes(2))) struct AnswerTests {
  @Test(arguments: Endpoint.Dialect.allCases, [false, true])
  func `an answer comes through, streamed and in one piece`(dialect: Endpoint.Dialect, isWhole: Bool) async throws {
    let server = try await ScriptedServer(
      isWhole ? Replies.whole(Replies.wholeHello(dialect)) : Replies.stream(Replies.hello(dialect)))
    let model = try Asking.model(Asking.endpoint(server, dialect: dialect))
    let answer = await Asking.ask(model)
    #expect(answer.error == nil)
    #expect(answer.text == "Hello, world")
    #expect(answer.reasoning == (dialect == .openAICompletions ? "" : "hm"))
    #expect(
      answer.outcome
        == GenerationOutcome(
          reason: .end, promptTokens: 11, completionTokens: 5, cachedPromptTokens: 4,
          reasoningTokens: dialect == .openAIChat && !isWhole ? 1 : 0))
    guard case .started? = answer.events.first else {
      Issue.record("the first event is \(String(describing: answer.events.first))")
      return
    }
    #expect(server.requests.count == 1)
    #expect(model.ledger.total.answers == 1 && model.ledger.total.usage.promptTokens == 11)
    try await server.stop()
  }

  @Test(arguments: Endpoint.Dialect.allCases)
  func `an answer says what it costs, tokens out of a cache at their own price`(dialect: Endpoint.Dialect) async throws
  {
    let server = try await ScriptedServer(Replies.stream(Replies.hello(dialect)))
    let endpoint = try Asking.endpoint(server, dialect: dialect) {
      $0.price = TokenPrice(input: 1_000_000, output: 2_000_000, cachedInput: 500_000)
    }
    // 7 tokens were read, 4 were known, 5 written.
    #expect(await Asking.ask(try Asking.model(endpoint)).outcome?.cost == 19)
    try await server.stop()
  }

  @Test(arguments: Endpoint.Dialect.allCases)
  func `cut at every byte an answer is the same`(dialect: Endpoint.Dialect) async throws {
    let stream = Replies.bytes(Replies.hello(dialect))
    let server = try await ScriptedServer([Replies.head()] + stream.map { .chunk([$0]) } + [.endChunks])
    let answer = await Asking.ask(try Asking.model(Asking.endpoint(server, dialect: dialect)))
    #expect(answer.error == nil)
    #expect(answer.text == "Hello, world" && answer.outcome?.promptTokens == 11)
    try await server.stop()
  }
}
