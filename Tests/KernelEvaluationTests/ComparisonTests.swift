import Foundation
import Testing

@testable import KernelEvaluation

@Suite struct `A comparison` {
  private static func compare(
    _ candidate: [Double], _ expected: [Double], _ reference: [Double], _ type: ElementType = .float32,
    shape: [Int]? = nil
  ) throws -> Comparison {
    let oracle: ElementType = type.isComplex ? .complex128 : type.isFloating ? .float64 : type
    return try Comparison(
      candidate: tensor(candidate, type, shape: shape), expected: tensor(expected, oracle, shape: shape),
      reference: tensor(reference, type, shape: shape), tolerance: Tolerance(precision: type))
  }

  @Test func `says what is wrong first`() throws {
    var generator = SeededGenerator(seed: 1)
    let scene = try Scene(numbers(.normal(), 600, using: &generator), shape: [2, 3, 100], using: &generator)
    var candidate = scene.reference
    candidate[437] += 1
    candidate[555] += 2
    let comparison = try scene.comparison(candidate)
    #expect(!comparison.isMatch && comparison.mismatchCount == 2 && comparison.elementCount == 600)
    #expect(comparison.first?.index == [1, 1, 37])
    #expect(comparison.first?.candidate == ElementType.float32.rounding(candidate[437]))
    #expect(comparison.first?.expected == scene.expected[437])
    #expect(abs(comparison.maxAbsoluteError - 2) < 1e-5)
    #expect(comparison.pattern?.place == .isolated)
    #expect(comparison.summary.contains("2 of 600") && comparison.summary.contains("[1, 1, 37]"))
  }

