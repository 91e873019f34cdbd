import RealModule
import Testing

@testable import SpeculativeDecoding

@Suite struct VectorMathTests {
  static let sizes = Array(0...70) + [511, 512, 513, 1000, 4099]

  static func row(_ size: Int, range: ClosedRange<Float> = -30...30) -> [Float] {
    var generator = SeededGenerator(seed: UInt64(size) + 1)
    return (0..<size).map { _ in Float.random(in: range, using: &generator) }
  }

  @Test func `the exponential is exact to a few units in the last place`() {
    var worst = 0.0
    let steps = isOptimized ? 2_000_000 : 50_000
    for step in 0..<steps {
      let x = -87 * Float(step) / Float(steps)
      let found = Double(VectorMath.exponential(SIMD8(repeating: x))[step % 8])
      let exact = exponential(Double(x))
      worst = max(worst, abs(found - exact) / exact)
    }
    #expect(worst < 3e-7)
  }

  @Test func `what is too small, or no number, becomes zero`() {
    let found = VectorMath.exponential(SIMD8(0, -0.0, -87, -87.1, -1000, -.infinity, .nan, -1e-30))
    #expect(found[0] == 1 && found[1] == 1 && found[7] == 1)
    #expect(found[2] > 0)
    for lane in 3...6 { #expect(found[lane] == 0) }
  }

  @Test(arguments: sizes)
  func `the maximum is the first of the largest`(size: Int) {
    var row = Self.row(size)
    func check(_ expected: (Float, Int), _ comment: Comment) {
      let found = row.withUnsafeBufferPointer(VectorMath.maximum)
      #expect(found.value == expected.0 && found.index == expected.1, comment)
    }
    guard size > 0 else {
      check((-.infinity, 0), "an empty row")
      return
    }
    let value = row.max() ?? 0
    check((value, row.firstIndex(of: value) ?? 0), "random")
    // Twice the largest, at places of which one is among the left-overs.
    row[size - 1] = 99
    row[size / 2] = 99
    check((99, size / 2), "a tie")
    row[0] = .nan
    row[size / 2] = .nan
    if size > 2 { check((99, size - 1), "not-a-number does not win") }
    row[size - 1] = .infinity
    check((.infinity, size - 1), "infinity wins")
    row = [Float](repeating: .nan, count: size)
    check((-.infinity, 0), "nothing else")
    row = [Float](repeating: -.infinity, count: size)
    check((-.infinity, 0), "all impossible")
  }

  @Test(arguments: sizes)
  func `exponentials and their sum are those of double precision`(size: Int) {
    let row = Self.row(size)
    let maximum = row.max() ?? 0
    for scale in [Float(1), 1.25, 0.1] {
      var output = [Float](repeating: -1, count: size + 3)
      let sum = row.withUnsafeBufferPointer { source in
        output.withUnsafeMutableBufferPointer {
          VectorMath.exponentials(of: source, shift: maximum, scale: scale, into: $0)
        }
      }
      let exact = row.map { exponential(Double(($0 - maximum) * scale)) }
      for (found, exact) in zip(output, exact) { #expect(abs(Double(found) - exact) <= 4e-7 * exact) }
      let total = exact.reduce(0, +)
      #expect(abs(sum - total) <= 1e-6 * total)
      #expect(output.suffix(3) == [-1, -1, -1])
      #expect(row.withUnsafeBufferPointer { VectorMath.sumOfExponentials(of: $0, shift: maximum, scale: scale) } == sum)
    }
  }

  @Test func `the sum over a large vocabulary keeps its precision`() {
    for range in [Float(-12)...0, -0.001...0, -80...0] {
      let row = Self.row(150_001, range: range)
      let sum = row.withUnsafeBufferPointer { VectorMath.sumOfExponentials(of: $0, shift: 0, scale: 1) }
      let exact = row.reduce(0.0) { $0 + exponential(Double($1)) }
      #expect(abs(sum - exact) < 5e-7 * exact)
    }
  }
}
