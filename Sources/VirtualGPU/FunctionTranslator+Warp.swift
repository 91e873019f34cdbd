import PTX

extension FunctionTranslator {
  /// Where lanes are apart: waits until those that a mask names have come.
  mutating func gather(_ members: Operand?, _ site: Int) throws(Unsupported) {
    guard isApart else { return }
    let named = try members.map { (operand: Operand) throws(Unsupported) in try one(operand, .u32) } ?? "0xffffffffu"
    lines.append(
      "if (VGPU_UNLIKELY(g.count)) { next = vgpu_groups_gather(w, &g, \(block), &m, \(named), \(site)); if (next != \(block)) goto dispatch; }"
    )
  }

  /// One value out of an operand that PTX wants to be the same for all lanes that execute it.
  func one(_ operand: Operand, _ type: ScalarType) throws(Unsupported) -> String {
    if !isVarying(operand) { return try value(operand, type, .single) }
    return "(\(try value(operand, type, .warp)))[__builtin_ctz(\(mask) | 0x80000000u)]"
  }

  mutating func translateWarp(_ instruction: Instruction) throws(Unsupported) {
    let operands = instruction.operands
    let site = sites.add(instruction, "warp")
    if instruction.opcode == "activemask" {
      return try assign(operands[0], isVarying(operands[0]) ? "(vu32)(m)" : "m", .u32, mode(of: operands[0]))
    }
    guard instruction.modifiers.contains("sync") else {
      throw Unsupported(sentence: "forms without .sync, which GPUs since Volta do not have")
    }
    if mask == "m" { try gather(operands.last, site) }
    lines.append("if (VGPU_CHECK_RACES) vgpu_warp_sync(w);")
    switch instruction.opcode {
    case "shfl":
      guard operands.count == 5,
        let word = instruction.modifiers.first(where: { ["up", "down", "bfly", "idx"].contains($0) })
      else { throw Unsupported(sentence: "a shuffle of this kind") }
      var destination = operands[0]
      var predicate: Operand = .sink
      if case .pair(let a, let b) = destination {
        destination = a
        predicate = b
      }
      let range = fresh("range")
      let result = fresh("shuffled")
      lines.append("uint32_t \(range);")
      lines.append(
        "const vu32 \(result) = vgpu_shuffle(VGPU_SHUFFLE_\(word.uppercased()), \(mask), \(try value(operands[1], .b32, .warp)), \(try value(operands[2], .b32, .warp)), \(try value(operands[3], .b32, .warp)), &\(range)); (void)\(range);"
      )
      try assign(destination, result, .b32, .warp)
      try assign(predicate, range, .pred, .warp)
    case "vote":
      guard operands.count == 3 else { throw Unsupported(sentence: "a vote of this kind") }
      let mode = mode(of: operands[0])
      let isBallot = instruction.modifiers.contains("ballot")
      let kind = ["all", "any"].first(where: instruction.modifiers.contains) ?? "uni"
      if mode == .single {
        let members = fresh("members")
        let yes = fresh("yes")
        lines.append("const uint32_t \(members) = \(try one(operands[2], .u32)) & \(mask);")
        lines.append("const uint32_t \(yes) = \(try predicate(operands[1], .warp)) & \(members);")
        if isBallot { return try assign(operands[0], yes, .b32, .single) }
        let tests = [
          "all": "(\(yes) == \(members))", "any": "(\(yes) != 0)", "uni": "(\(yes) == 0 || \(yes) == \(members))",
        ]
        return try assign(operands[0], tests[kind] ?? "0", .pred, .single)
      }
      let parties = fresh("parties")
      let yes = fresh("yes")
      lines.append("const vu32 \(parties) = vgpu_parties(\(mask), \(try value(operands[2], .u32, .warp)));")
      lines.append("const vu32 \(yes) = \(parties) & (\(try predicate(operands[1], .warp)));")
      if isBallot { return try assign(operands[0], yes, .b32, .warp) }
      let tests = [
        "all": "VGPU_MASK(\(yes) == \(parties))", "any": "VGPU_MASK(\(yes) != 0)",
        "uni": "(VGPU_MASK(\(yes) == 0) | VGPU_MASK(\(yes) == \(parties)))",
      ]
      try assign(operands[0], tests[kind] ?? "0", .pred, .warp)
    case "match":
      guard operands.count == 3, let type = instruction.modifiers.compactMap(ScalarType.init(rawValue:)).first else {
        throw Unsupported(sentence: "a match of this kind")
      }
      let parties = fresh("parties")
      lines.append("const vu32 \(parties) = vgpu_parties(\(mask), \(try value(operands[2], .u32, .warp)));")
      let equal = fresh("equal")
      lines.append(
        "const vu32 \(equal) = vgpu_match_any\(type.bitWidth)(\(mask), \(try value(operands[1], type, .warp))) & \(parties);"
      )
      if instruction.modifiers.contains("any") { return try assign(operands[0], equal, .b32, .warp) }
      var destination = operands[0]
      var predicate: Operand = .sink
      if case .pair(let a, let b) = destination {
        destination = a
        predicate = b
      }
      let all = fresh("all")
      lines.append("const uint32_t \(all) = VGPU_MASK(\(equal) == \(parties));")
      try assign(destination, "VGPU_SELECT32(\(all), \(parties), (vu32)(0))", .b32, .warp)
      try assign(predicate, all, .pred, .warp)
    case "redux":
      guard operands.count == 3, let type = instruction.modifiers.compactMap(ScalarType.init(rawValue:)).last,
        type == .u32 || type == .s32 || type == .b32,
        let operation = instruction.modifiers.first(where: { ["add", "min", "max", "and", "or", "xor"].contains($0) })
      else { throw Unsupported(sentence: "a reduction of this kind") }
      let c = type == .s32 && (operation == "min" || operation == "max") ? "s32" : "u32"
      let source = try value(operands[1], .b32, .warp)
      if mode(of: operands[0]) == .single {
        let members = "(\(try one(operands[2], .u32)) & \(mask))"
        return try assign(
          operands[0], "(uint32_t)vgpu_reduce_\(operation)_\(c)(\(members), \(source))", .b32, .single)
      }
      let parties = "vgpu_parties(\(mask), \(try value(operands[2], .u32, .warp)))"
      try assign(
        operands[0], "vgpu_reduce_parties_\(operation)_\(c)(\(mask), \(parties), \(source))", .b32, .warp)
    default:
      var destination = operands[0]
      var predicate: Operand = .sink
      if case .pair(let a, let b) = destination {
        destination = a
        predicate = b
      }
      let leader = fresh("leader")
      lines.append(
        "const uint32_t \(leader) = (uint32_t)__builtin_ctz((\(try one(operands[1], .u32)) & \(mask)) | 0x80000000u);")
      try assign(destination, "(vu32)(\(leader))", .b32, .warp)
      try assign(predicate, "(1u << \(leader))", .pred, .warp)
    }
  }

