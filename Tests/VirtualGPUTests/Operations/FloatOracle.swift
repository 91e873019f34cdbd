import Foundation
import PTX

/// Floating-point instructions of the table, from exact arithmetic on significands.
struct FloatOracle {
  var opcode: String
  var modifiers: [String]
  var type: ScalarType
  var flushes = false
  var saturates = false

  var format: FloatFormat { FloatFormat.of(type) }
  var isHalf: Bool { type == .f16 || type == .bf16 || isPair }
  var isPair: Bool { type == .f16x2 || type == .bf16x2 }

  var text: String {
    // Where PTX wants .ftz and .sat: behind the rounding, and .NaN and .relu behind them.
    let last = modifiers.filter { $0 == "NaN" || $0 == "relu" }
    let first = modifiers.filter { !last.contains($0) && $0 != "ftz" }
    let flush = flushes || modifiers.contains("ftz") ? ["ftz"] : []
    return ([opcode] + first + flush + (saturates ? ["sat"] : []) + last + [type.rawValue]).joined(separator: ".")
  }

  var operandCount: Int? {
    switch opcode {
    case "add", "sub", "mul", "div", "min", "max", "copysign": 2
    case "fma", "mad": 3
    case "rcp", "sqrt", "rsqrt", "abs", "neg", "ex2", "lg2", "sin", "cos", "tanh": 1
    default: nil
    }
  }

  /// Whether PTX has the form with .ftz.
  var mayFlush: Bool {
    switch type {
    case .f32: opcode != "copysign" && opcode != "tanh"
    case .f16, .f16x2: ["add", "sub", "mul", "fma", "min", "max", "abs", "neg"].contains(opcode)
    case .bf16, .bf16x2: opcode == "ex2"
    default: false
    }
  }

  /// Whether PTX has the form with .sat.
  var maySaturate: Bool {
    (type == .f32 || type == .f16 || type == .f16x2) && ["add", "sub", "mul", "fma", "mad"].contains(opcode)
      && !modifiers.contains("relu")
  }

  func expectation(_ operands: [UInt64]) -> Expectation {
    guard isPair else { return single(operands) }
    let low = single(operands.map { $0 & 0xffff })
    let high = single(operands.map { $0 >> 16 })
    if case .bits(let a) = low, case .bits(let b) = high { return .bits(b << 16 | a) }
    return .pair(low, high)
  }

  private func single(_ given: [UInt64]) -> Expectation {
    let format = format
    let x = flushes ? given.map(format.flushed) : given
    if let approximation = approximation(x) { return approximation }
    guard var bits = exact(x) else {
      if saturates { return .bits(0) }
      // A GPU's NaN is 0x7fffffff; where a processor's own is as good for any program, any will do.
      return isHalf && opcode != "abs" && opcode != "neg" ? .bits(format.canonicalNaN) : .nan
    }
    if flushes { bits = format.flushed(bits) }
    if saturates {
      let one = UInt64(format.bias) << UInt64(format.precision - 1)
      bits = format.isNegative(bits) ? 0 : min(bits, one)
    }
    if modifiers.contains("relu") && format.isNegative(bits) { bits = 0 }
    return .bits(bits)
  }

  /// The result's bits, or nil for NaN.
  private func exact(_ x: [UInt64]) -> UInt64? {
    let rounding = modifiers.lazy.compactMap(Rounding.init).first ?? .rn
    let format = format
    let one = UInt64(format.bias) << UInt64(format.precision - 1)
    switch opcode {
    case "add": return format.add(x[0], x[1], rounding)
    case "sub": return format.add(x[0], x[1] ^ format.signBit, rounding)
    case "mul": return format.multiply(x[0], x[1], rounding)
    case "fma", "mad": return format.multiplyAdd(x[0], x[1], x[2], rounding)
    case "div": return format.divide(x[0], x[1], rounding)
    case "rcp": return format.divide(one, x[0], rounding)
    case "sqrt": return format.squareRoot(x[0], rounding)
    case "abs": return format.isNaN(x[0]) ? nil : x[0] & ~format.signBit
    case "neg": return format.isNaN(x[0]) ? nil : x[0] ^ format.signBit
    case "copysign": return format.isNaN(x[1]) ? nil : (x[1] & ~format.signBit) | (x[0] & format.signBit)
    case "min", "max":
      if format.isNaN(x[0]) || format.isNaN(x[1]) {
        if modifiers.contains("NaN") { return format.canonicalNaN }
        return format.isNaN(x[0]) ? (format.isNaN(x[1]) ? format.canonicalNaN : x[1]) : x[0]
      }
      let order = format.compare(x[0], x[1]) ?? 0
      // -0 is less than +0.
      let isFirstLess = order < 0 || (order == 0 && format.isNegative(x[0]))
      return isFirstLess == (opcode == "min") ? x[0] : x[1]
    default: return nil
    }
  }

  /// Instructions whose results are near the true ones.
  private func approximation(_ x: [UInt64]) -> Expectation? {
    let format = format
    let a = format.double(x[0])
    let isCoarse = type == .f64 && modifiers.contains("ftz")
    func near(_ value: Double, _ units: Double) -> Expectation {
      if value.isNaN { return isHalf ? .bits(format.canonicalNaN) : .nan }
      guard flushes || isCoarse else { return .near(value, units: units) }
      let smallest = Double(sign: .plus, exponent: 1 - format.bias, significand: 1)
      if abs(value) < smallest * 0.999_999 { return .near(value.sign == .minus ? -0.0 : 0, units: units) }
      return abs(value) < smallest * 1.000_001 ? .within(value, smallest) : .near(value, units: units)
    }
    switch opcode {
    case "ex2": return near(exp2(a), isHalf ? 0.6 : 1.5)
    // The manual allows 2^-22, absolutely between 1/2 and 2 and relatively beyond: four units and more.
    case "lg2": return near(log2(a), 3)
    case "sin", "cos":
      // Beyond, a GPU's answer is no better than a number between -1 and 1.
      if a.isInfinite || a.isNaN { return .nan }
      if abs(a) > 1e6 { return .within(0, 1) }
      return near(opcode == "sin" ? sin(a) : cos(a), 1)
    case "tanh": return near(tanh(a), isHalf ? 0.6 : 3)
    case "rsqrt":
      // The form with .ftz for doubles looks at the upper word only.
      if isCoarse { return near(1 / format.double(format.flushed(x[0])).squareRoot(), 0x1p33) }
      return near(1 / a.squareRoot(), 1)
    case "rcp" where isCoarse: return near(1 / format.double(format.flushed(x[0])), 0x1p33)
    case "rcp" where modifiers == ["approx"]: return near(1 / a, 1)
    case "sqrt" where modifiers == ["approx"]: return near(a.squareRoot(), 1)
    case "div" where modifiers.first == "approx" && !(abs(format.double(x[1])) <= 0x1p126):
      // Not an infinity by an infinity only: any far divisor gives zero, or NaN for an infinite dividend.
      let isNegative = (a.sign == .minus) != (format.double(x[1]).sign == .minus)
      return near(a.isInfinite || a.isNaN || format.double(x[1]).isNaN ? .nan : isNegative ? -0.0 : 0, 0)
    case "div" where modifiers != ["rn"] && Rounding(rawValue: modifiers.first ?? "") == nil:
      return near(a / format.double(x[1]), 2)
    default: return nil
    }
  }
}
