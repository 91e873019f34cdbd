import PTX

extension FunctionTranslator {
  /// Where an access goes.
  struct Place {
    /// The pattern of the lanes' addresses, a C expression.
    var pattern: String
    /// The address register as 64 bits for each lane.
    var register: String
    var origin: String
    var offset: Int64
    /// The C name of the space.
    var space: String
    /// The whole address where all lanes have one.
    var uniform: String?
  }

  private static let spaces = ["global", "shared", "local", "const", "param"]

  static func space(_ instruction: Instruction) -> String? {
    for modifier in instruction.modifiers {
      if let space = spaces.first(where: { modifier == $0 || modifier.hasPrefix($0 + "::") }) {
        return space
      }
    }
    return nil
  }

  private static func vectorWidth(_ instruction: Instruction) -> Int {
    instruction.modifiers.contains("v2")
      ? 2 : instruction.modifiers.contains("v4") ? 4 : instruction.modifiers.contains("v8") ? 8 : 1
  }

  /// The place of an operand in brackets.
  mutating func place(_ operand: Operand, space: String?) throws(Unsupported) -> Place {
    guard case .address(let base, let offset) = operand else { throw Unsupported(sentence: "an address of this kind") }
    let isShared = space == "shared"
    let origin = isShared ? "S" : "0ull"
    let cSpace = "VGPU_" + (space ?? "generic").uppercased()
    switch base {
    case .absolute:
      return Place(
        pattern: "vgpu_pattern_uniform(0)", register: "(vu64)(0ull)", origin: origin, offset: offset, space: cSpace,
        uniform: "(\(origin) + \(UInt64(bitPattern: offset))ull)")
    case .symbol(let name):
      let address = try addressOf(name)
      if address.isLanes {
        let lanes = fresh("lanes")
        lines.append("const vu64 \(lanes) = \(address.text);")
        return Place(
          pattern: "vgpu_pattern64(\(lanes), \(mask))", register: lanes, origin: origin, offset: offset, space: cSpace)
      }
      return Place(
        pattern: "vgpu_pattern_uniform(\(address.text))", register: "(vu64)(\(address.text))", origin: origin,
        offset: offset, space: cSpace, uniform: "(\(origin) + \(address.text) + (uint64_t)\(offset)ll)")
    case .register(let name):
      guard let register = registers[name] else { throw Unsupported(sentence: "the register \(name)") }
      let width = register.type.bitWidth
      guard width == 32 || width == 64 else { throw Unsupported(sentence: "an address of \(width) bits") }
      if !register.isVarying {
        let text = "(uint64_t)\(register.name)"
        return Place(
          pattern: "vgpu_pattern_uniform(\(text))", register: "(vu64)(\(text))", origin: origin, offset: offset,
          space: cSpace, uniform: "(\(origin) + \(text) + (uint64_t)\(offset)ll)")
      }
      let register64 = width == 64 ? register.name : "vgpu_wide(\(register.name))"
      let pattern: String
      if let known = patterns[name], mask == "m" {
        pattern = known
      } else {
        pattern = fresh("p")
        lines.append("const vgpu_pattern \(pattern) = vgpu_pattern\(width)(\(register.name), \(mask));")
        if isLarge { spell(pattern, register64) }
        if mask == "m" { patterns[name] = pattern }
      }
      return Place(pattern: pattern, register: register64, origin: origin, offset: offset, space: cSpace)
    }
  }

  /// Keeps the lanes' addresses beside a pattern.
  mutating func spell(_ pattern: String, _ addresses: String) {
    lines.append("const vu64 a_\(pattern) = \(addresses);")
    spelled.insert(pattern)
  }

  /// Where an access is, as arguments: of a call, or of what is inlined.
  private func whereabouts(_ place: Place, isCall: Bool) -> String {
    let lanes = isCall ? "&\(place.pattern), &a_\(place.pattern)" : "\(place.pattern), \(place.register)"
    return "\(lanes), \(place.origin), \(place.offset)ll, \(place.space)"
  }

  /// True for an access that is called and not inlined.
  private func isCalled(_ place: Place) -> Bool { (isFar || isLarge) && spelled.contains(place.pattern) }

  // MARK: Loads

