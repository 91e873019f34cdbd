extension PythonJSON {
  /// The value as `json.dumps(value, indent=…)` writes it, character for character; without a line end behind it.
  public func text(indent: Int) -> String {
    var text = ""
    write(to: &text, indent: indent, depth: 0)
    return text
  }

  private func write(to text: inout String, indent: Int, depth: Int) {
    switch self {
    case .null: text += "null"
    case .boolean(let value): text += value ? "true" : "false"
    case .number(let literal): text += literal.text
    case .string(let value): Self.write(value, to: &text)
    case .array(let elements):
      Self.write(elements, "[", "]", to: &text, indent, depth) { $0.write(to: &$1, indent: indent, depth: depth + 1) }
    case .object(let members):
      Self.write(members, "{", "}", to: &text, indent, depth) { member, text in
        Self.write(member.name, to: &text)
        text += ": "
        member.value.write(to: &text, indent: indent, depth: depth + 1)
      }
    }
  }

  private static func write<Item>(
    _ items: [Item], _ opening: String, _ closing: String, to text: inout String, _ indent: Int, _ depth: Int,
    _ body: (Item, inout String) -> Void
  ) {
    text += opening
    for (place, item) in items.enumerated() {
      text += place == 0 ? "\n" : ",\n"
      text += String(repeating: " ", count: indent * (depth + 1))
      body(item, &text)
    }
    if !items.isEmpty { text += "\n" + String(repeating: " ", count: indent * depth) }
    text += closing
  }

  /// A text in ASCII alone, as `ensure_ascii` has it.
  private static func write(_ value: String, to text: inout String) {
    text += "\""
    for scalar in value.unicodeScalars {
      switch scalar {
      case "\"": text += "\\\""
      case "\\": text += "\\\\"
      case "\n": text += "\\n"
      case "\r": text += "\\r"
      case "\t": text += "\\t"
      case "\u{8}": text += "\\b"
      case "\u{c}": text += "\\f"
      case " "..."~": text.unicodeScalars.append(scalar)
      default:
        for unit in UTF16.encode(scalar) ?? .init() {
          let digits = String(unit, radix: 16)
          text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        }
      }
    }
    text += "\""
  }
}

/// A number as Python's `repr` writes it: the shortest digits that are read back as the same number, with an exponent below
/// 1e-4 and from 1e16 on.
func pythonText(of number: Double) -> String {
  if number.isNaN { return "NaN" }
  if number.isInfinite { return number < 0 ? "-Infinity" : "Infinity" }
  let sign = number.sign == .minus ? "-" : ""
  if number == 0 { return sign + "0.0" }
  // Swift finds the same digits, and differs in where it writes an exponent.
  let parts = "\(number.magnitude)".split(separator: "e")
  let mantissa = parts[0].split(separator: ".", omittingEmptySubsequences: false)
  var point = mantissa[0].count + (parts.count > 1 ? Int(parts[1]) ?? 0 : 0)
  var digits = Substring(mantissa.joined())
  while digits.first == "0" {
    digits.removeFirst()
    point -= 1
  }
  while digits.last == "0" { digits.removeLast() }
  // The number is 0.DIGITS times ten to the power of `point`.
  if point > 16 || point < -3 {
    let exponent = point - 1
    let power = exponent.magnitude < 10 ? "0\(exponent.magnitude)" : "\(exponent.magnitude)"
    let fraction = digits.count > 1 ? "." + digits.dropFirst() : ""
    return sign + digits.prefix(1) + fraction + (exponent < 0 ? "e-" : "e+") + power
  }
  if point <= 0 { return sign + "0." + String(repeating: "0", count: -point) + digits }
  if digits.count <= point { return sign + digits + String(repeating: "0", count: point - digits.count) + ".0" }
  return sign + digits.prefix(point) + "." + digits.dropFirst(point)
}
