public import KernelPrompting

/// What a model wrote for a problem, and how it came about. What the judge says about it is in ``SearchNode``.
public struct Candidate: Sendable, Hashable, Codable {
  /// Its number within the problem, from 0 in the order in which the candidates were asked for. Numbers of answers that never
  /// came are missing.
  public var id: Int
  /// The candidate that it was made from; nil for a sample.
  public var parent: Int?
  /// How it was made from that.
  public var edge: EdgeKind
  /// The model.
  public var model: String
  /// The seed that the model was given.
  public var seed: UInt64
  /// Whether the likeliest token was taken always.
  public var isGreedy: Bool
  /// The prompt, as one text.
  public var prompt: String
  /// All that the model wrote.
  public var answer: String
  /// The code in it: a Python module, or a whole CUDA program; nil where there is none.
  public var source: String?
  /// The code's language.
  public var language: CodeLanguage
  /// Whether the answer broke off, as far as can be seen.
  public var isTruncated: Bool
  /// What was done to get at the code, or why there is none.
  public var notes: [String]
  /// What the answer took.
  public var usage: Usage
  /// When it was complete, in time spent on the problem.
  public var time: Duration
  /// How long the model took for it; with answers that were written together, from their common beginning on.
  public var writingTime: Duration
  /// ``NormalisedSource/hash`` of the source; nil where there is none.
  public var sourceHash: String?

  /// Makes a candidate.
  public init(
    id: Int, parent: Int? = nil, edge: EdgeKind = .sample, model: String, seed: UInt64 = 0, isGreedy: Bool = false,
    prompt: String = "", answer: String, source: String?, language: CodeLanguage = .python, isTruncated: Bool = false,
    notes: [String] = [], usage: Usage = Usage(), time: Duration = .zero, writingTime: Duration = .zero,
    sourceHash: String? = nil
  ) {
    self.id = id
    self.parent = parent
    self.edge = edge
    self.model = model
    self.seed = seed
    self.isGreedy = isGreedy
    self.prompt = prompt
    self.answer = answer
    self.source = source
    self.language = language
    self.isTruncated = isTruncated
    self.notes = notes
    self.usage = usage
    self.time = time
    self.writingTime = writingTime
    self.sourceHash = sourceHash
  }
}

/// What an answer took.
public struct Usage: Sendable, Hashable, Codable {
  /// Tokens read.
  public var promptTokens: Int
  /// Tokens written, reasoning included.
  public var completionTokens: Int
  /// Money, in the currency of the configuration; 0 where nothing is charged.
  public var cost: Double

  /// Makes a count.
  public init(promptTokens: Int = 0, completionTokens: Int = 0, cost: Double = 0) {
    self.promptTokens = promptTokens
    self.completionTokens = completionTokens
    self.cost = cost
  }

  /// Tokens read and written.
  public var tokens: Int { promptTokens + completionTokens }
}
