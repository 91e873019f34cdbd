import PTX

/// What the C functions of `vgpu_matrix.h` know.
enum MatrixForms {
  private static let shapes: [String: [String]] = [
    "f16": ["m16n8k8", "m16n8k16", "m16n16k16", "m32n8k16", "m8n32k16"],
    "bf16": ["m16n8k8", "m16n8k16", "m16n16k16", "m32n8k16", "m8n32k16"],
    "tf32": ["m16n8k4", "m16n8k8", "m16n16k8"],
    "f64": ["m8n8k4", "m16n8k4", "m16n8k8", "m16n8k16"],
    "fp8": ["m16n8k16", "m16n8k32"],
    "int8": ["m8n8k16", "m16n8k16", "m16n8k32", "m16n16k16", "m32n8k16", "m8n32k16"],
    "int4": ["m8n8k32", "m16n8k32", "m16n8k64"],
    "b1": ["m8n8k128", "m16n8k128", "m16n8k256"],
  ]
  /// The formats of D with those of C.
  private static let accumulators: [String: [[String]]] = [
    "f16": [["f32", "f32"], ["f16", "f16"], ["f32", "f16"], ["f16", "f32"]], "bf16": [["f32", "f32"]],
    "tf32": [["f32", "f32"]], "f64": [["f64", "f64"]], "fp8": [["f32", "f32"], ["f16", "f16"]],
    "int8": [["s32", "s32"]], "int4": [["s32", "s32"]], "b1": [["s32", "s32"]],
  ]

  /// What the formats of A and B have in common; two may be multiplied if it is the same.
  static func family(_ type: String) -> String {
    switch type {
    case "s8", "u8": "int8"
    case "s4", "u4": "int4"
    case "e4m3", "e5m2": "fp8"
    default: type
    }
  }

  /// How many bits an element of A or B has.
  static func bits(_ type: String) -> Int {
    switch family(type) {
    case "f64": 64
    case "tf32", "f32", "s32": 32
    case "f16", "bf16": 16
    case "int4": 4
    case "b1": 1
    default: 8
    }
  }

  static let types: Set<String> = [
    "f16", "bf16", "tf32", "f32", "f64", "s32", "s8", "u8", "s4", "u4", "b1", "e4m3", "e5m2",
  ]

  /// Whether there is a function for a product of these formats: those of D, A, B and C.
  static func has(_ shape: MatrixShape, _ types: [String]) -> Bool {
    guard types.count == 4 else { return false }
    let family = family(types[1])
    return family == Self.family(types[2]) && shapes[family]?.contains(shape.name) == true
      && accumulators[family]?.contains([types[0], types[3]]) == true
  }
}

extension FunctionTranslator {
  mutating func translateMatrix(_ instruction: Instruction) throws(Unsupported) {
    var modifiers = instruction.modifiers
    let site = sites.add(
      instruction, instruction.opcode == "stmatrix" || modifiers.contains("store") ? "store" : "load")
    // Matrices without .sync, and those of a group of warps, are not of this family.
    guard modifiers.contains("sync"), modifiers.contains("aligned") else { throw Self.unknownMatrix }
    modifiers.removeAll { ["sync", "aligned"].contains($0) }
    if mask == "m" { try gather(nil, site) }
    switch instruction.opcode {
    case "ldmatrix", "stmatrix":
      lines.append("if (VGPU_CHECK_RACES) vgpu_warp_sync(w);")
      try translateBlocks(instruction, modifiers, site)
    case "movmatrix":
      guard modifiers == ["m8n8", "trans", "b16"], instruction.operands.count == 2 else { throw Self.unknownMatrix }
      try assign(
        instruction.operands[0], "vgpu_transpose(\(try value(instruction.operands[1], .b32, .warp)))", .b32, .warp)
    case "wmma" where modifiers.first == "load" || modifiers.first == "store":
      lines.append("if (VGPU_CHECK_RACES) vgpu_warp_sync(w);")
      try translateFragment(instruction, modifiers, site)
    default: try translateProduct(instruction, modifiers)
    }
  }

  private static var unknownMatrix: Unsupported { Unsupported(sentence: "a matrix instruction of this kind") }

  private static func parts(_ operand: Operand) -> [Operand] {
    if case .vector(let parts) = operand { parts } else { [operand] }
  }

  private static func isSpace(_ modifier: String) -> Bool {
    modifier == "global" || modifier == "shared" || modifier.hasPrefix("shared::")
  }

  /// Registers as an array of vectors, whose name is returned.
  private mutating func array(_ operand: Operand, _ type: ScalarType, _ count: Int) throws(Unsupported) -> String {
    let parts = Self.parts(operand)
    guard parts.count == count else { throw Unsupported(sentence: "\(parts.count) registers instead of \(count)") }
    var values: [String] = []
    for part in parts { values.append(try value(part, type, .warp)) }
    let name = fresh("matrix")
    lines.append("const v\(Self.cType(type)) \(name)[\(count)] = {\(values.joined(separator: ", "))};")
    return name
  }

