public import LanguageModels
public import SpeculativeDecoding

extension LlamaRuntimeError: GenerationFailure {
  /// What it means for whoever may ask again: a pass that failed may not fail the next time, everything else will.
  public var obstacle: GenerationObstacle { code == .passFailed ? .transient(retryAfter: nil) : .permanent }
}

extension SpeculativeDecodingError: GenerationFailure {
  /// What it means for whoever may ask again.
  public var obstacle: GenerationObstacle { code == .contextExceeded ? .promptTooLong : .permanent }
}
