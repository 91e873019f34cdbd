import PTX
import Testing

@testable import VirtualGPU

/// What lanes do together, as the manual has it, lane after lane.
enum WarpOracle {
  /// A shuffle's source lane and whether it is in range.
  static func source(_ mode: String, _ lane: Int, _ b: UInt64, _ c: UInt64) -> (lane: Int, isInRange: Bool) {
    let segment = Int(c >> 8 & 31)
    let clamp = Int(c & 31)
    let distance = Int(b & 31)
    let last = (lane & segment) | (clamp & ~segment & 31)
    let first = lane & segment
    var found: Int
    let isInRange: Bool
    switch mode {
    case "up":
      found = lane - distance
      isInRange = found >= last
    case "down":
      found = lane + distance
      isInRange = found <= last
    case "bfly":
      found = lane ^ distance
      isInRange = found <= last
    default:
      found = first | (distance & ~segment & 31)
      isInRange = found <= last
    }
    if !isInRange { found = lane }
    return (found, isInRange)
  }

  static func shuffles() -> [Operation] {
    var operations: [Operation] = []
    for mode in ["up", "down", "bfly", "idx"] {
      let clamps: [UInt64] = mode == "up" ? [0, 0x1800, 0x1e00] : [0x1f, 0x181f, 0x1e1f]
      for clamp in clamps + [0x0c1f, 0x0513] {
        // The value, and which lanes had a source.
        operations.append(
          Operation(
            together: "shfl.sync.\(mode).b32", [.value(.b32), .choice(40)], .b32,
            lines: { d, s, t in ["shfl.sync.\(mode).b32 \(d), \(s[0]), \(s[1]), \(clamp), \(t.members);"] }
          ) { lanes, running in
            (0..<32).map { lane in
              let source = source(mode, lane, lanes[lane][1], clamp)
              return source.lane > 31 || running >> UInt32(source.lane) & 1 == 0 ? .any : .bits(lanes[source.lane][0])
            }
          })
        operations.append(
          Operation(
            together: "shfl.sync.\(mode).b32", [.value(.b32), .choice(40)], .pred,
            lines: { d, s, t in
              ["shfl.sync.\(mode).b32 \(t.word(0))|\(d), \(s[0]), \(s[1]), \(clamp), \(t.members);"]
            }
          ) { lanes, _ in
            (0..<32).map { .bits(source(mode, $0, lanes[$0][1], clamp).isInRange ? 1 : 0) }
          })
      }
      // A clamp of the lane's own.
      operations.append(
        Operation(
          together: "shfl.sync.\(mode).b32", [.value(.b32), .choice(32), .choice(0x2000)], .b32,
          lines: { d, s, t in ["shfl.sync.\(mode).b32 \(d), \(s[0]), \(s[1]), \(s[2]), \(t.members);"] }
        ) { lanes, running in
          (0..<32).map { lane in
            let source = source(mode, lane, lanes[lane][1], lanes[lane][2])
            return running >> UInt32(source.lane & 31) & 1 == 0 ? .any : .bits(lanes[source.lane & 31][0])
          }
        })
    }
    return operations
  }

  /// The mask that a lane names: all that run, or those of its tile.
  private static func members(_ t: Operation.Temporaries, _ tile: Int) -> ([String], String) {
    if tile == 32 { return ([], t.members) }
    return (
      [
        "and.b32 \(t.word(4)), \(t.lane), \(32 - tile);", "mov.u32 \(t.word(5)), \((1 << tile) - 1);",
        "shl.b32 \(t.word(4)), \(t.word(5)), \(t.word(4));", "and.b32 \(t.word(4)), \(t.word(4)), \(t.members);",
      ], t.word(4)
    )
  }

  private static func party(_ lane: Int, _ running: UInt32, _ tile: Int) -> [Int] {
    (0..<32).filter { running >> UInt32($0) & 1 != 0 && $0 / tile == lane / tile }
  }

  private static func mask(_ lanes: [Int]) -> UInt64 { lanes.reduce(0) { $0 | 1 << UInt64($1) } }

