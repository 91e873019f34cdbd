import PTX

extension FunctionTranslator {
  /// Whether an expression is one value for the warp, or one for each lane.
  enum Mode {
    case single, warp
  }

  // MARK: Types

  /// The name of a type's C form: `f32`, `u32`; formats of 16 bits that C has no type for are bits.
  static func cType(_ type: ScalarType) -> String {
    switch type {
    case .pred: "pred"
    case .f32: "f32"
    case .f64: "f64"
    case .s8, .s16, .s32, .s64: type.rawValue
    default: "u\(type.bitWidth)"
    }
  }

  static func unsigned(_ bits: Int) -> String { "u\(bits)" }

  static func scalarC(_ name: String) -> String {
    switch name {
    case "f32": "float"
    case "f64": "double"
    default: (name.hasPrefix("s") ? "int" : "uint") + name.dropFirst() + "_t"
    }
  }

  // MARK: Reading

  /// True if an operand may differ between lanes.
  func isVarying(_ operand: Operand) -> Bool {
    switch operand {
    case .register(let name), .negatedRegister(let name), .element(let name, _): registers[name]?.isVarying ?? true
    case .vector(let parts), .list(let parts), .bracketed(let parts): parts.contains(where: isVarying)
    case .pair(let a, let b): isVarying(a) || isVarying(b)
    case .special(let name, _): Instruction.varyingSpecials.contains(name)
    case .symbol(let name, _): isDepot(name)
    case .address(.register(let name), _): registers[name]?.isVarying ?? true
    case .address(.symbol(let name), _): isDepot(name)
    default: false
    }
  }

  func isDepot(_ name: String) -> Bool {
    function.localVariables.contains { $0.name == name && $0.space == .local }
  }

  /// An operand as a C expression of a type.
  func value(_ operand: Operand, _ type: ScalarType, _ mode: Mode) throws(Unsupported) -> String {
    if type == .pred { return try predicate(operand, mode) }
    let c = Self.cType(type)
    switch operand {
    case .register(let name):
      guard let register = registers[name] else { throw Unsupported(sentence: "the register \(name)") }
      return try convert(register, to: type, mode)
    case .integer(let value):
      let bits =
        type.bitWidth >= 64 ? UInt64(bitPattern: value) : UInt64(bitPattern: value) & ((1 << UInt64(type.bitWidth)) - 1)
      return literal(bits, c, type.bitWidth, mode)
    case .float32(let bits):
      if type == .f64 { return literal(Double(Float(bitPattern: bits)).bitPattern, c, 64, mode) }
      return literal(UInt64(bits), c, type.bitWidth, mode)
    case .float64(let bits):
      if type == .f32 { return literal(UInt64(Float(Double(bitPattern: bits)).bitPattern), c, 32, mode) }
      return literal(bits, c, type.bitWidth, mode)
    case .special, .symbol:
      let (text, isLanes, width) = try source(operand)
      let unsigned = Self.unsigned(type.bitWidth)
      switch (mode, isLanes) {
      case (.single, false): return retype("((\(Self.scalarC(unsigned)))(\(text)))", c, .single)
      case (.warp, false): return retype("((v\(unsigned))((\(Self.scalarC(unsigned)))(\(text))))", c, .warp)
      case (.warp, true):
        let same = width == type.bitWidth ? "(\(text))" : "__builtin_convertvector(\(text), v\(unsigned))"
        return retype(same, c, .warp)
      case (.single, true): throw Unsupported(sentence: "a lane's own value where one for all is needed")
      }
    default: throw Unsupported(sentence: "an operand of this kind")
    }
  }

  private func literal(_ bits: UInt64, _ c: String, _ width: Int, _ mode: Mode) -> String {
    let text = "0x\(String(bits, radix: 16))\(width == 64 ? "ull" : "u")"
    let scalar = "((\(Self.scalarC(Self.unsigned(width))))\(text))"
    return mode == .single ? retype(scalar, c, .single) : retype("((v\(Self.unsigned(width)))\(scalar))", c, .warp)
  }

  /// Bits of a width as a type of the same width.
  private func retype(_ bits: String, _ c: String, _ mode: Mode) -> String {
    if mode == .warp { return "((v\(c))\(bits))" }
    switch c {
    case "f32": return "s_f32(\(bits))"
    case "f64": return "s_f64(\(bits))"
    default: return "((\(Self.scalarC(c)))\(bits))"
    }
  }

  private func convert(_ register: Register, to type: ScalarType, _ mode: Mode) throws(Unsupported) -> String {
    let from = register.type.bitWidth
    let to = type.bitWidth
    let c = Self.cType(type)
    guard from > 1 else { throw Unsupported(sentence: "a predicate where a number is needed") }
    guard from >= to else {
      throw Unsupported(sentence: "a register of \(from) bits where \(to) are read")
    }
    let unsigned = Self.unsigned(to)
    switch (register.isVarying, mode) {
    case (false, .single): return retype("((\(Self.scalarC(unsigned)))\(register.name))", c, .single)
    case (false, .warp): return retype("((v\(unsigned))((\(Self.scalarC(unsigned)))\(register.name)))", c, .warp)
    case (true, .warp):
      return retype(from == to ? register.name : "__builtin_convertvector(\(register.name), v\(unsigned))", c, .warp)
    case (true, .single): throw Unsupported(sentence: "a lane's own value where one for all is needed")
    }
  }

