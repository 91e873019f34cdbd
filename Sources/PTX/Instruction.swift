/// An instruction.
public struct Instruction: Sendable, Hashable {
  /// The predicate that an instruction is executed under (`@%p1`, `@!%p1`).
  public struct Guard: Sendable, Hashable {
    /// The register.
    public var register: String
    /// Whether the instruction is executed where the predicate is false.
    public var isNegated: Bool
  }

  /// The predicate; `nil` if the instruction is always executed.
  public var guardPredicate: Guard?
  /// What is done, `ld`.
  public var opcode: String
  /// How it is done, `["global", "nc", "f32"]`. What follows a double colon belongs to its word: `shared::cta`.
  public var modifiers: [String]
  /// What it is done to, results first.
  public var operands: [Operand]
  /// Where it stems from, by the last `.loc` before it; `nil` if there is none.
  public var position: SourcePosition?
  /// The line of the text, counted from 1.
  public var ptxLine: Int

  /// The opcode with its modifiers as in PTX, `ld.global.nc.f32`.
  public var text: String {
    modifiers.isEmpty ? opcode : opcode + "." + modifiers.joined(separator: ".")
  }
}

/// A statement of a function's body.
public enum Statement: Sendable, Hashable {
  /// A place to branch to.
  case label(String)
  /// Something to do.
  case instruction(Instruction)
  /// The targets that `brx.idx` chooses from.
  case branchTargets(name: String, labels: [String])
  /// The functions that a call through a pointer may reach.
  case callTargets(name: String, functions: [String])
  /// How the function looks that a call through a pointer reaches.
  case callPrototype(CallPrototype)
  /// Advice to the next compiler, without the quotation marks.
  case pragma(String)
}

/// How a function looks that is called through a pointer.
public struct CallPrototype: Sendable, Hashable {
  /// The label that calls name it by.
  public var name: String
  /// The results; their names mean nothing.
  public var results: [Variable]
  /// The parameters; their names mean nothing.
  public var parameters: [Variable]
  /// Whether the function does not come back.
  public var isNoReturn: Bool
}
