import LanguageModelClients
import LanguageModels
import Synchronization
import Testing

/// A language of which one knows what is likeliest: servers that speak it, as target and as draft.
struct ToyLanguage: Sendable {
  /// What the target writes after the prompt, in tokens.
  let answer: [String]
  let prompt = "def "
  /// Whether the servers say how many tokens a request took: 100 and 10 for each text that is scored, 20 and 5 for drafts.
  var saysUsage = false
  /// How the target's server is asked.
  var method = TokenScoring.Method.promptLogprobs

  /// The tokens of a text: the answer's own where the text goes along with it, and single characters beyond.
  func tokens(_ text: String) -> [String] {
    var rest = text[...]
    var tokens: [String] = []
    if rest.hasPrefix(prompt) {
      tokens.append(prompt)
      rest = rest.dropFirst(prompt.count)
      while tokens.count - 1 < answer.count, rest.hasPrefix(answer[tokens.count - 1]) {
        tokens.append(answer[tokens.count - 1])
        rest = rest.dropFirst(answer[tokens.count - 2].count)
      }
    }
    return tokens + rest.map { String($0) }
  }

  /// The likeliest next token; nil at the end.
  func next(after tokens: [String]) -> String? {
    let place = tokens.count - 1
    guard place >= 0, tokens.prefix(place + 1).dropFirst().elementsEqual(answer.prefix(place)) else { return "?" }
    return place < answer.count ? answer[place] : nil
  }

  /// The target's answer to a question for scores of several texts.
  func scores(_ texts: [String], count: Int) -> String {
    var choices: [JSONElement] = []
    for (index, text) in texts.enumerated() {
      var tokens = tokens(text)
      let own = tokens.count
      var isEnded = false
      for _ in 0..<count {
        guard let next = next(after: tokens) else {
          isEnded = true
          break
        }
        tokens.append(next)
      }
      let continuation = tokens[own...].joined()
      var choice: [JSONElement.Member] = [
        .init("index", .integer(index)), .init("finish_reason", .string(isEnded ? "stop" : "length")),
      ]
      let likeliest = (0..<own).map { place in
        place == 0 ? nil : next(after: Array(tokens[..<place])) ?? "<end>"
      }
      switch method {
      case .promptLogprobs:
        choice += [
          .init("text", .string(continuation)),
          .init(
            "prompt_logprobs",
            .array(
              (0..<own).map { place in
                guard place > 0 else { return .null }
                let rank = likeliest[place] == tokens[place] ? 1 : 5
                return [
                  "\(place)": [
                    "logprob": .number(-Double(rank)), "rank": .integer(rank), "decoded_token": .string(tokens[place]),
                  ]
                ]
              })),
        ]
      case .echo:
        var offset = 0
        var offsets: [JSONElement] = []
        for token in tokens {
          offsets.append(.integer(offset))
          offset += token.unicodeScalars.count
        }
        choice += [
          .init("text", .string(text + continuation)),
          .init(
            "logprobs",
            [
              "tokens": .array(tokens.map { .string($0) }), "text_offset": .array(offsets),
              "token_logprobs": .array(
                tokens.indices.map { place in
                  guard place > 0 else { return .null }
                  return .number(place >= own || likeliest[place] == tokens[place] ? -0.1 : -4)
                }),
              "top_logprobs": .array(
                tokens.indices.map { place in
                  place == 0 ? .null : [(place < own ? likeliest[place] ?? "" : tokens[place]): .number(-0.1)]
                }),
            ]),
        ]
      }
      choices.append(.object(choice))
    }
    var members: [JSONElement.Member] = [.init("choices", .array(choices))]
    if saysUsage {
      members.append(
        .init(
          "usage",
          ["prompt_tokens": .integer(100 * texts.count), "completion_tokens": .integer(10 * texts.count)]))
    }
    return String(decoding: JSONElement.object(members).bytes, as: UTF8.self)
  }

  /// A stream of `n` drafts: the answer's next characters, of which some draws go wrong at a place.
  func drafts(after text: String, count: Int, limit: Int, wrongAt: (Int) -> Int?) -> String {
    let whole = answer.joined()
    let written = text.dropFirst(prompt.count)
    var stream = ""
    for index in 0..<count {
      var draft = Array(whole.dropFirst(written.count).prefix(3 * limit))
      if let wrong = wrongAt(index), draft.indices.contains(wrong) { draft[wrong] = "#" }
      let piece = JSONElement.object([
        .init("choices", [["index": .integer(index), "text": .string(String(draft)), "finish_reason": "length"]])
      ])
      stream += "data: " + String(decoding: piece.bytes, as: UTF8.self) + "\n\n"
    }
    let usage = "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":20,\"completion_tokens\":5}}\n\n"
    return stream + (saysUsage ? usage : "") + "data: [DONE]\n\n"
  }
}

