/// The contents of a variable at the start.
///
/// Whatever has no element is zero.
public struct Initializer: Sendable, Hashable {
  /// A value of the list.
  public enum Value: Sendable, Hashable {
    /// An integer, as the low bits of it in two's complement.
    case integer(UInt64)
    /// A number of 32 bits, as its bits.
    case float32(UInt32)
    /// A number of 64 bits, as its bits.
    case float64(UInt64)
    /// The address of a variable or a function, plus an offset in bytes: in generic space (`generic(name)`), or in
    /// the variable's own. With a mask (`0xFF00(name)`) only the bits of the address under it are taken, shifted down
    /// to the lowest bit of the mask.
    case address(symbol: String, offset: Int64, isGeneric: Bool, mask: UInt64?)
  }

  /// A value and its place.
  public struct Element: Sendable, Hashable {
    /// The place, counted in scalars from the variable's start: its byte is this times the type's byte count.
    public var index: Int
    /// The value.
    public var value: Value
  }

  /// The values, by rising place.
  public var elements: [Element]
}
