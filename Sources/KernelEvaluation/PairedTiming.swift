/// How fast a candidate is beside the better of two baselines, from times that were taken in turn.
///
/// A round times the candidate and the baselines right after one another, so that what slows the machine for a while
/// slows all of them: it cancels in the round's ratio, where it would not between two runs. The ratio of a baseline is
/// the median of its rounds' ratios, which a disturbed round hardly moves, and the candidate's ratio is the smaller one
/// of the two baselines.
///
/// The interval is a percentile bootstrap of that very number (Efron, Tibshirani, *An Introduction to the Bootstrap*,
/// 1993, chapter 13): rounds are drawn with replacement, so that the choice of the better baseline is drawn again too.
/// The corrections of BCa are left out: they need a jackknife, which fails for a median (ibid., section 11.5).
///
/// A candidate is faster or slower if its whole interval lies on one side of 1, *and* its ratio is more than two percent
/// away from it: with enough rounds any difference is significant, but one below two percent comes and goes with the
/// placement of code and buffers, and is no reason to prefer a kernel.
public struct PairedTiming: Sendable, Hashable {
  /// One call, timed by two clocks, in seconds.
  public struct Sample: Sendable, Hashable {
    /// What the device's events say.
    public var device: Double
    /// What the clock of the process says that started the call and waited for its end.
    public var host: Double

    /// Makes a sample.
    public init(device: Double, host: Double) {
      self.device = device
      self.host = host
    }
  }

  /// Calls that followed one another.
  public struct Round: Sendable, Hashable {
    /// The candidate's.
    public var candidate: Sample
    /// The reference's, as it is.
    public var eager: Sample
    /// The reference's after `torch.compile`; `nil` in all rounds if it cannot be compiled.
    public var compiled: Sample?

    /// Makes a round.
    public init(candidate: Sample, eager: Sample, compiled: Sample?) {
      self.candidate = candidate
      self.eager = eager
      self.compiled = compiled
    }
  }

  /// What the candidate is measured by.
  public enum Baseline: String, Sendable, Hashable, Codable {
    /// The reference as it is.
    case eager
    /// The reference after `torch.compile`.
    case compiled
  }

  /// What it is: faster, slower, or neither.
  public let speed: Judgement.Speed
  /// The baseline's time over the candidate's: 2 is twice as fast.
  public let ratio: Double
  /// Where the ratio lies with ``confidence``.
  public let interval: ClosedRange<Double>
  /// How often such an interval holds the true ratio.
  public let confidence: Double
  /// The better baseline.
  public let baseline: Baseline
  /// The candidate's median time in seconds.
  public let candidateTime: Double
  /// The reference's.
  public let eagerTime: Double
  /// The compiled reference's.
  public let compiledTime: Double?
  /// The number of rounds whose clocks agree.
  public let roundCount: Int

  /// Fewer rounds say nothing.
  public static let leastRoundCount = 10
  /// A ratio this near to 1 is none.
  public static let tieMargin = 0.02
  private static let resampleCount = 2000

  /// Judges rounds.
  ///
  /// - Parameters:
  ///   - rounds: All that were timed, but for the first ones that warm the machine up.
  ///   - seed: Of the bootstrap: the same rounds and seed give the same interval.
  /// - Throws: ``TimingError`` if the rounds do not allow a verdict.
  /// - Complexity: O(*n* log *n*) for each of 2,000 resamples.
  public init(rounds: [Round], confidence: Double = 0.95, seed: UInt64) throws(TimingError) {
    let agreeing = try ClockAgreement.filtered(rounds)
    guard agreeing.count >= Self.leastRoundCount else {
      throw TimingError(
        .tooFewRounds, "\(agreeing.count) rounds were timed, and \(Self.leastRoundCount) are the least for a verdict.")
    }
    let compiled = agreeing.compactMap(\.compiled)
    guard compiled.isEmpty || compiled.count == agreeing.count else {
      throw TimingError(.incomplete, "The compiled reference was timed in some rounds and not in others.")
    }
    let candidate = agreeing.map(\.candidate.device)
    let eagerRatios = zip(agreeing, candidate).map { $0.eager.device / $1 }
    let compiledRatios = zip(compiled, candidate).map { $0.device / $1 }

    let eagerRatio = Self.median(eagerRatios)
    let compiledRatio = compiledRatios.isEmpty ? .infinity : Self.median(compiledRatios)
    ratio = min(eagerRatio, compiledRatio)
    baseline = compiledRatio < eagerRatio ? .compiled : .eager
    interval = Self.interval(eagerRatios, compiledRatios, around: ratio, confidence: confidence, seed: seed)
    self.confidence = confidence
    candidateTime = Self.median(candidate)
    eagerTime = Self.median(agreeing.map(\.eager.device))
    compiledTime = compiled.isEmpty ? nil : Self.median(compiled.map(\.device))
    roundCount = agreeing.count
    speed =
      if interval.lowerBound > 1, ratio > 1 + Self.tieMargin {
        .faster
      } else if interval.upperBound < 1, ratio < 1 - Self.tieMargin {
        .slower
      } else {
        .tie
      }
  }

