public import PTX

/// The instructions that compute one value out of others, as data. Those that touch memory, other lanes or the flow of
/// control are translated by ``FunctionTranslator``'s parts and listed in ``otherOpcodes``.
public enum InstructionTable {
  /// All rows.
  public static let forms: [InstructionForm] =
    integerForms + nearestForms + directedForms + otherFloatForms + halfForms + otherHalfForms

  private static let index: [String: [InstructionForm]] = Dictionary(grouping: forms, by: \.opcode)

  /// The row for an instruction with a type, or nil if there is none.
  public static func form(opcode: String, modifiers: [String], type: ScalarType) -> InstructionForm? {
    index[opcode]?.first { $0.modifiers == modifiers && $0.types.contains(type) }
  }

  /// True if any form of an instruction is in the table.
  public static func has(opcode: String) -> Bool { index[opcode] != nil }

  static let integers: [ScalarType] = [.u16, .s16, .u32, .s32, .u64, .s64]
  static let bits: [ScalarType] = [.b16, .b32, .b64]
  private static let u32 = ScalarType.u32

  private static let integerForms: [InstructionForm] = [
    .init("add", [], integers, "$0 + $1"),
    .init("sub", [], integers, "$0 - $1"),
    .init("add", ["sat"], [.s32], "@add_sat_s32($0, $1)"),
    .init("sub", ["sat"], [.s32], "@sub_sat_s32($0, $1)"),
    .init("mul", ["lo"], integers, "$0 * $1"),
    .init("mul", ["hi"], integers, "@mulhi_#($0, $1)"),
    .init("mul", ["wide"], [.u16, .s16, .u32, .s32], "@mulwide_#($0, $1)"),
    .init("mad", ["lo"], integers, "$0 * $1 + $2"),
    .init("mad", ["hi"], integers, "@mulhi_#($0, $1) + $2"),
    .init("mad", ["wide"], [.u16, .s16, .u32, .s32], "@mulwide_#($0, $1) + $2"),
    .init("mad", ["hi", "sat"], [.s32], "@add_sat_s32(@mulhi_s32($0, $1), $2)"),
    .init("mul24", ["lo"], [.s32, .u32], "@mul24_#($0, $1)"),
    .init("mul24", ["hi"], [.s32, .u32], "@mul24hi_#($0, $1)"),
    .init("mad24", ["lo"], [.s32, .u32], "@mul24_#($0, $1) + $2"),
    .init("mad24", ["hi"], [.s32, .u32], "@mul24hi_#($0, $1) + $2"),
    .init("mad24", ["hi", "sat"], [.s32], "@add_sat_s32(@mul24hi_s32($0, $1), $2)"),
    .init("div", [], integers, "@div_#($0, $1)"),
    .init("rem", [], integers, "@rem_#($0, $1)"),
    .init("min", [], integers, "@min_#($0, $1)"),
    .init("max", [], integers, "@max_#($0, $1)"),
    .init("min", ["relu"], [.s32], "@max_s32(@min_s32($0, $1), 0)"),
    .init("max", ["relu"], [.s32], "@max_s32(@max_s32($0, $1), 0)"),
    .init("abs", [], [.s16, .s32, .s64], "@abs_#($0)"),
    .init("neg", [], [.s16, .s32, .s64], "0 - $0"),
    .init("and", [], bits, "$0 & $1"),
    .init("or", [], bits, "$0 | $1"),
    .init("xor", [], bits, "$0 ^ $1"),
    .init("not", [], bits, "~$0"),
    .init("cnot", [], bits, "@cnot_#($0)"),
    .init("shl", [], bits, "@shl_#($0, $1)", operands: [nil, u32]),
    .init("shr", [], integers + bits, "@shr_#($0, $1)", operands: [nil, u32]),
    .init("shf", ["l", "clamp"], [.b32], "@shf_l_clamp($0, $1, $2)"),
    .init("shf", ["l", "wrap"], [.b32], "@shf_l_wrap($0, $1, $2)"),
    .init("shf", ["r", "clamp"], [.b32], "@shf_r_clamp($0, $1, $2)"),
    .init("shf", ["r", "wrap"], [.b32], "@shf_r_wrap($0, $1, $2)"),
    .init("popc", [], [.b32, .b64], "@popc_#($0)", result: u32),
    .init("clz", [], [.b32, .b64], "@clz_#($0)", result: u32),
    .init("brev", [], [.b32, .b64], "@brev_#($0)"),
    .init("bfind", [], [.u32, .s32, .u64, .s64], "@bfind_#($0)", result: u32),
    .init("bfind", ["shiftamt"], [.u32, .s32, .u64, .s64], "@bfind_shift_#($0)", result: u32),
    .init("bfe", [], [.u32, .s32, .u64, .s64], "@bfe_#($0, $1, $2)", operands: [nil, u32, u32]),
    .init("bfi", [], [.b32, .b64], "@bfi_#($0, $1, $2, $3)", operands: [nil, nil, u32, u32]),
    .init("prmt", [], [.b32], "@prmt($0, $1, $2)"),
    .init("prmt", ["f4e"], [.b32], "@prmt_f4e($0, $1, $2)"),
    .init("prmt", ["b4e"], [.b32], "@prmt_b4e($0, $1, $2)"),
    .init("prmt", ["rc8"], [.b32], "@prmt_rc8($0, $1, $2)"),
    .init("prmt", ["ecl"], [.b32], "@prmt_ecl($0, $1, $2)"),
    .init("prmt", ["ecr"], [.b32], "@prmt_ecr($0, $1, $2)"),
    .init("prmt", ["rc16"], [.b32], "@prmt_rc16($0, $1, $2)"),
    .init("sad", [], [.s16, .u16], "@sad_#($0, $1, $2)", operands: [nil, nil, .u16], result: .u16),
    .init("sad", [], [.s32, .u32], "@sad_#($0, $1, $2)", operands: [nil, nil, u32], result: u32),
    .init("sad", [], [.s64, .u64], "@sad_#($0, $1, $2)", operands: [nil, nil, .u64], result: .u64),
  ]

