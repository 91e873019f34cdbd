public import KernelBench
import KernelVerdicts

/// What became of one problem, in numbers: a row of the report.
public struct ProblemOutcome: Sendable, Hashable, Codable {
  /// The candidate that stands for the problem.
  public struct Best: Sendable, Hashable, Codable {
    /// Its number within the problem.
    public var ordinal: Int
    /// How it came about.
    public var edge: SuiteResults.Candidate.Edge
    /// Its measured time in milliseconds.
    public var runtimeMilliseconds: Double?
    /// The reference's time over its own, both measured.
    public var ratioToEager: Double?
    /// The time of the better of eager and compiled over its own, all measured.
    public var ratioToBetter: Double?
    /// The 95 % interval of ``ratioToBetter``: lower and upper end.
    public var ratioInterval: [Double]?
    /// True if the compiled reference is the better baseline.
    public var compiledIsBetter: Bool
    /// What the timing says.
    public var speed: SuiteResults.Candidate.Speed
    /// What a model of the GPU expects, in milliseconds; no measurement.
    public var estimateMilliseconds: Double?
  }

  /// Level and number: `1/19`.
  public var id: String
  /// Its name.
  public var name: String
  /// What kind of work it is.
  public var family: ProblemFamily
  /// How the search ended.
  public var state: SuiteResults.Problem.State
  /// Why, where there is something to say.
  public var notice: String?
  /// How long the search took.
  public var secondsSpent: Double
  /// When the first correct candidate had been judged, in seconds since the search began; nil where none was.
  public var solvedAtSeconds: Double?
  /// How many candidates there are.
  public var candidateCount: Int
  /// How many candidates got which verdict; `not-judged` for those without.
  public var verdictCounts: [String: Int]
  /// The independent samples that were judged: *n* of pass@k.
  public var sampleCount: Int
  /// How many of them are correct: *c* of pass@k.
  public var correctSampleCount: Int
  /// The tokens that the model read.
  public var inputTokens: Int
  /// The tokens that the model wrote.
  public var outputTokens: Int
  /// What the candidates cost together, as far as it is known; nil if none has a price.
  public var cost: Double?
  /// The candidates without a price.
  public var unpricedCount: Int
  /// The candidate that stands for the problem; nil if it is not solved.
  public var best: Best?

  /// Sums a problem up.
  ///
  /// Its best candidate is the one that the search hands over, if that is correct; otherwise the correct one with the
  /// largest measured ratio, then the one with the least estimate, then the first.
  ///
  /// - Complexity: O(*n* log *n*) in the candidates.
  public init(_ problem: SuiteResults.Problem) {
    let candidates = problem.candidates.sorted { $0.ordinal < $1.ordinal }
    let correct = candidates.filter { $0.verdict == .correct }
    id = problem.id
    name = problem.name
    family = problem.family
    state = problem.state
    notice = problem.notice
    secondsSpent = problem.secondsSpent.isFinite ? max(0, problem.secondsSpent) : 0
    candidateCount = candidates.count
    verdictCounts = [:]
    for candidate in candidates { verdictCounts[candidate.verdict?.rawValue ?? "not-judged", default: 0] += 1 }
    let samples = candidates.filter { $0.edge == .sample && $0.verdict?.isJudged == true }
    sampleCount = samples.count
    correctSampleCount = samples.count { $0.verdict == .correct }
    inputTokens = candidates.reduce(0) { $0 + Self.tokens($1.inputTokens) }
    outputTokens = candidates.reduce(0) { $0 + Self.tokens($1.outputTokens) }
    let costs = candidates.compactMap(\.cost).filter { $0.isFinite && $0 >= 0 }
    cost = costs.isEmpty ? nil : costs.reduce(0, +)
    unpricedCount = candidates.count - costs.count
    guard problem.state == .solved else { return }
    solvedAtSeconds = correct.compactMap(\.judgedAtSeconds).filter { $0.isFinite && $0 >= 0 }.min()
    best = Self.best(of: correct)
  }

  private static func best(of correct: [SuiteResults.Candidate]) -> Best? {
    let all = correct.map(Best.init)
    if let chosen = correct.firstIndex(where: \.isBest) { return all[chosen] }
    if let fastest = all.filter({ $0.ratioToBetter != nil }).max(by: {
      ($0.ratioToBetter ?? 0) < ($1.ratioToBetter ?? 0)
    }) {
      return fastest
    }
    let estimated = all.filter { $0.estimateMilliseconds != nil }
    return estimated.min { ($0.estimateMilliseconds ?? 0) < ($1.estimateMilliseconds ?? 0) } ?? all.first
  }

  /// A count that an endpoint has reported, within reason: sums of it must not overflow.
  static func tokens(_ count: Int) -> Int { min(max(0, count), 1 << 40) }

  /// A time or ratio that can be one: positive and finite.
  static func measured(_ value: Double) -> Double? { value.isFinite && value > 0 ? value : nil }
}

extension ProblemOutcome.Best {
  init(_ candidate: SuiteResults.Candidate) {
    let runtime = candidate.runtimeMilliseconds.flatMap(ProblemOutcome.measured)
    let eager = candidate.eagerMilliseconds.flatMap(ProblemOutcome.measured)
    let compiled = candidate.compiledMilliseconds.flatMap(ProblemOutcome.measured)
    let paired = candidate.ratio.flatMap { ProblemOutcome.measured($0.value) == nil ? nil : $0 }
    ordinal = candidate.ordinal
    edge = candidate.edge
    runtimeMilliseconds = runtime
    speed = candidate.speed
    estimateMilliseconds = candidate.estimateMilliseconds.flatMap(ProblemOutcome.measured)
    compiledIsBetter = if let eager, let compiled { compiled < eager } else { false }
    if let runtime, let eager { ratioToEager = eager / runtime }
    if let paired {
      // Times taken in turn say more than the ratio of two medians.
      ratioToBetter = paired.value
      if paired.lower.isFinite, paired.upper.isFinite, paired.lower <= paired.upper {
        ratioInterval = [paired.lower, paired.upper]
      }
    } else if let runtime, let eager {
      ratioToBetter = min(eager, compiled ?? eager) / runtime
    }
  }

  /// Within this of 1 a ratio is a tie where no verdict says more: the judge's own margin.
  static let tieMargin = 0.02

  /// The ratio to a baseline.
  func ratio(to baseline: SpeedTable.Baseline) -> Double? {
    switch baseline {
    case .eager: ratioToEager
    case .better: ratioToBetter
    }
  }

  /// True where the candidate is neither faster nor slower than a baseline.
  ///
  /// The judge's verdict is about the better baseline. Where that is the compiled reference, nothing but the margin says
  /// whether the candidate ties with the eager one.
  func isTie(with baseline: SpeedTable.Baseline) -> Bool {
    guard let ratio = ratio(to: baseline) else { return false }
    if baseline == .better || !compiledIsBetter, speed != .notTimed { return speed == .tie }
    return abs(ratio - 1) <= Self.tieMargin
  }

  /// Whether it counts for fast_p: its ratio is above `threshold`, and from 1 on it is no tie.
  func beats(_ baseline: SpeedTable.Baseline, by threshold: Double) -> Bool {
    guard let ratio = ratio(to: baseline), ratio > threshold else { return false }
    return threshold < 1 || !isTie(with: baseline)
  }
}