  /// A predicate: a mask for a warp, 0 or 1 as a single value.
  func predicate(_ operand: Operand, _ mode: Mode) throws(Unsupported) -> String {
    switch operand {
    case .register(let name), .negatedRegister(let name):
      guard let register = registers[name], register.type == .pred else {
        throw Unsupported(sentence: "\(name) as a predicate")
      }
      let isNegated = if case .negatedRegister = operand { true } else { false }
      switch (register.isVarying, mode) {
      case (true, .warp): return isNegated ? "(~\(register.name))" : register.name
      case (false, .single): return isNegated ? "(!\(register.name))" : register.name
      case (false, .warp): return "VGPU_SPREAD(\(isNegated ? "!" : "")\(register.name))"
      case (true, .single): throw Unsupported(sentence: "a lane's own predicate where one for all is needed")
      }
    case .integer(let value): return mode == .single ? (value != 0 ? "1u" : "0u") : (value != 0 ? "0xffffffffu" : "0u")
    default: throw Unsupported(sentence: "an operand of this kind as a predicate")
    }
  }

  // MARK: Special registers and symbols

  /// The expression, whether it has a value per lane, and its width.
  private func source(_ operand: Operand) throws(Unsupported) -> (String, Bool, Int) {
    switch operand {
    case .symbol(let name, let offset):
      let address = try addressOf(name)
      if address.isLanes { return ("(\(address.text) + \(offset)ull)", true, 64) }
      return ("(\(address.text) + (uint64_t)\(offset)ll)", false, 64)
    case .special(let name, let component):
      let axis = component.map(String.init) ?? "x"
      let isAxis = ["x", "y", "z"].contains(axis)
      switch name {
      case "%tid": return isAxis ? ("w->tid_\(axis)", true, 32) : ("0u", false, 32)
      case "%ntid": return (isAxis ? "w->ntid.\(axis)" : "0u", false, 32)
      case "%ctaid": return (isAxis ? "w->ctaid.\(axis)" : "0u", false, 32)
      case "%nctaid": return (isAxis ? "w->nctaid.\(axis)" : "0u", false, 32)
      case "%laneid": return ("vgpu_lanes", true, 32)
      case "%warpid": return ("w->index", false, 32)
      case "%nwarpid": return ("((w->ntid.x * w->ntid.y * w->ntid.z + 31) / 32)", false, 32)
      case "%smid": return ("(w->block_serial & 127)", false, 32)
      case "%nsmid": return ("128u", false, 32)
      case "%gridid": return ("(uint64_t)w->launch_serial", false, 64)
      case "%lanemask_eq": return ("((vu32)(1) << vgpu_lanes)", true, 32)
      case "%lanemask_lt": return ("(((vu32)(1) << vgpu_lanes) - 1)", true, 32)
      case "%lanemask_le": return ("(((vu32)(2) << vgpu_lanes) - 1)", true, 32)
      case "%lanemask_gt": return ("(~(((vu32)(2) << vgpu_lanes) - 1))", true, 32)
      case "%lanemask_ge": return ("(~(((vu32)(1) << vgpu_lanes) - 1))", true, 32)
      case "%clock", "%clock64": return ("vgpu_cycles()", false, 64)
      case "%clock_hi": return ("(vgpu_cycles() >> 32)", false, 32)
      case "%globaltimer": return ("vgpu_nanoseconds()", false, 64)
      case "%globaltimer_lo": return ("vgpu_nanoseconds()", false, 32)
      case "%globaltimer_hi": return ("(vgpu_nanoseconds() >> 32)", false, 32)
      case "%envreg1": return ("(uint32_t)(w->grid_workspace >> 32)", false, 32)
      case "%envreg2": return ("(uint32_t)w->grid_workspace", false, 32)
      case "%dynamic_smem_size": return ("(w->shared_bytes - \(context.dynamicSharedStart(function)))", false, 32)
      case "%total_smem_size": return ("w->shared_bytes", false, 32)
      case "%clusterid": return (isAxis ? "w->ctaid.\(axis)" : "0u", false, 32)
      case "%nclusterid": return (isAxis ? "w->nctaid.\(axis)" : "0u", false, 32)
      case "%cluster_ctaid", "%cluster_ctarank", "%is_explicit_cluster": return ("0u", false, 32)
      case "%cluster_nctaid", "%cluster_nctarank": return ("1u", false, 32)
      case "WARP_SZ": return ("32u", false, 32)
      default: throw Unsupported(sentence: "the special register \(name)")
      }
    default: throw Unsupported(sentence: "an operand of this kind")
    }
  }

