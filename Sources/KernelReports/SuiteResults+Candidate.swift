public import KernelVerdicts

extension SuiteResults {
  /// A kernel that a model wrote, and what was found out about it.
  public struct Candidate: Sendable, Hashable, Codable {
    /// How it came about.
    public enum Edge: String, Sendable, Hashable, Codable, CaseIterable {
      /// Written from the problem alone, independent of all others.
      case sample
      /// A variant of a good one.
      case variant
      /// A repair of a bad one.
      case repair
    }

    /// What a timing says, beside the better of the two baselines.
    public enum Speed: String, Sendable, Hashable, Codable, CaseIterable {
      /// Faster, beyond noise and margin.
      case faster
      /// Neither faster nor slower.
      case tie
      /// Slower, beyond noise and margin.
      case slower
      /// Nobody has measured it.
      case notTimed = "not-timed"
    }

    /// A measured ratio with its interval.
    public struct Ratio: Sendable, Hashable, Codable {
      /// The better baseline's time over the candidate's: 2 is twice as fast.
      public var value: Double
      /// Where the 95 % interval begins.
      public var lower: Double
      /// Where it ends.
      public var upper: Double

      /// Makes a ratio.
      public init(value: Double, lower: Double, upper: Double) {
        self.value = value
        self.lower = lower
        self.upper = upper
      }
    }

    /// Its number within the problem; unique there.
    public var ordinal: Int
    /// Its index among its siblings from one request.
    public var sampleIndex: Int
    /// The ordinal of the candidate that it varies or repairs.
    public var parent: Int?
    /// How it came about.
    public var edge: Edge
    /// What the judge says; nil if it was not judged.
    public var verdict: Verdict?
    /// The judge's reason, on one line.
    public var finding: String?
    /// When it was judged, in seconds since the search for the problem began.
    public var judgedAtSeconds: Double?
    /// The tokens that the model read for it.
    public var inputTokens: Int
    /// The tokens that the model wrote.
    public var outputTokens: Int
    /// What it cost, where there is a price.
    public var cost: Double?
    /// Its measured time in milliseconds.
    public var runtimeMilliseconds: Double?
    /// The reference's measured time in milliseconds.
    public var eagerMilliseconds: Double?
    /// The measured time of the reference after `torch.compile`, in milliseconds; nil if that does not compile.
    public var compiledMilliseconds: Double?
    /// What a model of the GPU expects, in milliseconds. Never shown as a measurement, never part of a score.
    public var estimateMilliseconds: Double?
    /// The ratio to the better baseline, from times that were taken in turn.
    public var ratio: Ratio?
    /// What the timing says.
    public var speed: Speed
    /// The source. Hostile.
    public var source: String?
    /// True for the candidate that the search hands over.
    public var isBest: Bool

    /// Makes a candidate.
    public init(
      ordinal: Int, sampleIndex: Int = 0, parent: Int? = nil, edge: Edge = .sample, verdict: Verdict? = nil,
      finding: String? = nil, judgedAtSeconds: Double? = nil, inputTokens: Int = 0, outputTokens: Int = 0,
      cost: Double? = nil, runtimeMilliseconds: Double? = nil, eagerMilliseconds: Double? = nil,
      compiledMilliseconds: Double? = nil, estimateMilliseconds: Double? = nil, ratio: Ratio? = nil,
      speed: Speed = .notTimed, source: String? = nil, isBest: Bool = false
    ) {
      self.ordinal = ordinal
      self.sampleIndex = sampleIndex
      self.parent = parent
      self.edge = edge
      self.verdict = verdict
      self.finding = finding
      self.judgedAtSeconds = judgedAtSeconds
      self.inputTokens = inputTokens
      self.outputTokens = outputTokens
      self.cost = cost
      self.runtimeMilliseconds = runtimeMilliseconds
      self.eagerMilliseconds = eagerMilliseconds
      self.compiledMilliseconds = compiledMilliseconds
      self.estimateMilliseconds = estimateMilliseconds
      self.ratio = ratio
      self.speed = speed
      self.source = source
      self.isBest = isBest
    }
  }
}
