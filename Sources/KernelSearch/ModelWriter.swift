public import KernelPrompting
public import LanguageModels

/// Any language model as a writer of candidates.
///
/// Several answers to one prompt are decoded together where the model is a ``BatchedLanguageModel``. Where it is not, they are
/// asked for side by side, at most ``width`` at a time: their prompts are the same bytes, which endpoints that keep prefixes read
/// once.
public struct ModelWriter: CandidateWriter {
  /// The model.
  public let model: any LanguageModel
  /// The most answers that are asked for at the same time in one request.
  public let width: Int
  /// How many answers are best asked for together.
  public let preferredBatch: Int
  /// What is charged; nil where nothing is.
  public let price: TokenPrice?
  /// Temperature and the like; `input`, `maximumTokens`, `stopSequences` and `seed` are set by the search.
  public let template: GenerationRequest

  /// Makes a writer.
  ///
  /// - Parameters:
  ///   - width: at least 1; a model that computes here is best asked one at a time.
  ///   - template: what the request holds beyond the prompt, the seed and the limit.
  public init(
    _ model: any LanguageModel, width: Int = 1, preferredBatch: Int = 1, price: TokenPrice? = nil,
    template: GenerationRequest = GenerationRequest(.segments([]), maximumTokens: 0)
  ) {
    self.model = model
    self.width = max(1, width)
    self.preferredBatch = max(1, preferredBatch)
    self.price = price
    self.template = template
  }

  /// The model's name.
  public var name: String { model.name }

  /// Writes the answers.
  public func write(_ request: WritingRequest) -> AsyncThrowingStream<WritingEvent, any Error> {
    AsyncThrowingStream { continuation in
      // The consumer and the model run side by side; ending the stream cancels the model.
      let task = Task {
        do {
          if let batched = model as? any BatchedLanguageModel, request.seeds.count > 1 {
            try await together(request, batched, continuation)
          } else {
            await sideBySide(request, continuation)
          }
          continuation.finish()
        } catch {
          continuation.finish(throwing: error)
        }
      }
      continuation.onTermination = { _ in task.cancel() }
    }
  }

  private typealias Continuation = AsyncThrowingStream<WritingEvent, any Error>.Continuation

  private func sideBySide(_ request: WritingRequest, _ continuation: Continuation) async {
    await withTaskGroup(of: Void.self) { group in
      for (index, seed) in request.seeds.enumerated() {
        if index >= width { await group.next() }
        if Task.isCancelled { break }
        group.addTask {
          var answer = AnswerInProgress(index: index, promptBytes: request.prompt.text.utf8.count)
          do {
            var generation = generation(for: request)
            generation.seed = seed
            for try await event in model.generate(generation) { answer.add(event) }
            try Task.checkCancellation()
            continuation.yield(.answer(answer.written(price)))
          } catch {
            continuation.yield(.failure(index: index, error: error, usage: answer.usage(price)))
          }
        }
      }
    }
  }

  private func together(
    _ request: WritingRequest, _ model: any BatchedLanguageModel, _ continuation: Continuation
  ) async throws {
    var answers = request.seeds.indices.map {
      AnswerInProgress(index: $0, promptBytes: request.prompt.text.utf8.count)
    }
    for try await event in model.generate(generation(for: request), seeds: request.seeds) {
      switch event {
      case .event(let index, let event) where answers.indices.contains(index):
        answers[index].add(event)
        if case .finished = event { continuation.yield(.answer(answers[index].written(price))) }
      case .failure(let index, let error) where answers.indices.contains(index):
        continuation.yield(.failure(index: index, error: error, usage: answers[index].usage(price)))
      default: break
      }
    }
  }

  private func generation(for request: WritingRequest) -> GenerationRequest {
    var generation = template
    generation.input = GenerationRequest.Input(request.prompt)
    generation.maximumTokens = request.maximumTokens
    generation.stopSequences = request.prompt.stopSequences + template.stopSequences
    if request.isGreedy { generation.temperature = 0 }
    return generation
  }
}

/// An answer while it is being written.
private struct AnswerInProgress {
  let index: Int
  let promptBytes: Int
  private let start = ContinuousClock.now
  private var text = ""
  private var promptTokens = 0
  private var completionTokens = 0
  private var reason: GenerationOutcome.Reason?
  private var cost: Double?
  /// All that was written, what is void by now included.
  private var writtenBytes = 0

  init(index: Int, promptBytes: Int) {
    self.index = index
    self.promptBytes = promptBytes
  }

  mutating func add(_ event: GenerationEvent) {
    switch event {
    case .started(let tokens): promptTokens = tokens
    case .text(let more):
      text += more
      writtenBytes += more.utf8.count
    case .reasoning(let more): writtenBytes += more.utf8.count
    case .restarted: text = ""
    case .progress(let tokens, _): completionTokens = max(completionTokens, tokens)
    case .finished(let outcome):
      reason = outcome.reason
      cost = outcome.cost
      if outcome.hasTokenCounts {
        promptTokens = outcome.promptTokens
        completionTokens = outcome.completionTokens
      } else {
        // A budget of tokens or money is to hold there too.
        promptTokens = max(outcome.promptTokens, (promptBytes + 2) / 3)
        completionTokens = max(completionTokens, outcome.completionTokens, (writtenBytes + 2) / 3)
      }
    }
  }

  /// What it took. Where the model does not say how many tokens a complete answer has, a token for every three bytes is taken.
  func usage(_ price: TokenPrice?) -> Usage {
    Usage(
      promptTokens: promptTokens, completionTokens: completionTokens,
      cost: cost ?? price?.cost(promptTokens: promptTokens, completionTokens: completionTokens) ?? 0)
  }

  func written(_ price: TokenPrice?) -> WrittenAnswer {
    WrittenAnswer(
      index: index, text: text, usage: usage(price), isCutOff: reason != .end, time: start.duration(to: .now))
  }
}

extension GenerationRequest.Input {
  /// A prompt as a model takes it.
  public init(_ prompt: Prompt) {
    switch prompt.content {
    case .messages(let messages):
      self = .conversation(
        messages.map { message in
          let role: Message.Role =
            switch message.role {
            case .system: .system
            case .user: .user
            case .assistant: .assistant
            }
          return Message(role, message.text)
        })
    case .segments(let segments):
      self = .segments(
        segments.map { segment in
          switch segment {
          case .text(let text): .text(text)
          case .specialToken(let name): .specialToken(name)
          }
        })
    }
  }
}
