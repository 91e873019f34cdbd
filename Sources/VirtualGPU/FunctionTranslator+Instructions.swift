import PTX

extension FunctionTranslator {
  /// Translates an instruction that does not end a block.
  mutating func translate(_ instruction: Instruction) throws(Unsupported) {
    do throws(Unsupported) {
      try translateGuarded(instruction)
    } catch {
      throw Unsupported(
        sentence: "\(instruction.text) (line \(instruction.ptxLine) of the PTX): \(error.sentence)")
    }
  }

  private mutating func translateGuarded(_ instruction: Instruction) throws(Unsupported) {
    guard let condition = instruction.guardPredicate else {
      mask = "m"
      return try dispatch(instruction)
    }
    guard let register = registers[condition.register] else {
      throw Unsupported(sentence: "the register \(condition.register)")
    }
    if register.isVarying {
      let name = fresh("mg")
      lines.append("const uint32_t \(name) = m & \(condition.isNegated ? "~" : "")\(register.name);")
      mask = name
      let needsLanes = instruction.opcode == "call" || instruction.isBarrier
      if needsLanes { lines.append("if (\(name)) {") }
      try dispatch(instruction)
      if needsLanes { lines.append("}") }
    } else {
      mask = "m"
      lines.append("if (\(condition.isNegated ? "!" : "")\(register.name)) {")
      let known = patterns
      try dispatch(instruction)
      lines.append("}")
      // Patterns named inside end with the braces.
      patterns = known.filter { name, _ in !instruction.effects.writes.contains(name) }
    }
    mask = "m"
  }

  private mutating func dispatch(_ instruction: Instruction) throws(Unsupported) {
    switch instruction.opcode {
    case "ld", "ldu": try translateLoad(instruction)
    case "st": try translateStore(instruction)
    case "atom", "red": try translateAtomic(instruction)
    case "mov": try translateMove(instruction)
    case "cvta": try translateAddressConversion(instruction)
    case "isspacep": try translateSpaceTest(instruction)
    case "cvt": try translateConversion(instruction)
    case "setp", "set": try translateComparison(instruction)
    case "selp", "slct": try translateSelection(instruction)
    case "testp", "lop3", "dp4a", "dp2a": try translateOdd(instruction)
    case "addc", "subc", "madc": try translateCarry(instruction)
    case "add", "sub", "mad":
      if instruction.modifiers.contains("cc") {
        try translateCarry(instruction)
      } else {
        try translateForm(instruction)
      }
    case "shfl", "vote", "match", "activemask", "redux", "elect": try translateWarp(instruction)
    case "bar", "barrier": try translateBarrier(instruction)
    case "membar", "fence": translateFence(instruction)
    case "call": try translateCall(instruction)
    case "cp": try translateAsyncCopy(instruction)
    case "ldmatrix", "stmatrix", "mma", "wmma", "movmatrix": try translateMatrix(instruction)
    case "nanosleep": lines.append("vgpu_yield(w);")
    case "prefetch", "prefetchu", "discard", "applypriority", "brkpt", "pmevent", "griddepcontrol": break
    case "and", "or", "xor", "not":
      if instruction.modifiers.last == "pred" {
        try translateLogic(instruction)
      } else {
        try translateForm(instruction)
      }
    default: try translateForm(instruction)
    }
  }

  // MARK: The table

  /// An instruction of the table: one value out of others.
  private mutating func translateForm(_ instruction: Instruction) throws(Unsupported) {
    var modifiers = instruction.modifiers
    guard let word = modifiers.popLast(), let type = ScalarType(rawValue: word) else {
      throw Unsupported(sentence: "an instruction that is not known here")
    }
    // Doubles are never flushed; where they have .ftz, it means another instruction, which is a row of its own.
    let flushing = Self.flushing(type)
    let flushes = modifiers.contains("ftz") && flushing != nil
    if type != .f64 { modifiers.removeAll { $0 == "ftz" } }
    // Saturation of floating point is a step of its own; of integers the table's.
    let saturates = type.isFloat && modifiers.contains("sat")
    if saturates { modifiers.removeAll { $0 == "sat" } }
    guard let form = InstructionTable.form(opcode: instruction.opcode, modifiers: modifiers, type: type) else {
      throw Unsupported(
        sentence: InstructionTable.has(opcode: instruction.opcode)
          ? "this form of the instruction is not known here" : "an instruction that is not known here")
    }
    guard let destination = instruction.operands.first else { throw Unsupported(sentence: "no operands") }
    let mode = mode(of: destination)
    var operands: [String] = []
    for (index, operand) in instruction.operands.dropFirst().enumerated() {
      var operandType = index < form.operandTypes.count ? form.operandTypes[index] ?? type : type
      if instruction.opcode == "mad" && modifiers.first == "wide" && index == 2 { operandType = Self.doubled(type) }
      var text = try value(operand, operandType, mode)
      if flushes, let flushing { text = Self.call(flushing, [text], mode) }
      operands.append(text)
    }
    let resultType =
      form.resultType
      ?? ((instruction.opcode == "mul" || instruction.opcode == "mad") && modifiers.first == "wide"
        ? Self.doubled(type) : type)
    var text = Self.fill(form.template, operands, Self.suffix(type), mode)
    if flushes, let flushing { text = Self.call(flushing, [text], mode) }
    if saturates { text = Self.call("sat_\(Self.suffix(type))", [text], mode) }
    try assign(destination, text, resultType, mode)
  }

