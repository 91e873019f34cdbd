#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The beta distribution: what is believed about a probability after successes and failures.
struct BetaDistribution: Sendable, Hashable {
  /// Successes, the prior's included; above 0.
  let alpha: Double
  /// Failures, the prior's included; above 0.
  let beta: Double

  init(alpha: Double, beta: Double) {
    precondition(alpha > 0 && beta > 0, "a beta distribution's parameters are above 0")
    self.alpha = alpha
    self.beta = beta
  }

  var mean: Double { alpha / (alpha + beta) }

  /// A number of this distribution, from 0 to 1: of two gamma variates the first one's share.
  ///
  /// O(1) on average.
  func sample(using generator: inout some RandomNumberGenerator) -> Double {
    let a = Self.logGamma(alpha, &generator)
    let b = Self.logGamma(beta, &generator)
    // In logarithms, because variates of small parameters are too small for a Double.
    return 1 / (1 + exp(b - a))
  }

  /// The logarithm of a gamma variate of scale 1: Marsaglia, Tsang, *A Simple Method for Generating Gamma Variables*, ACM TOMS
  /// 26, 2000; below a shape of 1 with their power of a uniform number.
  private static func logGamma(_ shape: Double, _ generator: inout some RandomNumberGenerator) -> Double {
    if shape < 1 {
      return logGamma(shape + 1, &generator) + log(positive(&generator)) / shape
    }
    let d = shape - 1.0 / 3
    let c = 1 / (9 * d).squareRoot()
    while true {
      let x = normal(&generator)
      let root = 1 + c * x
      guard root > 0 else { continue }
      let v = root * root * root
      if log(positive(&generator)) < 0.5 * x * x + d - d * v + d * log(v) { return log(d * v) }
    }
  }

  /// A number of the standard normal distribution (Box, Muller, 1958).
  private static func normal(_ generator: inout some RandomNumberGenerator) -> Double {
    (-2 * log(positive(&generator))).squareRoot() * cos(2 * .pi * positive(&generator))
  }

  /// A number above 0 and at most 1, of 53 random bits.
  private static func positive(_ generator: inout some RandomNumberGenerator) -> Double {
    Double((generator.next() >> 11) + 1) * 0x1p-53
  }
}
