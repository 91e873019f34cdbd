/// A JSON value as Python's `json` module reads and writes it: members keep their order, numbers keep the way they are
/// written, and `NaN` and `Infinity` are numbers.
///
/// What KernelBench wrote and this package does not know is so carried along unchanged.
public enum PythonJSON: Sendable, Hashable {
  /// `null`.
  case null
  /// `true` or `false`.
  case boolean(Bool)
  /// A number, as it is written.
  case number(Literal)
  /// A text.
  case string(String)
  /// Values in order.
  case array([PythonJSON])
  /// Members in order; no name stands twice.
  case object([Member])

  /// A member of an object.
  public struct Member: Sendable, Hashable {
    /// Its name.
    public var name: String
    /// Its value.
    public var value: PythonJSON

    /// Makes a member.
    public init(_ name: String, _ value: PythonJSON) {
      self.name = name
      self.value = value
    }
  }

  /// A number as it is written.
  public struct Literal: Sendable, Hashable {
    /// The number's text.
    public let text: String

    init(checked text: String) { self.text = text }

    /// A number with a fraction or an exponent, as Python's `repr` writes it.
    public init(_ number: Double) { text = pythonText(of: number) }

    /// A whole number.
    public init(_ number: Int) { text = "\(number)" }

    /// The number's value; the nearest one that a `Double` has.
    public var value: Double {
      switch text {
      case "NaN": .nan
      case "Infinity": .infinity
      case "-Infinity": -.infinity
      default: Double(text) ?? .nan
      }
    }
  }

  /// A number with a fraction.
  public static func number(_ value: Double) -> PythonJSON { .number(Literal(value)) }

  /// A whole number.
  public static func integer(_ value: Int) -> PythonJSON { .number(Literal(value)) }

  /// The value of a member, where this is an object that has it. O(members).
  public subscript(name: String) -> PythonJSON? {
    if case .object(let members) = self { members.first { $0.name == name }?.value } else { nil }
  }

  /// The number, where it is one.
  public var number: Double? { if case .number(let literal) = self { literal.value } else { nil } }

  /// The number, where it is a whole one, however it is written.
  public var integer: Int? {
    guard case .number(let literal) = self else { return nil }
    return Int(literal.text) ?? Int(exactly: literal.value)
  }

  /// The truth value, where it is one.
  public var boolean: Bool? { if case .boolean(let value) = self { value } else { nil } }

  /// The text, where it is one.
  public var string: String? { if case .string(let text) = self { text } else { nil } }

  /// The members, where it is an object.
  public var members: [Member]? { if case .object(let members) = self { members } else { nil } }

  /// The elements, where it is an array.
  public var elements: [PythonJSON]? { if case .array(let elements) = self { elements } else { nil } }
}
