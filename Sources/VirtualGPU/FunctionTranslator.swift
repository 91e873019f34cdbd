import PTX

/// Translates one function of a PTX module to C.
///
/// A register becomes a vector of 32 lanes, or a single value where all lanes have the same; `m` is the mask of the lanes
/// that run. Each basic block is a label; see `include/vgpu.h` for what happens where lanes part.
struct FunctionTranslator {
  /// What all functions of a module share.
  let context: ModuleContext
  let function: Function
  let graph: ControlFlowGraph
  let uniformity: Uniformity
  let mayWait: Bool

  var lines: [String] = []
  var sites: SiteTable
  let batches: BatchTable
  let strides: StrideGuess
  /// Every register's C name and type, by its PTX name.
  var registers: [String: Register] = [:]
  /// Registers that are written and read within one block only, each time before they are read.
  var blockLocal: Set<String> = []
  /// Blocks that another place in the function may jump to through the table of waiting groups.
  var dispatched: Set<Int> = []

  // While translating:
  var block = 0
  var instruction: Instruction?
  /// The mask that the present instruction's effects are limited to.
  var mask = "m"
  /// Patterns of address registers that are known in this block.
  var patterns: [String: String] = [:]
  /// True where the patterns of all loads of words are known to be simple.
  var isSimple = false
  /// True in the other form of a stretch, which few lanes take.
  var isFar = false
  /// Patterns beside which the lanes' addresses stand in a variable of their own, for calls: `a_` and the pattern's name.
  var spelled: Set<String> = []
  /// True for a function of so many instructions that its accesses are calls.
  var isLarge: Bool { graph.instructions.count > 2000 }
  /// Instructions whose access is checked with others, at the beginning of the stretch.
  var batched: Set<Int> = []
  /// The number of the present instruction in its function.
  var index = 0
  var nextName = 0
  var isOrderSensitive = false
  /// Addresses that a compare-and-swap takes: a plain load from there only guesses what the swap will verify.
  var exchanged: Set<String> = []
  var instructionCounts: [[InstructionKind: Int]] = []

  /// A register in C.
  struct Register {
    var name: String
    var type: ScalarType
    var isVarying: Bool
  }

  /// A failure to translate one instruction.
  struct Unsupported: Error {
    var sentence: String
  }

  var isKernel: Bool { function.isEntry }
  var isApart: Bool { uniformity.apart.contains(block) }
  var canPart: Bool { !uniformity.apart.isEmpty }

  init(_ function: Function, context: ModuleContext, sites: SiteTable, batches: BatchTable)
    throws(TranslationError)
  {
    self.function = function
    self.context = context
    self.sites = sites
    self.batches = batches
    var graph = try ControlFlowGraph(function)
    let kernelParameters = function.isEntry ? Set(function.parameters.map(\.name)) : []
    mayWait = Waiting.isIn(graph)
    var uniformity = Uniformity(graph, mayWait: mayWait, kernelParameters: kernelParameters)
    // Where lanes are apart, what they do together begins a block of its own, so that they can meet there.
    var splits: Set<Int> = []
    for number in uniformity.apart {
      for index in graph.blocks[number].range {
        let instruction = graph.instructions[index]
        if instruction.isWarpSync || instruction.isBarrier { splits.insert(index) }
        if instruction.isBarrier { splits.insert(index + 1) }
      }
    }
    if !splits.isEmpty {
      graph = try ControlFlowGraph(function, splits: splits)
      uniformity = Uniformity(graph, mayWait: mayWait, kernelParameters: kernelParameters)
    }
    self.graph = graph
    self.uniformity = uniformity
    strides = StrideGuess(graph.instructions, uniformity: uniformity)
    dispatched = uniformity.apart.union(uniformity.meetings)
    for number in uniformity.apart { dispatched.formUnion(graph.successors(number)) }
    try collectRegisters()
    findBlockLocal()
    for instruction in graph.instructions where instruction.opcode == "atom" && instruction.modifiers.contains("cas") {
      if instruction.operands.count > 1, case .address(.register(let name), let offset) = instruction.operands[1] {
        exchanged.insert("\(name)+\(offset)")
      }
    }
  }

