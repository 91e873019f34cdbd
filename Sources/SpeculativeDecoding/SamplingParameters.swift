/// How a token is chosen from the target's logits.
///
/// The steps are taken in this order: repetition penalty, temperature, top-k, top-p, min-p. Steps at their neutral value
/// do nothing.
public struct SamplingParameters: Sendable, Equatable {
  /// Divides the logits; 0 chooses the most likely token always (*greedy*).
  public var temperature: Double
  /// Only the `topK` most likely tokens stay; 0 for all.
  public var topK: Int
  /// Only the smallest set of tokens whose probabilities reach `topP` stays; 1 for all.
  public var topP: Double
  /// Only tokens at least `minP` times as likely as the likeliest stay; 0 for all.
  public var minP: Double
  /// Logits of recent tokens are divided by this where positive and multiplied where not (Keskar et al., CTRL,
  /// arXiv 1909.05858); 1 for none.
  public var repetitionPenalty: Double
  /// How many of the latest tokens, the prompt's included, count as recent.
  public var repetitionWindow: Int
  /// One seed, one text: the random number for an output position depends on this and on the position alone.
  public var seed: UInt64

  /// Makes parameters; the defaults are greedy.
  public init(
    temperature: Double = 0, topK: Int = 0, topP: Double = 1, minP: Double = 0, repetitionPenalty: Double = 1,
    repetitionWindow: Int = 64, seed: UInt64 = 0
  ) {
    self.temperature = temperature
    self.topK = topK
    self.topP = topP
    self.minP = minP
    self.repetitionPenalty = repetitionPenalty
    self.repetitionWindow = repetitionWindow
    self.seed = seed
  }

  /// Whether the most likely token is chosen always.
  public var isGreedy: Bool { temperature == 0 }

  /// Throws where a parameter is out of its range.
  public func validate() throws {
    func check(_ condition: Bool, _ name: String, _ range: String, _ value: some CustomStringConvertible) throws {
      guard !condition else { return }
      throw SpeculativeDecodingError(.invalidParameter, "\(name) must be \(range), not \(value).")
    }
    try check(temperature >= 0 && temperature.isFinite, "temperature", "0 or more", temperature)
    try check(topK >= 0, "top-k", "0 (all tokens) or more", topK)
    try check(topP > 0 && topP <= 1, "top-p", "above 0 and at most 1", topP)
    try check(minP >= 0 && minP <= 1, "min-p", "between 0 and 1", minP)
    try check(
      repetitionPenalty > 0 && repetitionPenalty.isFinite, "repetition penalty", "above 0 (1 for none)",
      repetitionPenalty)
    try check(repetitionWindow >= 0, "repetition window", "0 or more", repetitionWindow)
  }
}
