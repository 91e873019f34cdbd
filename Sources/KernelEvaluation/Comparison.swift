/// A candidate's output beside the expected one.
///
/// What is right is said at ``Tolerance``.
public struct Comparison: Sendable, Hashable {
  /// An element that is wrong.
  public struct Mismatch: Sendable, Hashable {
    /// Its index along each dimension.
    public let index: [Int]
    /// What the candidate computed; of a complex number, the part that is wrong.
    public let candidate: Double
    /// What the reference computes in float64.
    public let expected: Double
    /// What the reference computes in the problem's precision.
    public let reference: Double
  }

  /// The number of elements; parts, where they are complex.
  public let elementCount: Int
  /// How many of them are wrong.
  public internal(set) var mismatchCount = 0
  /// How many may be, since the reference itself jumps as often.
  public internal(set) var allowedMismatchCount = 0
  /// How often the reference in the problem's precision is beyond all rounding from what it is in float64; of integers,
  /// how often it is another one.
  public internal(set) var referenceJumpCount = 0
  /// How many are wrong in being finite or not.
  public internal(set) var nonFiniteMismatchCount = 0
  /// The largest error of an element that is finite on both sides.
  public internal(set) var maxAbsoluteError = 0.0
  /// The largest error relative to the element and the size of those around it.
  public internal(set) var maxRelativeError = 0.0
  /// The root mean square of the reference's own error, relative in the same way.
  public internal(set) var referenceError = 0.0
  /// Whether what is expected consists of rounding errors: everything of that size is right, so nothing is shown.
  public internal(set) var isOnlyRounding = false
  /// Whether the expected elements differ by no more than rounding, so that the right constant passes.
  public internal(set) var isConstantExpected = false
  /// Whether the elements are within the tolerance, but as a whole no nearer to what is expected than a constant.
  public internal(set) var isNoBetterThanConstant = false
  /// The first wrong element in memory order.
  public internal(set) var first: Mismatch?
  /// Where the wrong elements lie, and what they have in common.
  public internal(set) var pattern: MismatchPattern?

  /// Whether the candidate's output is right.
  public var isMatch: Bool {
    mismatchCount <= allowedMismatchCount && nonFiniteMismatchCount == 0 && !isNoBetterThanConstant
  }

  /// Compares an output with what the reference computes in float64 and in the problem's precision.
  ///
  /// - Complexity: O(*n*) time, and memory of a few MB however large the output is.
  /// - Throws: ``TensorError`` if the three are not of one shape.
  public init(
    candidate: TensorElements, expected: TensorElements, reference: TensorElements, tolerance: Tolerance
  ) throws(TensorError) {
    guard candidate.shape == expected.shape, candidate.shape == reference.shape else {
      throw TensorError(
        "The output has the shape \(candidate.shape), and \(expected.shape) or \(reference.shape) was expected.")
    }
    guard candidate.type.isComplex == expected.type.isComplex, candidate.type.isComplex == reference.type.isComplex
    else {
      throw TensorError(
        "The output has the type \(candidate.type.rawValue), and \(reference.type.rawValue) was expected.")
    }
    elementCount = candidate.componentCount
    let outputs = Outputs(candidate: candidate, expected: expected, reference: reference)
    var collector = MismatchCollector(shape: candidate.shape + (candidate.type.isComplex ? [2] : []))
    if outputs.areExact {
      compareExactly(outputs, &collector)
    } else {
      compare(outputs, tolerance, &collector)
    }
    if let index = collector.first {
      let elements = candidate.position(of: index / candidate.type.componentCount)
      first = Mismatch(
        index: elements, candidate: candidate[component: index], expected: expected[component: index],
        reference: reference[component: index])
    }
    if !isMatch { pattern = collector.pattern }
  }

  /// The three outputs that are compared.
  struct Outputs {
    let candidate: TensorElements
    let expected: TensorElements
    let reference: TensorElements

    var areExact: Bool { !candidate.type.isFloating && !expected.type.isFloating && !reference.type.isFloating }
  }

  private mutating func compareExactly(_ outputs: Outputs, _ collector: inout MismatchCollector) {
    var jumps = 0
    for index in 0..<elementCount {
      let c = outputs.candidate.integer(at: index)
      let e = outputs.expected.integer(at: index)
      let r = outputs.reference.integer(at: index)
      if r != e { jumps += 1 }
      if c != e { maxAbsoluteError = max(maxAbsoluteError, abs(Double(c) - Double(e))) }
      guard c != e, c != r else { continue }
      mismatchCount += 1
      maxRelativeError = max(maxRelativeError, abs(Double(c) - Double(e)) / max(abs(Double(e)), 1))
      collector.add(index, candidate: Double(c), expected: Double(e))
    }
    allow(jumps: jumps)
  }

  mutating func allow(jumps: Int) {
    referenceJumpCount = jumps
    let most = Int(Double(elementCount) * Tolerance.jumpLimit)
    allowedMismatchCount = min(min(jumps, most) * Tolerance.jumpFactor, most)
  }

  /// A sentence for a person: how much is wrong, where first, and how.
  public var summary: String {
    if isMatch {
      return "All \(elementCount) elements are right; the largest error is \(Self.text(maxAbsoluteError))."
    }
    if mismatchCount <= allowedMismatchCount, nonFiniteMismatchCount == 0 {
      return "Every element is near the expected one, but all together they are no nearer to it than a constant is."
    }
    var sentence = "\(mismatchCount) of \(elementCount) elements are wrong"
    if let first {
      let place = first.index.map(String.init).joined(separator: ", ")
      var candidate = Self.text(first.candidate)
      var expected = Self.text(first.expected)
      if candidate == expected { (candidate, expected) = ("\(first.candidate)", "\(first.expected)") }
      sentence += ", first [\(place)]: \(candidate) where \(expected) is expected"
    }
    if let pattern { sentence += "; \(pattern.description)" }
    return sentence + "."
  }

  /// As many digits as a float32 has.
  static func text(_ value: Double) -> String {
    if value == value.rounded(), abs(value) < 1e6 { return "\(Int(value))" }
    return abs(value) < 1e38 && abs(value) > 1e-37 ? "\(Float(value))" : "\(value)"
  }
}
