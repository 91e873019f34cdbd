import KernelPrompting
import LanguageModels
import Synchronization
import Testing

@testable import KernelSearch

/// A model whose answers name their seeds. Those of odd seeds fail.
private final class EchoModel: LanguageModel {
  struct Calls {
    var requests: [GenerationRequest] = []
    var running = 0
    var most = 0
  }

  let name = "echo"
  let calls = Mutex(Calls())

  func generate(_ request: GenerationRequest) -> AsyncThrowingStream<GenerationEvent, any Error> {
    AsyncThrowingStream { continuation in
      calls.withLock { calls in
        calls.requests.append(request)
        calls.running += 1
        calls.most = max(calls.most, calls.running)
      }
      let task = Task {
        for _ in 0..<5 { await Task.yield() }
        self.calls.withLock { $0.running -= 1 }
        let seed = request.seed ?? 0
        continuation.yield(.started(promptTokens: 10))
        continuation.yield(.text("seed "))
        continuation.yield(.progress(tokens: 3, passes: 1))
        guard seed % 2 == 0 else {
          continuation.finish(throwing: TestError("odd"))
          return
        }
        continuation.yield(.text("\(seed)"))
        continuation.yield(
          .finished(
            GenerationOutcome(reason: seed % 4 == 0 ? .end : .tokenLimit, promptTokens: 10, completionTokens: 20)))
        continuation.finish()
      }
      continuation.onTermination = { _ in task.cancel() }
    }
  }
}

/// A model that says what its test wants of tokens and cost.
private struct CountingModel: LanguageModel {
  let name = "counting"
  let outcome: GenerationOutcome
  func generate(_ request: GenerationRequest) -> AsyncThrowingStream<GenerationEvent, any Error> {
    AsyncThrowingStream { continuation in
      for event in [
        GenerationEvent.started(promptTokens: 0), .text("void"), .restarted, .reasoning("four"), .text("12345"),
        .finished(outcome),
      ] { continuation.yield(event) }
      continuation.finish()
    }
  }
}

private struct BatchModel: BatchedLanguageModel {
  let name = "batch"
  func generate(_ request: GenerationRequest) -> AsyncThrowingStream<GenerationEvent, any Error> {
    AsyncThrowingStream { $0.finish(throwing: TestError("It was asked for one.")) }
  }
  func generate(_ request: GenerationRequest, seeds: [UInt64]) -> AsyncThrowingStream<BatchEvent, any Error> {
    AsyncThrowingStream { continuation in
      for (index, seed) in seeds.enumerated().reversed() {
        continuation.yield(.event(index: index, .text("seed \(seed)")))
        if seed == 5 {
          continuation.yield(.failure(index: index, TestError("five")))
        } else {
          continuation.yield(
            .event(index: index, .finished(.init(reason: .end, promptTokens: index == 0 ? 10 : 0, completionTokens: 4)))
          )
        }
      }
      continuation.finish()
    }
  }
}

@Suite struct `A language model as a writer` {
  private func events(_ writer: ModelWriter, _ seeds: [UInt64], isGreedy: Bool = false) async throws -> [WritingEvent] {
    let prompt = try PromptBuilder(form: .completion).prompt(for: testProblem())
    var events: [WritingEvent] = []
    for try await event in writer.write(
      WritingRequest(prompt: prompt, seeds: seeds, maximumTokens: 77, isGreedy: isGreedy))
    { events.append(event) }
    return events
  }

