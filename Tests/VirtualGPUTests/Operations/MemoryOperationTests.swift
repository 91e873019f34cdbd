import PTX
import Testing

@testable import VirtualGPU

/// Loads, stores and atomics on memory of each lane's own, in all spaces.
enum MemoryOracle {
  /// An address register of a space, and what instructions call the space.
  static func place(_ space: String, _ t: Operation.Temporaries) -> String {
    space == ".shared" ? t.shared : space == ".local" ? t.local : t.global
  }

  static let spaces = [".global", ".shared", ".local", ""]

  static func loads() -> [Operation] {
    var operations: [Operation] = []
    for space in spaces {
      for type in [ScalarType.b8, .u8, .s8, .b16, .u16, .s16, .b32, .u32, .s32, .f32, .b64, .u64, .s64, .f64] {
        let text = "ld\(space).\(type.rawValue)"
        let at = type.byteCount == 8 ? 8 : type.byteCount * 3
        // A narrow value fills a register of 64 bits by its type's sign.
        operations.append(
          Operation(
            memory: text, [.value(.b64), .value(.b64)], type.isFloat ? type : .b64,
            lines: { d, s, t in
              let p = place(space, t)
              return ["st\(space).v2.b64 [\(p)], {\(s[0]), \(s[1])};", "\(text) \(d), [\(p)+\(at)];"]
            }
          ) { x in
            let bits =
              at >= 8
              ? x[1] >> UInt64(8 * (at - 8)) : x[0] >> UInt64(8 * at) | (at > 0 ? x[1] << UInt64(64 - 8 * at) : 0)
            return .bits(type.isFloat ? type.bits(Int128(bits)) : ScalarType.b64.bits(type.integer(bits)))
          })
        operations.append(
          Operation(
            memory: "st\(space).\(type.rawValue)", [.value(.b64), .value(.b64)], .b64,
            lines: { d, s, t in
              let p = place(space, t)
              let place = type.byteCount == 8 ? 0 : type.byteCount
              return [
                "st\(space).b64 [\(p)], \(s[0]);", "mov.b64 {\(t.word(0)), \(t.word(1))}, \(s[1]);",
                "st\(space).\(type.rawValue) [\(p)+\(place)], \(type.byteCount == 8 ? s[1] : t.word(0));",
                "ld\(space).b64 \(d), [\(p)];",
              ]
            }
          ) { x in
            if type.byteCount == 8 { return .bits(x[1]) }
            let width = UInt64(type.bitWidth)
            let mask = (UInt64(1) << width - 1) << width
            return .bits((x[0] & ~mask) | (x[1] << width & mask))
          })
      }
      for (count, type) in [
        (2, ScalarType.u8), (4, .u8), (2, .b16), (4, .u16), (2, .b32), (4, .b32), (2, .f32), (2, .b64),
      ] {
        let bits = type.bitWidth
        operations.append(
          Operation(
            memory: "ld\(space).v\(count).\(type.rawValue)", [.value(.b64), .value(.b64)], .b64,
            lines: { d, s, t in
              let p = place(space, t)
              let registers = (0..<count).map { bits == 64 ? t.long($0) : t.word($0) }
              return [
                "st\(space).v2.b64 [\(p)], {\(s[0]), \(s[1])};",
                "ld\(space).v\(count).\(type.rawValue) {\(registers.joined(separator: ", "))}, [\(p)];",
                "mov.b64 \(t.long(2)), 0;", "st\(space).v2.b64 [\(p)], {\(t.long(2)), \(t.long(2))};",
                // The other way round, and back to memory.
                "st\(space).v\(count).\(type.rawValue) [\(p)], {\(registers.reversed().joined(separator: ", "))};",
                "ld\(space).v2.b64 {\(t.long(2)), \(t.long(3))}, [\(p)];", "xor.b64 \(d), \(t.long(2)), \(t.long(3));",
              ]
            }
          ) { x in
            var words: [UInt64] = [0, 0]
            for index in 0..<count {
              let from = index * bits
              let to = (count - 1 - index) * bits
              let value = type.bits(Int128(x[from / 64] >> UInt64(from % 64)))
              words[to / 64] |= value << UInt64(to % 64)
            }
            return .bits(words[0] ^ words[1])
          })
      }
    }
    return operations + patterns() + odd()
  }

  /// Addresses of lanes side by side, crossed, and at one place.
  private static func patterns() -> [Operation] {
    var operations: [Operation] = []
    for space in [".global", ".shared"] {
      for type in [ScalarType.u8, .b16, .b32, .b64] {
        for crossing in [0, 5, 31] {
          let size = type.byteCount
          operations.append(
            Operation(
              together: "st\(space).\(type.rawValue) of neighbours", [.value(.b64)], .b64,
              lines: { d, s, t in
                let isShared = space == ".shared"
                let p = isShared ? t.word(2) : t.long(1)
                let wide = isShared ? "u32" : "u64"
                return [
                  // The warp's own memory, then the lane's place in it.
                  "mul.lo.u32 \(t.word(0)), \(t.lane), 16;",
                  isShared ? "" : "cvt.u64.u32 \(t.long(0)), \(t.word(0));",
                  "sub.\(wide) \(p), \(place(space, t)), \(isShared ? t.word(0) : t.long(0));",
                  "xor.b32 \(t.word(1)), \(t.lane), \(crossing);",
                  isShared
                    ? "mad.lo.u32 \(p), \(t.word(1)), \(size), \(p);"
                    : "mad.wide.u32 \(p), \(t.word(1)), \(size), \(p);",
                  "cvt.u32.u64 \(t.word(3)), \(s[0]);",
                  "st\(space).\(type.rawValue) [\(p)], \(size == 8 ? s[0] : t.word(3));",
                  "bar.warp.sync \(t.members);",
                  "mul.lo.u32 \(t.word(1)), \(t.word(1)), \(size);",
                  isShared ? "" : "cvt.u64.u32 \(t.long(0)), \(t.word(1));",
                  "sub.\(wide) \(p), \(p), \(isShared ? t.word(1) : t.long(0));",
                  isShared
                    ? "mad.lo.u32 \(p), \(t.lane), \(size), \(p);" : "mad.wide.u32 \(p), \(t.lane), \(size), \(p);",
                  "ld\(space).\(type.rawValue) \(d), [\(p)];", "bar.warp.sync \(t.members);",
                ].filter { !$0.isEmpty }
              }
            ) { lanes, running in
              (0..<32).map { lane in
                running >> UInt32(lane ^ crossing) & 1 == 0 ? .any : .bits(type.bits(Int128(lanes[lane ^ crossing][0])))
              }
            })
        }
      }
    }
    return operations
  }

