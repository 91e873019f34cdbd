import Testing

@testable import KernelEvaluation

@Suite struct `Seeded numbers` {
  /// The first numbers of the authors' C program.
  @Test func `are those of xoshiro256**`() {
    var generator = SeededGenerator(state: (1, 2, 3, 4))
    #expect((0..<4).map { _ in generator.next() } == [11520, 0, 1_509_978_240, 1_215_971_899_390_074_240])
  }

  @Test func `repeat for a seed and a purpose, and for nothing else`() {
    func first(_ seed: UInt64, _ purpose: String) -> UInt64 {
      var generator = SeededGenerator(seed: seed, purpose: purpose)
      return generator.next()
    }
    #expect(first(1, "a") == first(1, "a"))
    let numbers = (0..<100).flatMap { seed in ["", "a", "b", "ab", "ba"].map { first(seed, $0) } }
    #expect(Set(numbers).count == numbers.count)
  }

  @Test func `have the normal distribution`() {
    var generator = SeededGenerator(seed: 5)
    let count = isOptimized ? 4_000_000 : 40_000
    var moments = [0.0, 0, 0, 0]
    var tail = 0.0
    var within = [0.0, 0, 0]
    for _ in 0..<count {
      let x = generator.normal()
      for power in 0..<4 { moments[power] += [x, x * x, x * x * x, x * x * x * x][power] }
      tail += abs(x) > Ziggurat.tailStart ? 1 : 0
      for (index, limit) in [0.5, 1, 2].enumerated() where abs(x) < limit { within[index] += 1 }
    }
    let n = Double(count)
    // Five standard errors.
    let near = 5 / n.squareRoot()
    #expect(abs(moments[0] / n) < near && abs(moments[1] / n - 1) < near * 1.5)
    #expect(abs(moments[2] / n) < near * 4 && abs(moments[3] / n - 3) < near * 10)
    for (got, wanted) in zip(within, [0.382924922548026, 0.682689492137086, 0.954499736103642]) {
      #expect(abs(got / n - wanted) < near)
    }
    #expect(abs(tail / n - 5.76e-4) < near * 0.03)
  }
}

@Suite struct `Distributions of inputs` {
  static let all: [InputDistribution] = [
    .constant(3), .uniform(), .uniform(lower: -5, upper: 7), .normal(), .normal(mean: 50, deviation: 20),
    .heavyTailed(),
    .sparse(zeros: 0.5), .special(.all, fraction: 0.1), .special(.finite, fraction: 0.1),
    .integers(lower: 0, upper: 10),
    .booleans(), .probabilities, .oneHot,
  ]

  @Test(arguments: all, ElementType.allCases)
  func `fill every type, and repeat`(distribution: InputDistribution, type: ElementType) throws {
    var first = SeededGenerator(seed: 1)
    var second = SeededGenerator(seed: 1)
    let a = try distribution.elements(type: type, shape: [7, 33], using: &first)
    let b = try distribution.elements(type: type, shape: [7, 33], using: &second)
    #expect(a.bytes == b.bytes && a.count == 231)
    let isFinite = a.values.allSatisfy { $0.isFinite }
    #expect(isFinite || distribution == .special(.all, fraction: 0.1))
    if type == .bool { #expect(a.bytes.allSatisfy { $0 <= 1 }) }
  }

  @Test(arguments: [ElementType.float64, .float32, .float16, .bfloat16, .float8E4M3FN, .float8E5M2])
  func `keep uniform numbers below their end`(type: ElementType) throws {
    var generator = SeededGenerator(seed: 2)
    for (lower, upper) in [(0.0, 1.0), (-2, -1), (1, 1.5), (-1, 0)] {
      let values = try InputDistribution.uniform(lower: lower, upper: upper)
        .elements(type: type, shape: [20_000], using: &generator).values
      #expect(values.allSatisfy { $0 >= lower && $0 < upper })
      let mean = values.reduce(0, +) / 20_000
      #expect(abs(mean - (lower + upper) / 2) < (upper - lower) * (type.mantissaBits < 4 ? 0.15 : 0.02))
    }
  }

  @Test func `draw heavy tails by Student's quantiles`() throws {
    var generator = SeededGenerator(seed: 3)
    let count = isOptimized ? 1_000_000 : 100_000
    let values = try numbers(.heavyTailed(scale: 2), count, using: &generator).sorted()
    // Quantiles of Student's t with two degrees of freedom at 0.75, 0.9 and 0.99.
    for (p, quantile) in [(0.5, 0.0), (0.75, 0.816497), (0.9, 1.885618), (0.99, 6.964557)] {
      #expect(abs(values[Int(p * Double(count))] / 2 - quantile) < 0.03 * (1 + quantile))
    }
    #expect(values[count - 1] > 100)
    let halves = try InputDistribution.heavyTailed(scale: 1e4)
      .elements(type: .float16, shape: [100_000], using: &generator).values
    #expect(halves.allSatisfy(\.isFinite) && halves.max() == 65504 && halves.min() == -65504)
  }

  @Test func `mix in what was asked for`() throws {
    var generator = SeededGenerator(seed: 4)
    let values = try InputDistribution.special(.all, fraction: 0.2)
      .elements(type: .float32, shape: [10_000], using: &generator).values
    #expect(values.contains { $0.isNaN } && values.contains(.infinity) && values.contains(-.infinity))
    #expect(values.contains { $0 == 0 && $0.sign == .minus } && values.contains { $0 == 0 && $0.sign == .plus })
    #expect(values.contains(Double(Float.leastNonzeroMagnitude)) && values.contains(-ElementType.float32.largest))
    #expect(abs(Double(values.filter { abs($0) > 1e-30 && abs($0) < 10 }.count) / 10_000 - 0.8) < 0.02)
    let sparse = try InputDistribution.sparse(zeros: 0.75).elements(type: .float16, shape: [10_000], using: &generator)
    #expect(abs(Double(sparse.values.filter { $0 == 0 }.count) / 10_000 - 0.75) < 0.02)
  }

  @Test(arguments: [ElementType.int64, .int32, .uint8, .float32])
  func `draw integers within their range`(type: ElementType) throws {
    var generator = SeededGenerator(seed: 6)
    let values = try InputDistribution.integers(lower: 3, upper: 9)
      .elements(type: type, shape: [1000], using: &generator).values
    #expect(Set(values) == [3, 4, 5, 6, 7, 8])
    let one = try InputDistribution.integers(lower: 5, upper: 5).elements(type: type, shape: [10], using: &generator)
    #expect(Set(one.values) == [5])
  }

  @Test func `make rows of probabilities and of one-hot vectors`() throws {
    var generator = SeededGenerator(seed: 7)
    for shape in [[50, 20], [1000, 1], [1000], []] {
      let row = shape.last ?? 1
      for distribution in [InputDistribution.probabilities, .oneHot] {
        let values = try distribution.elements(type: .float32, shape: shape, using: &generator).values
        for start in stride(from: 0, to: values.count, by: row) {
          let part = values[start..<start + row]
          #expect(abs(part.reduce(0, +) - 1) < 1e-5)
          #expect(part.allSatisfy { distribution == .oneHot ? $0 == 0 || $0 == 1 : $0 > 0 })
        }
      }
    }
  }

  @Test func `fill nothing where there is nothing`() throws {
    var generator = SeededGenerator(seed: 8)
    for distribution in Self.all {
      #expect(try distribution.elements(type: .float32, shape: [4, 0], using: &generator).count == 0)
    }
    #expect(throws: TensorError.self) {
      try InputDistribution.normal().elements(type: .float32, shape: [-1], using: &generator)
    }
  }
}
