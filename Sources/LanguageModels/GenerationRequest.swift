/// What a model is asked to write, and how.
public struct GenerationRequest: Sendable, Equatable {
  /// What the model goes on from.
  public enum Input: Sendable, Equatable {
    /// A conversation, laid out as the model's chat template says.
    case conversation([Message])
    /// Text that is continued as it stands, in pieces.
    case segments([Segment])
  }

  /// A piece of a text that is continued.
  public enum Segment: Sendable, Equatable {
    /// Text in which nothing is special.
    case text(String)
    /// One token of the model's vocabulary, by its name.
    case specialToken(String)
  }

  /// What the model goes on from.
  public var input: Input
  /// The most tokens to write.
  public var maximumTokens: Int
  /// Divides the logits; 0 takes the likeliest token always; `nil` leaves it to the model.
  public var temperature: Double?
  /// Only the smallest set of tokens whose probabilities reach this stays.
  public var topP: Double?
  /// Only this many of the likeliest tokens stay.
  public var topK: Int?
  /// Only tokens at least this many times as likely as the likeliest stay.
  public var minP: Double?
  /// How strongly tokens that stood lately are disfavoured; 1 is not at all.
  public var repetitionPenalty: Double?
  /// Texts at which the answer ends; they are not part of it.
  public var stopSequences: [String]
  /// The seed, for models that repeat themselves when asked to.
  public var seed: UInt64?

  /// Makes a request.
  public init(
    _ input: Input, maximumTokens: Int, temperature: Double? = nil, topP: Double? = nil, topK: Int? = nil,
    minP: Double? = nil, repetitionPenalty: Double? = nil, stopSequences: [String] = [], seed: UInt64? = nil
  ) {
    self.input = input
    self.maximumTokens = maximumTokens
    self.temperature = temperature
    self.topP = topP
    self.topK = topK
    self.minP = minP
    self.repetitionPenalty = repetitionPenalty
    self.stopSequences = stopSequences
    self.seed = seed
  }
}
