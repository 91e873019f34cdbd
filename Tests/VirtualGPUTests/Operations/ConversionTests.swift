import PTX
import Testing

@testable import VirtualGPU

/// cvt between all types, from exact numbers.
struct ConversionOracle {
  static let integers: [ScalarType] = [.u8, .s8, .u16, .s16, .u32, .s32, .u64, .s64]
  static let floats: [ScalarType] = [.f16, .bf16, .f32, .f64]

  var from: ScalarType
  var to: ScalarType
  var rounding: String?
  var flushes = false
  var saturates = false
  var isRectified = false
  var isFinite = false

  var text: String {
    (["cvt"] + [rounding].compactMap { $0 } + (isRectified ? ["relu"] : []) + (isFinite ? ["satfinite"] : [])
      + (flushes ? ["ftz"] : []) + (saturates ? ["sat"] : []) + [to.rawValue, from.rawValue]).joined(separator: ".")
  }

  /// Results of fewer than 32 bits fill a wider register by their sign.
  private func widened(_ number: Int128) -> UInt64 {
    to.bitWidth <= 8 ? (to.isSigned ? ScalarType.s32 : .u32).bits(number) : to.bits(number)
  }

  func expectation(_ x: [UInt64]) -> Expectation {
    let source = from.bitWidth == 64 ? x[0] : x[0] & ((1 << UInt64(from.bitWidth)) - 1)
    let mode = Rounding(rawValue: rounding.map { $0.hasSuffix("i") ? String($0.dropLast()) : $0 } ?? "rn") ?? .rn
    switch (from.isFloat, to.isFloat) {
    case (false, false):
      let number = from.integer(source)
      return .bits(widened(saturates ? min(max(number, to.lowest), to.highest) : to.integer(to.bits(number))))
    case (false, true):
      let number = from.integer(source)
      let exact = Exact(isNegative: number < 0, magnitude: Wide(number.magnitude), exponent: 0)
      return .bits(FloatFormat.of(to).encode(exact, mode))
    case (true, false):
      let format = FloatFormat.of(from)
      let bits = flushes ? format.flushed(source) : source
      if format.isNaN(bits) {
        let isLong = from == .f64 || to.bitWidth == 64
        return .bits(isLong ? widened(to.integer(1 << UInt64(to.bitWidth - 1))) : 0)
      }
      let whole = format.isInfinite(bits) ? nil : format.exact(bits).rounded(mode)
      let number = whole ?? (format.isNegative(bits) ? to.lowest : to.highest)
      return .bits(widened(min(max(number, to.lowest), to.highest)))
    case (true, true): return float(source, mode)
    }
  }

  private func float(_ source: UInt64, _ mode: Rounding) -> Expectation {
    let format = FloatFormat.of(from)
    let result = to == .tf32 ? FloatFormat.tf32 : FloatFormat.of(to)
    // Only single precision is ever flushed.
    var bits = flushes && from == .f32 ? format.flushed(source) : source
    let isShort = result.width <= 16
    if format.isNaN(bits) {
      if saturates { return .bits(0) }
      return isShort ? .bits(result.canonicalNaN) : .nan
    }
    if rounding?.hasSuffix("i") == true, !format.isInfinite(bits) {
      let exact = format.exact(bits)
      // Numbers too large to have a fraction stay; the sign of a zero stays as well.
      if let whole = exact.rounded(mode) {
        bits = format.encode(Exact(isNegative: exact.isNegative, magnitude: Wide(whole.magnitude), exponent: 0))
      }
    }
    guard var answer = format.convert(bits, to: result, mode) else { return .nan }
    if isFinite && result.isInfinite(answer) { answer -= 1 }
    if flushes && to == .f32 { answer = result.flushed(answer) }
    if saturates {
      answer = result.isNegative(answer) ? 0 : min(answer, UInt64(result.bias) << UInt64(result.precision - 1))
    }
    if isRectified && result.isNegative(answer) { answer = 0 }
    return .bits(to == .tf32 ? answer << 13 : answer)
  }