  private static func odd() -> [Operation] {
    var operations: [Operation] = []
    for (store, load) in [
      ("st.volatile.global.u32", "ld.volatile.global.u32"), ("st.relaxed.gpu.global.u32", "ld.relaxed.gpu.global.u32"),
      ("st.release.gpu.global.u32", "ld.acquire.gpu.global.u32"), ("st.release.sys.u32", "ld.acquire.sys.u32"),
      ("st.global.cs.u32", "ld.global.cv.u32"), ("st.wt.global.u32", "ld.global.ca.u32"),
      ("st.global.L1::no_allocate.u32", "ld.global.nc.L1::no_allocate.L2::128B.u32"),
      ("st.weak.global.u32", "ldu.global.u32"),
      ("st.global.u32", "ld.global.nc.u32"), ("st.relaxed.cta.shared.u32", "ld.acquire.cta.shared.u32"),
      ("st.shared::cta.u32", "ld.shared::cta.u32"), ("st.volatile.shared.u32", "ld.volatile.shared.u32"),
    ] {
      operations.append(
        Operation(
          memory: load, [.value(.u32)], .u32,
          lines: { d, s, t in
            let p = store.contains("shared") ? t.shared : t.global
            return ["\(store) [\(p)], \(s[0]);", "\(load) \(d), [\(p)];"]
          }
        ) { .bits($0[0]) })
    }
    // Generic addresses of shared and local memory, there and back; what kind of place an address is.
    for space in ["shared", "local"] {
      operations.append(
        Operation(
          memory: "cvta.\(space).u64", [.value(.u32)], .u32,
          lines: { d, s, t in
            let p = space == "shared" ? t.long(0) : t.local
            return (space == "shared" ? ["cvt.u64.u32 \(p), \(t.shared);"] : []) + [
              "st.\(space).u32 [\(space == "shared" ? t.shared : t.local)], \(s[0]);",
              "cvta.\(space).u64 \(t.long(1)), \(p);",
              "ld.u32 \(t.word(0)), [\(t.long(1))];", "cvta.to.\(space).u64 \(t.long(2)), \(t.long(1));",
              "ld.\(space).u32 \(t.word(1)), [\(t.long(2))];",
              "isspacep.\(space) \(t.predicate(0)), \(t.long(1));", "isspacep.global \(t.predicate(1)), \(t.long(1));",
              "selp.u32 \(t.word(2)), 1, 0, \(t.predicate(0));", "selp.u32 \(t.word(3)), 2, 0, \(t.predicate(1));",
              "add.u32 \(d), \(t.word(0)), \(t.word(1));", "add.u32 \(d), \(d), \(t.word(2));",
              "add.u32 \(d), \(d), \(t.word(3));",
            ]
          }
        ) { .bits(($0[0] * 2 + 1) & 0xffff_ffff) })
    }
    operations.append(
      Operation(
        memory: "isspacep.global", [.value(.u32)], .pred, lines: { d, _, t in ["isspacep.global \(d), \(t.global);"] }
      ) { _ in .bits(1) })
    // Copies past the registers; with a source shorter than the copy the rest is zero.
    for bytes in [4, 8, 16] {
      for size in [nil, 0, bytes / 2 / 4 * 4, bytes] as [Int?] {
        operations.append(
          Operation(
            memory: "cp.async.\(bytes == 16 ? "cg" : "ca").shared.global", [.value(.b64), .value(.b64)], .b64,
            lines: { d, s, t in
              [
                "st.global.v2.b64 [\(t.global)], {\(s[0]), \(s[1])};", "mov.b64 \(t.long(0)), 0;",
                "st.shared.v2.b64 [\(t.shared)], {\(t.long(0)), \(t.long(0))};",
                "cp.async.\(bytes == 16 ? "cg" : "ca").shared.global [\(t.shared)], [\(t.global)], \(bytes)\(size.map { ", \($0)" } ?? "");",
                "cp.async.commit_group;", "cp.async.wait_group 0;",
                "ld.shared.v2.b64 {\(t.long(1)), \(t.long(2))}, [\(t.shared)];",
                "xor.b64 \(d), \(t.long(1)), \(t.long(2));",
              ]
            }
          ) { x in
            func part(_ word: Int) -> UInt64 {
              let kept = min(max((size ?? bytes) - word * 8, 0), 8)
              return kept == 8 ? x[word] : x[word] & ((1 << UInt64(8 * kept)) - 1)
            }
            return .bits(part(0) ^ part(1))
          })
      }
    }
    return operations
  }
}

extension OperationTests {
  @Test func `loads, stores and copies of all widths`() async throws {
    try await OperationBench.check(MemoryOracle.loads(), count: 256)
  }
}
