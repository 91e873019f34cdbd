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
    let tests = bases.compactMap { patterns[$0] }.map { "VGPU_IS_SIMPLE(\($0), 4)" }
    lines.append("if (VGPU_LIKELY(\(tests.joined(separator: " & ")))) {")
    isSimple = true
    try translateAll(range)
    isSimple = false
    lines.append("} else {")
    patterns = known
    try translateAll(range)
    lines.append("}")
    let written = Set(range.flatMap { graph.instructions[$0].effects.writes })
    patterns = known.filter { !written.contains($0.key) }
  }

  private mutating func translateAll(_ range: Range<Int>) throws(Unsupported) {
    for index in range {
      instruction = graph.instructions[index]
      try translate(graph.instructions[index])
    }
  }
}