  // MARK: Barriers

  mutating func translateBarrier(_ instruction: Instruction) throws(Unsupported) {
    let site = sites.add(instruction, "barrier")
    let modifiers = instruction.modifiers
    if modifiers.contains("warp") {
      try gather(instruction.operands.first, site)
      lines.append("if (VGPU_CHECK_RACES) vgpu_warp_sync(w);")
      return
    }
    if modifiers.contains("cluster") { throw Unsupported(sentence: "clusters of blocks") }
    var operands = instruction.operands
    patterns = [:]
    if modifiers.contains("red") {
      let destination = operands.removeFirst()
      guard let condition = operands.popLast(), let id = operands.first else {
        throw Unsupported(sentence: "operands are missing")
      }
      let number = try one(id, .u32)
      let threads = operands.count > 1 ? try one(operands[1], .u32) : "0"
      lines.append("vgpu_barrier_contribute(w, \(number), \(mask), \(try predicate(condition, .warp)));")
      lines.append("vgpu_barrier_wait(w, \(number), \(threads), \(mask), \(site));")
      let kind = modifiers.contains("popc") ? 0 : modifiers.contains("and") ? 1 : 2
      let text = "vgpu_barrier_result(w, \(number), \(kind))"
      let mode = mode(of: destination)
      if kind == 0 { return try assign(destination, mode == .warp ? "(vu32)(\(text))" : text, .u32, mode) }
      return try assign(destination, mode == .warp ? "VGPU_SPREAD(\(text))" : text, .pred, mode)
    }
    let number = try operands.first.map { (operand: Operand) throws(Unsupported) in try one(operand, .u32) } ?? "0"
    let threads = operands.count > 1 ? try one(operands[1], .u32) : "0"
    if modifiers.contains("arrive") {
      lines.append("vgpu_barrier_arrive(w, \(number), \(threads), \(mask), \(site));")
      return
    }
    if isApart, mask == "m", case .jump(let next) = graph.blocks[block].ending, dispatched.contains(next) {
      lines.append(
        "if (VGPU_UNLIKELY(g.count)) { next = vgpu_groups_barrier(w, &g, \(next), &m, \(number), \(threads), \(site)); if (next != \(next)) goto dispatch; } else"
      )
    }
    lines.append("vgpu_barrier_wait(w, \(number), \(threads), \(mask), \(site));")
  }

