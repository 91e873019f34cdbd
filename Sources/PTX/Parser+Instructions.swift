extension Parser {
  private static let maximumOperandDepth = 4

  /// An instruction, from its predicate to its semicolon.
  mutating func instruction() throws(PTXError) {
    let start = line
    var predicate: Instruction.Guard?
    if take(Sign.at) {
      let isNegated = take(Sign.exclamation)
      let place = line
      let name = try word("a predicate")
      guard case .register(let register) = try resolve(name, line: place) else {
        throw PTXError(.unexpectedToken, "`\(shown(name))` is no register.", line: place)
      }
      predicate = Instruction.Guard(register: register, isNegated: isNegated)
    }
    let opcode = try opcode()
    var operands: [Operand] = []
    if !isNext(Sign.semicolon) {
      repeat { operands.append(try operand()) } while take(Sign.comma)
    }
    try expect(Sign.semicolon, "after the operands of `\(opcode.name)`")
    statements.append(
      .instruction(
        Instruction(
          guardPredicate: predicate, opcode: opcode.name, modifiers: opcode.modifiers, operands: operands,
          position: position, ptxLine: start)))
  }

  /// An opcode with its modifiers.
  private mutating func opcode() throws(PTXError) -> Opcode {
    let first = token
    guard first.kind == .word, UInt8(ascii: "a")...UInt8(ascii: "z") ~= first.first else {
      throw unexpected("an instruction is expected")
    }
    advance()
    var last = first
    let modifiersStart = index
    var isContiguous = true
    while token.kind == .dotted {
      isContiguous = isContiguous && token.start == last.end
      last = token
      advance()
    }
    let key = isContiguous ? String(decoding: bytes[Int(first.start)..<Int(last.end)], as: UTF8.self) : nil
    if let key, let known = opcodes[key] { return known }
    let opcode = Opcode(name: text(first), modifiers: tokens[modifiersStart..<index].map(inner))
    if let key { opcodes[key] = opcode }
    return opcode
  }

  /// What a name stands for in the innermost block that has it.
  func resolve(_ name: String, line: Int) throws(PTXError) -> Operand {
    for scope in scopes.reversed() {
      if let operand = scope.find(name) { return operand }
    }
    if symbols[name] != nil { return .symbol(name, offset: 0) }
    if SpecialRegister.isSpecial(name) { return .special(name, component: nil) }
    throw PTXError(.undeclaredName, "`\(shown(name))` is not declared.", line: line)
  }

  /// An operand, or a pair of them.
  private mutating func operand(depth: Int = 0) throws(PTXError) -> Operand {
    let first = try single(depth: depth)
    guard isNext(Sign.bar) else { return first }
    advance()
    return .pair(first, try single(depth: depth))
  }

  /// An operand that is not a pair.
  private mutating func single(depth: Int) throws(PTXError) -> Operand {
    switch token.kind {
    case .word: return try named()
    case .number: return try number()
    case .sign: break
    default: throw unexpected("an operand is expected")
    }
    switch token.first {
    case Sign.leftBrace:
      return .vector(try operands(to: Sign.rightBrace, depth: depth))
    case Sign.leftParenthesis:
      return .list(try operands(to: Sign.rightParenthesis, depth: depth))
    case Sign.leftBracket:
      return try address(depth: depth)
    case Sign.exclamation:
      advance()
      let place = line
      let name = try word("a predicate")
      guard case .register(let register) = try resolve(name, line: place) else {
        throw PTXError(.unexpectedToken, "`\(shown(name))` is no register.", line: place)
      }
      return .negatedRegister(register)
    case Sign.minus, Sign.plus:
      return try number()
    default:
      throw unexpected("an operand is expected")
    }
  }

  /// A number, or a sum of integers.
  private mutating func number() throws(PTXError) -> Operand {
    let operand = Operand(try signedConstant())
    guard case .integer(let value) = operand else { return operand }
    return .integer(value &+ (try offset()))
  }

  /// Operands between commas, with the signs around them.
  private mutating func operands(to end: UInt8, depth: Int) throws(PTXError) -> [Operand] {
    guard depth < Self.maximumOperandDepth else { throw failure(.nestedTooDeep, "operands nest too deep.") }
    advance()
    var operands: [Operand] = []
    guard !take(end) else { return operands }
    repeat { operands.append(try operand(depth: depth + 1)) } while take(Sign.comma)
    try expect(end, "after the operands")
    return operands
  }

  /// A register, a symbol with its offset, a label, or `_`.
  private mutating func named() throws(PTXError) -> Operand {
    let place = token
    let name = text(place)
    advance()
    guard name != "_" else { return .sink }
    let operand = try resolve(name, line: Int(place.line))
    let isSelected = token.kind == .dotted && token.start == place.end
    switch operand {
    case .symbol(let symbol, _): return .symbol(symbol, offset: try offset())
    case .register(let register) where isSelected:
      let selector = inner(token)
      advance()
      return .element(register: register, selector: selector)
    case .special where isSelected:
      let component = inner(token)
      guard component.utf8.count == 1, let first = component.first, "xyzw".contains(first) else {
        throw unexpected("`x`, `y`, `z` or `w` of `\(shown(name))` is expected")
      }
      advance()
      return .special(name, component: first)
    default: return operand
    }
  }

  /// What is in brackets.
  private mutating func address(depth: Int) throws(PTXError) -> Operand {
    guard depth < Self.maximumOperandDepth else { throw failure(.nestedTooDeep, "operands nest too deep.") }
    advance()
    var operand: Operand
    if token.kind == .word {
      operand = try named()
    } else {
      let place = token
      guard case .integer(let value) = try signedConstant() else {
        throw PTXError(.invalidNumber, "an address is an integer.", line: Int(place.line))
      }
      operand = .integer(Int64(bitPattern: value))
    }
    if isNext(Sign.comma) {
      var operands = [operand]
      while take(Sign.comma) { operands.append(try self.operand(depth: depth + 1)) }
      try expect(Sign.rightBracket, "after the operands in brackets")
      return .bracketed(operands)
    }
    switch operand {
    case .register(let name): operand = .address(base: .register(name), offset: try offset())
    case .symbol(let name, let offset): operand = .address(base: .symbol(name), offset: offset)
    case .integer(let value): operand = .address(base: .absolute, offset: value &+ (try offset()))
    default: throw unexpected("a register, a variable or a number is expected in the brackets")
    }
    try expect(Sign.rightBracket, "after an address")
    return operand
  }
}

extension Operand {
  init(_ constant: Constant) {
    switch constant {
    case .integer(let bits): self = .integer(Int64(bitPattern: bits))
    case .float32(let bits): self = .float32(bits)
    case .float64(let bits): self = .float64(bits)
    }
  }
}