  private mutating func assignAll(_ operand: Operand, _ name: String, _ type: ScalarType) throws(Unsupported) {
    for (index, part) in Self.parts(operand).enumerated() { try assign(part, "\(name)[\(index)]", type, .warp) }
  }

  // MARK: ldmatrix, stmatrix

  private mutating func translateBlocks(_ instruction: Instruction, _ modifiers: [String], _ site: Int)
    throws(Unsupported)
  {
    let isStore = instruction.opcode == "stmatrix"
    guard modifiers.first == "m8n8", modifiers.last == "b16", instruction.operands.count == 2,
      let count = modifiers.compactMap({ ["x1": 1, "x2": 2, "x4": 4][$0] }).first,
      modifiers.dropFirst().dropLast().allSatisfy({ ["x1", "x2", "x4", "trans"].contains($0) || Self.isSpace($0) })
    else { throw Self.unknownMatrix }
    let registers = instruction.operands[isStore ? 1 : 0]
    guard Self.parts(registers).count == count else { throw Self.unknownMatrix }
    let isShared = modifiers.contains { $0.hasPrefix("shared") }
    let addresses = try addresses(instruction.operands[isStore ? 0 : 1], isShared ? "shared" : nil)
    let name = isStore ? try array(registers, .b32, count) : fresh("matrix")
    if !isStore { lines.append("vu32 \(name)[\(count)];") }
    lines.append(
      "vgpu_\(isStore ? "store" : "load")_blocks(w, \(site), \(mask), &\(addresses.name), \(addresses.space), \(name), \(count), \(modifiers.contains("trans") ? 1 : 0));"
    )
    if !isStore { try assignAll(registers, name, .b32) }
  }

  /// The lanes' addresses as a vector, whose name is returned.
  private mutating func addresses(_ operand: Operand, _ space: String?) throws(Unsupported) -> (
    name: String, space: String
  ) {
    let place = try place(operand, space: space)
    let name = fresh("addresses")
    lines.append("const vu64 \(name) = \(place.register) + (\(place.origin) + (uint64_t)\(place.offset)ll);")
    return (name, place.space)
  }

  // MARK: wmma.load, wmma.store

  private mutating func translateFragment(_ instruction: Instruction, _ modifiers: [String], _ site: Int)
    throws(Unsupported)
  {
    // wmma.load.a.row.m16n16k16.shared.f16 {…}, [address], stride
    var operands = instruction.operands
    let isStore = modifiers[0] == "store"
    guard modifiers.count >= 5, let shape = MatrixShape(modifiers[3]), let type = modifiers.last,
      MatrixForms.types.contains(type), operands.count == 2 || operands.count == 3,
      modifiers[2] == "row" || modifiers[2] == "col", modifiers.dropFirst(4).dropLast().allSatisfy(Self.isSpace)
    else { throw Self.unknownMatrix }
    let part = modifiers[1]
    let isRow = modifiers[2] == "row"
    if isStore { operands.swapAt(0, 1) }
    // How many elements lie in one line, where the instruction does not say how far apart lines are.
    let line: Int =
      switch part {
      case "a": isRow ? shape.k : shape.m
      case "b": isRow ? shape.n : shape.k
      default: isRow ? shape.n : shape.m
      }
    let count = Self.parts(operands[0]).count
    let bits = MatrixForms.bits(type)
    let isShared = modifiers.contains { $0.hasPrefix("shared") }
    let isGlobal = modifiers.contains("global")
    let addresses = try addresses(operands[1], isShared ? "shared" : isGlobal ? "global" : nil)
    let stride = operands.count == 3 ? try one(operands[2], .u32) : "\(line)u"
    let register: ScalarType = bits == 64 ? .b64 : .b32
    let u = Self.cType(register)
    let name = isStore ? try array(operands[0], register, count) : fresh("matrix")
    if !isStore { lines.append("v\(u) \(name)[\(count)];") }
    let first =
      "w, \(site), \(mask), &\(addresses.name), \(addresses.space), (uint64_t)(\(stride)) * \(bits) / 8, \(name), \(count)"
    switch (part, type) {
    case ("c", "f16"), ("d", "f16"):
      guard count * 64 == shape.m * shape.n else { throw Self.unknownMatrix }
      lines.append(
        isStore
          ? "vgpu_fragment_store_u32(\(first), \(shape.m / 8), \(isRow ? 0 : 1));"
          : "vgpu_fragment_load_u32(\(first), \(shape.m / 8), \(shape.n / 8), 0, \(isRow ? 0 : 1), 2);")
    case ("c", "f32"), ("c", "s32"), ("c", "f64"), ("d", "f32"), ("d", "s32"), ("d", "f64"):
      guard count * 32 == shape.m * shape.n else { throw Self.unknownMatrix }
      lines.append(
        "vgpu_accumulator_\(isStore ? "store" : "load")_\(u)(\(first), \(shape.m / 8), \(isRow ? 0 : 1));")
    case ("a", _), ("b", _):
      // A block is 8 lines of 16 bytes, of 32 for doubles.
      let along = shape.k * bits / (bits == 64 ? 256 : 128)
      let down = (part == "a" ? shape.m : shape.n) / 8
      let isAcross = isRow == (part == "b")
      guard !isStore, along > 0, down > 0, count % (along * down) == 0, !isAcross || bits >= 8 else {
        throw Self.unknownMatrix
      }
      lines.append(
        "vgpu_fragment_load_\(u)(\(first), \(down), \(along), \(part == "b" ? 1 : 0), \(isAcross ? 1 : 0), \(max(bits / 8, 1)));"
      )
    default: throw Self.unknownMatrix
    }
    if !isStore { try assignAll(operands[0], name, register) }
  }