  @Test func `refuses other shapes`() throws {
    let a = try tensor([1, 2, 3, 4], shape: [2, 2])
    let b = try tensor([1, 2, 3, 4], shape: [4])
    let complex = try tensor([1, 2, 3, 4, 1, 2, 3, 4], .complex64, shape: [2, 2])
    for (candidate, expected, reference) in [(b, a, a), (a, b, a), (a, a, b), (complex, a, a)] {
      #expect(throws: TensorError.self) {
        try Comparison(
          candidate: candidate, expected: expected, reference: reference, tolerance: Tolerance(relative: 1e-4))
      }
    }
  }

  @Test(arguments: [[], [0], [3, 0, 2]]) func `takes single numbers and none`(shape: [Int]) throws {
    let values = Array(repeating: 2.5, count: shape.reduce(1, *))
    #expect(try Self.compare(values, values, values, shape: shape).isMatch)
    if shape == [] { #expect(try !Self.compare([2.6], [2.5], [2.5], shape: []).isMatch) }
  }

  static let special: [Double] = [1, .infinity, -.infinity, .nan]

  @Test func `matches what is not finite in kind and sign`() throws {
    let ones = Array(repeating: 1.0, count: 99)
    func same(_ a: Double, _ b: Double) -> Bool { a == b || a.isNaN && b.isNaN }
    for e in Self.special {
      for r in Self.special {
        for c in Self.special {
          let comparison = try Self.compare(ones + [c], ones + [e], ones + [r])
          #expect(comparison.isMatch == (same(c, e) || same(c, r)), "e \(e), r \(r), c \(c)")
          #expect(comparison.isMatch || comparison.nonFiniteMismatchCount == 1)
        }
      }
    }
  }

  @Test func `accepts both sides of an overflow, and no others`() throws {
    let many = Array(repeating: 60000.0, count: 99)
    // 65,510 rounds to 65,504 in float16, and a little more to infinity.
    #expect(try Self.compare(many + [.infinity], many + [65510], many + [65504], .float16).isMatch)
    #expect(try !Self.compare(many + [-.infinity], many + [65510], many + [65504], .float16).isMatch)
    #expect(try !Self.compare(many + [.infinity], many + [60000], many + [60000], .float16).isMatch)
    #expect(try !Self.compare(many + [.nan], many + [65510], many + [.infinity], .float16).isMatch)
  }

  @Test func `does not let NaN pass as anything`() throws {
    let values = (0..<256).map(Double.init)
    let comparison = try Self.compare(values.map { _ in .nan }, values, values)
    #expect(!comparison.isMatch && comparison.pattern?.content == .notANumber)
    #expect(comparison.pattern?.place == .everywhere)
  }

  @Test(arguments: [ElementType.int64, .int32, .int16, .int8, .uint8, .bool])
  func `is exact for integers`(type: ElementType) throws {
    let values = (0..<50).map { Double($0 % 2) }
    #expect(try Self.compare(values, values, values, type).isMatch)
    var other = values
    other[20] = 1
    let comparison = try Self.compare(other, values, values, type)
    #expect(!comparison.isMatch && comparison.first?.index == [20])
    // The reference in the problem's precision is right too.
    #expect(try Self.compare(other, values, other, type).isMatch)
  }

  @Test func `tells apart integers that no Double does`() throws {
    func one(_ value: Int64) throws -> TensorElements {
      try TensorElements(bytes: withUnsafeBytes(of: value) { Data($0) }, type: .int64, shape: [1])
    }
    let value: Int64 = 1 << 60
    let comparison = try Comparison(
      candidate: one(value + 1), expected: one(value), reference: one(value), tolerance: Tolerance(relative: 1e-4))
    #expect(!comparison.isMatch)
  }

  @Test func `looks at both parts of a complex number`() throws {
    let values = (0..<200).map { Double($0 % 7) - 3 }
    var other = values
    other[101] += 1
    #expect(try Self.compare(values, values, values, .complex64).isMatch)
    let comparison = try Self.compare(other, values, values, .complex64)
    #expect(comparison.mismatchCount == 1 && comparison.first?.index == [50])
  }

  @Test func `forgives as many jumps as the reference makes`() throws {
    // The signs of sums: near zero the precision decides.
    let expected = (0..<20_000).map { $0 % 3 == 0 ? 1.0 : -1 }
    func flipped(_ places: [Int]) -> [Double] {
      var values = expected
      for place in places { values[place] *= -1 }
      return values
    }
    let reference = flipped([70, 12_000])
    #expect(try Self.compare(flipped([3, 500, 19_000]), expected, reference).isMatch)
    #expect(try !Self.compare(flipped([3]), expected, expected).isMatch)
    #expect(try Self.compare(expected, expected, reference).referenceJumpCount == 2)
    #expect(try !Self.compare(flipped(Array(0..<40)), expected, reference).isMatch)
    // However often the reference jumps, a thousandth is the most.
    let wild = flipped(Array(0..<5000))
    #expect(try !Self.compare(flipped(Array(10_000..<10_100)), expected, wild).isMatch)
  }

  @Test func `holds a small row to its own size`() throws {
    var generator = SeededGenerator(seed: 2)
    var values: [Double] = []
    for row in 0..<8 {
      values += try numbers(.normal(deviation: row == 3 ? 1e-7 : 1), 512, using: &generator)
    }
    let scene = Scene(values, shape: [8, 512], using: &generator)
    #expect(try scene.comparison(scene.rounded(using: &generator)).isMatch)
    var zeroed = scene.reference
    for index in 3 * 512..<4 * 512 { zeroed[index] = 0 }
    let comparison = try scene.comparison(zeroed)
    #expect(!comparison.isMatch && comparison.pattern?.place == .block([.one(3), .all]))
    #expect(comparison.pattern?.content == .zero)
  }

  @Test func `does not let one huge element hide the others`() throws {
    var generator = SeededGenerator(seed: 3)
    var values = try numbers(.normal(), 100_000, using: &generator)
    values[5000] = 5e4
    let scene = Scene(values, type: .float16, using: &generator)
    #expect(try scene.comparison(scene.rounded(using: &generator)).isMatch)
    let onlyHuge = scene.reference.map { abs($0) > 1e4 ? $0 : 0 }
    #expect(try !scene.comparison(onlyHuge).isMatch)
  }

  @Test func `accepts what cancellation costs the reference too`() throws {
    var generator = SeededGenerator(seed: 4)
    // Differences of numbers near 1000: in float32 they have an error of about 3e-5, however small they are.
    let expected = try numbers(.normal(deviation: 1e-2), 4096, using: &generator)
    let noisy = { (generator: inout SeededGenerator) in expected.map { $0 + 3e-5 * generator.normal() } }
    var scene = Scene(expected, using: &generator)
    scene.reference = noisy(&generator)
    #expect(try scene.comparison(noisy(&generator)).isMatch)
    #expect(try !scene.comparison(expected.map { _ in 0 }).isMatch)
    #expect(try !scene.comparison(expected.map { $0 * 1.1 }).isMatch)
  }

  @Test func `sees an output that is nothing but rounding`() throws {
    var generator = SeededGenerator(seed: 5)
    func noise(_ size: Double) -> [Double] { (0..<1024).map { _ in size * generator.normal() } }
    let comparison = try Self.compare(noise(1e-8), noise(1e-17), noise(1e-8))
    #expect(comparison.isMatch && comparison.isOnlyRounding)
    #expect(try !Self.compare(noise(1e-3), noise(1e-17), noise(1e-8)).isMatch)
  }

  @Test func `allows rounding where zeros are expected, and nothing more`() throws {
    let zeros = Array(repeating: 0.0, count: 512)
    #expect(try Self.compare(zeros.map { _ in 1e-7 }, zeros, zeros).isMatch)
    #expect(try !Self.compare(zeros.map { _ in 1e-4 }, zeros, zeros).isMatch)
  }

  @Test func `accepts in a large row what cancellation costs there`() throws {
    var generator = SeededGenerator(seed: 10)
    let sizes = (0..<16).map { $0 == 5 ? 1e6 : 1.0 }
    func output() -> [Double] { sizes.flatMap { size in (0..<512).map { _ in size * generator.normal() } } }
    let expected = output()
    func noisy() -> [Double] { zip(expected, output()).map { $0 + 1e-3 * $1 } }
    let reference = noisy()
    let shape = [16, 512]
    #expect(try Self.compare(noisy(), expected, reference, shape: shape).isMatch)
    #expect(try !Self.compare(expected.map { abs($0) < 50 ? $0 : 0 }, expected, reference, shape: shape).isMatch)
  }

  @Test func `writes numbers so that they differ`() throws {
    let values = (0..<64).map { 1 + Double($0) / 64 }
    var other = values
    other[3] += 1e-7
    let summary = try Self.compare(other, values, values, .float64).summary
    #expect(summary.contains("1.0468751 where 1.046875 is expected"), "\(summary)")
    #expect(Comparison.text(0.1) == "0.1" && Comparison.text(-3) == "-3" && Comparison.text(.nan) == "nan")
    #expect(Comparison.text(Double(Float(0.1))) == "0.1" && Comparison.text(1e300) == "1e+300")
  }

  @Test func `sees that a row of constants is not what is expected`() throws {
    var generator = SeededGenerator(seed: 6)
    let values = try numbers(.normal(mean: 1, deviation: 1e-5), 4096, using: &generator)
    let comparison = try Scene(values, using: &generator).comparison(values.map { _ in 1 })
    #expect(comparison.mismatchCount == 0 && comparison.isNoBetterThanConstant && !comparison.isMatch)
    #expect(comparison.summary.contains("constant"))
    // A spread within rounding is none.
    let flat = Scene(try numbers(.normal(mean: 1, deviation: 1e-7), 4096, using: &generator), using: &generator)
    let constant = try flat.comparison(flat.expected.map { _ in 1 })
    #expect(constant.isMatch && constant.isConstantExpected && !comparison.isConstantExpected)
  }

  @Test(arguments: [ElementType.float16, .bfloat16, .float64])
  func `keeps its promises in every precision`(type: ElementType) throws {
    var generator = SeededGenerator(seed: 7)
    for distribution in [InputDistribution.normal(), .uniform(lower: 5, upper: 9), .sparse(zeros: 0.5)] {
      let scene = try Scene(
        numbers(distribution, 4096, using: &generator), shape: [8, 512], type: type, using: &generator)
      #expect(try scene.comparison(scene.rounded(using: &generator)).isMatch)
      let mean = scene.expected.reduce(0, +) / 4096
      let zeros = scene.expected.map { _ in 0.0 }
      for wrong in [zeros, scene.expected.map { _ in mean }, Array(scene.expected.reversed())] {
        #expect(try !scene.comparison(wrong).isMatch)
      }
    }
  }

  /// Rows of all lengths: of one stretch, of several, and of parts of one.
  @Test(arguments: [[1 << 17], [3, 70_000], [100_000, 1], [700, 3, 5], [2, 65_536], [255, 257], [1, 1, 200]])
  func `finds one wrong element wherever it is`(shape: [Int]) throws {
    var generator = SeededGenerator(seed: 8)
    let count = shape.reduce(1, *)
    let scene = try Scene(numbers(.normal(), count, using: &generator), shape: shape, using: &generator)
    #expect(try scene.comparison(scene.reference).isMatch)
    for place in [0, count / 2, count - 1] {
      var candidate = scene.reference
      candidate[place] += 0.01
      let comparison = try scene.comparison(candidate)
      #expect(comparison.mismatchCount == 1 && !comparison.isMatch)
      #expect(comparison.first.map { zip($0.index, shape).reduce(0) { $0 * $1.1 + $1.0 } } == place)
    }
  }

  @Test(.enabled(if: isOptimized, "A debug build takes minutes for this."))
  func `takes many millions of elements in seconds`() throws {
    var generator = SeededGenerator(seed: 9)
    let clock = ContinuousClock()
    let shape = [20, 1_000_000]
    let start = clock.now
    let output = try InputDistribution.normal().elements(type: .float32, shape: shape, using: &generator)
    let filling = clock.now - start
    let expected = try tensor(output.values, .float64, shape: shape)
    let later = clock.now
    let comparison = try Comparison(
      candidate: output, expected: expected, reference: output, tolerance: Tolerance(precision: .float32))
    let comparing = clock.now - later
    #expect(comparison.isMatch)
    print("20 million normal numbers in \(filling), compared in \(comparing)")
    // Several times what an idle machine takes.
    #expect(filling < .seconds(4) && comparing < .seconds(8))
  }
}
