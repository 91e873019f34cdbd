/// What an instruction works on.
public indirect enum Operand: Sendable, Hashable {
  /// A register, by its unique name in the function.
  case register(String)
  /// A component of a vector register (`%v.x`) or a part of a register as video instructions select it (`%r1.b0`).
  case element(register: String, selector: String)
  /// A predicate whose opposite is taken (`!%p1`).
  case negatedRegister(String)
  /// A special register (`%tid.x`), with the percent sign; `WARP_SZ` as well.
  case special(String, component: Character?)
  /// An integer, as 64 bits in two's complement: an unsigned one from 2^63 on is the negative number of the same bits.
  case integer(Int64)
  /// A number of 32 bits, as its bits (`0f3F800000`).
  case float32(UInt32)
  /// A number of 64 bits, as its bits (`0d3FF0000000000000`, or a decimal number such as `1.5`).
  case float64(UInt64)
  /// A variable, a parameter or a function, plus an offset in bytes.
  case symbol(String, offset: Int64)
  /// A label of the function: of a place, of a table of targets or of a prototype.
  case label(String)
  /// Several registers or constants in braces.
  case vector([Operand])
  /// A place in memory, in brackets.
  case address(base: AddressBase, offset: Int64)
  /// Several operands in brackets, as textures and tensor maps have: what it is (a register or a
  /// symbol), then perhaps a sampler, then the coordinates (a register or a vector).
  case bracketed([Operand])
  /// Two results, `%p1|%p2`.
  case pair(Operand, Operand)
  /// A result that is not wanted (`_`).
  case sink
  /// The results or arguments of a call, in parentheses.
  case list([Operand])

  /// What an address counts from.
  public enum AddressBase: Sendable, Hashable {
    /// The address that is in a register.
    case register(String)
    /// A variable or a parameter.
    case symbol(String)
    /// Zero: the offset is the address.
    case absolute
  }
}
