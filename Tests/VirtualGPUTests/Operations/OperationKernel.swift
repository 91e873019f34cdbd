import PTX

/// A kernel in PTX that runs operations of one signature over tuples of operands.
struct OperationKernel {
  /// How an operation is run.
  enum Variant: String, CaseIterable {
    /// A value for each lane: without condition, under a guard that differs by lane, and where lanes have parted.
    case plain, guarded, apart
    /// One value for the warp: without condition, and under a guard that all lanes share.
    case uniform, uniformGuarded

    var isUniform: Bool { self == .uniform || self == .uniformGuarded }
  }

  struct Entry {
    var operation: Int
    var variant: Variant
  }

  var name: String
  var roles: [Operation.Role]
  /// How many tuples.
  var count: Int
  var isUniform: Bool
  var entries: [Entry]

  /// What a register holds before, and where an operation does not run, after.
  static let old: UInt64 = 0xa5a5_5a5a_c3c3_3c3c

  /// Whether a tuple's operation runs under a guard.
  static func runs(_ tuple: Int, _ variant: Variant) -> Bool {
    switch variant {
    case .plain, .uniform: true
    case .guarded, .apart: (tuple ^ tuple >> 2 ^ tuple >> 5) & 1 != 0
    case .uniformGuarded: tuple & 1 != 0
    }
  }

  func ptx(_ operations: [Operation]) -> String {
    var body: [String] = []
    var registers: [String] = []
    let size = roles.count * 8
    // The tuple's number: a lane's own, or the block's.
    body.append("mov.u32 %t0, %ctaid.x;")
    if !isUniform {
      body.append("mov.u32 %t1, %ntid.x;")
      body.append("mov.u32 %t2, %tid.x;")
      body.append("mad.lo.u32 %t0, %t0, %t1, %t2;")
    }
    body.append("ld.param.u64 %a0, [in];")
    body.append("ld.param.u64 %a1, [out];")
    body.append("mad.wide.u32 %a0, %t0, \(size), %a0;")
    body.append("mad.wide.u32 %a1, %t0, 8, %a1;")
    for (index, role) in roles.enumerated() {
      let bits = role.type.registerBits
      registers.append(".reg .b\(bits) %s\(index);")
      body.append("ld.global.b\(bits) %s\(index), [%a0+\(index * 8)];")
    }
    if isUniform {
      body.append("and.b32 %t3, %t0, 1;")
    } else {
      body.append("shr.u32 %t3, %t0, 2;")
      body.append("shr.u32 %t4, %t0, 5;")
      body.append("xor.b32 %t3, %t3, %t0;")
      body.append("xor.b32 %t3, %t3, %t4;")
      body.append("and.b32 %t3, %t3, 1;")
    }
    body.append("setp.ne.u32 %go, %t3, 0;")

    let sources = roles.indices.map { "%s\($0)" }
    var parted: [String] = []
    var stores: [String] = []
    for (index, entry) in entries.enumerated() {
      let operation = operations[entry.operation]
      let bits = operation.result == .pred ? 32 : operation.result.registerBits
      let d = "%d\(index)"
      registers.append(".reg .b\(bits) \(d);")
      let prefix = "x\(index)"
      registers.append(
        ".reg .b16 %\(prefix)h<4>; .reg .b32 %\(prefix)w<6>; .reg .b64 %\(prefix)l<4>; .reg .pred %\(prefix)p<4>;")
      let target = operation.result == .pred ? "%\(prefix)p3" : d
      let lines = operation.lines(target, sources, Operation.Temporaries(prefix: prefix))
      if entry.variant != .plain && entry.variant != .uniform {
        if operation.result == .pred {
          // Where it does not run, the predicate is what `old` has as its lowest bit: false.
          body.append("setp.ne.u32 %\(prefix)p3, 0, 0;")
        } else {
          body.append("mov.b\(bits) \(d), \(Self.old & (bits == 64 ? .max : (1 << UInt64(bits)) - 1));")
        }
      }
      switch entry.variant {
      case .plain, .uniform: body += lines
      case .guarded, .uniformGuarded: body += lines.map { "@%go \($0)" }
      case .apart: parted += lines
      }
      if operation.result == .pred { stores.append("selp.b32 \(d), 1, 0, %\(prefix)p3;") }
      stores.append("st.global.b\(bits) [%a1+\(index * count * 8)], \(d);")
    }
    if !parted.isEmpty {
      body.append("@!%go bra together;")
      body += parted
      body.append("together:")
    }
    return """
      .visible .entry \(name)(.param .u64 in, .param .u64 out)
      {
      .reg .b32 %t<5>; .reg .b64 %a<2>; .reg .pred %go;
      \(registers.joined(separator: "\n"))
      \((body + stores).joined(separator: "\n"))
      ret;
      }

      """
  }

  static let header = ".version 8.6\n.target sm_90\n.address_size 64\n"
}
