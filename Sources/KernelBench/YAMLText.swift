/// Texts as YAML has them.
enum YAMLText {
  /// Words that YAML 1.1 takes for something other than a text.
  private static let words: Set = ["true", "false", "yes", "no", "on", "off", "y", "n", "null"]

  /// A text as it stands where it can be taken for nothing else, else in quotation marks and in ASCII.
  static func written(_ text: String) -> String {
    let isPlain =
      text.unicodeScalars.first.map { isLetter($0) } ?? false
      && text.unicodeScalars.allSatisfy {
        isLetter($0) || ("0"..."9").contains($0) || $0 == "." || $0 == "/" || $0 == "-"
      }
    if isPlain && !words.contains(text.lowercased()) { return text }
    var quoted = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": quoted += "\\\""
      case "\\": quoted += "\\\\"
      case "\n": quoted += "\\n"
      case " "..."~": quoted.unicodeScalars.append(scalar)
      default:
        let digits = String(scalar.value, radix: 16)
        let width = digits.count > 4 ? 8 : 4
        quoted += (width == 8 ? "\\U" : "\\u") + String(repeating: "0", count: width - digits.count) + digits
      }
    }
    return quoted + "\""
  }

  private static func isLetter(_ scalar: Unicode.Scalar) -> Bool {
    ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar) || scalar == "_"
  }

  /// The text in quotation marks at the beginning of a line, and what follows them; nil where they do not end.
  static func quoted(_ line: Substring) -> (text: String, rest: Substring)? {
    guard let mark = line.unicodeScalars.first else { return nil }
    var rest = line.unicodeScalars.dropFirst()
    var text = String.UnicodeScalarView()
    while let scalar = rest.popFirst() {
      switch scalar {
      case mark where mark == "'" && rest.first == "'": text.append(rest.removeFirst())
      case mark: return (String(text), Substring(rest))
      case "\\" where mark == "\"":
        guard let meant = escape(&rest) else { return nil }
        text.append(meant)
      default: text.append(scalar)
      }
    }
    return nil
  }

  private static let escapes: [Unicode.Scalar: Unicode.Scalar] = [
    "0": "\0", "a": "\u{7}", "b": "\u{8}", "t": "\t", "\t": "\t", "n": "\n", "v": "\u{b}", "f": "\u{c}", "r": "\r",
    "e": "\u{1b}", " ": " ", "\"": "\"", "/": "/", "\\": "\\", "N": "\u{85}", "_": "\u{a0}", "L": "\u{2028}",
    "P": "\u{2029}",
  ]
  private static let widths: [Unicode.Scalar: Int] = ["x": 2, "u": 4, "U": 8]

  private static func escape(_ rest: inout Substring.UnicodeScalarView) -> Unicode.Scalar? {
    guard let letter = rest.popFirst() else { return nil }
    if let meant = escapes[letter] { return meant }
    guard let width = widths[letter] else { return nil }
    let digits = rest.prefix(width)
    guard digits.count == width, digits.allSatisfy(\.properties.isASCIIHexDigit),
      let value = UInt32(String(digits), radix: 16)
    else { return nil }
    rest.removeFirst(width)
    return Unicode.Scalar(value) ?? "\u{fffd}"
  }
}
