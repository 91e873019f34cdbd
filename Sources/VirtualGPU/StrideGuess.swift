import PTX

/// How far apart the addresses of neighbouring threads probably lie.
///
/// A register's guess is what it grows by from one `%tid.x` to the next, as its first definition in the text has it; of
/// registers that are added to later only the addition is missed. Code is written for the guess and tests it.
struct StrideGuess {
  private var guesses: [String: Int64] = [:]
  private let uniformity: Uniformity

  /// - Complexity: linear in the instructions.
  init(_ instructions: [Instruction], uniformity: Uniformity) {
    self.uniformity = uniformity
    for instruction in instructions {
      guard case .register(let name)? = instruction.operands.first, guesses[name] == nil,
        let guess = result(of: instruction)
      else { continue }
      guesses[name] = guess
    }
  }

  /// The guess for a register; nil where there is none.
  func stride(_ register: String) -> Int64? { uniformity.isVarying(register) ? guesses[register] : 0 }

  private func stride(_ operand: Operand) -> Int64? {
    switch operand {
    case .integer, .symbol: return 0
    case .register(let name): return stride(name)
    case .special(let name, let part):
      if name == "%laneid" || (name == "%tid" && part == "x") { return 1 }
      // Rows of a block are at least half a warp long where it matters.
      return name == "%tid" || !Instruction.varyingSpecials.contains(name) ? 0 : nil
    default: return nil
    }
  }

  private func result(of instruction: Instruction) -> Int64? {
    let operands = instruction.operands.dropFirst().map { $0 }
    let strides = operands.map(stride)
    guard let first = strides.first ?? nil else { return nil }
    switch instruction.opcode {
    case "mov", "cvt", "cvta": return first
    case "add", "or":
      guard strides.count == 2, let second = strides[1] else { return nil }
      return instruction.opcode == "add" || first == 0 || second == 0 ? first &+ second : nil
    case "sub":
      guard strides.count == 2, let second = strides[1] else { return nil }
      return first &- second
    case "shl":
      guard case .integer(let amount)? = operands.last, amount < 32 else { return first == 0 ? 0 : nil }
      return first << Int64(amount)
    case "mul": return strides.count == 2 ? product(operands, strides) : nil
    case "mad":
      guard strides.count == 3, let sum = strides[2], let product = product(operands, strides) else { return nil }
      return product &+ sum
    case "and", "shr", "rem", "div", "min", "max": return strides.allSatisfy { $0 == 0 } ? 0 : nil
    default: return nil
    }
  }

  private func product(_ operands: [Operand], _ strides: [Int64?]) -> Int64? {
    if case .integer(let factor) = operands[1], let stride = strides[0] { return stride &* factor }
    return strides[0] == 0 && strides[1] == 0 ? 0 : nil
  }
}
