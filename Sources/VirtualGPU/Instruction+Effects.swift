import PTX

extension Instruction {
  /// The registers that an instruction writes, and those that it reads (its guard's among them).
  struct Effects {
    var writes: [String] = []
    var reads: [String] = []
  }

  /// What it writes and reads.
  var effects: Effects {
    var effects = Effects()
    if let guardPredicate { effects.reads.append(guardPredicate.register) }
    if opcode == "call" {
      // call (results), function, (parameters), …: results and parameters are .param variables, a function may be a register.
      for operand in operands { Self.collect(operand, &effects.reads) }
      return effects
    }
    var rest = operands[...]
    if Self.writesFirstOperand(self), let first = rest.popFirst() {
      Self.collect(first, &effects.writes)
      // A guarded write, and an insert into part of a register, leaves the rest as it was.
      if guardPredicate != nil { effects.reads += effects.writes }
    }
    for operand in rest { Self.collect(operand, &effects.reads) }
    return effects
  }

  private static func writesFirstOperand(_ instruction: Instruction) -> Bool {
    switch instruction.opcode {
    case "st", "stu", "red", "bar", "barrier", "membar", "fence", "bra", "ret", "exit", "trap", "prefetch", "prefetchu",
      "brkpt", "nanosleep", "discard", "applypriority", "createpolicy", "pmevent", "stmatrix":
      // bar.red gives a result.
      (instruction.opcode == "bar" || instruction.opcode == "barrier") && instruction.modifiers.contains("red")
    case "cp": false
    case "wmma": !instruction.modifiers.contains("store")
    default: true
    }
  }

  private static func collect(_ operand: Operand, _ names: inout [String]) {
    switch operand {
    case .register(let name), .negatedRegister(let name), .element(let name, _): names.append(name)
    case .vector(let parts), .list(let parts), .bracketed(let parts): for part in parts { collect(part, &names) }
    case .pair(let a, let b):
      collect(a, &names)
      collect(b, &names)
    case .address(.register(let name), _): names.append(name)
    default: break
    }
  }

  /// True where lanes get different results although their operands are alike.
  func isVaryingByNature(kernelParameters: Set<String>) -> Bool {
    switch opcode {
    case "atom", "shfl", "match", "ldmatrix", "mma", "wmma", "movmatrix", "elect": return true
    // The carry belongs to a lane.
    case "addc", "subc", "madc": return true
    case "add" where modifiers.contains("cc"), "sub" where modifiers.contains("cc"),
      "mad" where modifiers.contains("cc"):
      return true
    case "ld", "ldu":
      if modifiers.contains("local") { return true }
      guard modifiers.contains(where: { $0.hasPrefix("param") }) else { break }
      // A kernel's parameters are one for all; those of functions, and results of calls, belong to a lane.
      if case .address(.symbol(let name), _)? = operands.last { return !kernelParameters.contains(name) }
    default: break
    }
    return operands.contains { operand in
      switch operand {
      case .special(let name, _): Self.varyingSpecials.contains(name)
      case .symbol(let name, _): name.hasPrefix("__local_depot")
      default: false
      }
    }
  }

  static let varyingSpecials: Set<String> = [
    "%tid", "%laneid", "%lanemask_eq", "%lanemask_le", "%lanemask_lt", "%lanemask_ge", "%lanemask_gt",
  ]
}