  mutating func translateLoad(_ instruction: Instruction) throws(Unsupported) {
    guard instruction.operands.count >= 2, let word = instruction.modifiers.last, let type = ScalarType(rawValue: word)
    else { throw Unsupported(sentence: "a load of this kind") }
    let space = Self.space(instruction)
    let destinations: [Operand]
    if case .vector(let parts) = instruction.operands[0] {
      destinations = parts
    } else {
      destinations = [instruction.operands[0]]
    }
    let width = Self.vectorWidth(instruction)
    guard width == destinations.count, type.bitWidth >= 8, type.bitWidth <= 64 else {
      throw Unsupported(sentence: "a load of this kind")
    }
    if space == "param", case .address(.symbol(let name), let offset) = instruction.operands[1] {
      return try translateParameterLoad(name, Int(offset), destinations, type)
    }
    let site = sites.add(instruction, "load")
    var isVolatile = Self.strength(instruction)
    if case .address(.register(let name), let offset) = instruction.operands[1], exchanged.contains("\(name)+\(offset)")
    {
      isVolatile = 1
    }
    let place = try place(instruction.operands[1], space: space)
    let u = Self.unsigned(type.bitWidth)
    acquire(instruction)
    // Several values, one after the other: their alignment is that of all of them.
    if let address = place.uniform, destinations.allSatisfy({ !isVarying($0) || $0 == .sink }) {
      for (index, destination) in destinations.enumerated() {
        let text = "s_load_\(u)(w, \(site), m, \(address) + \(index * type.byteCount), \(place.space), \(isVolatile))"
        try assign(destination, Self.asType(text, type, .single), type, .single)
      }
      return
    }
    var isCall = isCalled(place)
    if destinations.count == 1 {
      var function = isCall ? "v_far_load_\(u)" : "v_load_\(u)"
      if isSimple && mask == "m" && addressRegister(instruction) != nil {
        function = batched.contains(index) ? "v_watched_u32" : "v_line_u32"
        isCall = false
      }
      let arguments = "w, \(site), \(mask), \(whereabouts(place, isCall: isCall)), \(isVolatile)"
      try assign(destinations[0], Self.asType("\(function)(\(arguments))", type, .warp), type, .warp)
    } else {
      let name = fresh("loaded")
      let arguments = "w, \(site), \(mask), \(whereabouts(place, isCall: isCall)), \(isVolatile)"
      let function = (isCall ? "vgpu_far_loads_" : "v_loads_") + u
      lines.append("v\(u) \(name)[\(width)]; \(function)(\(arguments), \(name), \(width));")
      for (index, destination) in destinations.enumerated() {
        try assign(destination, Self.asType("\(name)[\(index)]", type, .warp), type, .warp)
      }
    }
  }

  /// Unsigned bits as a type of the same width.
  private static func asType(_ text: String, _ type: ScalarType, _ mode: Mode) -> String {
    let c = cType(type)
    if mode == .warp { return "((v\(c))\(text))" }
    return c == "f32" ? "s_f32(\(text))" : c == "f64" ? "s_f64(\(text))" : "((\(scalarC(c)))\(text))"
  }

  private mutating func translateParameterLoad(
    _ name: String, _ offset: Int, _ destinations: [Operand], _ type: ScalarType
  ) throws(Unsupported) {
    let u = Self.unsigned(type.bitWidth)
    for (index, destination) in destinations.enumerated() {
      let at = offset + index * type.byteCount
      if isKernel, let parameter = function.parameters.firstIndex(where: { $0.name == name }) {
        let text = "s_parameter_\(u)(w->parameters, \(context.parameterOffset(function, parameter) + at))"
        try assign(destination, Self.asType(text, type, .single), type, .single)
      } else {
        let (pointer, stride) = try laneParameter(name)
        try assign(destination, Self.asType("v_take_\(u)(\(pointer), \(stride), \(at))", type, .warp), type, .warp)
      }
    }
  }

  /// Where lanes' parameters of a call lie: this function's own, or one that it passes on.
  private func laneParameter(_ name: String) throws(Unsupported) -> (pointer: String, stride: Int) {
    if let variable = function.localVariables.first(where: { $0.name == name && $0.space == .param }) {
      return (parameterName(name), Self.stride(variable.byteCount))
    }
    let all = function.results + function.parameters
    if let index = all.firstIndex(where: { $0.name == name }) {
      return ("arguments[\(index)]", Self.stride(all[index].byteCount))
    }
    throw Unsupported(sentence: "the parameter \(name), which is not declared")
  }

  // MARK: Stores