  private mutating func collectRegisters() throws(TranslationError) {
    for declaration in function.registers {
      for name in declaration.names {
        let clean = "R" + ModuleContext.clean(String(name.drop { $0 == "%" }))
        registers[name] = Register(name: clean, type: declaration.type, isVarying: uniformity.isVarying(name))
      }
    }
  }

  private mutating func findBlockLocal() {
    var home: [String: Int] = [:]
    var shared: Set<String> = []
    for (number, block) in graph.blocks.enumerated() {
      var written: Set<String> = []
      func note(_ names: [String]) {
        for name in names {
          if let other = home[name], other != number { shared.insert(name) }
          home[name] = number
        }
      }
      for instruction in graph.instructions[block.range] {
        let effects = instruction.effects
        for name in effects.reads where !written.contains(name) { shared.insert(name) }
        note(effects.reads)
        note(effects.writes)
        if instruction.guardPredicate == nil { written.formUnion(effects.writes) }
      }
      var last: [String] = []
      switch block.ending {
      case .branch(let register, _, _, _): last = [register]
      case .table(.register(let register), _): last = [register]
      default: break
      }
      for name in last where !written.contains(name) { shared.insert(name) }
      note(last)
    }
    blockLocal = Set(home.keys).subtracting(shared)
  }

  // MARK: The whole function

  mutating func translate() throws(Unsupported) -> [String] {
    var used: Set<String> = []
    for block in graph.blocks {
      for instruction in graph.instructions[block.range] {
        let effects = instruction.effects
        used.formUnion(effects.reads)
        used.formUnion(effects.writes)
      }
      switch block.ending {
      case .branch(let register, _, _, _): used.insert(register)
      case .table(.register(let register), _): used.insert(register)
      default: break
      }
    }
    let kept = keepInMemory(used)
    for number in graph.blocks.indices {
      block = number
      try translateBlock(number)
    }
    var head: [String] = []
    let name = context.cName(function.name)
    if isKernel {
      head.append("static void \(name)(vgpu_warp *w) {")
      head.append("uint32_t m = w->live;")
      head.append("uint8_t *const *arguments = 0; (void)arguments;")
    } else {
      head.append("static void \(name)(vgpu_warp *w, uint32_t m, uint8_t *const *arguments) {")
      head.append("(void)arguments;")
      head.append(
        "if (VGPU_UNLIKELY((uint8_t *)__builtin_frame_address(0) < w->stack_low + 65536)) vgpu_stack_overflow(w, \(sites.add(graph.instructions.first { $0.position != nil }, "entry")));"
      )
    }
    let frame = function.localVariables.filter { $0.space == .local }.reduce(0) { total, variable in
      (total + max(variable.alignment, 1) - 1) / max(variable.alignment, 1) * max(variable.alignment, 1)
        + variable.byteCount
    }
    if frame > 0 {
      // To the byte: what lies beyond belongs to nobody.
      head.append(
        "const uint32_t below = w->local_top, frame = (below + 15) & ~15u; w->local_top = frame + \(frame); (void)frame;"
      )
      head.append(
        "if (VGPU_UNLIKELY(w->local_top > w->local_stride)) vgpu_stack_overflow(w, \(sites.add(graph.instructions.first { $0.position != nil }, "entry")));"
      )
    }
    head.append("uint32_t next = 0; (void)next;")
    head.append("uint32_t CC = 0; (void)CC;")
    head.append("const uint64_t S = (uint64_t)(uintptr_t)w->shared; (void)S;")
    if canPart { head.append("vgpu_groups g; g.count = 0; g.lowest = UINT32_MAX; g.is_free_running = 0;") }
    if !kept.isEmpty {
      let members = try kept.map { (register: Register) throws(Unsupported) in
        "\(try Self.storage(register)) \(register.name.dropFirst(2));"
      }
      // The compiler must not know that nobody else sees it.
      head.append(
        "struct { \(members.joined(separator: " ")) } K; memset(&K, 0, sizeof K); __asm__ volatile(\"\" : : \"r\"(&K) : \"memory\");"
      )
    }
    for name in used.sorted() {
      guard let register = registers[name] else {
        throw Unsupported(sentence: "the register \(name), which is not declared")
      }
      if register.name.hasPrefix("K.") { continue }
      head.append("\(try Self.storage(register)) \(register.name) = 0;")
    }
    for variable in function.localVariables where variable.space == .param {
      head.append(
        "_Alignas(16) uint8_t \(parameterName(variable.name))[32 * \(Self.stride(variable.byteCount))];")
    }
    head.append("goto B0;")
    if canPart {
      head.append("dispatch: switch (next) {")
      for number in dispatched.sorted() { head.append("case \(number): goto B\(number);") }
      head.append("default: __builtin_unreachable(); }")
    }
    lines.append("leave:")
    if canPart { lines.append("if (g.count) { next = vgpu_groups_take(w, &g, &m, UINT32_MAX); goto dispatch; }") }
    if frame > 0 { lines.append("w->local_top = below;") }
    lines.append("return;")
    lines.append("}")
    return head + lines
  }

