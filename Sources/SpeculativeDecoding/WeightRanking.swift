/// Finds how far down the likeliest tokens reach, as if the weights of a vocabulary had been sorted.
///
/// A comparison sort of a flat row costs more than a small model's pass. Weights are not negative, so their bit patterns
/// are ordered as they are, and a radix sort takes three passes over them; what cannot matter is left out before. Two
/// buffers are kept between calls.
struct WeightRanking: Sendable {
  /// Where to stop: before the first token, the likeliest first, at which either is reached.
  struct Limit {
    /// So many tokens.
    var count = Int.max
    /// So much weight, summed in falling order.
    var mass = Double.infinity

    /// Whether tokens that are at least so heavy together are certainly enough, in whatever order they are summed.
    func isMet(count: Int, mass: Double) -> Bool { count >= self.count || mass * (1 - 1e-9) > self.mass }
  }

  /// What stays: all tokens that weigh at least `weight`, except for the last `surplus` of those that weigh just that.
  struct Border: Equatable {
    var weight: Float
    var surplus: Int
    /// The weight of all that stays, summed in falling order.
    var total: Double
  }

  private var patterns: [UInt32] = []
  private var spare: [UInt32] = []

  /// The border that a limit draws; at least one token stays. `nil` where no weight is above zero.
  ///
  /// - Parameter weights: none of them negative or not a number.
  /// - Complexity: O(n), independent of how the weights are distributed.
  mutating func border(of weights: UnsafeBufferPointer<Float>, _ limit: Limit) -> Border? {
    if patterns.count < weights.count {
      patterns = [UInt32](repeating: 0, count: weights.count)
      spare = patterns
    }
    return patterns.withUnsafeMutableBufferPointer { patterns in
      spare.withUnsafeMutableBufferPointer { spare in
        guard let front = patterns.baseAddress, let back = spare.baseAddress else { return nil }
        var count = Self.gather(weights, limit, into: front)
        if count > 64 {
          count = Self.sort(front, count, limit, spare: back)
        } else {
          patterns[..<count].sort(by: >)
        }
        return Self.cut(UnsafeBufferPointer(start: front, count: count), limit)
      }
    }
  }

  /// Gathers what can matter: usually few tokens hold nearly all of the weight.
  private static func gather(
    _ weights: UnsafeBufferPointer<Float>, _ limit: Limit, into output: UnsafeMutablePointer<UInt32>
  ) -> Int {
    guard let source = weights.baseAddress else { return 0 }
    var threshold: Float = 1e-3
    while true {
      let least = max(threshold, .leastNonzeroMagnitude)
      var count = 0
      for start in stride(from: 0, to: weights.count, by: 64) {
        let end = min(start + 64, weights.count)
        // Of a peaked row nearly all is skipped.
        if end == start + 64 && heaviest(source + start) < least { continue }
        for place in start..<end {
          // No branch: of a spread row the processor could not guess it.
          let weight = source[place]
          output[count] = weight.bitPattern
          count &+= weight >= least ? 1 : 0
        }
      }
      if limit.isMet(count: count, mass: mass(output, count, limit)) || threshold == 0 { return count }
      threshold = threshold < 1e-12 ? 0 : threshold * 1e-3
    }
  }

  /// The heaviest of 64.
  private static func heaviest(_ source: UnsafePointer<Float>) -> Float {
    var best = UnsafeRawPointer(source).loadUnaligned(as: SIMD8<Float>.self)
    for start in stride(from: 8, to: 64, by: 8) {
      let values = UnsafeRawPointer(source + start).loadUnaligned(as: SIMD8<Float>.self)
      best.replace(with: values, where: values .> best)
    }
    return best.max()
  }

  /// The sum, in no particular order, where the limit asks for it.
  private static func mass(_ patterns: UnsafeMutablePointer<UInt32>, _ count: Int, _ limit: Limit) -> Double {
    guard limit.mass < .infinity else { return 0 }
    var sums = SIMD8<Double>.zero
    let whole = count / 8 * 8
    for start in stride(from: 0, to: whole, by: 8) {
      sums += SIMD8<Double>(UnsafeRawPointer(patterns + start).loadUnaligned(as: SIMD8<Float>.self))
    }
    return (whole..<count).reduce(sums.sum()) { $0 + Double(Float(bitPattern: patterns[$1])) }
  }

  /// Sorts into falling order as many as the limit needs and some more; returns how many.
  private static func sort(
    _ front: UnsafeMutablePointer<UInt32>, _ count: Int, _ limit: Limit, spare back: UnsafeMutablePointer<UInt32>
  ) -> Int {
    // The highest of three digits: the exponent and three bits of the mantissa. The sign's bit is zero.
    return withUnsafeTemporaryAllocation(of: Int.self, capacity: 2048) { places in
      places.initialize(repeating: 0)
      for place in 0..<count { places[Int(front[place] >> 20)] += 1 }
      var (lowest, found, mass) = (2047, 0, 0.0)
      while true {
        found += places[lowest]
        // No token of this digit weighs less.
        mass += Double(places[lowest]) * Double(Float(bitPattern: UInt32(lowest) << 20))
        if lowest == 0 || limit.isMet(count: found, mass: mass) { break }
        lowest -= 1
      }
      if found < count {
        var kept = 0
        for place in 0..<count {
          let pattern = front[place]
          front[kept] = pattern
          kept &+= pattern >> 20 >= lowest ? 1 : 0
        }
      }
      distribute(from: front, to: back, found, shift: 0, bits: 10, places)
      distribute(from: back, to: front, found, shift: 10, bits: 10, places)
      distribute(from: front, to: back, found, shift: 20, bits: 11, places)
      front.update(from: back, count: found)
      return found
    }
  }

  /// One pass of the sort: puts the patterns into falling order of a digit, keeping the order of equal ones.
  private static func distribute(
    from source: UnsafeMutablePointer<UInt32>, to target: UnsafeMutablePointer<UInt32>, _ count: Int, shift: UInt32,
    bits: UInt32, _ places: UnsafeMutableBufferPointer<Int>
  ) {
    let mask = (1 << bits as UInt32) - 1
    for digit in 0...Int(mask) { places[digit] = 0 }
    for place in 0..<count { places[Int(source[place] >> shift & mask)] += 1 }
    var next = 0
    for digit in (0...Int(mask)).reversed() { (places[digit], next) = (next, next + places[digit]) }
    for place in 0..<count {
      let pattern = source[place]
      let digit = Int(pattern >> shift & mask)
      target[places[digit]] = pattern
      places[digit] += 1
    }
  }

  /// Walks down the sorted patterns until the limit is reached.
  private static func cut(_ sorted: UnsafeBufferPointer<UInt32>, _ limit: Limit) -> Border? {
    guard let first = sorted.first else { return nil }
    var border = Border(weight: Float(bitPattern: first), surplus: 0, total: 0)
    var place = 0
    while place < sorted.count {
      if place > 0 && (place >= limit.count || border.total >= limit.mass) { break }
      border.weight = Float(bitPattern: sorted[place])
      border.total += Double(border.weight)
      place += 1
    }
    // All that are as heavy have been gathered.
    border.surplus = sorted[place...].prefix { $0 == border.weight.bitPattern }.count
    return border
  }
}