  /// The function that takes subnormals to zeros of their sign.
  static func flushing(_ type: ScalarType) -> String? {
    switch type {
    case .f32: "ftz"
    case .f16, .f16x2, .bf16, .bf16x2: "flush_\(type.rawValue)"
    default: nil
    }
  }

  private static func doubled(_ type: ScalarType) -> ScalarType {
    switch type {
    case .u16: .u32
    case .s16: .s32
    case .u32: .u64
    default: .s64
    }
  }

  /// The type as functions of the header carry it in their names.
  static func suffix(_ type: ScalarType) -> String {
    switch type {
    case .b16: "u16"
    case .b32: "u32"
    case .b64: "u64"
    default: type.rawValue
    }
  }

  static func call(_ name: String, _ arguments: [String], _ mode: Mode) -> String {
    "\(mode == .warp ? "v" : "s")_\(name)(\(arguments.joined(separator: ", ")))"
  }

  /// A template with its operands.
  static func fill(_ template: String, _ operands: [String], _ suffix: String, _ mode: Mode) -> String {
    var text = ""
    var rest = template[...]
    while let character = rest.popFirst() {
      switch character {
      case "@": text += mode == .warp ? "v_" : "s_"
      case "#": text += suffix
      case "$":
        let digit = rest.popFirst()?.wholeNumberValue ?? 0
        text += digit < operands.count ? operands[digit] : "0"
      default: text.append(character)
      }
    }
    return text
  }

  // MARK: Predicates

  private mutating func translateLogic(_ instruction: Instruction) throws(Unsupported) {
    let destination = instruction.operands[0]
    let mode = mode(of: destination)
    var operands: [String] = []
    for operand in instruction.operands.dropFirst() { operands.append(try predicate(operand, mode)) }
    let text: String =
      switch (instruction.opcode, operands.count) {
      case ("and", 2): "\(operands[0]) & \(operands[1])"
      case ("or", 2): "\(operands[0]) | \(operands[1])"
      case ("xor", 2): "\(operands[0]) ^ \(operands[1])"
      case ("not", 1): mode == .warp ? "~\(operands[0])" : "!\(operands[0])"
      default: throw Unsupported(sentence: "an instruction that is not known here")
      }
    try assign(destination, text, .pred, mode)
  }

  private mutating func translateOdd(_ instruction: Instruction) throws(Unsupported) {
    let destination = instruction.operands[0]
    let operands = instruction.operands
    let types = instruction.modifiers.compactMap(ScalarType.init(rawValue:))
    let mode = mode(of: destination)
    switch instruction.opcode {
    case "testp":
      guard let kind = instruction.modifiers.first, let type = types.last else { fallthrough }
      let letters = ["finite": "f", "infinite": "i", "number": "o", "notanumber": "n", "normal": "r", "subnormal": "s"]
      guard let letter = letters[kind] else { throw Unsupported(sentence: "the test .\(kind)") }
      let text = Self.call(
        "testp_\(type.rawValue)", [try value(operands[1], type, mode), "'\(letter)'"], mode)
      try assign(destination, text, .pred, mode)
    case "lop3":
      guard case .integer(let table)? = operands.last, operands.count == 5 else {
        throw Unsupported(sentence: "a truth table that is no constant")
      }
      var arguments: [String] = []
      for operand in operands[1...3] { arguments.append(try value(operand, .b32, mode)) }
      try assign(destination, Self.call("lop3", arguments + ["\(table & 255)u"], mode), .b32, mode)
    case "dp4a", "dp2a":
      var arguments: [String] = []
      for operand in operands.dropFirst() { arguments.append(try value(operand, .b32, mode)) }
      guard types.count == 2 else { throw Unsupported(sentence: "types are missing") }
      let half = instruction.opcode == "dp2a" ? (instruction.modifiers.contains("hi") ? "_hi" : "_lo") : ""
      try assign(
        destination,
        Self.call("\(instruction.opcode)\(half)_\(types[0].rawValue)_\(types[1].rawValue)", arguments, mode),
        .b32, mode)
    default: throw Unsupported(sentence: "an instruction that is not known here")
    }
  }

