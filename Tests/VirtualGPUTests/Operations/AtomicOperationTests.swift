import PTX
import Testing

@testable import VirtualGPU

/// atom and red: what comes back, and what is left in memory.
enum AtomicOracle {
  static let rows: [(String, [ScalarType])] = [
    ("add", [.u32, .s32, .u64, .f16, .f16x2, .bf16, .bf16x2, .f32, .f64]),
    ("min", [.u32, .s32, .u64, .s64]), ("max", [.u32, .s32, .u64, .s64]), ("and", [.b32, .b64]), ("or", [.b32, .b64]),
    ("xor", [.b32, .b64]), ("exch", [.b32, .b64]), ("cas", [.b16, .b32, .b64]), ("inc", [.u32]), ("dec", [.u32]),
  ]

  /// - Parameter isGlobal: In global memory sums of single precision know no subnormals.
  static func result(_ name: String, _ type: ScalarType, _ x: [UInt64], isGlobal: Bool = true) -> Expectation {
    let a = type.integer(x[0])
    let b = type.integer(x[1])
    switch name {
    case "add" where type.isFloat:
      let flushes = type == .f32 && isGlobal
      return FloatOracle(opcode: "add", modifiers: [], type: type, flushes: flushes).expectation(Array(x[0...1]))
    case "add": return .bits(type.bits(a + b))
    case "min": return .bits(type.bits(min(a, b)))
    case "max": return .bits(type.bits(max(a, b)))
    case "and": return .bits(x[0] & x[1])
    case "or": return .bits(x[0] | x[1])
    case "xor": return .bits(x[0] ^ x[1])
    case "exch": return .bits(x[1])
    case "cas": return .bits(x[0] == x[1] ? x[2] : x[0])
    case "inc": return .bits(x[0] >= x[1] ? 0 : x[0] + 1)
    default: return .bits(x[0] == 0 || x[0] > x[1] ? x[1] : x[0] - 1)
    }
  }

  static func operations() -> [Operation] {
    var operations: [Operation] = []
    for (name, types) in rows {
      for type in types {
        let bits = "b\(type.bitWidth)"
        let noflush = name == "add" && type.isFloat && type.bitWidth <= 32 && type != .f32 ? ".noftz" : ""
        for (number, space) in [".global", ".shared", ""].enumerated() {
          let roles = [Operation.Role](repeating: .value(type), count: name == "cas" ? 3 : 2)
          let order = ["", ".relaxed.gpu", ".acq_rel.sys"][number]
          let text = "\(order)\(space).\(name)\(noflush).\(type.rawValue)"
          // A comparison that succeeds now and then.
          func compared(_ s: [String], _ t: Operation.Temporaries) -> ([String], [String]) { ([], Array(s[1...])) }
          for part in ["old", "new", "red"] where part != "red" || (name != "exch" && name != "cas") {
            operations.append(
              Operation(
                memory: (part == "red" ? "red" : "atom") + text, roles, type,
                lines: { d, s, t in
                  let p = MemoryOracle.place(space, t)
                  let rest = s[1...].joined(separator: ", ")
                  let old =
                    part == "old" ? d : type.bitWidth == 64 ? t.long(0) : type.bitWidth == 32 ? t.word(0) : t.half(0)
                  return ["st\(space).\(bits) [\(p)], \(s[0]);"]
                    + [part == "red" ? "red\(text) [\(p)], \(rest);" : "atom\(text) \(old), [\(p)], \(rest);"]
                    + (part == "old" ? [] : ["ld\(space).\(bits) \(d), [\(p)];"])
                }
              ) { x in part == "old" ? .bits(x[0]) : result(name, type, x, isGlobal: space != ".shared") })
          }
        }
      }
    }
    return operations + together()
  }

  /// All lanes of a warp at one place.
  private static func together() -> [Operation] {
    var operations: [Operation] = []
    for (name, type) in [
      ("add", ScalarType.u32), ("add", .u64), ("min", .s32), ("max", .u64), ("and", .b32), ("or", .b32), ("xor", .b64),
      ("inc", .u32),
    ] {
      for kind in ["atom", "red"] {
        let bits = type.bitWidth
        let start: UInt64 = name == "and" ? 0xffff_ffff : name == "min" ? 0x7fff_ffff : 0
        let isInc = name == "inc"
        operations.append(
          Operation(
            together: "\(kind).global.\(name).\(type.rawValue)", [.value(type)], type,
            lines: { d, s, t in
              let value = isInc ? "7" : s[0]
              let old = bits == 64 ? t.long(2) : t.word(2)
              return [
                "mul.lo.u32 \(t.word(0)), \(t.lane), 16;", "cvt.u64.u32 \(t.long(0)), \(t.word(0));",
                "sub.u64 \(t.long(1)), \(t.global), \(t.long(0));", "mov.b\(bits) \(d), \(start);",
                "st.global.b\(bits) [\(t.long(1))], \(d);", "bar.warp.sync \(t.members);",
                kind == "atom"
                  ? "atom.global.\(name).\(type.rawValue) \(old), [\(t.long(1))], \(value);"
                  : "red.global.\(name).\(type.rawValue) [\(t.long(1))], \(value);",
                "bar.warp.sync \(t.members);", "ld.global.b\(bits) \(d), [\(t.long(1))];",
                "bar.warp.sync \(t.members);",
              ]
            }
          ) { lanes, running in
            var value = start
            for lane in 0..<32 where running >> UInt32(lane) & 1 != 0 {
              if case .bits(let bits) = result(name, type, [value, isInc ? 7 : lanes[lane][0]]) { value = bits }
            }
            let final = value
            return (0..<32).map { _ in .bits(final) }
          })
      }
    }
    return operations
  }
}

extension OperationTests {
  @Test func `atomics in all spaces`() async throws {
    try await OperationBench.check(AtomicOracle.operations(), count: 512)
  }
}
