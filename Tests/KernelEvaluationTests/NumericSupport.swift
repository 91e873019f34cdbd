import Foundation

@testable import KernelEvaluation

/// Whether the code under test is optimised; without that, numeric code is a hundred times slower.
var isOptimized: Bool {
  #if DEBUG
    false
  #else
    true
  #endif
}

/// A tensor with these values, rounded to its type.
func tensor(_ values: [Double], _ type: ElementType = .float32, shape: [Int]? = nil) throws -> TensorElements {
  var bytes = Data(count: values.count * type.component.byteCount)
  bytes.withUnsafeMutableBytes { buffer in
    var index = 0
    // The writer keeps finite numbers finite; here they round as PyTorch rounds them.
    ElementWriter(buffer, type: type.component).fill {
      defer { index += 1 }
      return type.rounding(values[index])
    }
  }
  return try TensorElements(bytes: bytes, type: type, shape: shape ?? [values.count / type.componentCount])
}

/// An output, with what a reference computes in float64 and in the precision of `type`, with rounding errors of `units`.
struct Scene {
  var expected: [Double]
  var reference: [Double]
  var shape: [Int]
  var type = ElementType.float32
  var units = 2.0

  init(
    _ expected: [Double], shape: [Int]? = nil, type: ElementType = .float32, units: Double = 2,
    using generator: inout SeededGenerator
  ) {
    self.expected = expected
    self.shape = shape ?? [expected.count]
    self.type = type
    self.units = units
    reference = expected
    reference = rounded(using: &generator)
  }

  /// What an honest implementation computes: the expected values with errors of its own.
  func rounded(using generator: inout SeededGenerator) -> [Double] {
    expected.map { type.rounding($0 * (1 + units * type.unitRoundoff * generator.normal())) }
  }

  func comparison(_ candidate: [Double]) throws -> Comparison {
    try Comparison(
      candidate: tensor(candidate, type, shape: shape), expected: tensor(expected, .float64, shape: shape),
      reference: tensor(reference, type, shape: shape), tolerance: Tolerance(precision: type))
  }
}

/// Numbers of a distribution.
func numbers(_ distribution: InputDistribution, _ count: Int, using generator: inout SeededGenerator) throws -> [Double]
{
  try distribution.elements(type: .float64, shape: [count], using: &generator).values
}
