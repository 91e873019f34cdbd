import Foundation
import LanguageModelClients
import LanguageModels
import Testing

extension Endpoints {
  /// Answers that are broken off in the middle, by the caller or by the server's end.
  struct Breakage {
    /// An answer of two thousand tokens: long enough that it is still being written when its first piece is here.
    private static let limit = 1900
    private static func longAnswer(
      _ server: LlamaServer, _ dialect: Endpoint.Dialect, _ change: (inout Endpoint) -> Void = { _ in }
    ) throws -> RemoteLanguageModel {
      try Asking.model(server, dialect) {
        $0.parameters = ["cache_prompt": false, "ignore_eos": true]
        $0.retry = .never
        change(&$0)
      }
    }

    private static func isText(_ event: GenerationEvent) -> Bool { if case .text = event { true } else { false } }

    @Test(arguments: Endpoint.Dialect.allCases)
    func `leaving a stream early stops the server's work`(dialect: Endpoint.Dialect) async throws {
      let server = try await LlamaServer.common
      let before = try await server.probe.writtenTokens()
      let model = try Self.longAnswer(server, dialect)
      for try await event in model.generate(try Asking.request(dialect, tokens: Self.limit)) {
        if Self.isText(event) { break }
      }
      try await server.probe.untilIdle()
      let written = try await server.probe.writtenTokens() - before
      #expect(written > 0 && written < Self.limit)
    }

    @Test func `a cancelled task stops the server's work`() async throws {
      let server = try await LlamaServer.common
      let before = try await server.probe.writtenTokens()
      let model = try Self.longAnswer(server, .openAICompletions)
      let request = try Asking.kernel(tokens: Self.limit)
      let (begun, hasBegun) = AsyncStream<Never>.makeStream()
      let task = Task {
        try await Asking.ask(model, request) { if Self.isText($0) { hasBegun.finish() } }
      }
      for await _ in begun {}
      task.cancel()
      let answer = try await task.value
      #expect(answer.outcome == nil)
      try await server.probe.untilIdle()
      let written = try await server.probe.writtenTokens() - before
      #expect(written > 0 && written < Self.limit)
    }

    @Test(arguments: Endpoint.Dialect.allCases)
    func `a server that is killed in the middle of an answer is an error that may pass`(
      dialect: Endpoint.Dialect
    ) async throws {
      let server = try await LlamaServer.start(.init(slots: 1))
      defer { server.stop() }
      let model = try Self.longAnswer(server, dialect)
      let answer = try await Asking.ask(model, Asking.request(dialect, tokens: Self.limit)) {
        if Self.isText($0) { server.signal(SIGKILL) }
      }
      #expect(answer.error?.code == .brokenStream && answer.error?.isTransient == true, "\(answer.error as Any)")
      #expect(!answer.text.isEmpty && answer.outcome == nil)
    }

    @Test(arguments: Endpoint.Dialect.allCases)
    func `an answer that was broken off begins anew when the server is back`(dialect: Endpoint.Dialect) async throws {
      let server = try await LlamaServer.start(.init(slots: 1))
      defer { server.stop() }
      let model = try Self.longAnswer(server, dialect) {
        // As often as it takes until the server is back.
        $0.retry = RetryPolicy(
          attempts: 100_000, firstDelay: .milliseconds(20), longestDelay: .milliseconds(100), totalDelay: .seconds(120))
      }
      var second: LlamaServer?
      defer { second?.stop() }
      let answer = try await Asking.ask(model, Asking.request(dialect, tokens: 400)) {
        guard second == nil, Self.isText($0) else { return }
        server.stop()
        second = try await LlamaServer.start(.init(port: server.port, slots: 1))
      }
      #expect(answer.error == nil && answer.restarts == 1)
      let common = try await LlamaServer.common
      let undisturbed = try await Asking.ask(
        Self.longAnswer(common, dialect), Asking.request(dialect, tokens: 400))
      #expect(!answer.text.isEmpty && answer.text == undisturbed.text)
      #expect(answer.uncached == undisturbed.uncached && answer.outcome?.completionTokens == 400)
      let total = model.ledger.total
      #expect(total.answers == 1 && total.failedRequests == total.requests - 1 && total.requests >= 2)
      #expect(total.usage.completionTokens == 400)
    }

    @Test func `a server that falls silent is left, and asked again`() async throws {
      let server = try await LlamaServer.start(.init(slots: 1))
      defer { server.stop() }
      let model = try Self.longAnswer(server, .openAIChat) {
        $0.limits.silence = .seconds(3)
        $0.retry = RetryPolicy(attempts: 3, firstDelay: .milliseconds(20))
      }
      var isStopped = false
      let answer = try await Asking.ask(model, Asking.conversation(tokens: 400)) { event in
        if !isStopped, Self.isText(event) {
          isStopped = true
          server.signal(SIGSTOP)
        }
        if event == .restarted { server.signal(SIGCONT) }
      }
      #expect(answer.error == nil && answer.restarts == 1)
      #expect(answer.outcome?.completionTokens == 400)
    }
  }
}
