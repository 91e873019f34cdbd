import RealModule

/// How often what a draft source proposed with a given probability was really what the target said.
///
/// A draft model may be over- or underconfident; a target that decodes greedily takes the likeliest token far more often
/// than its probability says; a count in a suffix table is no probability at all. Proposals are sorted into classes by
/// their kind and by the probability that the source gave; each class learns its own rate of acceptance, starting from
/// the source's word.
public struct AcceptanceCalibration: Sendable {
  private struct Class {
    var trials = 0.0
    var hits = 0.0
  }

  /// The proposal's probability counts as much as this many trials.
  private static let priorTrials = 6.0
  /// Old trials fade, so that a source that gets better or worse is noticed.
  private static let memory = 400.0
  private static let classesPerKind = 16

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
    let probability = probability.isFinite ? probability : 0
    return (known.hits + Self.priorTrials * probability) / (known.trials + Self.priorTrials)
  }

  /// Takes into account whether a proposal was what the target said.
  public mutating func record(probability: Double, kind: Int, isHit: Bool) {
    let index = Self.index(of: probability, kind: kind)
    classes[index].trials += 1
    if isHit { classes[index].hits += 1 }
    if classes[index].trials > Self.memory {
      classes[index].trials /= 2
      classes[index].hits /= 2
    }
  }

  /// Classes are of equal width in log-odds, from 0.1 % to 99.9 %: there a step means as much at either end.
  private static func index(of probability: Double, kind: Int) -> Int {
    // Not-a-number, from a draft model that overflowed, is as good as nothing.
    let bounded = probability >= 1e-3 ? min(probability, 1 - 1e-3) : 1e-3
    let logOdds = Double.log(bounded / (1 - bounded))
    let position = (logOdds + 6.9068) / (2 * 6.9068) * Double(classesPerKind)
    return kind * classesPerKind + min(max(Int(position), 0), classesPerKind - 1)
  }
}