  /// Gives registers that live across blocks a place in memory where there are many of them and many ways between blocks.
  ///
  /// Each block that a waiting group may go on with has an edge from the dispatching switch, and every value that lives
  /// there would need a merge of its own: blocks × registers of them, which takes clang minutes and ends in memory anyway.
  private mutating func keepInMemory(_ used: Set<String>) -> [Register] {
    let crossing = used.filter { registers[$0]?.isVarying == true && !blockLocal.contains($0) }.sorted()
    guard dispatched.count * crossing.count > 300 else { return [] }
    var kept: [Register] = []
    for name in crossing {
      guard var register = registers[name] else { continue }
      register.name = "K." + register.name
      registers[name] = register
      kept.append(register)
    }
    return kept
  }

  /// The size of a lane's part of a parameter.
  static func stride(_ bytes: Int) -> Int { max((bytes + 15) / 16 * 16, 16) }

  func parameterName(_ name: String) -> String { "P" + ModuleContext.clean(name) }

  /// The C type in which a register is kept.
  static func storage(_ register: Register) throws(Unsupported) -> String {
    let width: String =
      switch register.type.bitWidth {
      case 1: register.isVarying ? "uint32_t" : "uint32_t"
      case 8: register.isVarying ? "vu8" : "uint8_t"
      case 16: register.isVarying ? "vu16" : "uint16_t"
      case 32: register.isVarying ? "vu32" : "uint32_t"
      case 64: register.isVarying ? "vu64" : "uint64_t"
      default: throw Unsupported(sentence: "registers of \(register.type.bitWidth) bits")
      }
    return width
  }

  // MARK: Blocks

  private mutating func translateBlock(_ number: Int) throws(Unsupported) {
    patterns = [:]
    mask = "m"
    let block = graph.blocks[number]
    let site = sites.add(graph.instructions[block.range].first ?? block.endingLine, "block")
    instructionCounts.append(InstructionKind.counts(graph.instructions[block.range], ending: block.endingLine))
    lines.append("B\(number):;")
    if uniformity.apart.contains(number) {
      lines.append(
        "if (VGPU_UNLIKELY(\(number) >= g.lowest)) { next = vgpu_groups_arrive(w, &g, \(number), &m); if (next != \(number)) goto dispatch; }"
      )
    } else if uniformity.meetings.contains(number) {
      lines.append(
        "if (VGPU_UNLIKELY(g.count)) { next = vgpu_groups_meet(w, &g, \(number), &m, \(site)); if (next != \(number)) goto dispatch; }"
      )
    }
    lines.append("{")
    if context.options.counts {
      lines.append(
        "if (VGPU_COUNT) { w->executions[\(context.blockBase) + \(number)]++; w->lanes_executed[\(context.blockBase) + \(number)] += (uint32_t)__builtin_popcount(m); }"
      )
    }
    for stretch in stretches(block.range) { try translateStretch(stretch) }
    mask = "m"
    instruction = block.endingLine
    try translateEnding(block, number)
    lines.append("}")
  }

