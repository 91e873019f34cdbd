package import JSONReading

extension JSONValue {
  /// Reads one value that someone hostile may have written.
  ///
  /// - Throws: where the bytes are not JSON, or an object has two members of one name.
  package init(_ bytes: [UInt8]) throws(JSONSyntaxError) { self = try JSONReader.read(bytes) }
}

extension JSONValue: JSONConstructible {
  package static func number(reading literal: String, isWhole: Bool) -> JSONValue? {
    if isWhole, let number = Int(literal) { return .integer(number) }
    // Longer than any number that a program of ours writes; a conversion need not be linear.
    guard literal.utf8.count <= 400, let number = Double(literal), number.isFinite else { return nil }
    return .number(number)
  }

  package static func object(reading members: [(name: String, value: JSONValue)]) -> JSONValue? {
    let named = Dictionary(members.map { ($0.name, $0.value) }) { first, _ in first }
    return named.count == members.count ? .object(named) : nil
  }
}
