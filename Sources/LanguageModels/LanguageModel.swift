/// A model that writes text, on this machine or behind an endpoint.
public protocol LanguageModel: Sendable {
  /// What the model is called, for people and for records.
  var name: String { get }

  /// Writes an answer.
  ///
  /// The stream ends after ``GenerationEvent/finished(_:)``, or throws. Ending the iteration early, or cancelling the
  /// task that iterates, stops the model at its next pass.
  func generate(_ request: GenerationRequest) -> AsyncThrowingStream<GenerationEvent, any Error>
}
