/// How a value is stored in a type, and read from its bits.
///
/// Only Swift's own arithmetic is used, and of `Float16` nothing, which not every platform has.
extension ElementType {
  /// The value of the type that is nearest to `value`, ties to even; infinite beyond the type's range where the type has
  /// infinities, and within it where it is an integer's.
  func rounding(_ value: Double) -> Double {
    switch component {
    case .float64: value
    case .float32: Double(Float(value))
    case .float16, .bfloat16, .float8E5M2, .float8E4M3FN: NarrowRounding(self).round(value)
    case .bool: value.rounded() == 0 ? 0 : 1
    default: value.isNaN ? 0 : min(max(value.rounded(.toNearestOrEven), lowest), largest)
    }
  }

  /// Reads bits of a floating type of eight bits.
  func value8(_ bits: UInt8) -> Double {
    let magnitude = Int(bits & 0x7F)
    let exponent = magnitude >> mantissaBits
    let mantissa = magnitude & ((1 << mantissaBits) - 1)
    let value: Double
    if self == .float8E4M3FN, magnitude == 0x7F {
      value = .nan
    } else if self == .float8E5M2, exponent == 31 {
      value = mantissa == 0 ? .infinity : .nan
    } else if exponent == 0 {
      value = Double(mantissa) * leastPositive
    } else {
      value =
        Double(mantissa + 1 << mantissaBits) * Self.power(exponent - 1) * leastPositive
    }
    return bits & 0x80 == 0 ? value : -value
  }

  /// Reads bits of a binary16, without a branch, so that a loop of it is vectorised.
  @inline(__always) static func half(_ bits: UInt16) -> Float {
    let magnitude = UInt32(bits & 0x7FFF)
    // Scaled by 2¹¹², the bits are those of a binary32 whose exponent is biased as a binary16's: subnormals included.
    let scaled = Float(bitPattern: magnitude << 13) * 0x1p112
    let value = magnitude >= 0x7C00 ? Float(bitPattern: 0x7F80_0000 | magnitude << 13) : scaled
    return Float(bitPattern: value.bitPattern | UInt32(bits & 0x8000) << 16)
  }

  /// Reads bits of a bfloat16.
  @inline(__always) static func brain(_ bits: UInt16) -> Float { Float(bitPattern: UInt32(bits) << 16) }
}

/// Rounds to a floating type of at most 16 bits; made once for many numbers.
struct NarrowRounding {
  private let type: ElementType
  private let largest: Double
  private let leastNormal: Double
  private let leastPositive: Double
  /// How many times as far apart the type's values are as a Double's.
  private let coarseness: Double
  private let mantissaBits: Int
  private let mantissaScale: Double
  private let leastExponent: Int
  private let signShift: Int
  private let infinityBits: UInt16
  private let nanBits: UInt16

  init(_ type: ElementType) {
    self.type = type
    largest = type.largest
    leastNormal = type.leastNormal
    leastPositive = type.leastPositive
    mantissaBits = type.mantissaBits
    coarseness = ElementType.power(52 - mantissaBits)
    mantissaScale = ElementType.power(mantissaBits)
    leastExponent = Int(leastNormal.exponent)
    signShift = 8 * type.byteCount - 1
    let topExponent: UInt16 = (1 << (signShift - mantissaBits)) - 1
    infinityBits = topExponent << mantissaBits
    // In e4m3fn only the largest mantissa is a NaN.
    nanBits = infinityBits | (type == .float8E4M3FN ? 7 : 1 << (mantissaBits - 1))
  }

  /// The nearest value of the type, ties to even.
  @inline(__always) func round(_ value: Double) -> Double {
    guard value.isFinite, value != 0 else { return type == .float8E4M3FN && value.isInfinite ? .nan : value }
    let step = max(abs(value), leastNormal).ulp * coarseness
    let rounded = (value / step).rounded(.toNearestOrEven) * step
    guard abs(rounded) <= largest else { return type == .float8E4M3FN ? .nan : rounded * .infinity }
    return rounded
  }

  /// The bits of the nearest value.
  @inline(__always) func bits(_ value: Double) -> UInt16 {
    let sign: UInt16 = value.sign == .minus ? 1 << signShift : 0
    let magnitude = abs(round(value))
    if magnitude.isNaN { return sign | nanBits }
    if magnitude.isInfinite { return sign | infinityBits }
    guard magnitude >= leastNormal else { return sign | UInt16(magnitude / leastPositive) }
    let exponent = UInt16(Int(magnitude.exponent) - leastExponent + 1)
    let mantissa = UInt16((magnitude.significand - 1) * mantissaScale)
    return sign | exponent << mantissaBits | mantissa
  }
}
