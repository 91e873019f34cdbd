import PTX

/// A binary format of floating point, decoded and encoded bit by bit: nothing here leans on the processor's arithmetic.
struct FloatFormat: Hashable {
  /// Bits of the significand, the hidden one among them.
  let precision: Int
  let exponentBits: Int

  static let f16 = FloatFormat(precision: 11, exponentBits: 5)
  static let bf16 = FloatFormat(precision: 8, exponentBits: 8)
  static let tf32 = FloatFormat(precision: 11, exponentBits: 8)
  static let f32 = FloatFormat(precision: 24, exponentBits: 8)
  static let f64 = FloatFormat(precision: 53, exponentBits: 11)

  static func of(_ type: ScalarType) -> FloatFormat {
    switch type {
    case .f16, .f16x2: f16
    case .bf16, .bf16x2: bf16
    case .f64: f64
    default: f32
    }
  }

  var bias: Int { (1 << (exponentBits - 1)) - 1 }
  var width: Int { precision + exponentBits }
  var signBit: UInt64 { 1 << UInt64(width - 1) }
  var infinity: UInt64 { ((1 << UInt64(exponentBits)) - 1) << UInt64(precision - 1) }
  /// The NaN that a GPU answers with.
  var canonicalNaN: UInt64 { signBit - 1 }
  /// The exponent of the lowest bit of the smallest numbers.
  private var lowest: Int { 2 - bias - precision }

  func isNaN(_ bits: UInt64) -> Bool { bits & (signBit - 1) > infinity }
  func isInfinite(_ bits: UInt64) -> Bool { bits & (signBit - 1) == infinity }
  func isZero(_ bits: UInt64) -> Bool { bits & (signBit - 1) == 0 }
  func isNegative(_ bits: UInt64) -> Bool { bits & signBit != 0 }
  func isSubnormal(_ bits: UInt64) -> Bool { bits & infinity == 0 && !isZero(bits) }
  /// Subnormals as zeros of their sign.
  func flushed(_ bits: UInt64) -> UInt64 { isSubnormal(bits) ? bits & signBit : bits }

  /// A finite number as it is.
  func exact(_ bits: UInt64) -> Exact {
    let field = Int((bits & infinity) >> UInt64(precision - 1))
    let fraction = bits & ((1 << UInt64(precision - 1)) - 1)
    return Exact(
      isNegative: isNegative(bits),
      magnitude: Wide(UInt128(field == 0 ? fraction : fraction | 1 << UInt64(precision - 1))),
      exponent: lowest + max(field - 1, 0))
  }

  /// A number in this format.
  func encode(_ number: Exact, _ rounding: Rounding = .rn) -> UInt64 {
    let sign = number.isNegative ? signBit : 0
    if number.isZero { return sign }
    let top = number.exponent + number.magnitude.bitWidth - 1
    let last = max(top - (precision - 1), lowest)
    var (kept, half, rest) = number.magnitude.split(at: last - number.exponent)
    if last < number.exponent {
      precondition(!number.rest)
      kept = number.magnitude.shiftedLeft(number.exponent - last)
    }
    rest = rest || number.rest
    if Exact.goesUp(rounding, number.isNegative, kept.low & 1 != 0, half, rest) { kept.low += 1 }
    let bits = UInt128(last - lowest) << UInt128(precision - 1) + kept.low
    guard bits >= UInt128(infinity) else { return sign | UInt64(bits) }
    let staysFinite =
      rounding == .rz || (rounding == .rm && !number.isNegative) || (rounding == .rp && number.isNegative)
    return sign | (staysFinite ? infinity - 1 : infinity)
  }

  /// A number of this format in another, NaN and infinity included.
  func convert(_ bits: UInt64, to other: FloatFormat, _ rounding: Rounding) -> UInt64? {
    if isNaN(bits) { return nil }
    if isInfinite(bits) { return other.infinity | (isNegative(bits) ? other.signBit : 0) }
    return other.encode(exact(bits), rounding)
  }

  /// The value as a double: exact for every format here.
  func double(_ bits: UInt64) -> Double {
    if isNaN(bits) { return .nan }
    return Double(bitPattern: convert(bits, to: .f64, .rn) ?? 0)
  }

  // MARK: Arithmetic; nil is NaN

  func add(_ a: UInt64, _ b: UInt64, _ rounding: Rounding) -> UInt64? {
    if isNaN(a) || isNaN(b) { return nil }
    if isInfinite(a) { return isInfinite(b) && a != b ? nil : a }
    if isInfinite(b) { return b }
    return encodeSum(exact(a), exact(b), rounding)
  }

  func multiply(_ a: UInt64, _ b: UInt64, _ rounding: Rounding) -> UInt64? {
    if isNaN(a) || isNaN(b) { return nil }
    let sign = (a ^ b) & signBit
    if isInfinite(a) || isInfinite(b) { return isZero(a) || isZero(b) ? nil : infinity | sign }
    return encode(Exact.product(exact(a), exact(b)), rounding)
  }

  func multiplyAdd(_ a: UInt64, _ b: UInt64, _ c: UInt64, _ rounding: Rounding) -> UInt64? {
    if isNaN(a) || isNaN(b) || isNaN(c) { return nil }
    let sign = (a ^ b) & signBit
    if isInfinite(a) || isInfinite(b) {
      if isZero(a) || isZero(b) { return nil }
      return isInfinite(c) && c & signBit != sign ? nil : infinity | sign
    }
    if isInfinite(c) { return c }
    return encodeSum(Exact.product(exact(a), exact(b)), exact(c), rounding)
  }

  func divide(_ a: UInt64, _ b: UInt64, _ rounding: Rounding) -> UInt64? {
    if isNaN(a) || isNaN(b) { return nil }
    let sign = (a ^ b) & signBit
    if isInfinite(a) { return isInfinite(b) ? nil : infinity | sign }
    if isInfinite(b) { return sign }
    if isZero(b) { return isZero(a) ? nil : infinity | sign }
    if isZero(a) { return sign }
    return encode(Exact.quotient(exact(a), exact(b)), rounding)
  }

  func squareRoot(_ a: UInt64, _ rounding: Rounding) -> UInt64? {
    if isNaN(a) || (isNegative(a) && !isZero(a)) { return nil }
    return isZero(a) || isInfinite(a) ? a : encode(exact(a).squareRoot, rounding)
  }

  private func encodeSum(_ a: Exact, _ b: Exact, _ rounding: Rounding) -> UInt64 {
    if a.isZero && b.isZero && a.isNegative == b.isNegative { return a.isNegative ? signBit : 0 }
    let sum = Exact.sum(a, b)
    // An exact zero from operands of either sign is positive, but where everything is rounded down.
    if sum.isZero { return rounding == .rm ? signBit : 0 }
    return encode(sum, rounding)
  }

  /// Less, equal, greater; nil where one is NaN.
  func compare(_ a: UInt64, _ b: UInt64) -> Int? {
    if isNaN(a) || isNaN(b) { return nil }
    func order(_ bits: UInt64) -> Int64 {
      isNegative(bits) ? -Int64(bits & (signBit - 1)) : Int64(bits & (signBit - 1))
    }
    return order(a) < order(b) ? -1 : order(a) > order(b) ? 1 : 0
  }
}
