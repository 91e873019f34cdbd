public import JSONReading

extension JSONElement {
  /// Reads one value, with nothing but blanks around it: in time linear in its length, and to a bounded depth.
  ///
  /// - Throws: where the text is not JSON.
  public init(_ bytes: [UInt8]) throws(JSONSyntaxError) { self = try JSONReader.read(bytes) }

  /// Reads one value out of a text.
  ///
  /// - Throws: where the text is not JSON.
  public init(text: String) throws(JSONSyntaxError) { try self.init(Array(text.utf8)) }
}

extension JSONElement: JSONConstructible {
  /// A whole number where it fits, and otherwise one that is finite.
  public static func number(reading literal: String, isWhole: Bool) -> JSONElement? {
    if isWhole, let number = Int(literal) { return .integer(number) }
    // A conversion need not be linear, and no sensible number is longer.
    guard literal.utf8.count <= 400, let number = Double(literal), number.isFinite else { return nil }
    return .number(number)
  }

  /// Members as they stand.
  public static func object(reading members: [(name: String, value: JSONElement)]) -> JSONElement? {
    .object(members.map { Member($0.name, $0.value) })
  }
}
