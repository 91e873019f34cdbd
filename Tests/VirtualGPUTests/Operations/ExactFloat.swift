/// An unsigned number of 256 bits: enough for every sum of a product and a third number, once the smaller one is cut off
/// where only its being there matters.
struct Wide: Equatable {
  var high: UInt128 = 0
  var low: UInt128

  init(_ low: UInt128) { self.low = low }

  var isZero: Bool { high == 0 && low == 0 }
  var bitWidth: Int { high != 0 ? 256 - high.leadingZeroBitCount : 128 - low.leadingZeroBitCount }

  func shiftedLeft(_ count: Int) -> Wide {
    var result = self
    if count >= 128 {
      result.high = low << UInt128(count - 128)
      result.low = 0
    } else if count > 0 {
      result.high = high << UInt128(count) | low >> UInt128(128 - count)
      result.low = low << UInt128(count)
    }
    return result
  }

  /// What is left of the number, the bit below it, and whether anything lies below that.
  func split(at count: Int) -> (kept: Wide, half: Bool, rest: Bool) {
    if count <= 0 { return (self, false, false) }
    if count > 256 { return (Wide(0), false, !isZero) }
    var kept = Wide(0)
    if count >= 256 {
    } else if count >= 128 {
      kept.low = high >> UInt128(count - 128)
    } else {
      kept.high = high >> UInt128(count)
      kept.low = low >> UInt128(count) | high << UInt128(128 - count)
    }
    func bit(_ index: Int) -> Bool {
      index >= 128 ? high >> UInt128(index - 128) & 1 != 0 : low >> UInt128(index) & 1 != 0
    }
    var rest = false
    if count - 1 >= 128 {
      rest = low != 0 || high & ((1 << UInt128(count - 129)) - 1) != 0
    } else {
      rest = low & ((1 << UInt128(count - 1)) - 1) != 0
    }
    return (kept, bit(count - 1), rest)
  }

  static func + (a: Wide, b: Wide) -> Wide {
    var result = Wide(0)
    let (low, carry) = a.low.addingReportingOverflow(b.low)
    result.low = low
    result.high = a.high &+ b.high &+ (carry ? 1 : 0)
    return result
  }

  static func - (a: Wide, b: Wide) -> Wide {
    var result = Wide(0)
    let (low, borrow) = a.low.subtractingReportingOverflow(b.low)
    result.low = low
    result.high = a.high &- b.high &- (borrow ? 1 : 0)
    return result
  }

  static func < (a: Wide, b: Wide) -> Bool { a.high != b.high ? a.high < b.high : a.low < b.low }
}

/// How a result is rounded.
enum Rounding: String, CaseIterable {
  /// To the nearest, halves to even; down, up, towards zero; to the nearest, halves away from zero.
  case rn, rm, rp, rz, rna
}

/// A number as it is: (-1)^isNegative × magnitude × 2^exponent. `rest` says that the true magnitude is a little more.
struct Exact {
  var isNegative: Bool
  var magnitude: Wide
  var exponent: Int
  var rest = false

  var isZero: Bool { magnitude.isZero && !rest }

  /// Exact but for a part too small for any rounding to see more than its being there.
  static func sum(_ a: Exact, _ b: Exact) -> Exact {
    if a.magnitude.isZero { return b }
    if b.magnitude.isZero { return a }
    func normal(_ x: Exact) -> Exact {
      let shift = 110 - x.magnitude.bitWidth
      return Exact(isNegative: x.isNegative, magnitude: x.magnitude.shiftedLeft(shift), exponent: x.exponent - shift)
    }
    var x = normal(a)
    var y = normal(b)
    if x.exponent < y.exponent { swap(&x, &y) }
    if x.exponent - y.exponent > 120 {
      y.magnitude = Wide(1)
      y.exponent = x.exponent - 8
    }
    x.magnitude = x.magnitude.shiftedLeft(x.exponent - y.exponent)
    if x.isNegative == y.isNegative {
      return Exact(isNegative: x.isNegative, magnitude: x.magnitude + y.magnitude, exponent: y.exponent)
    }
    if x.magnitude < y.magnitude { swap(&x.magnitude, &y.magnitude); x.isNegative = y.isNegative }
    return Exact(isNegative: x.isNegative, magnitude: x.magnitude - y.magnitude, exponent: y.exponent)
  }

  static func product(_ a: Exact, _ b: Exact) -> Exact {
    Exact(
      isNegative: a.isNegative != b.isNegative, magnitude: Wide(a.magnitude.low * b.magnitude.low),
      exponent: a.exponent + b.exponent)
  }

  static func quotient(_ a: Exact, _ b: Exact) -> Exact {
    let shift = 127 - a.magnitude.bitWidth
    let (quotient, remainder) = (a.magnitude.low << UInt128(shift)).quotientAndRemainder(dividingBy: b.magnitude.low)
    return Exact(
      isNegative: a.isNegative != b.isNegative, magnitude: Wide(quotient), exponent: a.exponent - shift - b.exponent,
      rest: remainder != 0)
  }

  var squareRoot: Exact {
    var shift = 126 - magnitude.bitWidth
    if (exponent - shift) % 2 != 0 { shift -= 1 }
    var rest = magnitude.low << UInt128(shift)
    var root: UInt128 = 0
    var bit: UInt128 = 1 << 126
    while bit > rest { bit >>= 2 }
    while bit != 0 {
      if rest >= root + bit {
        rest -= root + bit
        root = (root >> 1) + bit
      } else {
        root >>= 1
      }
      bit >>= 2
    }
    return Exact(isNegative: false, magnitude: Wide(root), exponent: (exponent - shift) / 2, rest: rest != 0)
  }

  /// The nearest whole number in a rounding; nil where it has more than 100 bits.
  func rounded(_ rounding: Rounding) -> Int128? {
    if isZero { return 0 }
    if magnitude.bitWidth + exponent > 100 { return nil }
    var (kept, half, rest) = magnitude.split(at: -exponent)
    if exponent > 0 { kept = magnitude.shiftedLeft(exponent) }
    rest = rest || self.rest
    if Self.goesUp(rounding, isNegative, kept.low & 1 != 0, half, rest) { kept.low += 1 }
    return isNegative ? -Int128(kept.low) : Int128(kept.low)
  }

  static func goesUp(_ rounding: Rounding, _ isNegative: Bool, _ isOdd: Bool, _ half: Bool, _ rest: Bool) -> Bool {
    switch rounding {
    case .rn: half && (rest || isOdd)
    case .rna: half
    case .rz: false
    case .rm: isNegative && (half || rest)
    case .rp: !isNegative && (half || rest)
    }
  }
}