  // MARK: Moves

  private mutating func translateMove(_ instruction: Instruction) throws(Unsupported) {
    guard instruction.operands.count == 2, let word = instruction.modifiers.last, let type = ScalarType(rawValue: word)
    else { throw Unsupported(sentence: "an instruction that is not known here") }
    let destination = instruction.operands[0]
    let source = instruction.operands[1]
    if type == .pred {
      let mode = mode(of: destination)
      return try assign(destination, try predicate(source, mode), .pred, mode)
    }
    let bits: ScalarType = type.bitWidth == 64 ? .b64 : type.bitWidth == 32 ? .b32 : type.bitWidth == 16 ? .b16 : type
    if case .vector(let parts) = destination {
      // Taking apart: the first part holds the lowest bits.
      let width = type.bitWidth / parts.count
      let partType: ScalarType = width == 32 ? .b32 : width == 16 ? .b16 : .b8
      let mode: Mode = parts.contains(where: isVarying) ? .warp : .single
      let whole = fresh("whole")
      let c = mode == .warp ? "v\(Self.unsigned(type.bitWidth))" : Self.scalarC(Self.unsigned(type.bitWidth))
      lines.append("const \(c) \(whole) = \(try value(source, bits, mode));")
      for (index, part) in parts.enumerated() {
        let shifted = "(\(whole) >> \(index * width))"
        let text =
          mode == .warp
          ? "__builtin_convertvector(\(shifted), v\(Self.unsigned(width)))"
          : "(\(Self.scalarC(Self.unsigned(width))))\(shifted)"
        try assign(part, text, partType, isVarying(part) ? .warp : .single)
      }
      return
    }
    let mode = mode(of: destination)
    if case .vector(let parts) = source {
      let width = type.bitWidth / parts.count
      let partType: ScalarType = width == 32 ? .b32 : width == 16 ? .b16 : .b8
      var pieces: [String] = []
      for (index, part) in parts.enumerated() {
        let text = try value(part, partType, mode)
        let wide =
          mode == .warp
          ? "__builtin_convertvector(\(text), v\(Self.unsigned(type.bitWidth)))"
          : "((\(Self.scalarC(Self.unsigned(type.bitWidth))))\(text))"
        pieces.append(index == 0 ? wide : "(\(wide) << \(index * width))")
      }
      return try assign(destination, pieces.joined(separator: " | "), bits, mode)
    }
    try assign(destination, try value(source, bits, mode), bits, mode)
  }

  private mutating func translateAddressConversion(_ instruction: Instruction) throws(Unsupported) {
    let destination = instruction.operands[0]
    let mode = mode(of: destination)
    let type: ScalarType = instruction.modifiers.last == "u32" ? .b32 : .b64
    var text = try value(instruction.operands[1], type, mode)
    // Only shared memory has addresses of its own; everywhere else an address is the generic one.
    if instruction.modifiers.contains(where: { $0.hasPrefix("shared") }) {
      let sign = instruction.modifiers.contains("to") ? "-" : "+"
      text = "(\(text) \(sign) S)"
    }
    try assign(destination, text, type, mode)
  }

  private mutating func translateSpaceTest(_ instruction: Instruction) throws(Unsupported) {
    let destination = instruction.operands[0]
    let mode = mode(of: destination)
    let a = fresh("a")
    let isWarp = mode == .warp
    lines.append("const \(isWarp ? "vu64" : "uint64_t") \(a) = \(try value(instruction.operands[1], .b64, mode));")
    func within(_ start: String, _ size: String) -> String {
      let test = "(\(a) - (uint64_t)(uintptr_t)\(start)) < (uint64_t)(\(size))"
      return isWarp ? "VGPU_MASK(\(test))" : "(uint32_t)(\(test))"
    }
    let shared = within("w->shared", "w->shared_bytes")
    let local = within("w->local", "(uint64_t)w->local_stride * 32")
    let not = isWarp ? "~" : "!"
    let text: String =
      switch instruction.modifiers.first {
      case let space? where space.hasPrefix("shared"): shared
      case "local"?: local
      case "global"?: "(\(not)(\(shared) | \(local)))"
      case "const"?, "param"?: "0u"
      default: throw Unsupported(sentence: "this space")
      }
    try assign(destination, text, .pred, mode)
  }
}
