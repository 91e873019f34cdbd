/// Who can see a variable or a function.
public enum Linkage: String, Sendable, Hashable, CaseIterable {
  /// Nobody outside the module.
  case `internal`
  /// Other modules (`.visible`).
  case visible
  /// Other modules, and one of theirs may take its place (`.weak`).
  case weak
  /// It is defined in another module (`.extern`).
  case extern
  /// Several modules may define it, and the largest is taken (`.common`).
  case common
}

/// A variable in memory, or a parameter.
public struct Variable: Sendable, Hashable {
  /// Its name; unique within the module or, if a function declares it, within the function.
  public var name: String
  /// Where it lives.
  public var space: StateSpace
  /// The type of an element, or of a vector's component.
  public var type: ScalarType
  /// How many components an element has: 1, 2 or 4.
  public var vectorWidth: Int
  /// The alignment in bytes, a power of two: the declared one, else that of the type.
  public var alignment: Int
  /// The array's dimensions; empty for a single element. The first is 0 for an array without a size (`[]`).
  public var dimensions: [Int]
  /// The contents at the start; `nil` if none are given, which for global and constant memory means zeros.
  public var initializer: Initializer?
  /// Who can see it.
  public var linkage: Linkage
  /// Whether the host may use it as well (`.attribute(.managed)`).
  public var isManaged: Bool
  /// What a pointer parameter points to, if the text says so (`.ptr .global .align 16`).
  public var pointee: Pointee?
  /// The line of the text that declares it.
  public var line: Int

  /// What the text says of a pointer parameter.
  public struct Pointee: Sendable, Hashable {
    /// The space that the pointer is into; `nil` for a generic pointer.
    public var space: StateSpace?
    /// The alignment in bytes of what it points to.
    public var alignment: Int
  }

  /// Whether it is defined in another module, as dynamic shared memory is said to be.
  public var isExtern: Bool { linkage == .extern }

  /// The bytes of one element.
  public var elementByteCount: Int { type.byteCount * vectorWidth }

  /// The bytes of all elements; 0 for an array without a size.
  public var byteCount: Int { dimensions.reduce(elementByteCount, *) }
}