  mutating func translateStore(_ instruction: Instruction) throws(Unsupported) {
    guard instruction.operands.count >= 2, let word = instruction.modifiers.last, let type = ScalarType(rawValue: word),
      type.bitWidth >= 8, type.bitWidth <= 64
    else { throw Unsupported(sentence: "a store of this kind") }
    let space = Self.space(instruction)
    let sources: [Operand]
    if case .vector(let parts) = instruction.operands[1] {
      sources = parts
    } else {
      sources = [instruction.operands[1]]
    }
    let bits: ScalarType = type.bitWidth == 64 ? .b64 : type.bitWidth == 32 ? .b32 : type.bitWidth == 16 ? .b16 : .b8
    let u = Self.unsigned(type.bitWidth)
    if space == "param", case .address(.symbol(let name), let offset) = instruction.operands[0] {
      let (pointer, stride) = try laneParameter(name)
      for (index, source) in sources.enumerated() {
        lines.append(
          "v_give_\(u)(\(pointer), \(stride), \(Int(offset) + index * type.byteCount), \(mask), \(try value(source, bits, .warp)));"
        )
      }
      return
    }
    let site = sites.add(instruction, "store")
    let place = try place(instruction.operands[0], space: space)
    var values: [String] = []
    for source in sources { values.append(try value(source, bits, .warp)) }
    let name = fresh("stored")
    let isCall = isCalled(place)
    release(instruction)
    lines.append("const v\(u) \(name)[\(values.count)] = {\(values.joined(separator: ", "))};")
    let function = (isCall ? "vgpu_far_stores_" : "v_stores_") + u
    let at = whereabouts(place, isCall: isCall)
    lines.append(
      "\(function)(w, \(site), \(mask), \(at), \(Self.strength(instruction)), \(name), \(values.count));"
    )
  }

  // MARK: Order

  /// 0 for a plain load or store, 1 for one that is ordered with other threads', 2 for a volatile one, which orders nothing
  /// within a warp.
  static func strength(_ instruction: Instruction) -> Int {
    instruction.modifiers.contains("volatile") ? 2 : instruction.isStrong ? 1 : 0
  }

  private func scope(_ instruction: Instruction) -> Int {
    instruction.modifiers.contains("cta") ? 0 : instruction.modifiers.contains("sys") ? 2 : 1
  }

  mutating func release(_ instruction: Instruction) {
    guard instruction.modifiers.contains("release") || instruction.modifiers.contains("acq_rel") else { return }
    lines.append("if (VGPU_CHECK_RACES) vgpu_race_fence(w, \(mask), \(scope(instruction)));")
  }

  mutating func acquire(_ instruction: Instruction) {
    guard instruction.modifiers.contains("acquire") else { return }
    lines.append("__atomic_thread_fence(__ATOMIC_SEQ_CST);")
  }

  mutating func translateFence(_ instruction: Instruction) {
    let scope = instruction.modifiers.contains("cta") ? 0 : instruction.modifiers.contains("sys") ? 2 : 1
    lines.append("__atomic_thread_fence(__ATOMIC_SEQ_CST);")
    lines.append("if (VGPU_CHECK_RACES) vgpu_race_fence(w, \(mask), \(scope));")
  }

  // MARK: Atomics

