import PTX

extension FunctionTranslator {
  /// cvt: between all numeric types, in any rounding.
  mutating func translateConversion(_ instruction: Instruction) throws(Unsupported) {
    var modifiers = instruction.modifiers
    let destination = instruction.operands[0]
    let mode = mode(of: destination)
    guard let sourceName = modifiers.popLast(), let from = ScalarType(rawValue: sourceName),
      let resultName = modifiers.popLast(), let to = ScalarType(rawValue: resultName)
    else { throw Unsupported(sentence: "a conversion between unknown types") }
    let flushes = modifiers.contains("ftz")
    let saturates = modifiers.contains("sat")
    let isFinite = modifiers.contains("satfinite")
    let isRectified = modifiers.contains("relu")
    let rounding = modifiers.first { ["rn", "rz", "rm", "rp", "rni", "rzi", "rmi", "rpi", "rna"].contains($0) }

    // Two floats into a pair of halves: the first operand is the upper half.
    if to == .f16x2 || to == .bf16x2 {
      guard from == .f32, instruction.operands.count == 3 else { throw Unsupported(sentence: "this conversion") }
      let half: ScalarType = to == .f16x2 ? .f16 : .bf16
      var parts: [String] = []
      for operand in instruction.operands.dropFirst() {
        var text = Self.halfOf(try value(operand, .f32, mode), half, rounding, mode)
        if isFinite { text = Self.call("finite_\(half.rawValue)", [text], mode) }
        if isRectified { text = Self.call("relu_\(half.rawValue)", [text], mode) }
        parts.append(text)
      }
      return try assign(destination, Self.call("join16", parts, mode), .b32, mode)
    }
    guard instruction.operands.count == 2 else { throw Unsupported(sentence: "this conversion") }
    let operand = instruction.operands[1]
    if to == .tf32 {
      guard from == .f32, let rounding, ["rn", "rna", "rz"].contains(rounding) else {
        throw Unsupported(sentence: "this conversion")
      }
      var text = Self.call("to_tf32_\(rounding)", [try value(operand, .f32, mode)], mode)
      if isFinite { text = Self.call("finite_tf32", [text], mode) }
      if isRectified { text = Self.call("relu_tf32", [text], mode) }
      return try assign(destination, text, .b32, mode)
    }
    guard Self.isPlain(from), Self.isPlain(to) else { throw Unsupported(sentence: "this conversion") }
    var text = try value(operand, from, mode)
    switch (from.isFloat, to.isFloat) {
    case (false, false):
      text = saturates ? clamped(text, from, to, mode) : Self.cast(text, from, to, mode)
    case (false, true): text = Self.floatOf(text, from, to, rounding, mode)
    case (true, false):
      var source = from
      if from == .f16 || from == .bf16 {
        text = Self.call("from_\(from.rawValue)", [text], mode)
        source = .f32
      }
      if flushes && from == .f32 { text = Self.call("ftz", [text], mode) }
      let whole = rounding.map { $0.hasSuffix("i") ? $0 : $0 + "i" } ?? "rzi"
      text = Self.call("cvt_\(whole)_\(Self.cType(to))_\(Self.cType(source))", [text], mode)
    case (true, true):
      text = try float(text, from, to, rounding, flushes, saturates, mode)
      if isFinite || isRectified {
        guard to == .f16 || to == .bf16 else { throw Unsupported(sentence: "this conversion") }
        if isFinite { text = Self.call("finite_\(to.rawValue)", [text], mode) }
        if isRectified { text = Self.call("relu_\(to.rawValue)", [text], mode) }
      }
    }
    try assign(destination, text, to, mode)
  }

  private static func isPlain(_ type: ScalarType) -> Bool {
    switch type {
    case .u8, .s8, .u16, .s16, .u32, .s32, .u64, .s64, .b8, .b16, .b32, .b64, .f16, .bf16, .f32, .f64: true
    default: false
    }
  }

