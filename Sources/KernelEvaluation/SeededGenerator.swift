#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Random numbers that repeat for a seed: xoshiro256** (Blackman, Vigna, *Scrambled Linear Pseudorandom Number
/// Generators*, ACM TOMS 47, 2021), its state filled by SplitMix64 as its authors advise.
///
/// It is no cipher. What must not be foreseen is protected by its seed, which stays in our process: every tensor has a
/// generator of its own, made of the seed and a name.
public struct SeededGenerator: RandomNumberGenerator, Sendable {
  private var s0: UInt64
  private var s1: UInt64
  private var s2: UInt64
  private var s3: UInt64

  /// Numbers for `seed`.
  public init(seed: UInt64) {
    var state = seed
    s0 = Self.splitMix(&state)
    s1 = Self.splitMix(&state)
    s2 = Self.splitMix(&state)
    s3 = Self.splitMix(&state)
  }

  /// Numbers from a state, of which not all words may be 0.
  init(state: (UInt64, UInt64, UInt64, UInt64)) { (s0, s1, s2, s3) = state }

  /// Numbers of one purpose out of many that share a seed: `"trial 2, input 0"`.
  public init(seed: UInt64, purpose: String) {
    // FNV-1a tells the names apart; SplitMix64 makes every bit of the seed depend on every bit of both.
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in purpose.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    var state = hash
    let salt = Self.splitMix(&state)
    var mixed = seed
    self.init(seed: Self.splitMix(&mixed) ^ salt)
  }

  private static func splitMix(_ state: inout UInt64) -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// The next 64 bits.
  @inline(__always) public mutating func next() -> UInt64 {
    let product = s1 &* 5
    let result = (product << 7 | product >> 57) &* 9
    let t = s1 << 17
    s2 ^= s0
    s3 ^= s1
    s1 ^= s2
    s0 ^= s3
    s2 ^= t
    s3 = s3 << 45 | s3 >> 19
    return result
  }

  /// A number in 0..<1, of 53 random bits.
  @inline(__always) public mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }

  /// A number of the exponential distribution whose mean is 1.
  mutating func exponential() -> Double { -log(1 - uniform()) }

  /// A number of the standard normal distribution.
  public mutating func normal() -> Double { Ziggurat.withTables { normal($0) } }

  /// The same, for those who draw many.
  ///
  /// Ziggurat of 128 layers (Marsaglia, Tsang, *The Ziggurat Method for Generating Random Variables*, 2000), with bits for
  /// the layer that the number does not share (Doornik, *An Improved Ziggurat Method to Generate Normal Random Samples*,
  /// 2005).
  @inline(__always) mutating func normal(_ ziggurat: Ziggurat) -> Double {
    while true {
      let word = next()
      let layer = Int(word & 127)
      // The upper 53 bits; the layer's are among the others.
      let signed = Double(Int64(bitPattern: word) >> 11) * 0x1p-52
      if abs(signed) < ziggurat.ratios[layer] { return signed * ziggurat.edges[layer] }
      if layer == 0 { return tail(isNegative: signed < 0) }
      let x = signed * ziggurat.edges[layer]
      let outer = exp(-0.5 * (ziggurat.edges[layer] * ziggurat.edges[layer] - x * x))
      let inner = exp(-0.5 * (ziggurat.edges[layer + 1] * ziggurat.edges[layer + 1] - x * x))
      if inner + uniform() * (outer - inner) < 1 { return x }
    }
  }

  private mutating func tail(isNegative: Bool) -> Double {
    while true {
      // 1 − u is never 0.
      let x = log(1 - uniform()) / Ziggurat.tailStart
      let y = log(1 - uniform())
      if -2 * y >= x * x { return isNegative ? x - Ziggurat.tailStart : Ziggurat.tailStart - x }
    }
  }
}

/// The layers of equal area that cover the right half of the normal density.
struct Ziggurat {
  /// Where each layer ends; the base layer's is that of a rectangle of the same area.
  let edges: UnsafePointer<Double>
  /// How much of each layer lies under the density as a whole.
  let ratios: UnsafePointer<Double>

  /// Where the tail begins, for 128 layers.
  static let tailStart = 3.442619855899
  /// The area of a layer, for a density whose peak is 1.
  private static let area = 9.91256303526217e-3

  private static let edgeTable: [Double] = {
    var density = exp(-0.5 * tailStart * tailStart)
    var table = [area / density, tailStart]
    for _ in 2..<128 {
      let next = (-2 * log(area / table[table.count - 1] + density)).squareRoot()
      density = exp(-0.5 * next * next)
      table.append(next)
    }
    return table + [0]
  }()

  private static let ratioTable = (0..<128).map { edgeTable[$0 + 1] / edgeTable[$0] }

  /// Calls `body` with tables that must not leave it.
  static func withTables<Result>(_ body: (Ziggurat) throws -> Result) rethrows -> Result {
    try edgeTable.withUnsafeBufferPointer { edges in
      try ratioTable.withUnsafeBufferPointer { ratios in
        try body(Ziggurat(edges: edges.baseAddress!, ratios: ratios.baseAddress!))
      }
    }
  }
}
