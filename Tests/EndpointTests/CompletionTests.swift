import LanguageModelClients
import LanguageModels
import LlamaRuntime
import SpeculativeDecoding
import Testing

extension Endpoints {
  /// `completions`: the problem in, as the bundled models were trained to read it, and the kernel out.
  struct Completions {
    @Test func `a problem is answered with a kernel, piece by piece, and all is counted`() async throws {
      let server = try await LlamaServer.common
      let model = try Asking.model(server, .openAICompletions) { $0.price = TokenPrice(input: 1_000_000, output: 0) }
      let answer = try await Asking.ask(model, Asking.kernel())
      #expect(answer.error == nil && answer.restarts == 0)
      #expect(answer.text.contains("class ModelNew") && answer.text.contains("__global__"))
      let outcome = try #require(answer.outcome)
      #expect(outcome.reason == .end && outcome.hasTokenCounts)
      // Each piece is one token at least, and a text that comes in one piece is no stream.
      #expect(answer.pieces > 100 && answer.pieces <= outcome.completionTokens)
      #expect(answer.events.first == .started(promptTokens: 0))
      let entry = try #require(model.ledger.perEndpoint["llama-server"])
      #expect(entry.requests - entry.failedRequests == 1 && entry.answers == 1)
      #expect(entry.usage.promptTokens == outcome.promptTokens)
      #expect(entry.usage.completionTokens == outcome.completionTokens)
      #expect(entry.cost == Double(outcome.promptTokens))
    }

    @Test func `without streaming the answer is the same`() async throws {
      let server = try await LlamaServer.common
      let streamed = try await Asking.ask(Asking.model(server, .openAICompletions), Asking.kernel(tokens: 80))
      let whole = try await Asking.ask(
        Asking.model(server, .openAICompletions) {
          $0.parameters = ["cache_prompt": false, "stream": false, "stream_options": .null]
        }, Asking.kernel(tokens: 80))
      #expect(!whole.text.isEmpty && whole.text == streamed.text)
      #expect(whole.pieces == 1 && streamed.pieces > 1)
      #expect(whole.outcome == streamed.outcome && whole.outcome?.reason == .tokenLimit)
    }

    /// Two builds of one library round differently, and where two tokens are as good as equally likely either may be
    /// written: from there on the texts are two. That is allowed where the server itself says that it is so.
    @Test(arguments: Asking.examples)
    func `the likeliest text is that of our own engine, up to a tie`(example: String) async throws {
      let server = try await LlamaServer.common
      let request = try Asking.kernel(example)
      let remote = try await Asking.ask(Asking.model(server, .openAICompletions), request)
      let local = try await Asking.ask(OwnEngine.model(), request)
      #expect(!local.text.isEmpty)
      #expect(remote.outcome?.promptTokens == local.outcome?.promptTokens)
      if remote.text == local.text {
        #expect(remote.outcome?.reason == local.outcome?.reason)
        return
      }
      guard case .segments(let segments) = request.input else { return }
      let steps = try await server.probe.likeliest(after: segments, tokens: request.maximumTokens)
      var common = ""
      let step = try #require(
        steps.first { step in
          guard local.text.hasPrefix(common + step.token) else { return true }
          common += step.token
          return false
        })
      let other = try #require(
        step.others.first { local.text.hasPrefix(common + $0.token) },
        "after \(common.utf8.count) bytes llama-server writes “\(step.token)” and does not think of what the engine writes"
      )
      #expect(
        step.logProbability - other.logProbability < 0.1,
        "“\(step.token)” or “\(other.token)” after “\(common.suffix(80))”")
    }

    @Test(arguments: [1, 7, 100])
    func `the limit on tokens is kept, and said`(limit: Int) async throws {
      let server = try await LlamaServer.common
      let answer = try await Asking.ask(Asking.model(server, .openAICompletions), Asking.kernel(tokens: limit))
      #expect(answer.outcome?.reason == .tokenLimit)
      #expect(answer.outcome?.completionTokens == limit)
    }

    @Test(arguments: ["import torch.nn", "\n\n", "__global__"])
    func `an answer ends before its stop sequence`(stop: String) async throws {
      let server = try await LlamaServer.common
      let model = try Asking.model(server, .openAICompletions)
      let whole = try await Asking.ask(model, Asking.kernel())
      let cut = try await Asking.ask(model, Asking.kernel(stop: ["never\u{1}", stop]))
      let before = try #require(whole.text.firstRange(of: stop)).lowerBound
      #expect(cut.text == whole.text[..<before])
      #expect(cut.outcome?.reason == .end)
    }

    @Test func `a context that fills up ends the answer`() async throws {
      let server = try await LlamaServer.common
      let model = try Asking.model(server, .openAICompletions) {
        $0.parameters = ["cache_prompt": false, "ignore_eos": true]
      }
      let answer = try await Asking.ask(model, Asking.kernel(tokens: 100_000))
      let outcome = try #require(answer.outcome)
      #expect(outcome.reason == .tokenLimit)
      #expect((2000...2048).contains(outcome.promptTokens + outcome.completionTokens))
    }

    @Test func `what was read before is read from the cache, and counted`() async throws {
      let server = try await LlamaServer.common
      let model = try Asking.model(server, .openAICompletions) { $0.parameters = ["cache_prompt": true] }
      _ = try await Asking.ask(model, Asking.kernel(tokens: 2))
      let again = try #require(try await Asking.ask(model, Asking.kernel(tokens: 2)).outcome)
      // All but the last token, which has to be computed to go on from it.
      #expect(again.cachedPromptTokens == again.promptTokens - 1)
    }

    @Test(arguments: TokenScoring.Method.allCases)
    func `that there are no scores of a given text is said`(method: TokenScoring.Method) async throws {
      let server = try await LlamaServer.common
      let model = try Asking.model(server, .openAICompletions)
      guard case .notReturned(let why) = try await model.scores(of: "x = 1\ny = 2\n", method: method) else {
        Issue.record("llama-server has scores now: check them against the engine's")
        return
      }
      #expect(why.contains("endpoint"))
    }
  }
}

/// Our own engine on the same weights, without speculation: what llama-server is compared with.
enum OwnEngine {
  private static let engine = Result {
    try LlamaEngine(
      target: LlamaModel(path: LlamaServer.modelPath), draft: nil, configuration: .init(context: 2048, threads: 1))
  }

  static func model(chatTemplate: String? = nil) throws -> LocalLanguageModel {
    LocalLanguageModel(engine: try engine.get(), options: .init(mode: .off), chatTemplate: chatTemplate)
  }
}