  @Test(arguments: [1, 2, 5]) func `writes an answer for each seed, no more at once than it may`(width: Int)
    async throws
  {
    let model = EchoModel()
    let price = TokenPrice(perMillionPromptTokens: 1_000, perMillionCompletionTokens: 10_000)
    let writer = ModelWriter(
      model, width: width, price: price,
      template: GenerationRequest(.segments([]), maximumTokens: 1, temperature: 0.7, stopSequences: ["END"]))
    let events = try await events(writer, [2, 3, 4, 6, 8, 10])
    let answers = events.compactMap { if case .answer(let answer) = $0 { answer } else { nil } }
    #expect(answers.sorted { $0.index < $1.index }.map(\.text) == ["seed 2", "seed 4", "seed 6", "seed 8", "seed 10"])
    #expect(answers.allSatisfy { $0.isCutOff == ["seed 2", "seed 6", "seed 10"].contains($0.text) })
    #expect(answers[0].usage.promptTokens == 10 && answers[0].usage.completionTokens == 20)
    #expect(abs(answers[0].usage.cost - 0.21) < 1e-12)
    let failures = events.compactMap {
      if case .failure(let index, _, let usage) = $0 { (index, usage.tokens) } else { nil }
    }
    #expect(failures.count == 1 && failures[0] == (1, 13))
    model.calls.withLock { calls in
      #expect(calls.most <= width)
      #expect(calls.requests.allSatisfy { $0.maximumTokens == 77 && $0.temperature == 0.7 })
      #expect(calls.requests[0].stopSequences == ["\n```", "END"])
      #expect(Set(calls.requests.map(\.seed)) == [2, 3, 4, 6, 8, 10])
    }
  }

  @Test func `counts what the model says that an answer took, and bytes where it says nothing`() async throws {
    let price = TokenPrice(perMillionPromptTokens: 1e6, perMillionCompletionTokens: 1e6)
    func usage(_ outcome: GenerationOutcome) async throws -> Usage? {
      let events = try await events(ModelWriter(CountingModel(outcome: outcome), price: price), [1])
      guard case .answer(let answer) = events.first, events.count == 1 else { return nil }
      #expect(answer.text == "12345")
      return answer.usage
    }
    let said = GenerationOutcome(reason: .end, promptTokens: 10, completionTokens: 20)
    #expect(try await usage(said) == Usage(promptTokens: 10, completionTokens: 20, cost: 30))
    // Tokens out of a cache have a price of their own, which only the endpoint's client knows.
    var priced = said
    priced.cost = 12.5
    #expect(try await usage(priced) == Usage(promptTokens: 10, completionTokens: 20, cost: 12.5))
    let bytes = try PromptBuilder(form: .completion).prompt(for: testProblem()).text.utf8.count
    let silent = GenerationOutcome(reason: .end, promptTokens: 0, completionTokens: 0, hasTokenCounts: false)
    let expected = Usage(promptTokens: (bytes + 2) / 3, completionTokens: 5, cost: Double((bytes + 2) / 3 + 5))
    #expect(try await usage(silent) == expected)
  }

  @Test func `takes the likeliest tokens where it is asked to`() async throws {
    let model = EchoModel()
    _ = try await events(
      ModelWriter(model, template: GenerationRequest(.segments([]), maximumTokens: 1, temperature: 0.7)), [2],
      isGreedy: true)
    #expect(model.calls.withLock { $0.requests[0].temperature } == 0)
  }

  @Test func `has a model that can write several together do so`() async throws {
    let events = try await events(ModelWriter(BatchModel(), preferredBatch: 3), [4, 5, 6])
    let texts = events.map { event in
      switch event {
      case .answer(let answer): "\(answer.index): \(answer.text), \(answer.usage.tokens)"
      case .failure(let index, let error, _): "\(index): \(error)"
      }
    }
    #expect(texts == ["2: seed 6, 4", "1: five", "0: seed 4, 14"])
    for event in events { if case .answer(let answer) = event { #expect(answer.time > .zero) } }
  }

  @Test(arguments: PromptForm.allCases) func `is given a prompt as it stands`(form: PromptForm) throws {
    let prompt = try PromptBuilder(form: form).prompt(for: testProblem())
    switch GenerationRequest.Input(prompt) {
    case .conversation(let messages):
      #expect(form == .instruct && messages.map(\.content).joined(separator: "\n\n") == prompt.text)
      #expect(messages.map(\.role) == [.system, .user])
    case .segments(let segments):
      let text = segments.map { segment in
        switch segment {
        case .text(let text), .specialToken(let text): text
        }
      }.joined()
      #expect(form != .instruct && text == prompt.text)
    }
  }
}
