/// A model that decodes several answers to one prompt together, so that they share what is computed for the prompt.
public protocol BatchedLanguageModel: LanguageModel {
  /// Writes one answer for each seed; the request's own seed is not looked at.
  ///
  /// The stream ends when each index has ended or failed, or throws where nothing can be written at all. Ending the iteration
  /// stops the model at its next pass.
  func generate(_ request: GenerationRequest, seeds: [UInt64]) -> AsyncThrowingStream<BatchEvent, any Error>
}

/// What happens to one of several answers.
public enum BatchEvent: Sendable {
  /// An event of the answer to the seed with this index.
  case event(index: Int, GenerationEvent)
  /// There will be no more of it.
  case failure(index: Int, any Error)
}