  mutating func translateAtomic(_ instruction: Instruction) throws(Unsupported) {
    guard let word = instruction.modifiers.last, let type = ScalarType(rawValue: word) else {
      throw Unsupported(sentence: "an atomic of this kind")
    }
    let hasResult = instruction.opcode == "atom"
    var operands = instruction.operands
    let destination = hasResult ? operands.removeFirst() : .sink
    guard operands.count >= 2 else { throw Unsupported(sentence: "operands are missing") }
    if case .vector = operands[1] { throw Unsupported(sentence: "atomics of several values") }
    let names = ["add", "min", "max", "and", "or", "xor", "exch", "cas", "inc", "dec"]
    guard let operation = instruction.modifiers.first(where: names.contains) else {
      throw Unsupported(sentence: "an atomic of this kind")
    }
    let u = Self.unsigned(type.bitWidth)
    let function: String
    switch (operation, type) {
    case ("add", .f32), ("add", .f64): function = "fadd"
    case ("add", .f16), ("add", .f16x2): function = "hadd"
    case ("add", .bf16), ("add", .bf16x2): function = "badd"
    case ("min", .s32), ("min", .s64), ("max", .s32), ("max", .s64): function = "s" + operation
    case (_, let type) where type.isFloat: throw Unsupported(sentence: "an atomic of this type")
    default: function = operation
    }
    guard type.bitWidth >= 32 || ["cas", "exch", "hadd", "badd"].contains(function) else {
      throw Unsupported(sentence: "an atomic of this type")
    }
    let space = Self.space(instruction)
    if space != "shared" {
      let isKept = if case .register = destination { true } else { false }
      if isKept || type.isFloat || operation == "exch" || operation == "cas" { isOrderSensitive = true }
    }
    let site = sites.add(instruction, "atomic")
    release(instruction)
    let place = try place(operands[0], space: space)
    let bits: ScalarType = type.bitWidth == 64 ? .b64 : type.bitWidth == 32 ? .b32 : .b16
    let addresses = fresh("addresses")
    let b = fresh("b")
    let c = fresh("c")
    lines.append(
      "uint64_t \(addresses)[32]; { const vgpu_pattern unused = {{0, 0}, -1}; vgpu_spell(&unused, \(place.register), \(place.origin), \(place.offset)ll, \(addresses)); }"
    )
    lines.append("const v\(u) \(b) = \(try value(operands[1], bits, .warp));")
    lines.append("const v\(u) \(c) = \(operands.count > 2 ? try value(operands[2], bits, .warp) : "(v\(u))(0)");")
    let old = fresh("old")
    lines.append(
      "const v\(u) \(old) = vgpu_atomic_\(function)_\(u)(w, \(site), \(mask), \(addresses), \(place.space), &\(b), &\(c)); (void)\(old);"
    )
    try assign(destination, old, bits, .warp)
    acquire(instruction)
    if instruction.modifiers.contains("acq_rel") { lines.append("__atomic_thread_fence(__ATOMIC_SEQ_CST);") }
  }

  /// cp.async, done at once: what it promises only later may as well hold earlier.
  mutating func translateAsyncCopy(_ instruction: Instruction) throws(Unsupported) {
    guard instruction.modifiers.first == "async" else {
      throw Unsupported(sentence: "an instruction that is not known here")
    }
    if instruction.modifiers.contains("commit_group") || instruction.modifiers.contains("wait_group")
      || instruction.modifiers.contains("wait_all")
    {
      return
    }
    guard instruction.modifiers.contains("ca") || instruction.modifiers.contains("cg"),
      instruction.operands.count >= 3, case .integer(let bytes) = instruction.operands[2], [4, 8, 16].contains(bytes)
    else { throw Unsupported(sentence: "a copy of this kind") }
    let site = sites.add(instruction, "copy")
    let from = try place(instruction.operands[1], space: "global")
    let to = try place(instruction.operands[0], space: "shared")
    let count = Int(bytes) / 4
    let name = fresh("copied")
    var readers = mask
    if instruction.operands.count > 3 {
      // With a source size the rest is filled with zeros; nothing is read where it is 0.
      let size = fresh("size")
      let operand = instruction.operands[3]
      if case .register(let register) = operand, registers[register]?.type == .pred {
        throw Unsupported(sentence: "a copy with a predicate")
      }
      lines.append("const vu32 \(size) = \(try value(operand, .u32, .warp));")
      readers = fresh("readers")
      lines.append("const uint32_t \(readers) = \(mask) & VGPU_MASK(\(size) != 0);")
      lines.append("vu32 \(name)[\(count)]; memset(\(name), 0, sizeof \(name));")
      lines.append(
        "if (\(readers)) v_loads_u32(w, \(site), \(readers), vgpu_pattern64(\(from.register), \(readers)), \(from.register), \(from.origin), \(from.offset)ll, \(from.space), 0, \(name), \(count));"
      )
      for k in 0..<count {
        lines.append(
          "\(name)[\(k)] = VGPU_SELECT32(VGPU_MASK(\(size) >= \(k * 4 + 4)) & \(readers), \(name)[\(k)], (vu32)(0));")
      }
    } else {
      lines.append("vu32 \(name)[\(count)];")
      lines.append(
        "v_loads_u32(w, \(site), \(mask), \(from.pattern), \(from.register), \(from.origin), \(from.offset)ll, \(from.space), 0, \(name), \(count));"
      )
    }
    lines.append(
      "v_stores_u32(w, \(site), \(mask), \(to.pattern), \(to.register), \(to.origin), \(to.offset)ll, \(to.space), 0, \(name), \(count));"
    )
  }
}
