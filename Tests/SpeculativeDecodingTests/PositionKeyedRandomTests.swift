import SpeculativeDecoding
import Testing

@Suite struct PositionKeyedRandomTests {
  /// The ways in which two numbers can be neighbours.
  enum Neighbours: CaseIterable {
    case positions, draws, seeds

    func numbers(_ index: Int) -> (Double, Double) {
      switch self {
      case .positions:
        let random = PositionKeyedRandom(seed: 1)
        return (random.uniform(position: index, draw: 0), random.uniform(position: index + 1, draw: 0))
      case .draws:
        let random = PositionKeyedRandom(seed: 2)
        let (position, draw) = (index / 64, index % 64)
        return (random.uniform(position: position, draw: draw), random.uniform(position: position, draw: draw + 1))
      case .seeds:
        return (
          PositionKeyedRandom(seed: UInt64(index)).uniform(position: 3, draw: 0),
          PositionKeyedRandom(seed: UInt64(index) + 1).uniform(position: 3, draw: 0)
        )
      }
    }
  }

  static let trials = isOptimized ? 400_000 : 40_000

  @Test(arguments: Neighbours.allCases)
  func `numbers are uniform and neighbours know nothing of each other`(neighbours: Neighbours) {
    let bins = 16
    var single = [Double](repeating: 0, count: 256)
    var pairs = [Double](repeating: 0, count: bins * bins)
    for index in 0..<Self.trials {
      let (left, right) = neighbours.numbers(index)
      #expect(left >= 0 && left < 1)
      single[Int(left * 256)] += 1
      pairs[Int(left * Double(bins)) * bins + Int(right * Double(bins))] += 1
    }
    let expected = [Double](repeating: Double(Self.trials) / 256, count: 256)
    #expect(chiSquare(single, expected: expected) < chiSquareLimit(degrees: 255))
    #expect(chiSquare(pairs, expected: expected) < chiSquareLimit(degrees: 255))
  }

  @Test func `a number depends on its place alone`() {
    let random = PositionKeyedRandom(seed: 9)
    let before = random.uniform(position: 4, draw: 2)
    _ = random.accepts(withProbability: 0.5, position: 0, draw: 0)
    _ = random.choice(from: [1, 2], position: 1, draw: 0)
    #expect(random.uniform(position: 4, draw: 2) == before)
    #expect(PositionKeyedRandom(seed: 9).uniform(position: 4, draw: 2) == before)
    #expect(PositionKeyedRandom(seed: 10).uniform(position: 4, draw: 2) != before)
    #expect(random.uniform(position: 2, draw: 4) != before)
  }

  @Test func `choices and acceptances follow their weights`() {
    let random = PositionKeyedRandom(seed: 5)
    let weights = [0.0, 1, 3, 0, 4, 0]
    let trials = isOptimized ? 100_000 : 10_000
    var counts = [Double](repeating: 0, count: 6)
    var accepted = 0.0
    for position in 0..<trials {
      counts[random.choice(from: weights, position: position, draw: 0)] += 1
      if random.accepts(withProbability: 0.3, position: position, draw: 1) { accepted += 1 }
    }
    #expect(counts[0] == 0 && counts[3] == 0 && counts[5] == 0)
    let scale = Double(trials) / 8
    #expect(
      chiSquare([counts[1], counts[2], counts[4]], expected: [scale, 3 * scale, 4 * scale]) < chiSquareLimit(degrees: 2)
    )
    #expect(
      chiSquare([accepted, Double(trials) - accepted], expected: [0.3 * Double(trials), 0.7 * Double(trials)])
        < chiSquareLimit(degrees: 1))
  }

  @Test func `a certain event happens and an impossible one does not`() {
    let random = PositionKeyedRandom(seed: 5)
    for position in 0..<1000 {
      #expect(random.accepts(withProbability: 1, position: position, draw: 0))
      #expect(!random.accepts(withProbability: 0, position: position, draw: 0))
    }
  }
}
