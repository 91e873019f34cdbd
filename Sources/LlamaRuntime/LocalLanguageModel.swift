public import LanguageModels
public import SpeculativeDecoding

/// A local pair of models behind the protocol that remote models share.
public struct LocalLanguageModel: LanguageModel {
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
    var options = options
    options.sampling = Self.sampling(of: request, over: options.sampling)
    return AsyncThrowingStream { [options] continuation in
      // The stream's consumer and the engine run side by side; ending the stream cancels the engine.
      let task = Task {
        do {
          let prompt = try engine.targetModel.tokens(of: request.input, chatTemplate: chatTemplate)
          continuation.yield(.started(promptTokens: prompt.count))
          let written = try await engine.write(
            after: prompt, maximumTokens: request.maximumTokens, options: options,
            stopSequences: request.stopSequences,
            onPass: { record, text in
              if !text.isEmpty { continuation.yield(.text(text)) }
              continuation.yield(.progress(tokens: record.position + record.tokens.count, passes: record.index + 1))
              return true
            })
          if !written.rest.isEmpty { continuation.yield(.text(written.rest)) }
          continuation.yield(.finished(written.outcome))
          continuation.finish()
        } catch {
          continuation.finish(throwing: error)
        }
      }
      continuation.onTermination = { _ in task.cancel() }
    }
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