@Suite(.timeLimit(.minutes(2))) struct DraftedModelTests {
  static let answer =
    [
      "forward", "(", "self", ",", " x", ")", ":", "\n", "    ", "return", " relu", "(", "x", ")", "  # ", "é", "漢",
      "!\n",
    ]

  static func prompts(_ body: [UInt8]) throws -> (texts: [String], count: Int, answers: Int) {
    let body = try JSONElement(body)
    let prompt = body["prompt"]
    let texts = prompt?.array?.compactMap(\.string) ?? prompt?.string.map { [$0] } ?? []
    return (texts, body["max_tokens"]?.integer ?? 0, body["n"]?.integer ?? 1)
  }

  /// Writes with two servers, and returns what was written with how many requests each had.
  static func write(
    _ language: ToyLanguage, branches: Int = 3, depth: Int = 6, tokens: Int = 200, stop: [String] = [],
    price: TokenPrice? = nil, ledger: CostLedger = CostLedger(), failsAt: Int = .max,
    wrongAt: @escaping @Sendable (Int, Int) -> Int? = { _, _ in nil }
  ) async throws -> (answer: Answer, target: Int, draft: Int) {
    let target = try await ScriptedServer { index, request in
      guard let (texts, count, _) = try? prompts(request.body) else { return [] }
      // The first question is whether drafts can be verified.
      if index > failsAt { return Replies.whole("{\"error\":{\"message\":\"No.\"}}", status: "400 Bad Request") }
      return Replies.whole(language.scores(texts, count: count))
    }
    let draft = try await ScriptedServer { index, request in
      guard let (texts, limit, answers) = try? prompts(request.body) else { return [] }
      return Replies.stream(
        language.drafts(after: texts[0], count: answers, limit: limit) { wrongAt(index, $0) })
    }
    let endpoint = try Asking.endpoint(target, dialect: .openAICompletions) { $0.price = price }
    let model = try DraftedLanguageModel(
      target: Asking.model(endpoint, ledger: ledger),
      draft: Asking.model(Asking.endpoint(draft, dialect: .openAICompletions) { $0.name = "draft" }, ledger: ledger),
      method: language.method,
      branches: branches, depth: depth)
    #expect(try await model.obstacle() == nil)
    var answer = Answer()
    do {
      let request = GenerationRequest(
        .segments([.text(language.prompt)]), maximumTokens: tokens, temperature: 0, stopSequences: stop)
      for try await event in model.generate(request) { answer.events.append(event) }
    } catch {
      answer.error = error as? LanguageModelClientsError
    }
    let counts = (target.requests.count - 1, draft.requests.count)
    try await target.stop()
    try await draft.stop()
    return (answer, counts.0, counts.1)
  }

  @Test(arguments: TokenScoring.Method.allCases, 0..<12)
  func `the text is the target's, whatever is drafted`(method: TokenScoring.Method, seed: Int) async throws {
    var language = ToyLanguage(answer: Self.answer)
    language.method = method
    let wrong: @Sendable (Int, Int) -> Int? = { round, branch in
      // From always right at its beginning to always wrong there.
      let number = (round * 31 + branch * 17 + seed * 7) % 23
      return seed == 0 ? nil : seed == 1 ? 0 : number
    }
    let found = try await Self.write(language, branches: 1 + seed % 4, depth: 1 + seed, wrongAt: wrong)
    #expect(found.answer.error == nil)
    #expect(found.answer.text == Self.answer.joined())
    #expect(found.answer.outcome?.reason == .end)
    #expect(found.answer.tokens >= Self.answer.count)
    // No round without a token, and where all drafts are right few rounds.
    #expect(found.target <= Self.answer.count + 1)
    if seed == 0 { #expect(found.target > 8) }
  }

  @Test(arguments: [1, 3])
  func `all that is asked of both is counted and paid for`(branches: Int) async throws {
    var language = ToyLanguage(answer: Self.answer)
    language.saysUsage = true
    let ledger = CostLedger()
    let found = try await Self.write(
      language, branches: branches, depth: 10, price: TokenPrice(input: 1, output: 2), ledger: ledger,
      wrongAt: { _, branch in branch })
    let outcome = try #require(found.answer.outcome)
    let asked = try #require(ledger.perEndpoint["scripted"])
    // The ledger has the question before the first draft too, of two texts.
    let (read, written) = (asked.usage.promptTokens - 200, asked.usage.completionTokens - 20)
    #expect(outcome.promptTokens == read + 20 * found.draft && outcome.hasTokenCounts)
    #expect(outcome.completionTokens == written + 5 * found.draft)
    // The draft has no price.
    #expect(abs((outcome.cost ?? 0) - Double(read + 2 * written) / 1e6) < 1e-12)
    // Each round but one that has room for a single token has drafts, of which one at least is another.
    #expect(read >= 100 * (found.target + found.draft - 1))
  }

  @Test func `an answer that fails late says what it took until then`() async throws {
    var language = ToyLanguage(answer: Self.answer)
    language.saysUsage = true
    let ledger = CostLedger()
    let found = try await Self.write(language, branches: 2, depth: 3, ledger: ledger, failsAt: 2)
    #expect(found.answer.error != nil && found.answer.outcome == nil)
    let prompts = found.answer.events.compactMap { if case .started(let tokens) = $0 { tokens } else { nil } }
    let asked = try #require(ledger.perEndpoint["scripted"])
    #expect(prompts == [0, asked.usage.promptTokens - 200 + 20 * found.draft])
    #expect(prompts.last ?? 0 >= 400)
    #expect(found.answer.tokens == asked.usage.completionTokens - 20 + 5 * found.draft)
  }

  @Test func `what is not counted by the endpoints is estimated, each round by itself`() async throws {
    let found = try await Self.write(ToyLanguage(answer: Self.answer), depth: 3)
    let outcome = try #require(found.answer.outcome)
    #expect(!outcome.hasTokenCounts && outcome.cost == nil)
    let whole = Self.answer.joined().utf8.count / 3
    #expect(outcome.promptTokens > 2 * whole && outcome.completionTokens > whole)
  }

  @Test func `drafts that are right save requests`() async throws {
    let found = try await Self.write(ToyLanguage(answer: Self.answer), branches: 2, depth: 10)
    #expect(found.answer.text == Self.answer.joined())
    #expect(found.target <= 5 && found.draft == found.target)
  }

  @Test func `of several branches the longest that stands counts`() async throws {
    let language = ToyLanguage(answer: Self.answer)
    let wrong: @Sendable (Int, Int) -> Int? = { _, branch in branch == 2 ? nil : 0 }
    let found = try await Self.write(language, branches: 3, depth: 10, wrongAt: wrong)
    #expect(found.answer.text == Self.answer.joined() && found.target <= 5)
  }

  @Test(arguments: [1, 2, 5, 9, 17])
  func `no more tokens than are wanted`(count: Int) async throws {
    let found = try await Self.write(ToyLanguage(answer: Self.answer), tokens: count)
    #expect(found.answer.text == Self.answer.prefix(count).joined())
    #expect(found.answer.tokens == count)
    #expect(found.answer.outcome?.reason == .tokenLimit)
  }

  @Test(arguments: ["return", "\n", "urn rel", "x)"])
  func `a stop sequence ends the text, also one that lies across two rounds`(stop: String) async throws {
    for depth in 1...4 {
      let found = try await Self.write(ToyLanguage(answer: Self.answer), depth: depth, stop: [stop])
      let whole = Self.answer.joined()
      #expect(found.answer.text == whole.firstRange(of: stop).map { String(whole[..<$0.lowerBound]) })
      #expect(found.answer.outcome?.reason == .end)
    }
  }

  @Test func `what is not of the likeliest tokens is the target's alone`() async throws {
    let target = try await ScriptedServer(Replies.stream(Replies.hello(.openAICompletions)))
    let draft = try await ScriptedServer([])
    let model = try DraftedLanguageModel(
      target: Asking.model(Asking.endpoint(target, dialect: .openAICompletions)),
      draft: Asking.model(Asking.endpoint(draft, dialect: .openAICompletions)), method: .echo)
    for temperature in [nil, 0.8] as [Double?] {
      var text = ""
      let request = GenerationRequest(.segments([.text("a")]), maximumTokens: 9, temperature: temperature)
      for try await event in model.generate(request) { if case .text(let piece) = event { text += piece } }
      #expect(text == "Hello, world")
    }
    #expect(draft.requests.isEmpty)
    try await target.stop()
    try await draft.stop()
  }

  @Test(arguments: [
    ("{\"choices\":[{\"text\":\"!\",\"finish_reason\":\"length\"}]}", "several prompts"),
    (
      "{\"choices\":[{\"index\":0,\"text\":\"!\"},{\"index\":1,\"text\":\"!\"}]}", "does not return what it asks for"
    ),
    (
      """
      {"choices":[{"index":0,"text":"","prompt_logprobs":[null,{"1":{"logprob":-1,"decoded_token":" b"}}]},\
      {"index":1,"text":"","prompt_logprobs":[null,{"1":{"logprob":-1,"decoded_token":" b"},"2":{"x":1}}]}]}
      """, ""
    ),
  ])
  func `an endpoint that cannot verify is told before anything is drafted`(body: String, why: String) async throws {
    let target = try await ScriptedServer(Replies.whole(body))
    let draft = try await ScriptedServer([])
    let model = try DraftedLanguageModel(
      target: Asking.model(Asking.endpoint(target, dialect: .openAICompletions)),
      draft: Asking.model(Asking.endpoint(draft, dialect: .openAICompletions)), method: .promptLogprobs)
    let obstacle = try await model.obstacle()
    #expect(why.isEmpty ? obstacle == nil : obstacle?.contains(why) == true)
    try await target.stop()
    try await draft.stop()
  }

  @Test func `endpoints that take conversations cannot be used so`() async throws {
    let server = try await ScriptedServer([])
    let chat = try Asking.model(Asking.endpoint(server))
    let completions = try Asking.model(Asking.endpoint(server, dialect: .openAICompletions))
    for (target, draft) in [(chat, completions), (completions, chat)] {
      let error = #expect(throws: LanguageModelClientsError.self) {
        _ = try DraftedLanguageModel(target: target, draft: draft, method: .echo)
      }
      #expect(error?.code == .unsupportedInput)
    }
    try await server.stop()
  }
}
