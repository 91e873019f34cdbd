import LanguageModelClients
import Testing

@Suite(.timeLimit(.minutes(2))) struct TokenScoringTests {
  static let echoed = """
    {"choices":[{"text":"a bc!","logprobs":{"tokens":["a"," b","c","!"],"token_logprobs":[null,-0.5,-2.5,-0.1],\
    "top_logprobs":[null,{" b":-0.5},{"x":-0.2,"c":-2.5},{"!":-0.1}],"text_offset":[0,1,3,4]},"finish_reason":"length"}]\
    USAGE}
    """
  static let prompted = """
    {"choices":[{"text":"!","prompt_logprobs":[null,{"12":{"logprob":-0.5,"rank":1,"decoded_token":" b"}},\
    {"7":{"logprob":-2.5,"rank":9,"decoded_token":"c"},"8":{"logprob":-0.2,"rank":1,"decoded_token":"x"}}]}],\
    "usage":{"prompt_tokens":3,"completion_tokens":1}}
    """

  static func scores(_ body: [ScriptedServer.Step], _ method: TokenScoring.Method) async throws -> TokenScoring {
    let server = try await ScriptedServer(body)
    let model = try Asking.model(Asking.endpoint(server, dialect: .openAICompletions))
    let scoring = try await model.scores(of: "a bc", method: method)
    try await server.stop()
    return scoring
  }

  @Test(arguments: [",\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":1}", ""])
  func `an echo gives the tokens of the text and not what was written after it`(usage: String) async throws {
    let body = Self.echoed.replacing("USAGE", with: usage)
    #expect(
      try await Self.scores(Replies.whole(body), .echo)
        == .scores([
          TokenScore(text: "a"), TokenScore(text: " b", logProbability: -0.5, isLikeliest: true),
          TokenScore(text: "c", logProbability: -2.5, isLikeliest: false),
        ]))
  }

  @Test func `the scores of a prompt have numbers and ranks`() async throws {
    #expect(
      try await Self.scores(Replies.whole(Self.prompted), .promptLogprobs)
        == .scores([
          TokenScore(text: ""), TokenScore(text: " b", token: 12, logProbability: -0.5, isLikeliest: true),
          TokenScore(text: "c", token: 7, logProbability: -2.5, isLikeliest: false),
        ]))
  }

  @Test(
    arguments: TokenScoring.Method.allCases,
    [
      // The question is passed over, with and without scores of what was written.
      "{\"choices\":[{\"text\":\"!\",\"finish_reason\":\"length\"}]}",
      "{\"choices\":[{\"text\":\"!\",\"logprobs\":{\"tokens\":[\"!\"],\"token_logprobs\":[-1]}}]}",
      "{\"choices\":[{\"text\":\"a bc!\",\"logprobs\":{\"tokens\":[\"a\"],\"token_logprobs\":[]}}]}",
      "{\"choices\":[{\"text\":\"a bc!\",\"prompt_logprobs\":[]}]}", "{\"choices\":[{\"prompt_logprobs\":[null,3]}]}",
      "{\"choices\":[]}",
    ])
  func `an endpoint that does not say is told from one that does`(
    method: TokenScoring.Method, body: String
  ) async throws {
    guard case .notReturned(let why) = try await Self.scores(Replies.whole(body), method) else {
      Issue.record("\(body) has scores")
      return
    }
    #expect(why.hasPrefix("The endpoint"))
  }

  @Test func `a refusal to be asked so is an answer, other trouble is an error`() async throws {
    let refused = Replies.whole("{\"error\":{\"message\":\"Only no echo is supported\"}}", status: "400 Bad Request")
    guard case .notReturned(let why) = try await Self.scores(refused, .echo) else {
      Issue.record("there are scores")
      return
    }
    #expect(why.contains("Only no echo"))
    let error = await #expect(throws: LanguageModelClientsError.self) {
      try await Self.scores(Replies.whole("{\"error\":\"no\"}", status: "401 Unauthorized"), .echo)
    }
    #expect(error?.code == .unauthorized)
  }

  @Test func `dialects that cannot be asked send no request`() async throws {
    let server = try await ScriptedServer([])
    for dialect in [Endpoint.Dialect.openAIChat, .anthropicMessages] {
      let model = try Asking.model(Asking.endpoint(server, dialect: dialect))
      guard case .notReturned(let why) = try await model.scores(of: "a", method: .echo) else {
        Issue.record("\(dialect) has scores")
        continue
      }
      #expect(why.contains(dialect.rawValue))
    }
    #expect(server.requests.isEmpty)
    try await server.stop()
  }

  @Test func `a server that is busy is asked again`() async throws {
    let server = try await ScriptedServer(
      Replies.whole("", status: "503 Service Unavailable"), Replies.whole(Self.prompted))
    let model = try Asking.model(Asking.endpoint(server, dialect: .openAICompletions))
    guard case .scores(let scores) = try await model.scores(of: "a bc", method: .promptLogprobs) else {
      Issue.record("there are no scores")
      return
    }
    #expect(scores.count == 3 && server.requests.count == 2)
    #expect(model.ledger.total.requests == 2 && model.ledger.total.failedRequests == 1)
    #expect(model.ledger.total.usage == TokenUsage(promptTokens: 3, completionTokens: 1))
    try await server.stop()
  }
}
