import LanguageModels
import Testing

@testable import LanguageModelClients

@Suite struct RequestBodyTests {
  static let conversation = GenerationRequest(
    .conversation([
      Message(.system, "Be brief."), Message(.user, "Hi \"you\""), Message(.assistant, "Hi"), Message(.user, "Bye"),
    ]),
    maximumTokens: 50, temperature: 0.5, topP: 0.9, topK: 40, minP: 0.1, repetitionPenalty: 1.1,
    stopSequences: ["END", "\n"], seed: 1)
  static let segments = GenerationRequest(
    .segments([.specialToken("<|begin|>"), .text("a\nb"), .specialToken("<|end|>")]), maximumTokens: 5)

  static func body(
    _ dialect: Endpoint.Dialect, _ request: GenerationRequest, samples: Int = 1, seed: Int? = nil,
    _ change: (inout Endpoint) -> Void = { _ in }
  ) throws(LanguageModelClientsError) -> String {
    var endpoint = Endpoint(name: "e", dialect: dialect, baseURL: "https://x.example", model: "m")
    change(&endpoint)
    return String(
      decoding: try RequestBody(endpoint: endpoint).bytes(request, samples: samples, seed: seed), as: UTF8.self)
  }

  @Test func `a conversation for OpenAI's dialect has what the dialect has`() throws {
    let body = try Self.body(.openAIChat, Self.conversation, samples: 2, seed: 1)
    #expect(
      body == """
        {"model":"m","messages":[{"role":"system","content":"Be brief."},{"role":"user","content":"Hi \\"you\\""},\
        {"role":"assistant","content":"Hi"},{"role":"user","content":"Bye"}],"max_tokens":50,"stream":true,\
        "stream_options":{"include_usage":true},"temperature":0.5,"top_p":0.9,"stop":["END","\\n"],"n":2,"seed":1}
        """)
    let extended = try Self.body(.openAIChat, Self.conversation) { $0.takesExtendedSampling = true }
    #expect(extended.contains("\"top_k\":40,\"min_p\":0.1,\"repetition_penalty\":1.1"))
  }

  @Test func `Anthropic gets the rules apart, and neither seed nor minimum`() throws {
    let body = try Self.body(.anthropicMessages, Self.conversation, seed: 1)
    #expect(
      body == """
        {"model":"m","system":"Be brief.","messages":[{"role":"user","content":"Hi \\"you\\""},\
        {"role":"assistant","content":"Hi"},{"role":"user","content":"Bye"}],"max_tokens":50,"stream":true,\
        "temperature":0.5,"top_p":0.9,"top_k":40,"stop_sequences":["END","\\n"]}
        """)
  }

  @Test func `text is continued as it stands, special tokens by their names`() throws {
    let body = try Self.body(.openAICompletions, Self.segments, seed: 3)
    #expect(
      body == """
        {"model":"m","prompt":"<|begin|>a\\nb<|end|>","max_tokens":5,"stream":true,\
        "stream_options":{"include_usage":true},"seed":3}
        """)
  }

  @Test(arguments: Endpoint.Dialect.allCases)
  func `what the dialect cannot say is an error that says which can`(dialect: Endpoint.Dialect) throws {
    let isCompletions = dialect == .openAICompletions
    let error = #expect(throws: LanguageModelClientsError.self) {
      try Self.body(dialect, isCompletions ? Self.conversation : Self.segments)
    }
    #expect(error?.code == .unsupportedInput)
    #expect(error?.message.contains(isCompletions ? "openai-chat" : "openai-completions") == true)
    for input in [GenerationRequest.Input.conversation([]), .conversation([Message(.system, "x")])] {
      if dialect == .anthropicMessages {
        #expect(throws: LanguageModelClientsError.self) { try Self.body(dialect, .init(input, maximumTokens: 1)) }
      }
    }
  }

  @Test func `parameters of the configuration win, and null leaves out`() throws {
    let body = try Self.body(.openAIChat, Self.conversation, seed: 1) {
      $0.parameters = [
        "temperature": 1, "stream_options": nil, "seed": nil, "chat_template_kwargs": ["enable_thinking": false],
      ]
      $0.tokenLimitName = "max_completion_tokens"
    }
    #expect(body.contains("\"max_completion_tokens\":50"))
    #expect(!body.contains("stream_options") && !body.contains("seed") && !body.contains("0.5"))
    #expect(body.hasSuffix("\"temperature\":1,\"chat_template_kwargs\":{\"enable_thinking\":false}}"))
  }

  @Test func `only OpenAI itself gets its newer name for the limit`() throws {
    for (url, name) in [
      ("https://api.openai.com/v1", "max_completion_tokens"), ("https://api.deepseek.com", "max_tokens"),
    ] {
      #expect(try Self.body(.openAIChat, Self.conversation) { $0.baseURL = url }.contains("\"\(name)\":50"))
    }
  }

  @Test(arguments: [0, 1, 12345, 1 << 31, (1 << 62) - 50, 1 << 63, .max - 99, 0x1234_5678_9abc_def0] as [UInt64])
  func `seeds fit everywhere, and those of one call stay apart`(first: UInt64) {
    let folded = (0..<100).map { RequestBody.seed(first, sample: $0) }
    #expect(folded.allSatisfy { (0..<1 << 31).contains($0) } && Set(folded).count == folded.count)
    #expect(first >= 1 << 31 - 100 || folded[0] == Int(first))
  }
}