  /// All that PTX has.
  static var all: [ConversionOracle] {
    var list: [ConversionOracle] = []
    for from in integers {
      for to in integers {
        list.append(ConversionOracle(from: from, to: to))
        list.append(ConversionOracle(from: from, to: to, saturates: true))
      }
      for to in floats {
        for rounding in ["rn", "rz", "rm", "rp"] {
          list.append(ConversionOracle(from: from, to: to, rounding: rounding))
        }
      }
    }
    for from in floats {
      for to in integers {
        for rounding in ["rni", "rzi", "rmi", "rpi"] {
          list.append(ConversionOracle(from: from, to: to, rounding: rounding))
          if from == .f32 { list.append(ConversionOracle(from: from, to: to, rounding: rounding, flushes: true)) }
        }
      }
      for to in floats {
        let isNarrower = FloatFormat.of(to).width < FloatFormat.of(from).width
        let roundings: [String?] =
          from == to
          ? (from == .bf16 ? [] : ["rni", "rzi", "rmi", "rpi"]) : isNarrower ? ["rn", "rz", "rm", "rp"] : [nil]
        for rounding in roundings {
          // PTX has no others to bfloat16 and no exchange between the two formats of 16 bits.
          if to == .bf16 && from == .f64 && rounding != "rn"
            || FloatFormat.of(to).width == 16 && from == .f32 && rounding != "rn" && rounding != "rz" && to == .bf16
          {
            continue
          }
          if (from == .f16 && to == .bf16) || (from == .bf16 && to == .f16) { continue }
          list.append(ConversionOracle(from: from, to: to, rounding: rounding))
          let mayFlush = (from == .f32 || to == .f32) && from != .bf16 && to != .bf16
          if mayFlush { list.append(ConversionOracle(from: from, to: to, rounding: rounding, flushes: true)) }
          if to == .f32 || to == .f64 || to == .f16 {
            list.append(ConversionOracle(from: from, to: to, rounding: rounding, saturates: true))
          }
        }
      }
    }
    for to in [ScalarType.f16, .bf16] {
      for rounding in ["rn", "rz"] {
        list.append(ConversionOracle(from: .f32, to: to, rounding: rounding, isRectified: true))
        list.append(ConversionOracle(from: .f32, to: to, rounding: rounding, isFinite: true))
        list.append(ConversionOracle(from: .f32, to: to, rounding: rounding, isRectified: true, isFinite: true))
      }
    }
    for rounding in ["rna", "rn", "rz"] { list.append(ConversionOracle(from: .f32, to: .tf32, rounding: rounding)) }
    for rounding in ["rn", "rz"] {
      list.append(ConversionOracle(from: .f32, to: .tf32, rounding: rounding, isRectified: true))
    }
    list.append(ConversionOracle(from: .f32, to: .tf32, rounding: "rna", isFinite: true))
    return list
  }
}

extension OperationTests {
  static func conversions() -> [Operation] {
    var operations = ConversionOracle.all.map { oracle in
      Operation(oracle.text, [.value(oracle.from)], oracle.to == .tf32 ? .b32 : oracle.to) { oracle.expectation($0) }
    }
    // Two numbers into a pair: the first is the upper half.
    for to in [ScalarType.f16x2, .bf16x2] {
      for rounding in ["rn", "rz"] {
        for isRectified in [false, true] {
          let oracle = ConversionOracle(
            from: .f32, to: to == .f16x2 ? .f16 : .bf16, rounding: rounding, isRectified: isRectified)
          let text = ["cvt", rounding] + (isRectified ? ["relu"] : []) + [to.rawValue, "f32"]
          operations.append(
            Operation(text.joined(separator: "."), [.value(.f32), .value(.f32)], to) { x in
              guard case .bits(let high) = oracle.expectation([x[0]]), case .bits(let low) = oracle.expectation([x[1]])
              else { return .any }
              return .bits(high << 16 | low)
            })
        }
      }
    }
    return operations
  }

  @Test func `conversions between all types`() async throws {
    try await OperationBench.check(Self.conversions())
  }
}
