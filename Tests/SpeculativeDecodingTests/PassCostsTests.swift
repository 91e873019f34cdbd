import SpeculativeDecoding
import Testing

@Suite struct PassCostsTests {
  static let probe: [PassCosts.Point] = [
    .init(size: 1, milliseconds: 10), .init(size: 4, milliseconds: 16), .init(size: 8, milliseconds: 18),
    .init(size: 16, milliseconds: 34),
  ]

  @Test func `between measured sizes the cost is interpolated, and beyond them it goes on`() {
    let costs = PassCosts(probe: Self.probe, limit: 32)
    let expected: [(Int, Double)] = [
      (1, 10), (2, 12), (4, 16), (6, 17), (8, 18), (12, 26), (16, 34), (20, 42), (32, 66),
    ]
    for (size, milliseconds) in expected { #expect(abs(costs.milliseconds(size) - milliseconds) < 1e-9) }
    #expect(costs.milliseconds(0) == costs.milliseconds(1))
    #expect(costs.milliseconds(99) == costs.milliseconds(32))
    #expect(costs.marginal(at: 8) == 2)
    #expect(costs.marginal(at: 32) == .infinity)
  }

  @Test func `a single measured size makes a straight line`() {
    let costs = PassCosts(probe: [.init(size: 2, milliseconds: 6)], limit: 8)
    #expect(costs.milliseconds(8) == 24)
  }

  @Test func `sizes that were probed twice, and a clock too coarse for a pass, do no harm`() {
    var costs = PassCosts(
      probe: [
        .init(size: 4, milliseconds: 0), .init(size: 1, milliseconds: 0), .init(size: 4, milliseconds: 2),
        .init(size: 0, milliseconds: 9),
      ], limit: 16)
    for size in 1...16 { costs.record(size: size, milliseconds: 3) }
    for size in 1...16 { #expect(costs.milliseconds(size).isFinite && costs.milliseconds(size) >= 0) }
  }

  @Test(arguments: 0..<20)
  func `a larger pass never costs less, whatever is measured`(seed: Int) {
    var generator = SeededGenerator(seed: UInt64(seed))
    let probe = [1, 2, 4, 8, 16, 32].map {
      PassCosts.Point(size: $0, milliseconds: Double.random(in: 0.1...50, using: &generator))
    }
    var costs = PassCosts(probe: probe, limit: 40)
    for _ in 0..<200 {
      costs.record(
        size: Int.random(in: -2...45, using: &generator),
        milliseconds: [Double.random(in: 0...1, using: &generator), 5, 1e6, .nan, .infinity, -3].randomElement(
          using: &generator) ?? 0)
      let curve = (1...40).map(costs.milliseconds)
      #expect(zip(curve, curve.dropFirst()).allSatisfy { $0 <= $1 + 1e-9 })
      #expect(curve.allSatisfy { $0.isFinite && $0 > 0 })
    }
  }

  @Test func `a machine that became three times slower is learnt`() {
    var costs = PassCosts(probe: Self.probe, limit: 32)
    let before = costs
    for round in 0..<400 {
      let size = [1, 6, 8, 12][round % 4]
      costs.record(size: size, milliseconds: 3 * before.milliseconds(size))
    }
    for size in [1, 6, 8, 12] {
      #expect(abs(costs.milliseconds(size) / before.milliseconds(size) - 3) < 0.2)
    }
    // Sizes that did not occur are believed to have become dearer too.
    #expect(costs.milliseconds(24) > 2 * before.milliseconds(24))
  }

  @Test func `a step of the staircase that the probe missed is learnt`() {
    var costs = PassCosts(probe: [.init(size: 1, milliseconds: 10), .init(size: 16, milliseconds: 40)], limit: 16)
    func real(_ size: Int) -> Double { size <= 8 ? 10 : 40 }
    for round in 0..<1600 { costs.record(size: 1 + round % 16, milliseconds: real(1 + round % 16)) }
    for size in [2, 5, 8] { #expect(costs.milliseconds(size) < 14) }
    for size in [9, 12] { #expect(costs.milliseconds(size) > 35) }
  }

  @Test func `one pass that was held up is soon forgotten`() {
    var costs = PassCosts(probe: Self.probe, limit: 32)
    let before = costs
    for _ in 0..<8 { costs.record(size: 8, milliseconds: 18) }
    costs.record(size: 8, milliseconds: 18_000)
    for _ in 0..<7 { costs.record(size: 8, milliseconds: 18) }
    #expect(costs.milliseconds(8) < 1.6 * before.milliseconds(8))
    for _ in 0..<80 { costs.record(size: 8, milliseconds: 18) }
    #expect(abs(costs.milliseconds(8) / before.milliseconds(8) - 1) < 0.1)
  }
}