  /// Where a variable or function lies: in shared memory an offset, otherwise an address of the host's.
  func addressOf(_ name: String) throws(Unsupported) -> (text: String, isLanes: Bool) {
    if let offset = context.sharedOffset(name, in: function) { return ("\(offset)ull", false) }
    if isDepot(name) {
      var offset = 0
      for variable in function.localVariables where variable.space == .local {
        let alignment = max(variable.alignment, 1)
        offset = (offset + alignment - 1) / alignment * alignment
        if variable.name == name { break }
        offset += variable.byteCount
      }
      return (
        "((uint64_t)(uintptr_t)w->local + frame + \(offset) + vgpu_wide(vgpu_lanes * w->local_stride))", true
      )
    }
    if let variable = context.variableName(name) { return ("(uint64_t)(uintptr_t)\(variable)", false) }
    if let index = function.parameters.firstIndex(where: { $0.name == name }), isKernel {
      return ("((uint64_t)(uintptr_t)w->parameters + \(context.parameterOffset(function, index)))", false)
    }
    if context.isFunction(name) { return ("(uint64_t)(uintptr_t)&\(context.cName(name))", false) }
    if function.localVariables.contains(where: { $0.name == name && $0.space == .param }) {
      throw Unsupported(sentence: "the address of a call's parameter")
    }
    throw Unsupported(sentence: "the symbol \(name), which is not defined here")
  }

  // MARK: Writing

  /// Assigns an expression of a type to a register.
  mutating func assign(_ destination: Operand, _ expression: String, _ type: ScalarType, _ mode: Mode)
    throws(Unsupported)
  {
    guard case .register(let name) = destination else {
      if case .sink = destination { return }
      throw Unsupported(sentence: "a result of this kind")
    }
    guard let register = registers[name] else { throw Unsupported(sentence: "the register \(name)") }
    patterns[name] = nil
    if type == .pred {
      assignPredicate(register, name, mode == .warp || !register.isVarying ? expression : "VGPU_SPREAD(\(expression))")
      return
    }
    let c = Self.cType(type)
    let from = type.bitWidth
    let to = register.type.bitWidth
    guard to >= from else { throw Unsupported(sentence: "a register of \(to) bits for a result of \(from)") }
    var bits: String
    if mode == .single {
      bits =
        switch c {
        case "f32": "s_bits_f32(\(expression))"
        case "f64": "s_bits_f64(\(expression))"
        default: "((\(Self.scalarC(c)))(\(expression)))"
        }
      if from < to { bits = "((\(Self.scalarC((type.isSigned ? "s" : "u") + "\(to)")))\(bits))" }
      bits = "((\(Self.scalarC(Self.unsigned(to))))\(bits))"
      if register.isVarying { bits = "((v\(Self.unsigned(to)))\(bits))" }
    } else {
      guard register.isVarying else { throw Unsupported(sentence: "one value for all from a lane's own") }
      bits = "((v\(Self.unsigned(from)))(\(expression)))"
      if from < to {
        bits =
          type.isSigned
          ? "((v\(Self.unsigned(to)))__builtin_convertvector((vs\(from))\(bits), vs\(to)))"
          : "__builtin_convertvector(\(bits), v\(Self.unsigned(to)))"
      }
    }
    store(register, name, bits, to)
  }

  private mutating func store(_ register: Register, _ name: String, _ bits: String, _ width: Int) {
    guard register.isVarying else {
      lines.append("\(register.name) = \(bits);")
      return
    }
    // Arithmetic may melt into the selection; logic must not (see VGPU_OPAQUE).
    let isArithmetic = ["fma", "add", "sub", "mul", "mad", "div", "ld", "cvt"].contains(instruction?.opcode ?? "")
    let plain = bits
    let bits = isArithmetic || width < 16 ? bits : "VGPU_OPAQUE\(width)(\(bits))"
    if mask != "m" {
      lines.append("\(register.name) = VGPU_SELECT\(width)(\(mask), \(bits), \(register.name));")
    } else if isApart && !blockLocal.contains(name) {
      lines.append("\(register.name) = VGPU_SELECT\(width)(m, \(bits), \(register.name));")
    } else {
      lines.append("\(register.name) = \(plain);")
    }
  }

  private mutating func assignPredicate(_ register: Register, _ name: String, _ expression: String) {
    guard register.isVarying else {
      lines.append("\(register.name) = (\(expression)) != 0;")
      return
    }
    if mask != "m" || (isApart && !blockLocal.contains(name)) {
      lines.append("\(register.name) = (\(register.name) & ~\(mask)) | ((\(expression)) & \(mask));")
    } else {
      lines.append("\(register.name) = \(expression);")
    }
  }

  /// The mode for a result: single if its register is one for all.
  func mode(of destination: Operand) -> Mode { isVarying(destination) ? .warp : .single }
}
