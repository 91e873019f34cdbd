import PTX

/// Integer and bit instructions of the table, computed in 128 bits.
enum IntegerOracle {
  typealias Answer = @Sendable ([UInt64]) -> UInt64

  /// The operands' roles, the result's type and the answer; nil where the row is unknown here.
  static func rule(_ opcode: String, _ modifiers: [String], _ t: ScalarType) -> ([Operation.Role], ScalarType, Answer)?
  {
    let v = Operation.Role.value(t)
    func two(_ compute: @escaping @Sendable (Int128, Int128) -> Int128) -> ([Operation.Role], ScalarType, Answer) {
      ([v, v], t, { t.bits(compute(t.integer($0[0]), t.integer($0[1]))) })
    }
    func three(_ compute: @escaping @Sendable (Int128, Int128, Int128) -> Int128) -> (
      [Operation.Role], ScalarType, Answer
    ) {
      ([v, v, v], t, { t.bits(compute(t.integer($0[0]), t.integer($0[1]), t.integer($0[2]))) })
    }
    func one(_ compute: @escaping @Sendable (Int128) -> Int128) -> ([Operation.Role], ScalarType, Answer) {
      ([v], t, { t.bits(compute(t.integer($0[0]))) })
    }
    let width = t.bitWidth
    let wide: ScalarType =
      switch t {
      case .u16: .u32
      case .s16: .s32
      case .u32: .u64
      default: .s64
      }
    /// A product's bits from the middle on: beyond 128 bits, so by halves.
    @Sendable func high(_ a: Int128, _ b: Int128) -> Int128 {
      if width < 64 { return (a * b) >> Int128(width) }
      let (high, _) = a.multipliedFullWidth(by: b)
      return high << 64
        | Int128(truncatingIfNeeded: UInt128(truncatingIfNeeded: a.multipliedFullWidth(by: b).low) >> 64)
    }
    @Sendable func clamp(_ x: Int128) -> Int128 { min(max(x, t.lowest), t.highest) }
    @Sendable func low24(_ x: Int128) -> Int128 {
      let bits = x & 0xffffff
      return t.isSigned && bits >= 0x800000 ? bits - 0x1000000 : bits
    }
    switch (opcode, modifiers) {
    case ("add", []): return two { $0 + $1 }
    case ("sub", []): return two { $0 - $1 }
    case ("add", ["sat"]): return two { clamp($0 + $1) }
    case ("sub", ["sat"]): return two { clamp($0 - $1) }
    case ("mul", ["lo"]): return two { $0 &* $1 }
    case ("mul", ["hi"]): return two { high($0, $1) }
    case ("mul", ["wide"]): return ([v, v], wide, { wide.bits(t.integer($0[0]) * t.integer($0[1])) })
    case ("mad", ["lo"]): return three { $0 &* $1 &+ $2 }
    case ("mad", ["hi"]): return three { high($0, $1) + $2 }
    case ("mad", ["hi", "sat"]): return three { clamp(high($0, $1) + $2) }
    case ("mad", ["wide"]):
      return (
        [v, v, .value(wide)], wide,
        { wide.bits(t.integer($0[0]) * t.integer($0[1]) + wide.integer($0[2])) }
      )
    case ("mul24", ["lo"]): return two { low24($0) * low24($1) }
    case ("mul24", ["hi"]): return two { (low24($0) * low24($1)) >> 16 }
    case ("mad24", ["lo"]): return three { low24($0) * low24($1) + $2 }
    case ("mad24", ["hi"]): return three { (low24($0) * low24($1)) >> 16 + $2 }
    case ("mad24", ["hi", "sat"]): return three { clamp(((low24($0) * low24($1)) >> 16) + $2) }
    // By zero: all ones, and the dividend, as the hardware has it.
    case ("div", []): return two { $1 == 0 ? -1 : $0 / $1 }
    case ("rem", []): return two { $1 == 0 ? -1 : $0 % $1 }
    case ("min", []): return two { min($0, $1) }
    case ("max", []): return two { max($0, $1) }
    case ("min", ["relu"]): return two { max(min($0, $1), 0) }
    case ("max", ["relu"]): return two { max($0, $1, 0) }
    case ("abs", []): return one { abs($0) }
    case ("neg", []): return one { -$0 }
    case ("and", []): return two { $0 & $1 }
    case ("or", []): return two { $0 | $1 }
    case ("xor", []): return two { $0 ^ $1 }
    case ("not", []): return one { ~$0 }
    case ("cnot", []): return one { $0 == 0 ? 1 : 0 }
    case ("shl", []):
      return ([v, .amount], t, { $0[1] >= UInt64(width) ? 0 : t.bits(t.integer($0[0]) << Int128($0[1])) })
    case ("shr", []): return ([v, .amount], t, { t.bits(t.integer($0[0]) >> Int128(min($0[1], UInt64(width)))) })
    case ("shf", let mode):
      return (
        [v, v, .amount], t,
        { x in
          let amount = mode[1] == "wrap" ? x[2] & 31 : min(x[2], 32)
          let pair = x[1] << 32 | x[0]
          return mode[0] == "r" ? (pair >> amount) & 0xffff_ffff : (pair << amount) >> 32
        }
      )
    case ("popc", []): return ([v], .u32, { x in UInt64((0..<width).count { x[0] >> UInt64($0) & 1 != 0 }) })
    case ("clz", []):
      return ([v], .u32, { x in UInt64((0..<width).first { x[0] >> UInt64(width - 1 - $0) & 1 != 0 } ?? width) })
    case ("brev", []):
      return ([v], t, { x in (0..<width).reduce(0) { $0 | (x[0] >> UInt64($1) & 1) << UInt64(width - 1 - $1) } })
    case ("bfind", let mode):
      return (
        [v], .u32,
        { x in
          let number = t.integer(x[0])
          let seen = number < 0 ? ~number : number
          guard let found = (0..<width).last(where: { seen >> Int128($0) & 1 != 0 }) else { return 0xffff_ffff }
          return UInt64(mode == ["shiftamt"] ? width - 1 - found : found)
        }
      )
    case ("bfe", []): return ([v, .amount, .amount], t, { extract($0[0], $0[1], $0[2], t) })
    case ("bfi", []):
      return (
        [v, v, .amount, .amount], t,
        { x in
          var result = x[1]
          for index in 0..<(x[3] & 255) where (x[2] & 255) + index < UInt64(width) {
            let place = (x[2] & 255) + index
            let bit = index < 64 ? x[0] >> index & 1 : 0
            result = (result & ~(1 << place)) | bit << place
          }
          return result
        }
      )
    case ("prmt", let mode):
      return ([v, v, mode.isEmpty ? v : .amount], t, { permute($0[0], $0[1], $0[2], mode.first) })
    case ("sad", []):
      let unsigned: ScalarType = width == 16 ? .u16 : width == 32 ? .u32 : .u64
      return (
        [v, v, .value(unsigned)], unsigned,
        { unsigned.bits(abs(t.integer($0[0]) - t.integer($0[1])) + unsigned.integer($0[2])) }
      )
    default: return nil
    }
  }