  private static func interval(
    _ eager: [Double], _ compiled: [Double], around ratio: Double, confidence: Double, seed: UInt64
  ) -> ClosedRange<Double> {
    var generator = SeededGenerator(seed: seed, purpose: "bootstrap")
    var ratios: [Double] = []
    ratios.reserveCapacity(resampleCount)
    var eagerSample = eager
    var compiledSample = compiled
    for _ in 0..<resampleCount {
      for index in eager.indices {
        let chosen = Int.random(in: 0..<eager.count, using: &generator)
        eagerSample[index] = eager[chosen]
        if !compiled.isEmpty { compiledSample[index] = compiled[chosen] }
      }
      let drawn = median(eagerSample)
      ratios.append(compiled.isEmpty ? drawn : min(drawn, median(compiledSample)))
    }
    ratios.sort()
    let tail = (1 - confidence) / 2
    let last = Double(ratios.count - 1)
    let lower = ratios[Int((tail * last).rounded(.down))]
    let upper = ratios[Int(((1 - tail) * last).rounded(.up))]
    return min(lower, ratio)...max(upper, ratio)
  }

  static func median(_ values: [Double]) -> Double {
    let sorted = values.sorted()
    let middle = sorted.count / 2
    return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
  }

  /// A sentence for a person: `1.52 times as fast as the compiled reference (1.49 to 1.55)`.
  public var summary: String {
    let name = baseline == .eager ? "the reference" : "the compiled reference"
    let range = "\(Self.text(interval.lowerBound)) to \(Self.text(interval.upperBound))"
    let what =
      switch speed {
      case .faster, .slower, .notTimed: "\(Self.text(ratio)) times as fast as \(name)"
      case .tie: "a tie with \(name): \(Self.text(ratio)) times as fast"
      }
    return "\(what) (\(range))"
  }

  /// Three digits, without a locale.
  private static func text(_ value: Double) -> String {
    guard value.isFinite, value < 1e15 else { return "\(value)" }
    let places = value >= 100 ? 0 : value >= 10 ? 1 : 2
    let scale = [1, 10, 100][places]
    let scaled = Int((value * Double(scale)).rounded())
    guard places > 0 else { return "\(scaled)" }
    let fraction = String(scaled % scale)
    return "\(scaled / scale)." + String(repeating: "0", count: places - fraction.count) + fraction
  }
}

/// Why times allow no verdict.
public struct TimingError: Error, Sendable, CustomStringConvertible {
  /// A reason, open to extension: compare with the constants, and expect more of them in later versions.
  public struct Code: Hashable, Sendable, CustomStringConvertible {
    /// The name of the constant.
    public let description: String

    init(_ description: String) { self.description = description }

    /// Too few rounds were timed.
    public static let tooFewRounds = Code("tooFewRounds")
    /// A baseline is missing in some rounds.
    public static let incomplete = Code("incomplete")
    /// The device's clock and ours tell different stories.
    public static let clocksDisagree = Code("clocksDisagree")
    /// A time is shorter than the hardware allows.
    public static let belowFloor = Code("belowFloor")
  }

  /// The reason.
  public let code: Code
  /// A sentence.
  public let message: String

  init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }

  /// The message.
  public var description: String { message }
}
