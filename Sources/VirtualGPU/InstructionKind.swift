public import PTX

/// The kinds of instruction that are counted apart.
public enum InstructionKind: String, Sendable, Hashable, CaseIterable, Codable, CodingKeyRepresentable {
  /// Arithmetic of single precision: a multiply-add counts as one instruction.
  case float32
  /// Of these the fused multiply-adds, which do two operations.
  case float32FMA
  /// Arithmetic of double precision.
  case float64
  /// Of these the fused multiply-adds.
  case float64FMA
  /// Half precision and bfloat16.
  case float16
  /// Special functions: exponential, logarithm, sine, reciprocal, square root.
  case special
  /// Integer arithmetic and logic, moves, comparisons, conversions.
  case integer
  /// Loads and stores of global memory.
  case globalMemory
  /// Loads and stores of shared memory.
  case sharedMemory
  /// Loads and stores of local memory.
  case localMemory
  /// Atomics.
  case atomic
  /// Shuffles, votes, matches.
  case warp
  /// Barriers and fences.
  case barrier
  /// Matrix instructions.
  case matrix
  /// Branches, calls, returns.
  case control

  /// What kind an instruction is of.
  public init(_ instruction: Instruction) {
    let modifiers = instruction.modifiers
    switch instruction.opcode {
    case "ld", "ldu", "st", "cp", "prefetch":
      if modifiers.contains(where: { $0.hasPrefix("shared") }) && instruction.opcode != "cp" {
        self = .sharedMemory
      } else if modifiers.contains("local") {
        self = .localMemory
      } else if modifiers.contains(where: { $0.hasPrefix("param") || $0.hasPrefix("const") }) {
        self = .integer
      } else {
        self = .globalMemory
      }
    case "atom", "red": self = .atomic
    case "shfl", "vote", "match", "redux", "activemask", "elect": self = .warp
    case "bar", "barrier", "membar", "fence": self = .barrier
    case "mma", "wmma", "ldmatrix", "stmatrix", "movmatrix", "wgmma": self = .matrix
    case "bra", "brx", "call", "ret", "exit", "trap": self = .control
    case "ex2", "lg2", "sin", "cos", "tanh", "rcp", "rsqrt", "sqrt": self = .special
    default:
      let isArithmetic = ["add", "sub", "mul", "fma", "mad", "div", "min", "max", "abs", "neg"].contains(
        instruction.opcode)
      let type = modifiers.last.flatMap(ScalarType.init(rawValue:))
      switch type {
      case .f32? where isArithmetic: self = instruction.opcode == "fma" ? .float32FMA : .float32
      case .f64? where isArithmetic: self = instruction.opcode == "fma" ? .float64FMA : .float64
      case .f16?, .f16x2?, .bf16?, .bf16x2?: self = isArithmetic ? .float16 : .integer
      default: self = .integer
      }
    }
  }

  /// How many of each kind a stretch of instructions has.
  static func counts(_ instructions: ArraySlice<Instruction>, ending: Instruction?) -> [InstructionKind: Int] {
    var counts: [InstructionKind: Int] = [:]
    for instruction in instructions { counts[InstructionKind(instruction), default: 0] += 1 }
    if let ending { counts[InstructionKind(ending), default: 0] += 1 }
    return counts
  }
}
