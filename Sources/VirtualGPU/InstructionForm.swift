public import PTX

/// One row of the instruction table: an instruction in its typed forms, and the C that computes it.
///
/// In a template `$0`, `$1` … stand for the operands after the destination, already of the form's type, and `@name` for a
/// function that exists for single values (`s_name`) and for a warp (`v_name`).
public struct InstructionForm: Sendable, Hashable {
  /// The instruction's first word: `add`.
  public var opcode: String
  /// What follows it, without types and without `.ftz` and `.sat`, as PTX orders it: `["rn"]`.
  public var modifiers: [String]
  /// The types that it is for.
  public var types: [ScalarType]
  /// The operands' types where they are not the instruction's own: `shl.b64` takes its amount as `u32`.
  public var operandTypes: [ScalarType?]
  /// The result's type where it is not the instruction's own.
  public var resultType: ScalarType?
  /// The C expression.
  public var template: String

  init(
    _ opcode: String, _ modifiers: [String], _ types: [ScalarType], _ template: String,
    operands: [ScalarType?] = [], result: ScalarType? = nil
  ) {
    self.opcode = opcode
    self.modifiers = modifiers
    self.types = types
    self.template = template
    operandTypes = operands
    resultType = result
  }
}
