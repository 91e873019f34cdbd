#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// What the elements of a tensor are drawn from.
///
/// Every distribution can fill a tensor of every type. A number is rounded to the type's nearest; beyond the range of the
/// type it is the largest or least that is finite, and NaN becomes 0 where there is none. A Boolean is true where the
/// number rounds to something else than 0. Both parts of a complex number are drawn.
public enum InputDistribution: Sendable, Hashable, Codable {
  /// All the same.
  case constant(Double)
  /// From `lower` up to, but not including, `upper`, which no rounding to a narrow type reaches either.
  case uniform(lower: Double = 0, upper: Double = 1)
  /// The normal distribution: `mean` 0 and `deviation` 1 is what KernelBench gives nearly every problem.
  case normal(mean: Double = 0, deviation: Double = 1)
  /// Student's distribution with two degrees of freedom, whose variance is infinite: a sum over a part of it says little
  /// about the rest, so that sums that were estimated show.
  case heavyTailed(scale: Double = 1)
  /// Normal, with zeros in a fraction of the places.
  case sparse(zeros: Double)
  /// Normal, with a fraction of values that programs forget.
  case special(SpecialValues, fraction: Double)
  /// Whole numbers from `lower` up to, but not including, `upper`: indices, classes.
  case integers(lower: Int64, upper: Int64)
  /// 1 with a probability, else 0.
  case booleans(probability: Double = 0.5)
  /// Positive numbers of which each row of the last dimension adds up to 1.
  case probabilities
  /// A single 1 in each row of the last dimension, and zeros.
  case oneHot

  /// Values at which programs go wrong.
  public struct SpecialValues: OptionSet, Sendable, Hashable, Codable {
    /// The bits of the set.
    public let rawValue: Int

    /// A set of these bits.
    public init(rawValue: Int) { self.rawValue = rawValue }

    /// Not a number.
    public static let nan = SpecialValues(rawValue: 1)
    /// Both infinities.
    public static let infinities = SpecialValues(rawValue: 2)
    /// 0 and −0.
    public static let zeros = SpecialValues(rawValue: 4)
    /// Numbers below the least of full precision, of both signs.
    public static let subnormals = SpecialValues(rawValue: 8)
    /// The largest and the least finite number.
    public static let largest = SpecialValues(rawValue: 16)
    /// Those that a finite result can be computed from.
    public static let finite: SpecialValues = [.zeros, .subnormals, .largest]
    /// All.
    public static let all: SpecialValues = [.finite, .nan, .infinities]
  }

  /// Elements of `shape` and `type`.
  ///
  /// - Complexity: O(*n*); ten million normal numbers of float32 take about a tenth of a second in a release build.
  /// - Throws: ``TensorError`` if there is no tensor of the shape.
  public func elements(
    type: ElementType, shape: [Int], using generator: inout SeededGenerator
  ) throws(TensorError) -> TensorElements {
    var bytes = Data(count: try TensorElements.byteCount(of: shape, type))
    bytes.withUnsafeMutableBytes { fill($0, type: type, rowLength: shape.last ?? 1, using: &generator) }
    return try TensorElements(bytes: bytes, type: type, shape: shape)
  }

  /// Fills memory with elements of `type`.
  ///
  /// - Parameters:
  ///   - rowLength: The size of the last dimension, which ``probabilities`` and ``oneHot`` ask for.
  public func fill(
    _ bytes: UnsafeMutableRawBufferPointer, type: ElementType, rowLength: Int, using generator: inout SeededGenerator
  ) {
    let target = ElementWriter(bytes, type: type.component)
    guard target.count > 0 else { return }
    switch self {
    case .constant(let value):
      target.fill { value }
    case .uniform(let lower, let upper):
      let last = max(type.largest(below: upper), lower)
      target.fill { min(lower + (upper - lower) * generator.uniform(), last) }
    case .normal(let mean, let deviation):
      Ziggurat.withTables { ziggurat in target.fill { mean + deviation * generator.normal(ziggurat) } }
    case .heavyTailed(let scale):
      target.fill { scale * Self.student(&generator) }
    case .sparse(let zeros):
      Ziggurat.withTables { ziggurat in
        target.fill { generator.uniform() < zeros ? 0 : generator.normal(ziggurat) }
      }
    case .special(let values, let fraction):
      let choices = Self.values(values, of: type)
      Ziggurat.withTables { ziggurat in
        target.fill {
          guard generator.uniform() < fraction, !choices.isEmpty else { return generator.normal(ziggurat) }
          return choices[Int(generator.next() % UInt64(choices.count))]
        }
      }
    case .integers(let lower, let upper):
      target.fillIntegers { upper > lower ? Int64.random(in: lower..<upper, using: &generator) : lower }
    case .booleans(let probability):
      target.fill { generator.uniform() < probability ? 1 : 0 }
    case .probabilities:
      Self.fillProbabilities(target, rowLength: max(rowLength, 1), using: &generator)
    case .oneHot:
      var chosen = 0
      var place = 0
      target.fill {
        if place == 0 { chosen = Int.random(in: 0..<max(rowLength, 1), using: &generator) }
        let value = place == chosen ? 1.0 : 0.0
        place = place + 1 < rowLength ? place + 1 : 0
        return value
      }
    }
  }

  /// Student's distribution with two degrees of freedom, by its inverse: it is one of the few with a closed form.
  private static func student(_ generator: inout SeededGenerator) -> Double {
    let u = generator.uniform() + 0x1p-54
    return (2 * u - 1) / (2 * u * (1 - u)).squareRoot()
  }

  private static func values(_ wanted: SpecialValues, of type: ElementType) -> [Double] {
    var values: [Double] = []
    if wanted.contains(.nan) { values.append(.nan) }
    if wanted.contains(.infinities) { values += [.infinity, -.infinity] }
    if wanted.contains(.zeros) { values += [0, -0.0] }
    if wanted.contains(.subnormals) {
      values += [type.leastPositive, -type.leastPositive, type.leastNormal / 2, -type.leastNormal / 2]
    }
    if wanted.contains(.largest) { values += [type.largest, type.lowest] }
    return values
  }

  /// Normalised exponential numbers, which are uniform among all that add up to 1.
  private static func fillProbabilities(
    _ target: ElementWriter, rowLength: Int, using generator: inout SeededGenerator
  ) {
    var row: [Double] = []
    var place = 0
    target.fill {
      if place == 0 {
        row = (0..<rowLength).map { _ in max(generator.exponential(), 0x1p-60) }
        let sum = row.reduce(0, +)
        for index in row.indices { row[index] /= sum }
      }
      let value = row[place]
      place = place + 1 < rowLength ? place + 1 : 0
      return value
    }
  }
}
