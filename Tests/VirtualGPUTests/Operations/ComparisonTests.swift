import PTX
import Testing

@testable import VirtualGPU

/// setp, set, selp, slct and testp.
enum ComparisonOracle {
  static let ordered = ["eq", "ne", "lt", "le", "gt", "ge"]
  static let unordered = ["equ", "neu", "ltu", "leu", "gtu", "geu", "num", "nan"]

  static func comparisons(_ type: ScalarType) -> [String] {
    switch type {
    case .b16, .b32, .b64: ["eq", "ne"]
    case .u16, .u32, .u64: ordered + ["lo", "ls", "hi", "hs"]
    case .s16, .s32, .s64: ordered
    default: ordered + unordered
    }
  }

  /// Whether a comparison holds, by the order of the operands; nil where one is NaN.
  static func holds(_ comparison: String, _ order: Int?) -> Bool {
    guard let order else { return comparison == "nan" || (comparison.hasSuffix("u") && comparison.count == 3) }
    switch comparison {
    case "eq", "equ": return order == 0
    case "ne", "neu": return order != 0
    case "lt", "ltu", "lo": return order < 0
    case "le", "leu", "ls": return order <= 0
    case "gt", "gtu", "hi": return order > 0
    case "ge", "geu", "hs": return order >= 0
    default: return comparison == "num"
    }
  }

  static func order(_ type: ScalarType, _ a: UInt64, _ b: UInt64, flushes: Bool) -> Int? {
    guard type.isFloat else {
      let x = type.integer(a)
      let y = type.integer(b)
      return x < y ? -1 : x > y ? 1 : 0
    }
    let format = FloatFormat.of(type)
    return flushes ? format.compare(format.flushed(a), format.flushed(b)) : format.compare(a, b)
  }

  static func joined(_ join: String?, _ test: Bool, _ other: Bool) -> Bool {
    switch join {
    case "and": test && other
    case "or": test || other
    case "xor": test != other
    default: test
    }
  }

  static let types: [ScalarType] = [
    .b16, .b32, .b64, .u16, .u32, .u64, .s16, .s32, .s64, .f16, .bf16, .f32, .f64,
  ]

  /// setp with one and two results, alone and joined with a predicate, which is the lowest bit of a third operand.
  static func setp() -> [Operation] {
    var operations: [Operation] = []
    for type in types {
      for (number, comparison) in comparisons(type).enumerated() {
        for flushes in type == .f32 || type == .f16 ? [false, true] : [false] {
          let joins: [String?] = [nil, ["and", "or", "xor"][number % 3]]
          for join in joins {
            let text = (["setp", comparison] + [join].compactMap { $0 } + (flushes ? ["ftz"] : []) + [type.rawValue])
              .joined(separator: ".")
            let isPair = number % 2 == 0
            let isNegated = number % 4 > 1
            // Bit 0 says the first result, bit 1 the second.
            operations.append(
              Operation(
                text: text, [.value(type), .value(type)] + (join == nil ? [] : [.choice(2)]), .u32,
                lines: { d, s, t in
                  (join == nil ? [] : ["setp.ne.u32 \(t.predicate(2)), \(s[2]), 0;"])
                    + [
                      "\(text) \(t.predicate(0))\(isPair ? "|" + t.predicate(1) : ""), \(s[0]), \(s[1])\(join == nil ? "" : ", " + (isNegated ? "!" : "") + t.predicate(2));",
                      "selp.u32 \(d), 1, 0, \(t.predicate(0));",
                    ]
                    + (isPair
                      ? ["selp.u32 \(t.word(0)), 2, 0, \(t.predicate(1));", "or.b32 \(d), \(d), \(t.word(0));"] : [])
                }
              ) { x in
                let test = holds(comparison, order(type, x[0], x[1], flushes: flushes))
                let other = join != nil && (x[2] != 0) != isNegated
                let first = joined(join, test, other)
                let second = isPair && joined(join, !test, other)
                return .bits((first ? 1 : 0) | (second ? 2 : 0))
              })
          }
        }
      }
    }
    return operations
  }

  static func set() -> [Operation] {
    var operations: [Operation] = []
    for type in types {
      for (number, comparison) in comparisons(type).enumerated() {
        let results: [ScalarType] =
          type == .bf16 ? [.bf16] : [[.u32, .f32], [.s32, .f32], [.u32, .f16]][number % 3]
        for result in results {
          let text = "set.\(comparison).\(result.rawValue).\(type.rawValue)"
          let yes =
            result.isFloat
            ? UInt64(FloatFormat.of(result).bias) << UInt64(FloatFormat.of(result).precision - 1) : 0xffff_ffff
          operations.append(
            Operation(
              text, [.value(type), .value(type)],
              result == .f32 ? .b32 : result == .f16 || result == .bf16 ? .b16 : result
            ) { x in
              .bits(holds(comparison, order(type, x[0], x[1], flushes: false)) ? yes : 0)
            })
        }
      }
    }
    return operations
  }

