import PTX

extension FunctionTranslator {
  /// setp and set: a comparison, and with a second operation a predicate joined to it.
  mutating func translateComparison(_ instruction: Instruction) throws(Unsupported) {
    var modifiers = instruction.modifiers
    guard let word = modifiers.popLast(), let type = ScalarType(rawValue: word), let comparison = modifiers.first else {
      throw Unsupported(sentence: "an instruction that is not known here")
    }
    modifiers.removeFirst()
    let flushes = modifiers.contains("ftz")
    modifiers.removeAll { $0 == "ftz" }
    var resultType: ScalarType?
    if instruction.opcode == "set" {
      guard let name = modifiers.popLast(), let found = ScalarType(rawValue: name) else {
        throw Unsupported(sentence: "an instruction that is not known here")
      }
      resultType = found
    }
    guard instruction.operands.count >= 3 else { throw Unsupported(sentence: "operands are missing") }
    var destination = instruction.operands[0]
    var second: Operand?
    if case .pair(let a, let b) = destination {
      destination = a
      second = b
    }
    let isWarp = isVarying(destination) || second.map(isVarying) == true
    let mode: Mode = isWarp ? .warp : .single
    var sign: String?
    var joined: String?
    if let join = modifiers.first {
      guard let found = ["and": "&", "or": "|", "xor": "^"][join] else {
        throw Unsupported(sentence: "the operation .\(join)")
      }
      guard instruction.operands.count > 3 else { throw Unsupported(sentence: "a predicate is missing") }
      sign = found
      joined = try predicate(instruction.operands[3], mode)
    }
    func join(_ test: String) -> String {
      if let sign, let joined { "((\(test)) \(sign) \(joined))" } else { test }
    }
    var a = try value(instruction.operands[1], type, mode)
    var b = try value(instruction.operands[2], type, mode)
    if flushes, let flushing = Self.flushing(type) {
      a = Self.call(flushing, [a], mode)
      b = Self.call(flushing, [b], mode)
    }
    if type == .f16x2 || type == .bf16x2 {
      let name = fresh("c")
      lines.append(
        "const \(isWarp ? "vu32" : "uint32_t") \(name) = \(Self.call("\(comparison)_\(type.rawValue)", [a, b], mode));")
      if let resultType {
        guard resultType.bitWidth == 32, joined == nil else { throw Unsupported(sentence: "a comparison of this kind") }
        let ones = resultType == .f16x2 ? " & 0x3c003c00u" : resultType == .bf16x2 ? " & 0x3f803f80u" : ""
        return try assign(destination, "\(name)\(ones)", .b32, mode)
      }
      func half(_ test: String) -> String { join(isWarp ? "VGPU_MASK((\(test)) != 0)" : "(uint32_t)((\(test)) != 0)") }
      let low = fresh("c")
      lines.append("const uint32_t \(low) = \(half("\(name) & 0xffff"));")
      if let second { try assign(second, half("\(name) >> 16"), .pred, mode) }
      return try assign(destination, low, .pred, mode)
    }
    if type == .f16 || type == .bf16 {
      a = Self.call("from_\(type.rawValue)", [a], mode)
      b = Self.call("from_\(type.rawValue)", [b], mode)
    }
    let name = fresh("c")
    lines.append("const uint32_t \(name) = \(try Self.test(comparison, a, b, type.isFloat, mode));")
    if let resultType {
      let yes: String =
        switch resultType {
        case .f32: "0x3f800000u"
        case .f16: "0x3c00u"
        case .bf16: "0x3f80u"
        default: resultType.bitWidth == 16 ? "0xffffu" : "0xffffffffu"
        }
      let bits: ScalarType = resultType.bitWidth == 16 ? .b16 : .b32
      let text =
        isWarp
        ? "VGPU_SELECT\(bits.bitWidth)(\(join(name)), (vu\(bits.bitWidth))(\(yes)), (vu\(bits.bitWidth))(0u))"
        : "((\(join(name))) ? \(yes) : 0u)"
      return try assign(destination, text, bits, mode)
    }
    // Both before either is assigned: the first may be an operand of the second.
    guard let second else { return try assign(destination, join(name), .pred, mode) }
    let first = fresh("c")
    lines.append("const uint32_t \(first) = \(join(name));")
    let opposite = fresh("c")
    lines.append("const uint32_t \(opposite) = \(join(isWarp ? "~\(name)" : "!\(name)"));")
    try assign(destination, first, .pred, mode)
    try assign(second, opposite, .pred, mode)
  }

  /// A comparison as a mask, or as 0 or 1.
  private static func test(
    _ comparison: String, _ a: String, _ b: String, _ isFloat: Bool, _ mode: Mode
  ) throws(Unsupported) -> String {
    func test(_ sign: String, _ x: String, _ y: String) -> String {
      mode == .warp ? "VGPU_MASK(\(x) \(sign) \(y))" : "(uint32_t)(\(x) \(sign) \(y))"
    }
    func holds(_ sign: String) -> String { test(sign, a, b) }
    let not = mode == .warp ? "~" : "!"
    switch comparison {
    case "eq": return holds("==")
    case "ne": return isFloat ? "(\(holds("<")) | \(holds(">")))" : holds("!=")
    case "lt", "lo": return holds("<")
    case "le", "ls": return holds("<=")
    case "gt", "hi": return holds(">")
    case "ge", "hs": return holds(">=")
    case "equ": return "(\(not)(\(holds("<")) | \(holds(">"))))"
    case "neu": return holds("!=")
    case "ltu": return "(\(not)\(holds(">=")))"
    case "leu": return "(\(not)\(holds(">")))"
    case "gtu": return "(\(not)\(holds("<=")))"
    case "geu": return "(\(not)\(holds("<")))"
    case "num": return "(\(test("==", a, a)) & \(test("==", b, b)))"
    case "nan": return "(\(test("!=", a, a)) | \(test("!=", b, b)))"
    default: throw Unsupported(sentence: "the comparison .\(comparison)")
    }
  }

  mutating func translateSelection(_ instruction: Instruction) throws(Unsupported) {
    guard let destination = instruction.operands.first, instruction.operands.count == 4 else {
      throw Unsupported(sentence: "operands are missing")
    }
    let types = instruction.modifiers.compactMap(ScalarType.init(rawValue:))
    guard let type = types.first else { throw Unsupported(sentence: "a selection without a type") }
    let mode = mode(of: destination)
    let bits: ScalarType = type.bitWidth == 64 ? .b64 : type.bitWidth == 32 ? .b32 : .b16
    let a = try value(instruction.operands[1], bits, mode)
    let b = try value(instruction.operands[2], bits, mode)
    var condition: String
    if instruction.opcode == "selp" {
      condition = try predicate(instruction.operands[3], mode)
    } else {
      var c = try value(instruction.operands[3], types.last ?? .s32, mode)
      if instruction.modifiers.contains("ftz") { c = Self.call("ftz", [c], mode) }
      condition = mode == .warp ? "VGPU_MASK(\(c) >= 0)" : "(\(c) >= 0)"
    }
    condition = "(\(condition))"
    try assign(
      destination,
      mode == .warp
        ? "VGPU_SELECT\(bits.bitWidth)(\(condition), VGPU_OPAQUE\(bits.bitWidth)(\(a)), VGPU_OPAQUE\(bits.bitWidth)(\(b)))"
        : "(\(condition) ? \(a) : \(b))", bits, mode)
  }
}