@Suite(.timeLimit(.minutes(2))) struct EndpointTests {
  @Test(arguments: [
    ("https://api.openai.com/v1", "https://api.openai.com/v1/chat/completions"),
    ("https://api.openai.com/v1/", "https://api.openai.com/v1/chat/completions"),
    ("http://localhost:11434", "http://localhost:11434/v1/chat/completions"),
    ("http://[::1]:8080/", "http://[::1]:8080/v1/chat/completions"),
    ("https://openrouter.ai/api/v1", "https://openrouter.ai/api/v1/chat/completions"),
    ("https://x.example/v1/chat/completions", "https://x.example/v1/chat/completions"),
    (
      "https://x.azure.example/openai/deployments/a?api-version=1",
      "https://x.azure.example/openai/deployments/a/chat/completions?api-version=1"
    ),
    ("HTTPS://X.example", "HTTPS://X.example/v1/chat/completions"),
  ])
  func `requests go where the base URL says`(base: String, address: String) throws {
    let endpoint = Endpoint(name: "e", dialect: .openAIChat, baseURL: base, model: "m")
    try endpoint.validate()
    #expect(try endpoint.requestURL() == address)
  }

  @Test(arguments: [
    ("https://api.anthropic.com", "https://api.anthropic.com/v1/messages"),
    ("https://api.anthropic.com/v1", "https://api.anthropic.com/v1/messages"),
    ("https://gateway.example/anthropic", "https://gateway.example/anthropic/v1/messages"),
    ("https://gateway.example/anthropic/v1/messages", "https://gateway.example/anthropic/v1/messages"),
  ])
  func `Anthropic's base URL needs no version`(base: String, address: String) throws {
    #expect(try Endpoint(name: "e", dialect: .anthropicMessages, baseURL: base, model: "m").requestURL() == address)
  }

  static let mistakes: [@Sendable (inout Endpoint) -> Void] = [
    { $0.name = "" }, { $0.model = "" }, { $0.baseURL = "" }, { $0.baseURL = "api.openai.com/v1" },
    { $0.baseURL = "ftp://x.example" }, { $0.baseURL = "https://" }, { $0.baseURL = "https://:80" },
    { $0.baseURL = "https://user:hidden-word@x.example" }, { $0.baseURL = "https://x.example/#a" },
    { $0.baseURL = "https://x.example/a b" }, { $0.parameters = [1] }, { $0.parameters = ["model": "x"] },
    { $0.parameters = ["n": 2] }, { $0.concurrency = 0 }, { $0.retry.attempts = 0 }, { $0.limits.silence = .zero },
    { $0.headers = [.init("a b", "x")] }, { $0.headers = [.init("", "x")] },
    { $0.headers = [.init("a", "hidden-word\r\nb: c")] },
  ]

  @Test(arguments: mistakes.indices)
  func `a description that cannot be used is refused with a sentence`(index: Int) {
    var endpoint = Endpoint(name: "e", dialect: .openAIChat, baseURL: "https://x.example", model: "m")
    Self.mistakes[index](&endpoint)
    let error = #expect(throws: LanguageModelClientsError.self) { try RemoteLanguageModel(endpoint) }
    #expect(error?.code == .configuration && error?.message.hasPrefix("The endpoint ") == true)
    #expect(error?.description.contains("hidden-word") == false)
  }

  @Test func `headers say who asks, in the dialect's way`() async throws {
    for dialect in Endpoint.Dialect.allCases {
      let server = try await ScriptedServer(Replies.stream(Replies.hello(dialect)))
      let model = try Asking.model(
        Asking.endpoint(server, dialect: dialect) { $0.headers = [.init("X-Title", "bASIC")] })
      #expect(await Asking.ask(model).error == nil)
      let request = server.requests[0]
      let isAnthropic = dialect == .anthropicMessages
      #expect(request.method == "POST" && request.path.hasPrefix("/v1/"))
      #expect(request.header("content-type") == "application/json" && request.header("x-title") == "bASIC")
      #expect(request.header("authorization") == (isAnthropic ? nil : "Bearer \(Asking.secret)"))
      #expect(request.header("x-api-key") == (isAnthropic ? Asking.secret : nil))
      #expect(request.header("anthropic-version") == (isAnthropic ? "2023-06-01" : nil))
      try await server.stop()
    }
  }

  @Test func `nobody at the address, or no such name, is told apart`() async throws {
    let port = try DeafPort()
    var endpoint = Endpoint(name: "gone", dialect: .openAIChat, baseURL: port.baseURL, model: "m")
    endpoint.retry.attempts = 3
    let clock = ManualClock(passingSleepsUpTo: .seconds(60))
    endpoint.limits.firstToken = .seconds(36_000)
    endpoint.limits.whole = .seconds(72_000)
    let refused = await Asking.ask(try Asking.model(endpoint, clock: clock))
    #expect(refused.error?.code == .network && refused.error?.message.contains("refuses connections") == true)
    #expect(clock.slept.count == 2)
    withExtendedLifetime(port) {}
    // A label that is longer than names allow is not asked for in the network.
    endpoint.baseURL = "http://\(String(repeating: "a", count: 70)).invalid"
    let nameless = await Asking.ask(try Asking.model(endpoint, clock: clock))
    #expect(nameless.error?.code == .network && nameless.error?.message.contains("no address") == true, "\(nameless)")
  }
}
