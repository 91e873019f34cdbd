import PTX

extension FunctionTranslator {
  /// A block's instructions in stretches within which no address register is written before a load uses it.
  ///
  /// Such a stretch is translated twice: once for lanes that read one address or neighbours, without any branch, and once
  /// for whatever else they read. One test decides, and the first form is what a compiler can schedule.
  func stretches(_ range: Range<Int>) -> [Range<Int>] {
    var stretches: [Range<Int>] = []
    var start = range.lowerBound
    var written: Set<String> = []
    for index in range {
      let instruction = graph.instructions[index]
      let isBreak = instruction.isBarrier || instruction.opcode == "call"
      if isBreak || addressRegister(instruction).map(written.contains) == true {
        if index > start { stretches.append(start..<index) }
        start = index
        written = []
      }
      written.formUnion(instruction.effects.writes)
      if isBreak {
        stretches.append(index..<(index + 1))
        start = index + 1
        written = []
      }
    }
    if start < range.upperBound { stretches.append(start..<range.upperBound) }
    return stretches
  }

  /// The register of a load that has a simple form, where it differs between lanes.
  func addressRegister(_ instruction: Instruction) -> String? {
    guard instruction.opcode == "ld", instruction.guardPredicate == nil, instruction.operands.count == 2,
      !instruction.modifiers.contains("local"), !instruction.modifiers.contains(where: { $0.hasPrefix("param") }),
      case .register(let destination) = instruction.operands[0], registers[destination]?.isVarying == true,
      let type = instruction.modifiers.last.flatMap(ScalarType.init(rawValue:)), type.bitWidth == 32,
      case .address(.register(let name), _) = instruction.operands[1], registers[name]?.isVarying == true
    else { return nil }
    return name
  }

  mutating func translateStretch(_ range: Range<Int>) throws(Unsupported) {
    let loads = range.compactMap { addressRegister(graph.instructions[$0]) }
    guard loads.count >= 4 else {
      try translateAll(range)
      return
    }
    mask = "m"
    var bases: [String] = []
    for name in loads where !bases.contains(name) { bases.append(name) }
    for name in bases where patterns[name] == nil {
      guard let register = registers[name] else { continue }
      let pattern = fresh("p")
      lines.append("const vgpu_pattern \(pattern) = vgpu_pattern\(register.type.bitWidth)(\(register.name), m);")
      patterns[name] = pattern
    }
    let known = patterns
    let tests = bases.compactMap { name in
      patterns[name].map { pattern in
        likelyStride(name).map { "\(pattern).stride == \($0)" } ?? "VGPU_IS_SIMPLE(\(pattern), 4)"
      }
    }
    let batches = collectBatches(range)
    var test = tests.joined(separator: " & ")
    if !batches.isEmpty {
      let looks = batches.map { "vgpu_batch_look(w, &batches[\($0.number)], \($0.pattern))" }
      test = (["(\(test))", "m == 0xffffffffu"] + looks).joined(separator: " && ")
    }
    lines.append("if (VGPU_LIKELY(\(test))) {")
    for batch in batches { lines.append("vgpu_batch_note(w, &batches[\(batch.number)], \(batch.pattern));") }
    for name in bases {
      guard let pattern = patterns[name], let stride = likelyStride(name) else { continue }
      // Said again as a constant, so that each load becomes one of one address or of a row.
      let constant = fresh("p")
      lines.append(
        "const vgpu_pattern \(constant) = {{\(pattern).base[0], \(pattern).base[1]}, \(stride)};")
      patterns[name] = constant
    }
    isSimple = true
    try translateAll(range)
    isSimple = false
    batched = []
    lines.append("} else {")
    patterns = known
    let outside = spelled
    for name in bases {
      guard let pattern = patterns[name], let register = registers[name] else { continue }
      spell(pattern, register.type.bitWidth == 64 ? register.name : "vgpu_wide(\(register.name))")
    }
    isFar = true
    try translateAll(range)
    isFar = false
    spelled = outside
    lines.append("}")
    let written = Set(range.flatMap { graph.instructions[$0].effects.writes })
    patterns = known.filter { !written.contains($0.key) }
  }

  /// The distance of neighbours' words that the simple form is written for; nil where it has to look.
  private func likelyStride(_ register: String) -> Int64? {
    strides.stride(register).flatMap { $0 == 0 || $0 == 4 ? $0 : nil }
  }

  /// The stretch's loads of shared memory up to the first thing that other threads could notice, by address register;
  /// `batched` holds them from now on.
  private mutating func collectBatches(_ range: Range<Int>) -> [(number: Int, pattern: String)] {
    guard context.options.checksMemory || context.options.checksRaces else { return [] }
    var loads: [String: [BatchTable.Load]] = [:]
    var order: [String] = []
    for index in range {
      let instruction = graph.instructions[index]
      if Self.endsBatch(instruction) { break }
      guard let name = addressRegister(instruction), case .address(_, let offset) = instruction.operands[1],
        Self.space(instruction) == "shared", Self.strength(instruction) == 0, !exchanged.contains("\(name)+\(offset)"),
        patterns[name] != nil, (-1 << 24..<1 << 24).contains(offset)
      else { continue }
      if loads[name] == nil { order.append(name) }
      loads[name, default: []].append(BatchTable.Load(site: sites.add(instruction, "load"), offset: offset))
      batched.insert(index)
    }
    return order.compactMap { name in
      guard let pattern = patterns[name], let loads = loads[name] else { return nil }
      return (batches.add(loads), pattern)
    }
  }

  /// True for what writes memory, puts accesses in order, or hands over to other threads.
  private static func endsBatch(_ instruction: Instruction) -> Bool {
    switch instruction.opcode {
    case "st", "stu", "atom", "red", "cp", "stmatrix", "membar", "fence", "call", "nanosleep": true
    default: instruction.isBarrier || instruction.isWarpSync || instruction.isStrong
    }
  }

  private mutating func translateAll(_ range: Range<Int>) throws(Unsupported) {
    for index in range {
      self.index = index
      instruction = graph.instructions[index]
      try translate(graph.instructions[index])
    }
  }
}
