/// The few statistics that a benchmark's table needs.
enum Statistics {
  /// The middle value; of an even number of values the mean of the two in the middle. 0 of none.
  static func median(_ values: [Double]) -> Double { quantile(values, 0.5) }

  /// The value below which a share of the values lies, interpolated between neighbours.
  static func quantile(_ values: [Double], _ share: Double) -> Double {
    guard !values.isEmpty else { return 0 }
    let sorted = values.sorted()
    let position = share * Double(sorted.count - 1)
    let below = Int(position)
    guard below + 1 < sorted.count else { return sorted[sorted.count - 1] }
    return sorted[below] + (position - Double(below)) * (sorted[below + 1] - sorted[below])
  }

  /// The median of values with their quartiles, rounded.
  static func quartiles(_ values: [Double], decimals: Int) -> (lower: Double, median: Double, upper: Double) {
    (
      quantile(values, 0.25).rounded(to: decimals), median(values).rounded(to: decimals),
      quantile(values, 0.75).rounded(to: decimals)
    )
  }

  /// The median of values with a 95 % interval from the percentile bootstrap (Efron 1979) with a fixed seed.
  static func medianInterval(_ values: [Double], resamples: Int = 2000) -> (median: Double, low: Double, high: Double) {
    guard values.count > 1 else { return (median(values), median(values), median(values)) }
    var numbers = RepeatableNumbers(seed: 0x5DEE_CE66_D1CE_4E5B)
    let medians = (0..<resamples).map { _ in
      median(values.indices.map { _ in values[numbers.next(below: values.count)] })
    }
    return (median(values), quantile(medians, 0.025), quantile(medians, 0.975))
  }
}

/// Numbers that look random and are the same each time: a linear congruential generator (Knuth's MMIX).
struct RepeatableNumbers {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  /// A number from zero on, below a bound.
  mutating func next(below bound: Int) -> Int {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Int((state >> 33) % UInt64(bound))
  }
}

extension Array {
  /// The elements in an order of a turn's own: what is measured in turn is not always measured after the same other thing. Of two turns
  /// that follow each other the later one has the earlier one's order backwards.
  func shuffled(turn: Int) -> [Element] {
    var numbers = RepeatableNumbers(seed: UInt64(turn / 2))
    var order = self
    for place in order.indices.dropFirst().reversed() { order.swapAt(place, numbers.next(below: place + 1)) }
    return turn % 2 == 0 ? order : order.reversed()
  }
}