  // MARK: Calls

  mutating func translateCall(_ instruction: Instruction) throws(Unsupported) {
    var operands = instruction.operands
    patterns = [:]
    var results: [Operand] = []
    if case .list(let list)? = operands.first {
      results = list
      operands.removeFirst()
    }
    guard let callee = operands.first else { throw Unsupported(sentence: "no function is named") }
    var parameters: [Operand] = []
    if operands.count > 1, case .list(let list) = operands[1] { parameters = list }
    func name(_ operand: Operand) throws(Unsupported) -> String {
      switch operand {
      case .symbol(let name, _), .label(let name): return name
      case .register(let name) where function.localVariables.contains(where: { $0.name == name }): return name
      default: throw Unsupported(sentence: "a call's parameter of this kind")
      }
    }
    var arguments: [String] = []
    var strides: [Int] = []
    for operand in results + parameters {
      let name = try name(operand)
      if let variable = function.localVariables.first(where: { $0.name == name && $0.space == .param }) {
        arguments.append(parameterName(name))
        strides.append(Self.stride(variable.byteCount))
      } else if let index = (function.results + function.parameters).firstIndex(where: { $0.name == name }) {
        arguments.append("arguments[\(index)]")
        strides.append(16)
      } else {
        throw Unsupported(sentence: "the parameter \(name), which is not declared")
      }
    }
    let site = sites.add(instruction, "call")
    func lane(_ index: Int, _ type: String) -> String {
      "s_parameter_\(type)(\(arguments[index]) + i * \(strides[index]), 0)"
    }
    func each(_ body: String) {
      lines.append(
        "for (uint32_t left = \(mask); left; left &= left - 1) { const uint32_t i = (uint32_t)__builtin_ctz(left); \(body) }"
      )
    }
    switch callee {
    case .symbol("vprintf", _), .label("vprintf"):
      each(
        "int n = vgpu_print(w, i, \(lane(1, "u64")), \(lane(2, "u64"))); memcpy(\(arguments[0]) + i * \(strides[0]), &n, 4);"
      )
    case .symbol("malloc", _), .label("malloc"):
      each("uint64_t a = vgpu_device_malloc(w, \(lane(1, "u64"))); memcpy(\(arguments[0]) + i * \(strides[0]), &a, 8);")
    case .symbol("free", _), .label("free"): each("vgpu_device_free(w, \(lane(0, "u64")));")
    case .symbol("__assertfail", _), .label("__assertfail"):
      each(
        "vgpu_assert_failed(w, \(site), i, \(lane(0, "u64")), \(lane(1, "u64")), \(lane(2, "u32")), \(lane(3, "u64")));"
      )
    case .symbol(let name, _), .label(let name):
      guard context.isFunction(name) else {
        throw Unsupported(sentence: "the function \(name), which is not defined here")
      }
      lines.append(
        "{ uint8_t *const list[] = {\((arguments + ["0"]).joined(separator: ", "))}; \(context.cName(name))(w, \(mask), list); }"
      )
      lines.append("m &= w->live; if (VGPU_UNLIKELY(!m)) goto leave;")
    case .register(let name):
      guard let register = registers[name] else { throw Unsupported(sentence: "the register \(name)") }
      lines.append("{ uint8_t *const list[] = {\((arguments + ["0"]).joined(separator: ", "))};")
      if register.isVarying {
        lines.append(
          "for (uint32_t left = \(mask); left;) { const uint64_t f = \(register.name)[__builtin_ctz(left)]; const uint32_t same = left & VGPU_MASK(\(register.name) == f); left &= ~same; ((void (*)(vgpu_warp *, uint32_t, uint8_t *const *))(uintptr_t)f)(w, same, list); left &= w->live; } }"
        )
      } else {
        lines.append(
          "((void (*)(vgpu_warp *, uint32_t, uint8_t *const *))(uintptr_t)\(register.name))(w, \(mask), list); }")
      }
      lines.append("m &= w->live; if (VGPU_UNLIKELY(!m)) goto leave;")
    default: throw Unsupported(sentence: "a call of this kind")
    }
  }
}
