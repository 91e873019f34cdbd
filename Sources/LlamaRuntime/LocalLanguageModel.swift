public import LanguageModels
public import SpeculativeDecoding

/// A local pair of models behind the protocol that remote models share.
///
/// Where its options have a corpus, what it writes is added to it: what comes next is drafted from that too.
public struct LocalLanguageModel: BatchedLanguageModel {
  /// The engine that writes.
  public let engine: LlamaEngine
  /// What may be speculated with, and how far.
  public var options: SpeculativeDecoder.Options
  /// A chat template to use instead of the model's own: a name out of ``ChatTemplate/names``.
  public var chatTemplate: String?

  /// A model that writes with `engine`.
  public init(
    engine: LlamaEngine, options: SpeculativeDecoder.Options = .init(), chatTemplate: String? = nil
  ) {
    self.engine = engine
    self.options = options
    self.chatTemplate = chatTemplate
  }

  /// The target's name.
  public var name: String { engine.targetModel.name }

  /// Writes an answer.
  public func generate(_ request: GenerationRequest) -> AsyncThrowingStream<GenerationEvent, any Error> {
    AsyncThrowingStream { continuation in
      // The stream's consumer and the engine run side by side; ending the stream cancels the engine.
      let task = Task {
        do {
          try await write(request) { continuation.yield($0) }
          continuation.finish()
        } catch {
          continuation.finish(throwing: error)
        }
      }
      continuation.onTermination = { _ in task.cancel() }
    }
  }

  /// Writes an answer for each seed, as many together as the engine takes. Where it cannot, or has no memory for it, one
  /// after the other; the answers are the same.
  public func generate(
    _ request: GenerationRequest, seeds: [UInt64]
  ) -> AsyncThrowingStream<BatchEvent, any Error> {
    AsyncThrowingStream { continuation in
      let task = Task {
        do {
          for start in stride(from: 0, to: seeds.count, by: engine.batchLimit) {
            let range = start..<min(start + engine.batchLimit, seeds.count)
            try await write(request, seeds: seeds[range]) { continuation.yield($0) }
          }
          continuation.finish()
        } catch {
          continuation.finish(throwing: error)
        }
      }
      continuation.onTermination = { _ in task.cancel() }
    }
  }

  private func write(_ request: GenerationRequest, report: @Sendable (GenerationEvent) -> Void) async throws {
    let prompt = try engine.targetModel.tokens(of: request.input, chatTemplate: chatTemplate)
    report(.started(promptTokens: prompt.count))
    let written = try await engine.write(
      after: prompt, maximumTokens: request.maximumTokens, options: decoding(request),
      stopSequences: request.stopSequences,
      onPass: { record, text in
        for event in GenerationEvent.events(of: record, text) { report(event) }
        return true
      })
    options.corpus?.add(written.summary.tokens)
    for event in GenerationEvent.events(of: written) { report(event) }
  }

  private func write(
    _ request: GenerationRequest, seeds: ArraySlice<UInt64>, report: @Sendable (BatchEvent) -> Void
  ) async throws {
    if seeds.count > 1 {
      do {
        try await together(request, seeds: seeds, report: report)
        return
      } catch let error as LlamaRuntimeError where error.code == .noContext {
        // The contexts are made before anything is written.
      }
    }
    for (index, seed) in zip(seeds.indices, seeds) {
      var request = request
      request.seed = seed
      try await write(request) { report(.event(index: index, $0)) }
    }
  }

  private func together(
    _ request: GenerationRequest, seeds: ArraySlice<UInt64>, report: @Sendable (BatchEvent) -> Void
  ) async throws {
    let prompt = try engine.targetModel.tokens(of: request.input, chatTemplate: chatTemplate)
    let first = seeds.startIndex
    for index in seeds.indices { report(.event(index: index, .started(promptTokens: prompt.count))) }
    try await engine.write(
      after: prompt, seeds: Array(seeds), maximumTokens: request.maximumTokens, options: decoding(request),
      stopSequences: request.stopSequences,
      onPass: { index, record, text in
        for event in GenerationEvent.events(of: record, text) { report(.event(index: first + index, event)) }
        return true
      },
      onEnd: { index, written in
        options.corpus?.add(written.summary.tokens)
        for event in GenerationEvent.events(of: written) { report(.event(index: first + index, event)) }
      })
  }

  private func decoding(_ request: GenerationRequest) -> SpeculativeDecoder.Options {
    var options = options
    options.sampling = Self.sampling(of: request, over: options.sampling)
    return options
  }

  private static func sampling(of request: GenerationRequest, over base: SamplingParameters) -> SamplingParameters {
    var sampling = base
    if let temperature = request.temperature { sampling.temperature = temperature }
    if let topP = request.topP { sampling.topP = topP }
    if let topK = request.topK { sampling.topK = topK }
    if let minP = request.minP { sampling.minP = minP }
    if let penalty = request.repetitionPenalty { sampling.repetitionPenalty = penalty }
    if let seed = request.seed { sampling.seed = seed }
    return sampling
  }
}

extension GenerationEvent {
  /// What a pass is in the terms that all models share.
  fileprivate static func events(of record: PassRecord, _ text: String) -> [GenerationEvent] {
    (text.isEmpty ? [] : [.text(text)])
      + [.progress(tokens: record.position + record.tokens.count, passes: record.index + 1)]
  }

  /// What the end of a text is in those terms.
  fileprivate static func events(of written: WrittenText) -> [GenerationEvent] {
    (written.rest.isEmpty ? [] : [.text(written.rest)]) + [.finished(written.outcome)]
  }
}

extension WrittenText {
  /// The outcome in the terms that all models share.
  public var outcome: GenerationOutcome {
    let reason: GenerationOutcome.Reason =
      switch summary.end {
      case .endToken: .end
      case .tokenLimit: .tokenLimit
      case .contextFull: .contextFull
      case .stopped: metStopSequence ? .end : .stopped
      }
    return GenerationOutcome(reason: reason, promptTokens: promptTokens, completionTokens: summary.tokens.count)
  }
}