  /// As the manual's loop has it: bit after bit, the sign beyond the field.
  private static func extract(_ a: UInt64, _ b: UInt64, _ c: UInt64, _ t: ScalarType) -> UInt64 {
    let last = UInt64(t.bitWidth - 1)
    let position = b & 255
    let length = c & 255
    let sign = !t.isSigned || length == 0 ? 0 : a >> min(position + length - 1, last) & 1
    var result: UInt64 = 0
    for index in 0...last {
      let bit = index < length && position + index <= last ? a >> (position + index) & 1 : sign
      result |= bit << index
    }
    return result
  }

  private static func permute(_ a: UInt64, _ b: UInt64, _ c: UInt64, _ mode: String?) -> UInt64 {
    let bytes = (0..<8).map { (b << 32 | a) >> UInt64($0 * 8) & 255 }
    let k = Int(c & 3)
    let chosen: [Int]
    switch mode {
    case "f4e": chosen = (0..<4).map { k + $0 }
    case "b4e": chosen = (0..<4).map { (k - $0 + 8) % 8 }
    case "rc8": chosen = [k, k, k, k]
    case "ecl": chosen = (0..<4).map { max($0, k) }
    case "ecr": chosen = (0..<4).map { min($0, k) }
    case "rc16": chosen = k & 1 == 0 ? [0, 1, 0, 1] : [2, 3, 2, 3]
    default:
      return (0..<4).reduce(0) { result, place in
        let selector = c >> UInt64(place * 4) & 15
        let byte = bytes[Int(selector & 7)]
        return result | (selector & 8 != 0 ? (byte & 128 != 0 ? 255 : 0) : byte) << UInt64(place * 8)
      }
    }
    return chosen.enumerated().reduce(0) { $0 | bytes[$1.element] << UInt64($1.offset * 8) }
  }
}
