/// How far an output may be from the expected one.
///
/// Of an element, *e* is what the reference computes in float64, *r* what it computes in the problem's own precision, and
/// *c* what the candidate computed. It is right if
///
///     |c − e| ≤ t·(|e| + s) + min(8·max(|r − e|, ν·(|e| + s)), (|e| + max(s, S))/8)    or    |c − r| ≤ t·(|r| + s)
///
/// - *t* is ``relative``: what KernelBench allows, 10⁻⁴ for float32 and 10⁻² for float16 and bfloat16, where it adds the
///   same number as an absolute error, whatever the size of the output. That is what zeros hide behind.
/// - *s* is the size of the elements around it instead, for an element that is small because its terms cancelled has
///   their error. It is the *half-power mean* of the elements that are not zero, (mean √|e|)²: a few huge elements barely
///   move it, where a root mean square would let them hide all others; zeros do not count, for masked and rectified
///   outputs are full of them. It is taken of at most 65,536 elements that follow one another: of a row where that has
///   at least 256, else of several rows. So a row that is smaller by orders of magnitude is held to its own size.
///   A stretch with fewer than 32 elements that are not zero says too little, and has the size of the whole output, *S*.
/// - |r − e| is what the problem's precision costs the reference itself, and ν its root mean square around the element,
///   relative to |e| + s: another order of summation errs as much, but elsewhere. So nobody has to know which operations
///   are delicate. The allowance ends at an eighth of the output's size, so that neither zeros nor a constant ever pass;
///   only where the output is nothing but rounding (the mean of what was normalised: *e* is 0, and *r* is not) it does
///   not, and ``Comparison/isOnlyRounding`` says so. Where *e* is zero throughout, there is no size, and 64 units of
///   rounding of 1 are allowed.
/// - Who computes what the reference computes in the problem's precision is right as well, even where both are far off.
///
/// Beside the elements the output as a whole must be nearer to the expected one than a constant is: a candidate that
/// answers 100 where 100 ± 0.001 is expected is within *t* everywhere. Its root mean square error must be below half of
/// the standard deviation of *e*, unless that lies within rounding: 8 times the reference's own error, or 64 units; 4 times
/// and 2 units in types narrower than float32, whose errors are those of rounding the result.
///
/// An element that is not finite must be matched in kind and sign, by *e* or by *r*: the type may have overflowed. Next to
/// the type's end both are right. Integers and Booleans must be equal to *e* or to *r*.
///
/// Where *r* jumps (an element beyond all rounding from *e*: the sign of a sum, a class that won by a hair), the
/// candidate may jump elsewhere: 8 such elements are forgiven for each of *r*'s, up to a thousandth of the output.
public struct Tolerance: Sendable, Hashable, Codable {
  /// The relative error that is allowed.
  public var relative: Double

  /// How many times the reference's own error is allowed.
  public var noiseFactor = 8.0

  /// A tolerance of this relative error.
  public init(relative: Double) { self.relative = relative }

  /// What is allowed in a problem of a precision.
  public init(precision: ElementType) {
    relative =
      switch precision.component {
      case .float64: 1e-8
      case .float16, .bfloat16: 1e-2
      // One unit of their mantissas.
      case .float8E4M3FN: 0.125
      case .float8E5M2: 0.25
      // Integers are compared exactly.
      default: 1e-4
      }
  }

  /// The relative error that is allowed of elements of a type, which may be narrower than the problem's precision.
  func relative(for type: ElementType) -> Double {
    type.isFloating && type.component != .float64 ? max(relative, Tolerance(precision: type).relative) : relative
  }

  /// No part of an output is larger than this where the size of its neighbourhood is asked for.
  static let largestStretch = 65_536
  /// Rows shorter than this share one size.
  static let leastStretch = 256
  /// Fewer elements that are not zero say nothing about the size of the others.
  static let leastSample = 32
  /// The part of an output's size at which the allowance for the reference's own error ends.
  static let noiseLimit = 0.125
  /// The part of the standard deviation that the root mean square error may reach.
  static let spreadLimit = 0.5
  /// A spread of fewer elements is chance.
  static let leastSpreadSample = 16
  /// In a spread of so many units of rounding, a correct output may be as far off as a constant.
  static let spreadUnits = 64.0
  /// The same for narrow types.
  static let narrowSpreadUnits = 2.0
  /// How many times the reference's own error such a spread is, in narrow types.
  static let narrowSpreadFactor = 4.0
  /// How many elements may differ for each one at which the reference itself jumps.
  static let jumpFactor = 8
  /// The part of an output that may differ in this way.
  static let jumpLimit = 0.001
}
