import LanguageModels
import Testing

/// A model that says what it was asked.
private struct Echo: LanguageModel {
  let name = "echo"

  func generate(_ request: GenerationRequest) -> AsyncThrowingStream<GenerationEvent, any Error> {
    AsyncThrowingStream { continuation in
      continuation.yield(.started(promptTokens: 1))
      if case .segments(let segments) = request.input {
        for case .text(let text) in segments { continuation.yield(.text(text)) }
      }
      continuation.yield(.finished(.init(reason: .end, promptTokens: 1, completionTokens: 2)))
      continuation.finish()
    }
  }
}

@Suite struct StreamTests {
  @Test func `a model is used through the protocol alone`() async throws {
    let model: any LanguageModel = Echo()
    var events: [GenerationEvent] = []
    for try await event in model.generate(.init(.segments([.text("a"), .text("b")]), maximumTokens: 2)) {
      events.append(event)
    }
    #expect(
      events == [
        .started(promptTokens: 1), .text("a"), .text("b"),
        .finished(.init(reason: .end, promptTokens: 1, completionTokens: 2)),
      ])
  }
}
