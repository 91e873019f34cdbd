import PTX
import Testing

@testable import VirtualGPU

/// mov in all forms, lop3, dot products of bytes, logic of predicates, constants as operands.
enum MoveOracle {
  static func moves() -> [Operation] {
    var operations: [Operation] = []
    for type in [ScalarType.b16, .b32, .b64, .u16, .s16, .u32, .s32, .u64, .s64, .f32, .f64] {
      operations.append(Operation("mov.\(type.rawValue)", [.value(type)], type) { .bits($0[0]) })
    }
    // Apart and together again, in another order.
    operations += [
      Operation(
        text: "mov.b32", [.value(.b32)], .b32,
        lines: { d, s, t in
          ["mov.b32 {\(t.half(0)), \(t.half(1))}, \(s[0]);", "mov.b32 \(d), {\(t.half(1)), \(t.half(0))};"]
        }
      ) { x in .bits(x[0] >> 16 | (x[0] & 0xffff) << 16) },
      Operation(
        text: "mov.b32", [.value(.b32)], .b32,
        lines: { d, s, t in ["mov.b32 {_, \(t.half(1))}, \(s[0]);", "mov.b32 \(d), {\(t.half(1)), \(t.half(1))};"] }
      ) { x in .bits(x[0] >> 16 | (x[0] >> 16) << 16) },
      Operation(
        text: "mov.b64", [.value(.b64)], .b64,
        lines: { d, s, t in
          ["mov.b64 {\(t.word(0)), \(t.word(1))}, \(s[0]);", "mov.b64 \(d), {\(t.word(1)), \(t.word(0))};"]
        }
      ) { x in .bits(x[0] >> 32 | x[0] << 32) },
      Operation(
        text: "mov.b64", [.value(.b64)], .b64,
        lines: { d, s, t in
          [
            "mov.b64 {\(t.half(0)), \(t.half(1)), \(t.half(2)), \(t.half(3))}, \(s[0]);",
            "mov.b64 \(d), {\(t.half(2)), \(t.half(0)), \(t.half(3)), \(t.half(1))};",
          ]
        }
      ) { x in
        let parts = (0..<4).map { x[0] >> UInt64(16 * $0) & 0xffff }
        return .bits(parts[2] | parts[0] << 16 | parts[3] << 32 | parts[1] << 48)
      },
      // Parts that lie in wider registers, and constants among the parts.
      Operation(
        text: "mov.b64", [.value(.b32)], .b64,
        lines: { d, s, _ in ["mov.b64 \(d), {\(s[0]), 7};"] }
      ) { x in .bits(x[0] | 7 << 32) },
    ]
    return operations
  }

