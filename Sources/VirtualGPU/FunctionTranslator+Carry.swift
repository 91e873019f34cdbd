import PTX

extension FunctionTranslator {
  /// Additions, subtractions and multiply-adds that leave a carry in `CC`, or take it.
  mutating func translateCarry(_ instruction: Instruction) throws(Unsupported) {
    var modifiers = instruction.modifiers
    guard let type = modifiers.popLast().flatMap(ScalarType.init(rawValue:)), type.bitWidth >= 32, !type.isFloat else {
      throw Unsupported(sentence: "an instruction that is not known here")
    }
    let leaves = modifiers.contains("cc")
    let takes = instruction.opcode.hasSuffix("c")
    let u = "vu\(type.bitWidth)"
    let bits: ScalarType = type.bitWidth == 64 ? .b64 : .b32
    var operands: [String] = []
    for operand in instruction.operands.dropFirst() { operands.append(try value(operand, bits, .warp)) }
    var first = operands[0]
    var second = operands.count > 1 ? operands[1] : "0"
    if instruction.opcode.hasPrefix("mad") {
      guard operands.count == 3 else { throw Unsupported(sentence: "operands are missing") }
      if modifiers.contains("hi") {
        let factors = (
          try value(instruction.operands[1], type, .warp), try value(instruction.operands[2], type, .warp)
        )
        first = "((\(u))v_mulhi_\(Self.cType(type))(\(factors.0), \(factors.1)))"
      } else {
        first = "(\(operands[0]) * \(operands[1]))"
      }
      second = operands[2]
    }
    let a = fresh("a")
    let b = fresh("b")
    let sum = fresh("sum")
    let carry = fresh("carry")
    let one = "VGPU_SELECT\(type.bitWidth)(CC, (\(u))(1), (\(u))(0))"
    lines.append("const \(u) \(a) = \(first), \(b) = \(second);")
    if instruction.opcode.hasPrefix("sub") {
      // The borrow is kept as it is.
      lines.append("const \(u) \(sum) = \(a) - \(b)\(takes ? " - \(one)" : "");")
      lines.append(
        "const uint32_t \(carry) = VGPU_MASK(\(a) < \(b))\(takes ? " | (VGPU_MASK(\(a) == \(b)) & CC)" : "");")
    } else {
      lines.append("const \(u) \(sum) = \(a) + \(b)\(takes ? " + \(one)" : "");")
      lines.append(
        "const uint32_t \(carry) = VGPU_MASK(\(sum) < \(a))\(takes ? " | (VGPU_MASK(\(sum) == \(a)) & CC)" : "");")
    }
    try assign(instruction.operands[0], sum, bits, .warp)
    if leaves { lines.append("CC = (CC & ~\(mask)) | (\(carry) & \(mask));") }
  }
}