  private mutating func translateEnding(_ block: ControlFlowGraph.Block, _ number: Int) throws(Unsupported) {
    switch block.ending {
    case .jump(let next): lines.append(jump(to: next))
    case .leave where !isKernel: lines.append("goto leave;")
    case .leave, .exit:
      lines.append("vgpu_lanes_exit(w, m); goto leave;")
    case .trap:
      lines.append("vgpu_trap(w, \(sites.add(block.endingLine, "trap")), m);")
    case .branch(let register, let isNegated, let taken, let other):
      guard let info = registers[register] else { throw Unsupported(sentence: "a branch by \(register)") }
      if taken == other {
        lines.append(jump(to: taken))
      } else if !info.isVarying {
        lines.append("if (\(isNegated ? "!" : "")\(info.name)) { \(jump(to: taken)) } else { \(jump(to: other)) }")
      } else {
        let name = fresh("t")
        lines.append("const uint32_t \(name) = \(isNegated ? "~" : "")\(info.name) & m;")
        lines.append(part(name, taken, other))
      }
    case .table(let index, let targets):
      try translateTable(index, targets)
    }
  }

  /// Goes two ways: the lanes of `name` to `taken`.
  private mutating func part(_ name: String, _ taken: Int, _ other: Int) -> String {
    if !isApart || !mayWait {
      // Lanes whose way only ends are done with at once.
      if graph.isPlainEnd(taken) && !graph.isPlainEnd(other) {
        return "\(end("\(name)", taken)) m &= ~\(name); if (!m) goto leave; \(jump(to: other))"
      }
      if graph.isPlainEnd(other) && !graph.isPlainEnd(taken) {
        return "\(end("(m & ~\(name))", other)) m = \(name); if (!m) goto leave; \(jump(to: taken))"
      }
    }
    let first = min(taken, other)
    let second = max(taken, other)
    let firstMask = first == taken ? name : "(m & ~\(name))"
    let secondMask = first == taken ? "(m & ~\(name))" : name
    return """
      if (\(name) == m) { \(jump(to: taken)) } else if (!\(name)) { \(jump(to: other)) } \
      else { const uint32_t rest = \(secondMask); m = \(firstMask); vgpu_groups_add(&g, \(second), rest); \(jump(to: first)) }
      """
  }

  private func end(_ mask: String, _ block: Int) -> String {
    isKernel || graph.blocks[block].ending == .exit ? "if (\(mask)) vgpu_lanes_exit(w, \(mask));" : ""
  }

  private mutating func translateTable(_ index: Operand, _ targets: [Int]) throws(Unsupported) {
    guard case .register(let register) = index, let info = registers[register] else {
      throw Unsupported(sentence: "a branch by table whose index is no register")
    }
    if !info.isVarying {
      lines.append("switch (\(info.name)) {")
      for (value, target) in targets.enumerated() { lines.append("case \(value): \(jump(to: target))") }
      lines.append("default: __builtin_unreachable(); }")
      return
    }
    let rest = fresh("rest")
    lines.append("uint32_t \(rest) = m;")
    for target in Set(targets).sorted() {
      let tests = targets.enumerated().filter { $0.element == target }.map { "VGPU_MASK(\(info.name) == \($0.offset))" }
      let name = fresh("t")
      lines.append("const uint32_t \(name) = (\(tests.joined(separator: " | "))) & \(rest);")
      lines.append("\(rest) &= ~\(name);")
      lines.append("if (\(name)) vgpu_groups_add(&g, \(target), \(name));")
    }
    lines.append("next = vgpu_groups_take(w, &g, &m, UINT32_MAX); goto dispatch;")
  }

  /// A jump; on the way back in a loop it looks whether the launch was stopped, and lets others run.
  private mutating func jump(to target: Int) -> String {
    guard target <= block else { return "goto B\(target);" }
    let site = sites.add(instruction ?? graph.instructions[graph.blocks[target].range].first, "loop")
    var text = "if (VGPU_UNLIKELY(*w->stop)) vgpu_stopped(w, \(site)); "
    if mayWait {
      let turn =
        uniformity.apart.contains(target)
        ? "next = vgpu_groups_rotate(w, &g, \(target), &m); goto dispatch;" : "vgpu_yield(w);"
      text += "if (VGPU_UNLIKELY(--w->fuel < 0)) { w->fuel = 2000; \(turn) } "
    }
    return text + "goto B\(target);"
  }

  // MARK: Names

  mutating func fresh(_ stem: String) -> String {
    nextName += 1
    return "\(stem)_\(nextName)"
  }
}
