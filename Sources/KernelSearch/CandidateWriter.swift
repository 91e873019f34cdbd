public import KernelPrompting

/// Writes answers: a model, as the search sees it.
public protocol CandidateWriter: Sendable {
  /// What the model is called, for people and for records.
  var name: String { get }

  /// How many answers to one prompt are best asked for together: a search starts no fewer while it has room for as many.
  var preferredBatch: Int { get }

  /// What is charged; nil where nothing is.
  var price: TokenPrice? { get }

  /// The most tokens that a prompt may have, as far as that can be said without the model: what a budget sets aside.
  func promptTokens(_ prompt: Prompt) -> Int

  /// Writes one answer for each seed.
  ///
  /// An answer is given as soon as it is complete, and the stream ends when there is one, or a failure, for each seed. It throws
  /// where nothing can be written at all. Ending the iteration stops the model.
  func write(_ request: WritingRequest) -> AsyncThrowingStream<WritingEvent, any Error>
}

extension CandidateWriter {
  /// One at a time.
  public var preferredBatch: Int { 1 }
  /// Nothing is charged.
  public var price: TokenPrice? { nil }

  /// A token for every two bytes, which code and English stay below, and some for a chat template.
  public func promptTokens(_ prompt: Prompt) -> Int { prompt.text.utf8.count / 2 + 32 }
}

/// What a model charges.
public struct TokenPrice: Sendable, Hashable, Codable {
  /// For a million tokens read.
  public var perMillionPromptTokens: Double
  /// For a million tokens written.
  public var perMillionCompletionTokens: Double

  /// Makes a price.
  public init(perMillionPromptTokens: Double, perMillionCompletionTokens: Double) {
    self.perMillionPromptTokens = perMillionPromptTokens
    self.perMillionCompletionTokens = perMillionCompletionTokens
  }

  /// What tokens cost.
  public func cost(promptTokens: Int, completionTokens: Int) -> Double {
    (Double(promptTokens) * perMillionPromptTokens + Double(completionTokens) * perMillionCompletionTokens) / 1e6
  }
}

/// What is to be written.
public struct WritingRequest: Sendable, Hashable {
  /// The prompt that all answers share.
  public var prompt: Prompt
  /// A seed for each answer.
  public var seeds: [UInt64]
  /// The most tokens of an answer.
  public var maximumTokens: Int
  /// Whether the likeliest token is to be taken always.
  public var isGreedy: Bool

  /// Makes a request.
  public init(prompt: Prompt, seeds: [UInt64], maximumTokens: Int, isGreedy: Bool = false) {
    self.prompt = prompt
    self.seeds = seeds
    self.maximumTokens = maximumTokens
    self.isGreedy = isGreedy
  }
}

/// What came of one seed.
public enum WritingEvent: Sendable {
  /// An answer is complete.
  case answer(WrittenAnswer)
  /// There will be no answer for the seed with this index; what was spent on it all the same, as far as it is known.
  case failure(index: Int, error: any Error, usage: Usage)
}

/// An answer.
public struct WrittenAnswer: Sendable, Hashable {
  /// Which of ``WritingRequest/seeds`` it is for.
  public var index: Int
  /// All that the model wrote, without the prompt's own beginning of it.
  public var text: String
  /// What it took.
  public var usage: Usage
  /// Whether the model had not said all.
  public var isCutOff: Bool
  /// How long it took; with answers that are written together, from their common beginning on.
  public var time: Duration

  /// Makes an answer.
  public init(index: Int, text: String, usage: Usage, isCutOff: Bool = false, time: Duration = .zero) {
    self.index = index
    self.text = text
    self.usage = usage
    self.isCutOff = isCutOff
    self.time = time
  }
}