  /// Comparisons of pairs of halves.
  static func pairs() -> [Operation] {
    var operations: [Operation] = []
    for type in [ScalarType.f16x2, .bf16x2] {
      for (number, comparison) in comparisons(type).enumerated() {
        let flush = type == .f16x2 && number % 3 == 1
        let one = UInt64(FloatFormat.of(type).bias) << UInt64(FloatFormat.of(type).precision - 1)
        @Sendable func tests(_ x: [UInt64]) -> (Bool, Bool) {
          func test(_ shift: UInt64) -> Bool {
            holds(comparison, order(type, x[0] >> shift & 0xffff, x[1] >> shift & 0xffff, flushes: flush))
          }
          return (test(0), test(16))
        }
        for (result, yes) in [(type, one), (ScalarType.u32, 0xffff)] {
          let text = "set.\(comparison)\(flush ? ".ftz" : "").\(result.rawValue).\(type.rawValue)"
          operations.append(
            Operation(text, [.value(type), .value(type)], .b32) { x in
              .bits((tests(x).0 ? yes : 0) | (tests(x).1 ? yes << 16 : 0))
            })
        }
        let text = "setp.\(comparison)\(flush ? ".ftz" : "").\(type.rawValue)"
        operations.append(
          Operation(
            text: text, [.value(type), .value(type)], .u32,
            lines: { d, s, t in
              [
                "\(text) \(t.predicate(0))|\(t.predicate(1)), \(s[0]), \(s[1]);",
                "selp.u32 \(d), 1, 0, \(t.predicate(0));", "selp.u32 \(t.word(0)), 2, 0, \(t.predicate(1));",
                "or.b32 \(d), \(d), \(t.word(0));",
              ]
            }
          ) { x in .bits((tests(x).0 ? 1 : 0) | (tests(x).1 ? 2 : 0)) })
      }
    }
    return operations
  }

  static func selections() -> [Operation] {
    var operations: [Operation] = []
    for type in types where type != .f16 && type != .bf16 {
      operations.append(
        Operation(
          text: "selp.\(type.rawValue)", [.value(type), .value(type), .choice(2)], type,
          lines: { d, s, t in
            [
              "setp.ne.u32 \(t.predicate(0)), \(s[2]), 0;",
              "selp.\(type.rawValue) \(d), \(s[0]), \(s[1]), \(t.predicate(0));",
            ]
          }
        ) { x in .bits(x[2] != 0 ? x[0] : x[1]) })
      operations.append(
        Operation("slct.\(type.rawValue).s32", [.value(type), .value(type), .value(.s32)], type) { x in
          .bits(ScalarType.s32.integer(x[2]) >= 0 ? x[0] : x[1])
        })
      for flushes in [false, true] {
        operations.append(
          Operation(
            "slct\(flushes ? ".ftz" : "").\(type.rawValue).f32", [.value(type), .value(type), .value(.f32)], type
          ) { x in
            let format = FloatFormat.f32
            let order = format.compare(flushes ? format.flushed(x[2]) : x[2], 0)
            return .bits(order.map { $0 >= 0 } == true ? x[0] : x[1])
          })
      }
    }
    return operations
  }

  static func properties() -> [Operation] {
    var operations: [Operation] = []
    for type in [ScalarType.f32, .f64] {
      for kind in ["finite", "infinite", "number", "notanumber", "normal", "subnormal"] {
        operations.append(
          Operation("testp.\(kind).\(type.rawValue)", [.value(type)], .pred) { x in
            let format = FloatFormat.of(type)
            let isNaN = format.isNaN(x[0])
            let isInfinite = format.isInfinite(x[0])
            let isSubnormal = format.isSubnormal(x[0])
            let holds =
              switch kind {
              case "finite": !isNaN && !isInfinite
              case "infinite": isInfinite
              case "number": !isNaN
              case "notanumber": isNaN
              // Zeros count as normal.
              case "normal": !isNaN && !isInfinite && !isSubnormal
              default: isSubnormal
              }
            return .bits(holds ? 1 : 0)
          })
      }
    }
    return operations
  }
}

extension OperationTests {
  @Test func `comparisons, joined and not, and selections`() async throws {
    try await OperationBench.check(
      ComparisonOracle.setp() + ComparisonOracle.set() + ComparisonOracle.pairs() + ComparisonOracle.selections()
        + ComparisonOracle.properties())
  }
}
