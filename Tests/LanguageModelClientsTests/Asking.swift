import LanguageModelClients
import LanguageModels

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

  /// The thoughts since the last beginning.
  var reasoning: String {
    events.reduce(into: "") { text, event in
      if case .reasoning(let piece) = event { text += piece }
      if event == .restarted { text = "" }
    }
  }

  var outcome: GenerationOutcome? {
    guard case .finished(let outcome)? = events.last else { return nil }
    return outcome
  }

  /// How many tokens were told of last.
  var tokens: Int {
    events.reduce(0) { if case .progress(let tokens, _) = $1 { tokens } else { $0 } }
  }

  var restarts: Int { events.filter { $0 == .restarted }.count }
}

enum Asking {
  static let secret = "sk-test-0123456789abcdefghijklmnop"

  static func endpoint(
    _ server: ScriptedServer, dialect: Endpoint.Dialect = .openAIChat, _ change: (inout Endpoint) -> Void = { _ in }
  ) throws -> Endpoint {
    var endpoint = Endpoint(
      name: "scripted", dialect: dialect, baseURL: server.baseURL, model: "tiny-model", apiKey: try APIKey(secret))
    // Longer than what a manual clock passes by itself.
    endpoint.limits = TimeLimits(firstToken: .seconds(36_000), silence: .seconds(36_000), whole: .seconds(72_000))
    change(&endpoint)
    return endpoint
  }

  static func model(
    _ endpoint: Endpoint, ledger: CostLedger = CostLedger(),
    clock: ManualClock = ManualClock(passingSleepsUpTo: .seconds(3600))
  ) throws -> RemoteLanguageModel {
    try RemoteLanguageModel(
      endpoint, ledger: ledger, clock: clock, wallClock: { 1_000_000_000 }, generator: SplitMix(seed: 1))
  }

  static func request(_ dialect: Endpoint.Dialect, _ text: String = "Say hello") -> GenerationRequest {
    dialect == .openAICompletions
      ? GenerationRequest(.segments([.text(text)]), maximumTokens: 100)
      : GenerationRequest(.conversation([Message(.user, text)]), maximumTokens: 100)
  }

  static func ask(_ model: RemoteLanguageModel, _ request: GenerationRequest? = nil) async -> Answer {
    var answer = Answer()
    do {
      for try await event in model.generate(request ?? self.request(model.endpoint.dialect)) {
        answer.events.append(event)
      }
    } catch {
      answer.error = error as? LanguageModelClientsError
    }
    return answer
  }
}
