public import KernelBench

/// The scores of one run.
public struct RunScores: Sendable, Hashable, Codable {
  /// pass@k for one k.
  public struct PassAtCount: Sendable, Hashable, Codable {
    /// How many samples one may draw.
    public var k: Int
    /// The chance that one of them is correct, as a mean over problems.
    public var estimate: IntervalEstimate
  }

  /// pass@k, and what it was estimated from.
  public struct Sampling: Sendable, Hashable, Codable {
    /// For k = 1, 2, 4, 8 … up to the least number of samples that a problem has.
    public var passAt: [PassAtCount]
    /// The judgeable problems that have independent samples.
    public var problems: Int
    /// The least number of judged samples that one of them has.
    public var leastSamples: Int
    /// The greatest.
    public var mostSamples: Int
  }

  /// What was spent, on all problems together.
  public struct Spending: Sendable, Hashable, Codable {
    /// The tokens that the model read.
    public var inputTokens: Int
    /// The tokens that the model wrote.
    public var outputTokens: Int
    /// The time of the searches, one after the other.
    public var seconds: Double
    /// The money, as far as it is known; nil if no candidate has a price.
    public var cost: Double?
    /// The candidates without a price: where there are some, ``cost`` is only a part.
    public var unpriced: Int
    /// Tokens, read and written, for each solved problem; nil where none is.
    public var tokensPerSolved: Double?
    /// Money for each solved problem; nil where none is, or no candidate has a price.
    public var costPerSolved: Double?
    /// Time for each solved problem; nil where none is.
    public var secondsPerSolved: Double?
  }

  /// The scores of the problems of one kind.
  public struct Family: Sendable, Hashable, Codable {
    /// The kind.
    public var family: ProblemFamily
    /// Solved of judgeable problems.
    public var solveRate: Proportion
    /// Problems that beat the better baseline (fast_1); nil where nothing was timed in the whole run.
    public var fasterThanBetter: Proportion?
    /// The geometric mean of the ratios to the better baseline.
    public var geometricMean: IntervalEstimate?
  }

  /// All problems of the run.
  public var problems: Int
  /// Those that are solved.
  public var solved: Int
  /// Those that are not.
  public var unsolved: Int
  /// Those at which something other than the candidates went wrong. They count as not solved.
  public var failed: Int
  /// Those that nobody can judge. They are in no score.
  public var unjudgeable: Int
  /// Solved of judgeable problems; nil where no problem is judgeable.
  public var solveRate: Proportion?
  /// pass@k; nil without independent samples.
  public var sampling: Sampling?
  /// The speeds; nil if no kernel of a solved problem was timed.
  public var speed: SpeedTable?
  /// What was spent.
  public var spending: Spending
  /// The families, in the order of ``ProblemFamily``.
  public var families: [Family]
}
