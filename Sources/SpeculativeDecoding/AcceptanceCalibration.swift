import RealModule

/// How often what a draft source proposed with a given probability was really what the target said.
///
/// A draft model may be over- or underconfident; a target that decodes greedily takes the likeliest token far more often
/// than its probability says; a count in a suffix table is no probability at all. Proposals are sorted into classes by
/// their kind and by the probability that the source gave. Each class learns by which factor hits and misses are more, or
/// fewer, than the source's word would have them, and the odds of a proposal are corrected by both: what the source tells
/// apart within a class stays apart.
public struct AcceptanceCalibration: Sendable {
  private struct Class {
    var hits = 0.0
    var misses = 0.0
    /// What the source's word came to: the sum of its probabilities, and of what they leave.
    var expectedHits = 0.0
    var expectedMisses = 0.0

    var trials: Double { hits + misses }

    mutating func scale(by factor: Double) {
      hits *= factor
      misses *= factor
      expectedHits *= factor
      expectedMisses *= factor
    }
  }

  /// The source's word counts as much as one hit and one miss that it foresaw.
  private static let prior = 1.0
  /// Old trials fade, so that a source that gets better or worse is noticed.
  private static let memory = 400.0
  private static let classesPerKind = 16
  /// What was seen in texts before counts as at most this many trials.
  private static let carriedTrials = 12.0
  /// Certainty is not believed.
  private static let leastDoubt = 1e-4

  private var classes: [Class]

  /// A calibration that believes the source.
  ///
  /// - Parameter kinds: how many kinds of proposals are told apart: the source's first choice from its second, say.
  public init(kinds: Int) {
    classes = [Class](repeating: Class(), count: kinds * Self.classesPerKind)
  }

  /// The probability that a proposal is accepted.
  ///
  /// - Parameter probability: what the source gave, in 0...1.
  public func probability(for probability: Double, kind: Int) -> Double {
    let known = classes[Self.index(of: probability, kind: kind)]
    let word = Self.bounded(probability)
    let hits = word * (known.hits + Self.prior) / (known.expectedHits + Self.prior)
    let misses = (1 - word) * (known.misses + Self.prior) / (known.expectedMisses + Self.prior)
    return hits / (hits + misses)
  }

  /// Takes into account whether a proposal was what the target said.
  public mutating func record(probability: Double, kind: Int, isHit: Bool) {
    let index = Self.index(of: probability, kind: kind)
    let word = Self.bounded(probability)
    classes[index].expectedHits += word
    classes[index].expectedMisses += 1 - word
    if isHit { classes[index].hits += 1 } else { classes[index].misses += 1 }
    if classes[index].trials > Self.memory { classes[index].scale(by: 0.5) }
  }

  /// What is believed of the next text: the same, so lightly that a text of another kind soon has its own.
  public func forNextText() -> AcceptanceCalibration {
    var next = self
    for index in classes.indices where classes[index].trials > Self.carriedTrials {
      next.classes[index].scale(by: Self.carriedTrials / classes[index].trials)
    }
    return next
  }

  /// Not-a-number, from a draft model that overflowed, is as good as nothing.
  private static func bounded(_ probability: Double) -> Double {
    probability >= leastDoubt ? min(probability, 1 - leastDoubt) : leastDoubt
  }

  /// Classes are of equal width in log-odds, from 0.1 % to 99.9 %: there a step means as much at either end.
  private static func index(of probability: Double, kind: Int) -> Int {
    let bounded = probability >= 1e-3 ? min(probability, 1 - 1e-3) : 1e-3
    let logOdds = Double.log(bounded / (1 - bounded))
    let position = (logOdds + 6.9068) / (2 * 6.9068) * Double(classesPerKind)
    return kind * classesPerKind + min(max(Int(position), 0), classesPerKind - 1)
  }
}
