/// The random decisions of a decoder, each at a place of its own: an output position, and a draw within it.
///
/// A decision that depends only on its place gives one text for one seed, whatever trees were drafted on the way. Tests
/// put an enumeration of all decisions in place of the numbers.
public protocol RandomChoices {
  /// Decides an event of the given probability.
  mutating func accepts(withProbability probability: Double, position: Int, draw: Int) -> Bool

  /// Chooses an index with a probability in proportion to its weight; at least one weight must be positive.
  mutating func choice(from weights: [Double], position: Int, draw: Int) -> Int
}

/// Random numbers that are a function of seed, position and draw: there is no state to bring out of step.
///
/// The numbers are the words of the place through the finaliser of SplitMix64 (Steele, Lea, Flood, OOPSLA 2014).
public struct PositionKeyedRandom: RandomChoices, Sendable {
  private let key: UInt64

  /// Numbers for `seed`.
  public init(seed: UInt64) { key = Self.mix(seed &+ 0x9E37_79B9_7F4A_7C15) }

  /// A number in 0..<1 for a place.
  public func uniform(position: Int, draw: Int) -> Double {
    let place = Self.mix(key ^ UInt64(truncatingIfNeeded: position) &* 0x9E37_79B9_7F4A_7C15)
    let word = Self.mix(place ^ UInt64(truncatingIfNeeded: draw) &* 0xD1B5_4A32_D192_ED03)
    return Double(word >> 11) * 0x1p-53
  }

  /// Decides an event of the given probability.
  public func accepts(withProbability probability: Double, position: Int, draw: Int) -> Bool {
    uniform(position: position, draw: draw) < probability
  }

  /// Chooses an index with a probability in proportion to its weight.
  ///
  /// - Complexity: O(n).
  public func choice(from weights: [Double], position: Int, draw: Int) -> Int {
    var rest = uniform(position: position, draw: draw) * weights.reduce(0, +)
    var last = 0
    for (index, weight) in weights.enumerated() where weight > 0 {
      if rest < weight { return index }
      rest -= weight
      last = index
    }
    return last
  }

  private static func mix(_ word: UInt64) -> UInt64 {
    var z = word
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