  private static func cast(_ text: String, _ from: ScalarType, _ to: ScalarType, _ mode: Mode) -> String {
    mode == .warp
      ? "__builtin_convertvector(\(text), v\(cType(to)))" : "((\(scalarC(cType(to))))\(text))"
  }

  private mutating func clamped(_ text: String, _ from: ScalarType, _ to: ScalarType, _ mode: Mode) -> String {
    guard mode == .warp else { return "s_clamp_\(Self.cType(to))(\(text))" }
    let a = fresh("a")
    let r = fresh("r")
    lines.append("v\(Self.cType(from)) \(a) = \(text); v\(Self.cType(to)) \(r);")
    lines.append("VGPU_EACH_CLAMP(\(Self.cType(to)), \(a), \(r));")
    return r
  }

  /// An integer as floating point.
  private static func floatOf(_ text: String, _ from: ScalarType, _ to: ScalarType, _ rounding: String?, _ mode: Mode)
    -> String
  {
    let source = cType(from)
    if to == .f16 || to == .bf16 {
      let wide = call("cvt_f64_\(source)", [from.bitWidth == 64 ? call("jam_\(source)", [text], mode) : text], mode)
      if rounding == nil || rounding == "rn" { return call("double_to_\(to.rawValue)", [wide], mode) }
      return call("to_\(rounding!)_\(to.rawValue)", [call("cvt_\(rounding!)_f32_f64", [wide], mode)], mode)
    }
    let exact = to == .f64 ? from.bitWidth < 64 : from.bitWidth < 32
    if rounding == nil || rounding == "rn" || exact { return call("cvt_\(cType(to))_\(source)", [text], mode) }
    return call("cvt_\(rounding!)_\(cType(to))_\(source)", [text], mode)
  }

  private static func halfOf(_ text: String, _ half: ScalarType, _ rounding: String?, _ mode: Mode) -> String {
    call(rounding == nil || rounding == "rn" ? "to_\(half.rawValue)" : "to_\(rounding!)_\(half.rawValue)", [text], mode)
  }

  private mutating func float(
    _ text: String, _ from: ScalarType, _ to: ScalarType, _ rounding: String?, _ flushes: Bool, _ saturates: Bool,
    _ mode: Mode
  ) throws(Unsupported) -> String {
    var text = text
    var from = from
    if from == .f16 || from == .bf16 {
      text = Self.call("from_\(from.rawValue)", [text], mode)
      from = .f32
    }
    if flushes && from == .f32 { text = Self.call("ftz", [text], mode) }
    // To a whole number, in the same format.
    if let rounding, rounding.hasSuffix("i") {
      text = Self.call("\(rounding)_\(Self.cType(from))", [text], mode)
    }
    switch (from, to) {
    case (.f32, .f32), (.f64, .f64): break
    case (.f32, .f64): text = Self.call("cvt_f64_f32", [text], mode)
    case (.f64, .f32):
      let name =
        rounding == nil || rounding == "rn" || rounding!.hasSuffix("i") ? "cvt_f32_f64" : "cvt_\(rounding!)_f32_f64"
      text = Self.call(name, [text], mode)
    case (.f32, .f16), (.f32, .bf16):
      if saturates { text = Self.call("sat_f32", [text], mode) }
      return Self.halfOf(text, to, rounding?.hasSuffix("i") == true ? nil : rounding, mode)
    case (.f64, .f16), (.f64, .bf16):
      if saturates { text = Self.call("sat_f64", [text], mode) }
      if let rounding, rounding != "rn" {
        // The same direction twice is as good as once.
        return Self.halfOf(Self.call("cvt_\(rounding)_f32_f64", [text], mode), to, rounding, mode)
      }
      return Self.call("double_to_\(to.rawValue)", [text], mode)
    default: throw Unsupported(sentence: "this conversion")
    }
    if flushes && to == .f32 { text = Self.call("ftz", [text], mode) }
    if saturates { text = Self.call("sat_\(Self.cType(to))", [text], mode) }
    return text
  }
}
