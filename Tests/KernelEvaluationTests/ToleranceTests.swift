import Testing

@testable import KernelEvaluation

@Suite struct `The tolerance` {
  static let distributions: [InputDistribution] = [
    .normal(), .normal(mean: 100, deviation: 0.001), .normal(mean: -3, deviation: 5), .uniform(),
    .uniform(lower: 1, upper: 1.01), .heavyTailed(), .heavyTailed(scale: 1e-6), .sparse(zeros: 0.9),
    .normal(deviation: 1e-20), .normal(deviation: 1e20), .probabilities,
  ]
  static let seeds: [UInt64] = [1, 2, 3, 4]

  private static func output(
    _ distribution: InputDistribution, _ type: ElementType, using generator: inout SeededGenerator
  ) throws -> Scene {
    let values = try numbers(distribution, 4096, using: &generator)
    return Scene(values, shape: [16, 256], type: type, using: &generator)
  }

  @Test(arguments: distributions, seeds)
  func `accepts an honest output of float32`(distribution: InputDistribution, seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let scene = try Self.output(distribution, .float32, using: &generator)
    for _ in 0..<4 {
      let comparison = try scene.comparison(scene.rounded(using: &generator))
      #expect(comparison.isMatch, "\(comparison.summary)")
    }
    #expect(try scene.comparison(scene.reference).isMatch)
  }

  @Test(arguments: distributions, seeds)
  func `refuses zeros, a constant and a shuffled output`(distribution: InputDistribution, seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let scene = try Self.output(distribution, .float32, using: &generator)
    let mean = scene.expected.reduce(0, +) / Double(scene.expected.count)
    let median = scene.expected.sorted()[scene.expected.count / 2]
    for constant in [0, mean, median] {
      let comparison = try scene.comparison(scene.expected.map { _ in constant })
      #expect(!comparison.isMatch, "a constant \(constant) passes")
    }
    #expect(try !scene.comparison(scene.expected.shuffled(using: &generator)).isMatch)
    #expect(try !scene.comparison(scene.expected.map { -$0 }).isMatch)
    #expect(try !scene.comparison(scene.expected.map { $0 * 1.01 }).isMatch)
  }
}
