/// A type of values that JSON is read into.
///
/// The project has several: what matters of JSON, the order of members or the way a number is written, depends on whose it is.
public protocol JSONConstructible {
  /// `null`.
  static var null: Self { get }
  /// `true` or `false`.
  static func boolean(_ value: Bool) -> Self
  /// A text.
  static func string(_ text: String) -> Self
  /// A list.
  static func array(_ elements: [Self]) -> Self

  /// A number as it is written.
  ///
  /// - Parameters:
  ///   - literal: one of JSON's, or of Python's words for what is no finite number, where those are read.
  ///   - isWhole: whether it has neither a fraction nor an exponent.
  /// - Returns: nil where it is none that the type has.
  static func number(reading literal: String, isWhole: Bool) -> Self?

  /// An object with members in the order in which they stand, of which two may have one name.
  ///
  /// - Returns: nil where that is refused.
  static func object(reading members: [(name: String, value: Self)]) -> Self?
}