  static func odd() -> [Operation] {
    var operations: [Operation] = []
    for table in [0x00, 0x01, 0x17, 0x2a, 0x33, 0x80, 0x96, 0xca, 0xe8, 0xf0, 0xfe, 0xff] {
      operations.append(
        Operation("lop3.b32", [.value(.b32), .value(.b32), .value(.b32)], .b32, constants: ", \(table)") { x in
          .bits(
            (0..<32).reduce(UInt64(0)) { result, bit in
              let index = (x[0] >> bit & 1) << 2 | (x[1] >> bit & 1) << 1 | x[2] >> bit & 1
              return result | (UInt64(table) >> index & 1) << bit
            })
        })
    }
    for a in [ScalarType.s32, .u32] {
      for b in [ScalarType.s32, .u32] {
        for (text, parts, aBits, start) in [("dp4a", 4, 8, 0), ("dp2a.lo", 2, 16, 0), ("dp2a.hi", 2, 16, 16)] {
          operations.append(
            Operation("\(text).\(a.rawValue).\(b.rawValue)", [.value(a), .value(b), .value(.s32)], .u32) { x in
              func part(_ bits: UInt64, _ at: Int, _ width: Int, _ type: ScalarType) -> Int128 {
                let value = Int128(bits >> UInt64(at) & ((1 << UInt64(width)) - 1))
                return type == .s32 && value >> Int128(width - 1) != 0 ? value - (1 << Int128(width)) : value
              }
              let sum = (0..<parts).reduce(ScalarType.s32.integer(x[2])) {
                $0 + part(x[0], $1 * aBits, aBits, a) * part(x[1], start + $1 * 8, 8, b)
              }
              return .bits(ScalarType.u32.bits(sum))
            })
        }
      }
    }
    // Predicates with one another.
    for (name, compute) in [
      ("and", { @Sendable (a: Bool, b: Bool) in a && b }), ("or", { $0 || $1 }), ("xor", { $0 != $1 }),
    ] as [(String, @Sendable (Bool, Bool) -> Bool)] {
      operations.append(
        Operation(
          text: "\(name).pred", [.choice(2), .choice(2)], .pred,
          lines: { d, s, t in
            [
              "setp.ne.u32 \(t.predicate(0)), \(s[0]), 0;", "setp.ne.u32 \(t.predicate(1)), \(s[1]), 0;",
              "\(name).pred \(d), \(t.predicate(0)), \(t.predicate(1));",
            ]
          }
        ) { x in .bits(compute(x[0] != 0, x[1] != 0) ? 1 : 0) })
    }
    operations.append(
      Operation(
        text: "not.pred", [.choice(2)], .pred,
        lines: { d, s, t in
          [
            "setp.ne.u32 \(t.predicate(0)), \(s[0]), 0;", "not.pred \(t.predicate(1)), \(t.predicate(0));",
            "mov.pred \(d), \(t.predicate(1));",
          ]
        }
      ) { x in .bits(x[0] == 0 ? 1 : 0) })
    return operations
  }

  /// Constants in the place of registers.
  static func constants() -> [Operation] {
    [
      Operation("add.s32", [.value(.s32)], .s32, constants: ", -2147483648") {
        .bits(($0[0] + 0x8000_0000) & 0xffff_ffff)
      },
      Operation("add.s64", [.value(.s64)], .s64, constants: ", -9223372036854775807") {
        .bits($0[0] &+ 0x8000_0000_0000_0001)
      },
      Operation("and.b16", [.value(.b16)], .b16, constants: ", 0xff0f") { .bits($0[0] & 0xff0f) },
      Operation("sub.s16", [.value(.s16)], .s16, constants: ", -1") { .bits(($0[0] + 1) & 0xffff) },
      Operation("mul.wide.s32", [.value(.s32)], .s64, constants: ", -3") {
        .bits(ScalarType.s64.bits(ScalarType.s32.integer($0[0]) * -3))
      },
      Operation("mul.hi.u32", [.value(.u32)], .u32, constants: ", -1431655765") { .bits(($0[0] * 0xaaaa_aaab) >> 32) },
      Operation("add.rn.f32", [.value(.f32)], .f32, constants: ", 0f3F800001") {
        FloatFormat.f32.add($0[0], 0x3f80_0001, .rn).map { .bits($0) } ?? .nan
      },
      Operation("mul.rn.f64", [.value(.f64)], .f64, constants: ", 0dBFF8000000000001") {
        FloatFormat.f64.multiply($0[0], 0xbff8_0000_0000_0001, .rn).map { .bits($0) } ?? .nan
      },
      Operation("setp.lt.s32", [.value(.s32)], .pred, constants: ", -5") {
        .bits(ScalarType.s32.integer($0[0]) < -5 ? 1 : 0)
      },
      Operation("shl.b64", [.value(.b64)], .b64, constants: ", 63") { .bits($0[0] << 63) },
      Operation("shr.s32", [.value(.s32)], .s32, constants: ", 40") { .bits($0[0] >> 31 & 1 != 0 ? 0xffff_ffff : 0) },
    ]
  }
}

extension OperationTests {
  @Test func `moves, packing, logic of three and of predicates, dot products of bytes, constants`() async throws {
    try await OperationBench.check(MoveOracle.moves() + MoveOracle.odd() + MoveOracle.constants())
  }
}
