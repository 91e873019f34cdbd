#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A share of things, counted, with its interval.
public struct Proportion: Sendable, Hashable, Codable {
  /// How many of them.
  public var count: Int
  /// Of how many.
  public var total: Int
  /// The share, 0 to 1.
  public var value: Double
  /// Where the 95 % interval begins.
  public var lower: Double
  /// Where it ends.
  public var upper: Double

  /// The share of `count` in `total`, with Wilson's score interval (Wilson, *Probable Inference, the Law of Succession, and
  /// Statistical Inference*, 1927), which keeps its word for few problems and for shares near 0 and 1, where the interval
  /// of the normal distribution does not.
  ///
  /// Nil where there is nothing to take a share of.
  public init?(_ count: Int, of total: Int) {
    guard total > 0, (0...total).contains(count) else { return nil }
    self.count = count
    self.total = total
    let n = Double(total)
    let p = Double(count) / n
    let z = Self.normalQuantile
    let centre = (p + z * z / (2 * n)) / (1 + z * z / n)
    let half = z / (1 + z * z / n) * (p * (1 - p) / n + z * z / (4 * n * n)).squareRoot()
    value = p
    // The ends are exact there, and rounding would miss them.
    lower = count == 0 ? 0 : max(0, centre - half)
    upper = count == total ? 1 : min(1, centre + half)
  }

  /// The normal distribution's quantile of 97.5 %.
  static let normalQuantile = 1.959963984540054
}

/// A number that is estimated from several problems, with its interval.
public struct IntervalEstimate: Sendable, Hashable, Codable {
  /// The number.
  public var value: Double
  /// Where the 95 % interval begins; nil where the problems allow none.
  public var lower: Double?
  /// Where it ends.
  public var upper: Double?

  /// The mean of `values` with a percentile bootstrap over them (Efron, Tibshirani, *An Introduction to the Bootstrap*, 1993,
  /// chapter 13): problems are drawn with replacement, `resamples` times, and the interval holds the middle 95 % of the
  /// means.
  ///
  /// No interval is given where it would have no width for want of variety: for fewer than two values, or if all are the
  /// same.
  ///
  /// - Complexity: O(*n*) for each resample.
  init?(meanOf values: [Double], resamples: Int, using generator: inout some RandomNumberGenerator) {
    guard !values.isEmpty else { return nil }
    let n = Double(values.count)
    value = values.reduce(0, +) / n
    guard values.contains(where: { $0 != values[0] }), resamples > 0 else { return }
    var means: [Double] = []
    means.reserveCapacity(resamples)
    for _ in 0..<resamples {
      var sum = 0.0
      for _ in values.indices { sum += values[Int.random(in: 0..<values.count, using: &generator)] }
      means.append(sum / n)
    }
    means.sort()
    let last = Double(means.count - 1)
    lower = min(value, means[Int((0.025 * last).rounded(.down))])
    upper = max(value, means[Int((0.975 * last).rounded(.up))])
  }

  /// The geometric mean, with an interval made on the logarithms.
  init?(geometricMeanOf values: [Double], resamples: Int, using generator: inout some RandomNumberGenerator) {
    guard values.allSatisfy({ $0 > 0 && $0.isFinite }),
      let logarithms = IntervalEstimate(meanOf: values.map { log($0) }, resamples: resamples, using: &generator)
    else { return nil }
    value = exp(logarithms.value)
    lower = logarithms.lower.map { exp($0) }
    upper = logarithms.upper.map { exp($0) }
  }
}

/// SplitMix64 (Steele, Lea, Flood, *Fast Splittable Pseudorandom Number Generators*, 2014): a report with a seed repeats.
struct ReportGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
