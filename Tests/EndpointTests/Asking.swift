import Foundation
import GPUModels
import KernelBench
import KernelPrompting
import LanguageModelClients
import LanguageModels
import Testing

/// All tests that ask a real llama-server. They run one after the other: two answers that are written at the same time are
/// computed in one batch, and sums in other batches round otherwise.
@Suite(.serialized, .enabled(if: LlamaServer.program != nil, LlamaServer.isMissing), .timeLimit(.minutes(10)))
struct Endpoints {}

/// What came of a question.
struct Answer {
  var events: [GenerationEvent] = []
  var error: LanguageModelClientsError?

  /// The text since the last beginning.
  var text: String {
    events.reduce(into: "") { text, event in
      if case .text(let piece) = event { text += piece }
      if event == .restarted { text = "" }
    }
  }

  var outcome: GenerationOutcome? {
    guard case .finished(let outcome)? = events.last else { return nil }
    return outcome
  }

  var pieces: Int {
    events.filter { if case .text = $0 { true } else { false } }.count
  }

  /// Why it ended and how much was read and written, without what came from the cache: llama-server does not heed
  /// `cache_prompt` in `messages`.
  var uncached: GenerationOutcome? {
    outcome.map { outcome in
      var outcome = outcome
      outcome.cachedPromptTokens = 0
      return outcome
    }
  }

  var restarts: Int { events.filter { $0 == .restarted }.count }
}

enum Asking {
  /// The server as an endpoint that reads every prompt afresh.
  static func endpoint(
    _ server: LlamaServer, _ dialect: Endpoint.Dialect, _ change: (inout Endpoint) -> Void = { _ in }
  ) throws -> Endpoint {
    var endpoint = Endpoint(
      name: "llama-server", dialect: dialect, baseURL: server.baseURL, model: LlamaServer.model,
      apiKey: try APIKey(LlamaServer.key))
    // Text that is taken from the cache was computed in other batches, and sums in other batches round otherwise.
    endpoint.parameters = ["cache_prompt": false]
    // A connection that is kept for the next request may have been closed by the server meanwhile.
    endpoint.retry = RetryPolicy(attempts: 4, firstDelay: .milliseconds(20))
    change(&endpoint)
    return endpoint
  }

  static func model(
    _ server: LlamaServer, _ dialect: Endpoint.Dialect, _ change: (inout Endpoint) -> Void = { _ in }
  ) throws -> RemoteLanguageModel {
    try RemoteLanguageModel(endpoint(server, dialect, change))
  }

  /// Asks, and tells of each event as it comes.
  static func ask(
    _ model: some LanguageModel, _ request: GenerationRequest, _ hear: (GenerationEvent) async throws -> Void = { _ in }
  ) async throws -> Answer {
    var answer = Answer()
    do {
      for try await event in model.generate(request) {
        answer.events.append(event)
        try await hear(event)
      }
    } catch let error as LanguageModelClientsError {
      answer.error = error
    }
    return answer
  }

  /// The names of the example problems.
  static let examples: [String] = {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: LlamaServer.root + "/Examples")) ?? []
    return names.filter { $0.hasSuffix(".py") }.sorted()
  }()

  /// An example problem as the bundled models were trained to read it.
  static func problem(_ name: String = "01_swish.py") throws -> GenerationRequest.Input {
    let path = LlamaServer.root + "/Examples/" + name
    let problem = try Problem(bytes: Array(Data(contentsOf: URL(filePath: path))), origin: .file(path))
    guard case .segments(let segments) = try PromptBuilder(form: .compact).prompt(for: problem).content else {
      throw NoSegments()
    }
    return .segments(
      segments.map { segment in
        switch segment {
        case .text(let text): .text(text)
        case .specialToken(let name): .specialToken(name)
        }
      })
  }

  /// The likeliest answer to a problem.
  static func kernel(
    _ name: String = "01_swish.py", tokens: Int = 1200, stop: [String] = []
  ) throws -> GenerationRequest {
    GenerationRequest(try problem(name), maximumTokens: tokens, temperature: 0, stopSequences: stop)
  }

  /// A conversation. The model has never seen one and answers with nonsense, but with the same each time.
  static func conversation(
    _ messages: [Message] = [Message(.user, "Say hello")], tokens: Int = 12, temperature: Double = 0,
    stop: [String] = [], seed: UInt64? = nil
  ) -> GenerationRequest {
    GenerationRequest(
      .conversation(messages), maximumTokens: tokens, temperature: temperature, stopSequences: stop, seed: seed)
  }

  /// The smallest request in a dialect.
  static func request(_ dialect: Endpoint.Dialect, tokens: Int = 12) throws -> GenerationRequest {
    dialect == .openAICompletions ? try kernel(tokens: tokens) : conversation(tokens: tokens)
  }

  struct NoSegments: Error {}
}
