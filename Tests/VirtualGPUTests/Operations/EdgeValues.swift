import PTX

/// splitmix64 (Steele, Lea and Flood, 2014).
struct SeededRandom: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }
}

/// The values that operations are tried on.
enum EdgeValues {
  static func of(_ role: Operation.Role) -> [UInt64] {
    switch role {
    case .amount:
      [
        0, 1, 2, 5, 7, 8, 15, 16, 17, 24, 30, 31, 32, 33, 47, 48, 62, 63, 64, 65, 128, 224, 254, 255, 256, 257, 288,
        0xffff_ffff, 0x8000_0000,
      ]
    case .choice(let count): Array(0..<count)
    case .value(let type): values(type)
    }
  }

  private static func values(_ type: ScalarType) -> [UInt64] {
    switch type {
    case .f16x2, .bf16x2:
      let half = values(type == .f16x2 ? .f16 : .bf16)
      return half.enumerated().map { $0.element << 16 | half[($0.offset * 7 + 3) % half.count] }
    case .f16, .bf16, .f32, .f64: return floats(FloatFormat.of(type))
    default:
      let width = UInt64(type.bitWidth)
      let mask = width == 64 ? UInt64.max : (1 << width) - 1
      let top = UInt64(1) << (width - 1)
      let half = UInt64(1) << (width / 2)
      let list: [UInt64] = [
        0, 1, 2, 3, 7, 10, 0x7f, 0x80, 0xff, 0x5555_5555_5555_5555, 0xaaaa_aaaa_aaaa_aaaa, 0x0123_4567_89ab_cdef,
        half - 1, half, half + 1, 0 &- half, top - 1, top, top + 1, top | 3, mask, mask - 1, mask - 6, mask / 3,
        mask - 0x7f, mask - 0x80, top >> 1 | top >> 9 | 1, top | top >> 8 | 1, top >> 1 | top >> 25 | 1,
        0x00ff_00ff_00ff_00ff, 0x8040_2010_0804_0201,
      ]
      return list.map { $0 & mask }
    }
  }

  private static func floats(_ format: FloatFormat) -> [UInt64] {
    let fraction = UInt64(1) << UInt64(format.precision - 1)
    let one = UInt64(format.bias) << UInt64(format.precision - 1)
    func power(_ exponent: Int) -> UInt64 {
      let field = min(max(exponent + format.bias, 1), 2 * format.bias)
      return UInt64(field) << UInt64(format.precision - 1)
    }
    var list: [UInt64] = [
      0, 1, 2, fraction - 1, fraction, fraction + 1, one, one + 1, one - 1, one | fraction >> 1, power(1),
      power(1) | fraction >> 1, power(-1), power(-1) + 1, power(2), power(-2) | fraction >> 2 | 1,
      power(format.precision - 1), power(format.precision) + 1, power(format.precision + 1), power(7) | fraction - 1,
      power(8), power(15), power(16) - 1, power(31), power(31) - 1, power(32), power(63), power(63) - 1, power(64),
      power(format.bias / 2), power(-format.bias / 2), power(-format.bias / 2) | 1, format.infinity - 1,
      format.infinity, format.infinity | fraction >> 1, format.infinity | 1, format.infinity | fraction - 1,
    ]
    list += list.map { $0 | format.signBit }
    return list
  }

  /// Combinations of edge values, then random ones; `count` in all, or everything where there is not more.
  static func tuples(_ roles: [Operation.Role], count: Int, seed: UInt64) -> [[UInt64]] {
    var random = SeededRandom(state: seed)
    let lists = roles.map(of)
    var result: [[UInt64]] = []
    if roles.count == 1, roles[0].type.bitWidth == 16, case .value = roles[0] {
      // All of them, in an order in which the first are no worse than the rest.
      result = (lists[0] + (0..<65536).map { ($0 &* 40503) & 0xffff }).map { [$0] }
      while result.count % 128 != 0 { result.append(result[0]) }
      return result
    }
    let all = lists.reduce(1) { $0 * $1.count }
    let wanted = count * 3 / 4
    if all <= wanted {
      for index in 0..<all {
        var rest = index
        result.append(
          lists.map { list in
            defer { rest /= list.count }
            return list[rest % list.count]
          })
      }
    } else {
      while result.count < wanted { result.append(lists.map { $0[Int(random.next() % UInt64($0.count))] }) }
    }
    while result.count < count { result.append(roles.map { value($0, &random) }) }
    while result.count % 128 != 0 { result.append(result[0]) }
    return result
  }

  /// A random value; floating-point numbers are often near one another, so that sums cancel.
  private static func value(_ role: Operation.Role, _ random: inout SeededRandom) -> UInt64 {
    switch role {
    case .amount: return random.next() % 72
    case .choice(let count): return random.next() % count
    case .value(let type):
      let bits = random.next()
      let width = UInt64(type.bitWidth)
      let mask = width == 64 ? UInt64.max : (1 << width) - 1
      switch type {
      case .f16, .bf16, .f32, .f64:
        let format = FloatFormat.of(type)
        guard random.next() % 3 != 0 else { return bits & mask }
        let spread = UInt64(random.next() % 3 == 0 ? 120 : 6) % UInt64(format.bias)
        let field = UInt64(format.bias) - spread / 2 + random.next() % (spread + 1)
        return (bits & ~format.infinity & mask) | field << UInt64(format.precision - 1)
      default: return random.next() % 2 == 0 ? bits & mask : (bits & mask) >> (random.next() % width)
      }
    }
  }
}