  // MARK: mma, wmma.mma

  private mutating func translateProduct(_ instruction: Instruction, _ modifiers: [String]) throws(Unsupported) {
    var types = modifiers.filter(MatrixForms.types.contains)
    let layouts = modifiers.filter { $0 == "row" || $0 == "col" }
    let other = modifiers.filter { modifier in
      !MatrixForms.types.contains(modifier) && MatrixShape(modifier) == nil && modifier != "row" && modifier != "col"
        && !(modifier == "mma" && instruction.opcode == "wmma")
    }
    guard let shape = MatrixShape.of(instruction), instruction.operands.count == 4, layouts.count == 2 else {
      throw Self.unknownMatrix
    }
    // wmma's first form is of halves and names D and C alone.
    if types.count == 2 { types = [types[0], "f16", "f16", types[1]] }
    guard types.count == 4 else { throw Self.unknownMatrix }
    let register: ScalarType = types[0] == "f64" ? .b64 : .b32
    let operands = instruction.operands
    let result = fresh("matrix")
    func accumulators(_ type: String) -> Int { shape.m * shape.n / (type == "f16" ? 64 : 32) }

    if instruction.opcode == "mma", shape.name == "m8n8k4", types[1] == "f16" {
      guard types[2] == "f16", other.isEmpty else { throw Self.unknownMatrix }
      let isFloat = [types[0], types[3]].map { $0 == "f32" }
      let a = try array(operands[1], .b32, 2)
      let b = try array(operands[2], .b32, 2)
      let c = try array(operands[3], .b32, isFloat[1] ? 8 : 4)
      guard Self.parts(operands[0]).count == (isFloat[0] ? 8 : 4) else { throw Self.unknownMatrix }
      lines.append("vu32 \(result)[8];")
      lines.append(
        "vgpu_mma_m8n8k4(\(result), \(a), \(b), \(c), \(layouts[0] == "col" ? 1 : 0), \(layouts[1] == "col" ? 1 : 0), \(isFloat[0] ? 1 : 0), \(isFloat[1] ? 1 : 0));"
      )
      return try assignAll(operands[0], result, .b32)
    }

    guard MatrixForms.has(shape, types), instruction.opcode == "wmma" || layouts == ["row", "col"] else {
      throw Self.unknownMatrix
    }
    var function = "vgpu_mma_\(shape.name)_\(types.joined(separator: "_"))"
    var last = ""
    switch MatrixForms.family(types[1]) {
    case "int8", "int4":
      guard other.allSatisfy({ $0 == "satfinite" }) else { throw Self.unknownMatrix }
      last = other.isEmpty ? ", 0" : ", 1"
    case "b1":
      guard Set(other) == ["and", "popc"] || Set(other) == ["xor", "popc"] else { throw Self.unknownMatrix }
      function += other.contains("and") ? "_and" : "_xor"
    case "f64": guard other.allSatisfy({ $0 == "rn" }) else { throw Self.unknownMatrix }
    // What .satfinite asked of halves was never defined; PTX has dropped it.
    default: guard other.isEmpty else { throw Self.unknownMatrix }
    }
    let perBlock = register == .b64 ? 256 : 128
    let aCount = shape.m * shape.k * MatrixForms.bits(types[1]) / 8 / perBlock
    let bCount = shape.k * shape.n * MatrixForms.bits(types[2]) / 8 / perBlock
    // Fragments of wmma may repeat their blocks.
    let isWhole = instruction.opcode == "mma"
    let a = try array(operands[1], register, isWhole ? aCount : max(aCount, Self.parts(operands[1]).count))
    let b = try array(operands[2], register, isWhole ? bCount : max(bCount, Self.parts(operands[2]).count))
    let c = try array(operands[3], register, accumulators(types[3]))
    let count = accumulators(types[0])
    guard Self.parts(operands[0]).count == count else { throw Self.unknownMatrix }
    lines.append("v\(Self.cType(register)) \(result)[\(count)];")
    lines.append("\(function)(\(result), \(a), \(b), \(c)\(last));")
    try assignAll(operands[0], result, register)
  }
}
