/// A JSON value whose objects keep the order of their members.
///
/// The order matters to endpoints that cache prompts: two requests share what they begin with only where their bytes do.
public enum JSONElement: Sendable, Hashable {
  /// `null`.
  case null
  /// `true` or `false`.
  case boolean(Bool)
  /// A whole number.
  case integer(Int)
  /// A number that is written with a fraction or an exponent, or that no `Int` holds.
  case number(Double)
  /// A text.
  case string(String)
  /// A list.
  case array([JSONElement])
  /// Members in the order in which they stand; of two with one name the last one counts.
  case object([Member])

  /// A member of an object.
  public struct Member: Sendable, Hashable {
    /// The member's name.
    public var name: String
    /// The member's value.
    public var value: JSONElement

    /// Makes a member.
    public init(_ name: String, _ value: JSONElement) {
      self.name = name
      self.value = value
    }
  }

  /// A member of an object; `nil` where there is none, and where it is `null`. Linear in the number of members.
  public subscript(name: String) -> JSONElement? {
    guard case .object(let members) = self, let value = members.last(where: { $0.name == name })?.value,
      value != .null
    else { return nil }
    return value
  }

  /// The text, where it is one.
  public var string: String? { if case .string(let text) = self { text } else { nil } }

  /// The elements, where it is a list.
  public var array: [JSONElement]? { if case .array(let elements) = self { elements } else { nil } }

  /// The members, where it is an object.
  public var members: [Member]? { if case .object(let members) = self { members } else { nil } }

  /// The number, where it is a whole one.
  public var integer: Int? {
    switch self {
    case .integer(let number): number
    case .number(let number): Int(exactly: number)
    default: nil
    }
  }

  /// The number, where it is one.
  public var number: Double? {
    switch self {
    case .integer(let number): Double(number)
    case .number(let number): number
    default: nil
    }
  }
}

extension JSONElement: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral,
  ExpressibleByBooleanLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral, ExpressibleByNilLiteral
{
  /// A text.
  public init(stringLiteral value: String) { self = .string(value) }
  /// A whole number.
  public init(integerLiteral value: Int) { self = .integer(value) }
  /// A number.
  public init(floatLiteral value: Double) { self = .number(value) }
  /// `true` or `false`.
  public init(booleanLiteral value: Bool) { self = .boolean(value) }
  /// A list.
  public init(arrayLiteral elements: JSONElement...) { self = .array(elements) }
  /// An object with its members in the order given.
  public init(dictionaryLiteral elements: (String, JSONElement)...) {
    self = .object(elements.map { Member($0.0, $0.1) })
  }
  /// `null`.
  public init(nilLiteral: ()) { self = .null }
}
