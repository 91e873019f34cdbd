import LanguageModelClients
import LanguageModels
import Testing

extension Endpoints {
  /// What the server refuses, in its own words.
  struct Refusals {
    private static func error(
      _ dialect: Endpoint.Dialect, _ request: GenerationRequest? = nil,
      _ change: (inout Endpoint) -> Void = { _ in }
    ) async throws -> LanguageModelClientsError? {
      let server = try await LlamaServer.common
      let model = try Asking.model(server, dialect) {
        $0.retry = .never
        change(&$0)
      }
      let answer = try await Asking.ask(model, request ?? Asking.request(dialect))
      #expect(answer.text.isEmpty)
      #expect(model.ledger.total.failedRequests == 1 && model.ledger.total.answers == 0)
      return answer.error
    }

    @Test(arguments: Endpoint.Dialect.allCases)
    func `a wrong key is refused, and not shown`(dialect: Endpoint.Dialect) async throws {
      let wrong = "sk-wrong-9876543210"
      let key = try APIKey(wrong)
      let error = try #require(try await Self.error(dialect) { $0.apiKey = key })
      #expect(error.code == .unauthorized && error.status == 401 && !error.isTransient)
      #expect(!"\(error)".contains(wrong) && "\(error)".contains("key"))
    }

    @Test(arguments: Endpoint.Dialect.allCases)
    func `no key is refused`(dialect: Endpoint.Dialect) async throws {
      let error = try #require(try await Self.error(dialect) { $0.apiKey = nil })
      #expect(error.code == .unauthorized && error.message.contains("wants a key and has none"))
    }

    @Test(arguments: Endpoint.Dialect.allCases)
    func `a prompt that does not fit the context is told from other refusals`(dialect: Endpoint.Dialect) async throws {
      let long = String(repeating: "x = 1\n", count: 5000)
      let input: GenerationRequest.Input =
        dialect == .openAICompletions ? .segments([.text(long)]) : .conversation([Message(.user, long)])
      let error = try #require(try await Self.error(dialect, GenerationRequest(input, maximumTokens: 4)))
      #expect(error.code == .contextOverflow && !error.isTransient, "\(error)")
      #expect(error.message.contains("2048"))
    }

    @Test(arguments: Endpoint.Dialect.allCases)
    func `a parameter of a wrong type is the request's fault`(dialect: Endpoint.Dialect) async throws {
      let error = try #require(try await Self.error(dialect) { $0.parameters = ["temperature": "warm"] })
      #expect(error.code == .invalidRequest && !error.isTransient, "\(error)")
    }

    @Test(arguments: Endpoint.Dialect.allCases)
    func `an address where nothing is is no endpoint`(dialect: Endpoint.Dialect) async throws {
      let address = try await LlamaServer.common.baseURL
      let error = try #require(try await Self.error(dialect) { $0.baseURL = address + "/nowhere/v1" })
      #expect(error.code == .notAnEndpoint && error.status == 404, "\(error)")
    }

    /// It has one model and does not look at the name; that an unknown one is recognised is tested with a scripted server.
    @Test(arguments: Endpoint.Dialect.allCases)
    func `a server of one model answers under any name`(dialect: Endpoint.Dialect) async throws {
      let server = try await LlamaServer.common
      let request = try Asking.request(dialect)
      let answer = try await Asking.ask(Asking.model(server, dialect), request)
      let other = try await Asking.ask(Asking.model(server, dialect) { $0.model = "another" }, request)
      #expect(!answer.text.isEmpty && answer.text == other.text)
    }

    @Test func `a port where nothing listens is a network error that may pass`() async throws {
      let server = try await LlamaServer.start()
      server.stop()
      let answer = try await Asking.ask(
        Asking.model(server, .openAIChat) { $0.retry = .never }, Asking.conversation())
      #expect(answer.error?.code == .network && answer.error?.isTransient == true)
    }
  }
}
