import LanguageModelClients
import LanguageModels
import Testing

extension Endpoints {
  /// `chat/completions` and `messages`: one conversation in two dialects.
  struct Conversations {
    static let dialects: [Endpoint.Dialect] = [.openAIChat, .anthropicMessages]
    static let messages = [
      Message(.system, "Answer briefly."), Message(.user, "Say hello"), Message(.assistant, "Hello"),
      Message(.user, "And in Greek?"),
    ]

    @Test(arguments: dialects)
    func `a conversation is answered, piece by piece, and all is counted`(dialect: Endpoint.Dialect) async throws {
      let server = try await LlamaServer.common
      let model = try Asking.model(server, dialect)
      let answer = try await Asking.ask(model, Asking.conversation(Self.messages))
      #expect(answer.error == nil && !answer.text.isEmpty && answer.pieces > 1)
      let outcome = try #require(answer.outcome)
      #expect(outcome.reason == .tokenLimit && outcome.completionTokens == 12 && outcome.promptTokens > 20)
      #expect(model.ledger.total.usage.completionTokens == 12 && model.ledger.total.answers == 1)
    }

    @Test(arguments: dialects)
    func `without streaming the answer is the same`(dialect: Endpoint.Dialect) async throws {
      let server = try await LlamaServer.common
      let streamed = try await Asking.ask(Asking.model(server, dialect), Asking.conversation())
      let whole = try await Asking.ask(
        Asking.model(server, dialect) {
          $0.parameters = ["cache_prompt": false, "stream": false, "stream_options": .null]
        }, Asking.conversation())
      #expect(!whole.text.isEmpty && whole.text == streamed.text && whole.pieces == 1)
      #expect(whole.uncached == streamed.uncached)
    }

    /// A server of its own, which has read nothing yet: in `messages` it goes on from what it has read before, in other batches,
    /// whose sums round otherwise.
    @Test func `both dialects and our own engine write the same`() async throws {
      let server = try await LlamaServer.start(.init(slots: 1))
      defer { server.stop() }
      let request = Asking.conversation(Self.messages, tokens: 60)
      let messages = try await Asking.ask(Asking.model(server, .anthropicMessages), request)
      let chat = try await Asking.ask(Asking.model(server, .openAIChat), request)
      let own = try await Asking.ask(OwnEngine.model(chatTemplate: "chatml"), request)
      #expect(!own.text.isEmpty && chat.text == own.text && messages.text == own.text)
      #expect(chat.uncached == messages.uncached)
      #expect(chat.outcome?.promptTokens == own.outcome?.promptTokens)
    }

    @Test(arguments: dialects)
    func `an answer ends before its stop sequence`(dialect: Endpoint.Dialect) async throws {
      let server = try await LlamaServer.common
      let model = try Asking.model(server, dialect)
      let whole = try await Asking.ask(model, Asking.conversation(tokens: 20)).text
      // What does not stand earlier in the text, so that the answer ends just there.
      let stop = try #require(
        (1..<whole.count).map { String(whole.dropFirst($0).prefix(3)) }.last { !whole.hasPrefix($0) && $0.count == 3 })
      let cut = try await Asking.ask(model, Asking.conversation(tokens: 20, stop: [stop]))
      let before = try #require(whole.firstRange(of: stop)).lowerBound
      #expect(cut.text == whole[..<before])
      #expect(cut.outcome?.reason == .end)
    }

    @Test func `one seed gives one answer, and other seeds others`() async throws {
      let server = try await LlamaServer.common
      let model = try Asking.model(server, .openAIChat)
      func text(_ seed: UInt64) async throws -> String {
        try await Asking.ask(model, Asking.conversation(temperature: 1.5, seed: seed)).text
      }
      let first = try await text(7)
      #expect(!first.isEmpty)
      #expect(try await text(7) == first)
      var texts: Set = [first]
      for seed: UInt64 in 8..<12 { texts.insert(try await text(seed)) }
      #expect(texts.count > 1)
      // Seeds beyond what the server's 32 bits hold are folded, not refused.
      #expect(try await !text(.max).isEmpty)
    }

    @Test func `how tokens are chosen reaches the server`() async throws {
      let server = try await LlamaServer.common
      let model = try Asking.model(server, .openAIChat) {
        $0.takesExtendedSampling = true
        $0.parameters = ["repeat_penalty": 1.25]
      }
      var request = Asking.conversation(temperature: 0.625, seed: 1234)
      (request.topK, request.topP, request.minP) = (17, 0.875, 0.125)
      #expect(try await Asking.ask(model, request).error == nil)
      let wanted = [
        "seed": 1234, "temperature": 0.625, "top_k": 17, "top_p": 0.875, "min_p": 0.125, "repeat_penalty": 1.25,
      ]
      let slots = try await server.probe.slotParameters()
      #expect(slots.contains { slot in wanted.allSatisfy { slot[$0.key] as? Double == $0.value } }, "\(slots)")
    }

    @Test func `several answers come in one request or one by one, the same and counted the same`() async throws {
      let server = try await LlamaServer.common
      let request = Asking.conversation(temperature: 1.5, seed: 40)
      func samples(inOne: Bool) async throws -> (texts: [Int: String], ledger: CostLedger.Entry) {
        let model = try Asking.model(server, .openAIChat) {
          $0.takesSampleCount = inOne
          $0.concurrency = 1
        }
        var texts: [Int: String] = [:]
        var finished: Set<Int> = []
        for try await event in model.samples(request, count: 3) {
          if case .text(let piece) = event.event { texts[event.sample, default: ""] += piece }
          if case .finished(let outcome) = event.event {
            #expect(outcome.reason == .tokenLimit && outcome.hasTokenCounts == !inOne)
            #expect(finished.insert(event.sample).inserted)
          }
        }
        #expect(finished == [0, 1, 2])
        return (texts, model.ledger.total)
      }
      let (together, alone) = (try await samples(inOne: true), try await samples(inOne: false))
      #expect(together.ledger.requests - together.ledger.failedRequests == 1)
      #expect(alone.ledger.requests - alone.ledger.failedRequests == 3)
      #expect(together.ledger.answers == 3 && alone.ledger.answers == 3)
      #expect(together.ledger.usage.completionTokens == 36 && alone.ledger.usage.completionTokens == 36)
      #expect(Set(together.texts.values).count == 3)
      // llama-server gives answer i of one request the seed plus i, as the client does with requests of their own.
      #expect(together.texts == alone.texts)
    }
  }
}