  /// Rounded to the nearest, said or not said.
  private static let nearestForms: [InstructionForm] = [[], ["rn"]].flatMap {
    (rounding: [String]) -> [InstructionForm] in
    [
      .init("add", rounding, [.f32, .f64], "$0 + $1"),
      .init("sub", rounding, [.f32, .f64], "$0 - $1"),
      .init("mul", rounding, [.f32, .f64], "$0 * $1"),
      .init("fma", rounding, [.f32, .f64], "@fma_#($0, $1, $2)"),
      .init("mad", rounding, [.f32, .f64], "@fma_#($0, $1, $2)"),
    ]
  }

  /// Rounded down, up and towards zero.
  private static let directedForms: [InstructionForm] = ["rm", "rp", "rz"].flatMap {
    (mode: String) -> [InstructionForm] in
    [
      .init("add", [mode], [.f32, .f64], "@add_\(mode)_#($0, $1)"),
      .init("sub", [mode], [.f32, .f64], "@sub_\(mode)_#($0, $1)"),
      .init("mul", [mode], [.f32, .f64], "@mul_\(mode)_#($0, $1)"),
      .init("div", [mode], [.f32, .f64], "@div_\(mode)_#($0, $1)"),
      .init("fma", [mode], [.f32, .f64], "@fma_\(mode)_#($0, $1, $2)"),
      .init("mad", [mode], [.f32, .f64], "@fma_\(mode)_#($0, $1, $2)"),
      .init("rcp", [mode], [.f32, .f64], "@rcp_\(mode)_#($0)"),
      .init("sqrt", [mode], [.f32, .f64], "@sqrt_\(mode)_#($0)"),
    ]
  }

  private static let otherFloatForms: [InstructionForm] = [
    .init("div", ["rn"], [.f32, .f64], "$0 / $1"),
    .init("div", ["full"], [.f32], "$0 / $1"),
    .init("div", ["approx"], [.f32], "@div_approx_f32($0, $1)"),
    .init("rcp", ["rn"], [.f32, .f64], "1 / $0"),
    .init("rcp", ["approx"], [.f32], "@rcp_f32($0)"),
    .init("rcp", ["approx", "ftz"], [.f64], "@rcp20_f64($0)"),
    .init("sqrt", ["rn"], [.f32, .f64], "@sqrt_#($0)"),
    .init("sqrt", ["approx"], [.f32], "@sqrt_f32($0)"),
    .init("rsqrt", ["approx"], [.f32, .f64], "@rsqrt_#($0)"),
    .init("rsqrt", ["approx", "ftz"], [.f64], "@rsqrt20_f64($0)"),
    .init("min", [], [.f32, .f64], "@min_#($0, $1)"),
    .init("max", [], [.f32, .f64], "@max_#($0, $1)"),
    .init("min", ["NaN"], [.f32], "@min_nan_f32($0, $1)"),
    .init("max", ["NaN"], [.f32], "@max_nan_f32($0, $1)"),
    .init("abs", [], [.f32, .f64], "@abs_#($0)"),
    .init("neg", [], [.f32, .f64], "@neg_#($0)"),
    .init("copysign", [], [.f32, .f64], "@copysign_#($0, $1)"),
    .init("ex2", ["approx"], [.f32], "@ex2_f32($0)"),
    .init("lg2", ["approx"], [.f32], "@lg2_f32($0)"),
    .init("sin", ["approx"], [.f32], "@sin_f32($0)"),
    .init("cos", ["approx"], [.f32], "@cos_f32($0)"),
    .init("tanh", ["approx"], [.f32], "@tanh_f32($0)"),
  ]

  private static let halves: [ScalarType] = [.f16, .f16x2, .bf16, .bf16x2]

  private static let halfForms: [InstructionForm] =
    [[], ["rn"]].flatMap { (rounding: [String]) -> [InstructionForm] in
      [
        .init("add", rounding, halves, "@add_#($0, $1)"),
        .init("sub", rounding, halves, "@sub_#($0, $1)"),
        .init("mul", rounding, halves, "@mul_#($0, $1)"),
        .init("fma", rounding, halves, "@fma_#($0, $1, $2)"),
        .init("fma", rounding + ["relu"], halves, "@fma_relu_#($0, $1, $2)"),
      ]
    }

  private static let otherHalfForms: [InstructionForm] = [
    .init("min", [], halves, "@min_#($0, $1)"),
    .init("max", [], halves, "@max_#($0, $1)"),
    .init("min", ["NaN"], halves, "@min_nan_#($0, $1)"),
    .init("max", ["NaN"], halves, "@max_nan_#($0, $1)"),
    .init("abs", [], halves, "@abs_#($0)"),
    .init("neg", [], halves, "@neg_#($0)"),
    .init("ex2", ["approx"], halves, "@ex2_#($0)"),
    .init("tanh", ["approx"], halves, "@tanh_#($0)"),
  ]
}