  static func votes() -> [Operation] {
    var operations: [Operation] = []
    for tile in [32, 16, 4] {
      for (kind, often) in [
        ("all", UInt64(1)), ("all", 3), ("any", 3), ("any", 60), ("uni", 1), ("uni", 3), ("ballot", 2),
      ] {
        let isBallot = kind == "ballot"
        operations.append(
          Operation(
            together: "vote.sync.\(kind)", [.choice(often == 1 ? 1 : often)], isBallot ? .b32 : .pred,
            lines: { d, s, t in
              let (before, named) = members(t, tile)
              return before + [
                "setp.eq.u32 \(t.predicate(0)), \(s[0]), 0;",
                "vote.sync.\(kind).\(isBallot ? "b32" : "pred") \(d), \(t.predicate(0)), \(named);",
              ]
            }
          ) { lanes, running in
            (0..<32).map { lane in
              let party = party(lane, running, tile)
              let yes = party.filter { lanes[$0][0] == 0 }
              switch kind {
              case "all": return .bits(yes.count == party.count ? 1 : 0)
              case "any": return .bits(yes.isEmpty ? 0 : 1)
              case "uni": return .bits(yes.isEmpty || yes.count == party.count ? 1 : 0)
              default: return .bits(mask(yes))
              }
            }
          })
      }
      for (kind, choices) in [("any", UInt64(4)), ("any", 1), ("all", 1), ("all", 2)] {
        for width in [32, 64] {
          operations.append(
            Operation(
              together: "match.\(kind).sync.b\(width)", [.choice(choices)], .b32,
              lines: { d, s, t in
                let (before, named) = members(t, tile)
                let value = width == 64 ? t.long(0) : s[0]
                return before + (width == 64 ? ["mul.wide.u32 \(t.long(0)), \(s[0]), 0x80000001;"] : [])
                  + ["match.\(kind).sync.b\(width) \(d), \(value), \(named);"]
              }
            ) { lanes, running in
              (0..<32).map { lane in
                let party = party(lane, running, tile)
                let same = party.filter { lanes[$0][0] == lanes[lane][0] }
                return .bits(kind == "any" || same.count == party.count ? mask(same) : 0)
              }
            })
        }
      }
      for (kind, type) in [
        ("add", ScalarType.u32), ("add", .s32), ("min", .u32), ("min", .s32), ("max", .u32), ("max", .s32),
        ("and", .b32), ("or", .b32), ("xor", .b32),
      ] {
        operations.append(
          Operation(
            together: "redux.sync.\(kind).\(type.rawValue)", [.value(type)], type,
            lines: { d, s, t in
              let (before, named) = members(t, tile)
              return before + ["redux.sync.\(kind).\(type.rawValue) \(d), \(s[0]), \(named);"]
            }
          ) { lanes, running in
            (0..<32).map { lane in
              let values = party(lane, running, tile).map { type.integer(lanes[$0][0]) }
              guard let first = values.first else { return .any }
              let result = values.dropFirst().reduce(first) { a, b in
                switch kind {
                case "add": a + b
                case "min": min(a, b)
                case "max": max(a, b)
                case "and": a & b
                case "or": a | b
                default: a ^ b
                }
              }
              return .bits(type.bits(result))
            }
          })
      }
    }
    operations.append(
      Operation(
        together: "match.all.sync.b32", [.choice(2)], .pred,
        lines: { d, s, t in
          [
            "setp.lt.u32 \(t.predicate(0)), \(t.lane), 16;", "and.b32 \(t.word(0)), \(s[0]), 1;",
            "match.all.sync.b32 \(t.word(1))|\(d), \(t.word(0)), \(t.members);",
          ]
        }
      ) { lanes, running in
        let party = party(0, running, 32)
        let isSame = Set(party.map { lanes[$0][0] }).count == 1
        return (0..<32).map { _ in .bits(isSame ? 1 : 0) }
      })
    operations.append(
      Operation(
        together: "elect.sync", [.choice(2)], .pred,
        lines: { d, _, t in ["elect.sync \(t.word(0))|\(d), \(t.members);"] }
      ) { _, running in (0..<32).map { .bits(running.trailingZeroBitCount == $0 ? 1 : 0) } })
    operations.append(
      Operation(
        together: "activemask.b32", [.choice(2)], .b32, lines: { d, _, _ in ["activemask.b32 \(d);"] }
      ) { _, running in (0..<32).map { _ in .bits(UInt64(running)) } })
    return operations
  }
}

extension OperationTests {
  @Test func `shuffles, votes, matches and reductions of a warp`() async throws {
    try await OperationBench.check(WarpOracle.shuffles() + WarpOracle.votes())
  }
}
