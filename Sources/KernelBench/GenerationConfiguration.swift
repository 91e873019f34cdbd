/// The contents of a run folder's `generation_config.yaml`: what the samples were made with, as names and values.
///
/// Written are names with scalars. Read is as much of YAML as `yaml.dump` writes for a flat dictionary; what is nested is
/// kept as its text.
public struct GenerationConfiguration: Sendable, Hashable {
  /// The most bytes that the file may have.
  public static let maximumByteCount = 1 << 20

  /// A value.
  public enum Value: Sendable, Hashable {
    /// `null`.
    case null
    /// `true` or `false`.
    case boolean(Bool)
    /// A whole number.
    case integer(Int)
    /// Another number.
    case number(Double)
    /// A text.
    case string(String)
    /// A list, a mapping or anything else that is no scalar, as it stands in the file. It is not written.
    case other(String)
  }

  /// A name with its value.
  public struct Entry: Sendable, Hashable {
    /// The name: `model_name`.
    public var name: String
    /// The value.
    public var value: Value

    /// Makes an entry.
    public init(_ name: String, _ value: Value) {
      self.name = name
      self.value = value
    }
  }

  /// The entries in their order.
  public var entries: [Entry]

  /// Makes a configuration.
  public init(_ entries: [Entry] = []) { self.entries = entries }

  /// The value of a name; the last one where there are several. O(entries).
  public subscript(name: String) -> Value? { entries.last { $0.name == name }?.value }

  /// The file's text.
  public var text: String {
    entries.map { entry in
      guard let value = entry.value.yaml else { return "" }
      return "\(YAMLText.written(entry.name)): \(value)\n"
    }.joined()
  }

  /// Reads the file's text. Anything is read: a line that is no entry belongs to the one before it, or is dropped.
  public init(reading text: String) {
    entries = []
    var lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)[...]
    while let line = lines.popFirst() {
      guard let (name, rest) = Self.entry(line) else { continue }
      // What belongs to the value: lines that are further in, and the items of a list, which need not be.
      var more: [Substring] = []
      while let next = lines.first, next.first == " " || next.first == "\t" || next.hasPrefix("- ") || next == "-" {
        more.append(next)
        lines.removeFirst()
      }
      entries.append(Entry(name, Value(rest, more)))
    }
  }

  /// A name at the beginning of a line, and what follows it.
  private static func entry(_ line: Substring) -> (name: String, rest: Substring)? {
    guard let first = line.first, !first.isWhitespace, first != "#", first != "-", first != "%" else { return nil }
    if first == "\"" || first == "'" {
      guard let (name, rest) = YAMLText.quoted(line), rest.first == ":" else { return nil }
      return (name, rest.dropFirst())
    }
    var colon = line.firstIndex(of: ":")
    while let place = colon, let next = line[line.index(after: place)...].first, next != " " {
      colon = line[line.index(after: place)...].firstIndex(of: ":")
    }
    guard let colon else { return nil }
    return (String(line[..<colon]), line[line.index(after: colon)...])
  }
}

extension GenerationConfiguration.Value {
  /// A scalar as YAML; nil for what is none.
  fileprivate var yaml: String? {
    switch self {
    case .null: return "null"
    case .boolean(let value): return value ? "true" : "false"
    case .integer(let number): return "\(number)"
    case .number(let number):
      if number.isNaN { return ".nan" }
      if number.isInfinite { return number < 0 ? "-.inf" : ".inf" }
      let text = pythonText(of: number)
      // For YAML 1.1 a number with an exponent has a point, too.
      guard let exponent = text.firstIndex(of: "e"), !text.contains(".") else { return text }
      return text[..<exponent] + ".0" + text[exponent...]
    case .string(let text): return YAMLText.written(text)
    case .other: return nil
    }
  }

  /// Reads what follows a name, and the lines that belong to it.
  fileprivate init(_ rest: Substring, _ more: [Substring]) {
    let first = rest.drop { $0 == " " || $0 == "\t" }
    let whole = ([first] + more).joined(separator: "\n")
    switch first.first {
    case nil, "#": self = more.isEmpty ? .null : .other(more.joined(separator: "\n"))
    case "|", ">", "[", "{", "!", "&", "*": self = .other(whole)
    case "\"", "'":
      // A long text is broken where it had a blank, and goes on further in.
      let folded = Self.folded([first] + more)
      self = YAMLText.quoted(folded[...]).map { .string($0.text) } ?? .other(whole)
    default:
      let folded = Self.folded([first] + more)
      var plain = folded[..<(folded.range(ofFirst: " #") ?? folded.endIndex)]
      while plain.last == " " { plain.removeLast() }
      self = Self.plain(String(plain))
    }
  }

  /// A text over several lines: a line's end is a blank, or, behind a backslash, nothing.
  private static func folded(_ lines: [Substring]) -> String {
    var text = ""
    for (place, line) in lines.enumerated() {
      let start = line.drop { $0 == " " || $0 == "\t" }
      let end = start.lastIndex { $0 != " " && $0 != "\t" }
      if place > 0 {
        let slashes = text.reversed().prefix { $0 == "\\" }.count
        if slashes.isMultiple(of: 2) { text += " " } else { text.removeLast() }
      }
      text += end.map { start[...$0] } ?? ""
    }
    return text
  }

  private static func plain(_ text: String) -> Self {
    switch text {
    case "null", "Null", "NULL", "~", "": return .null
    case "true", "True", "TRUE", "yes", "Yes", "on": return .boolean(true)
    case "false", "False", "FALSE", "no", "No", "off": return .boolean(false)
    case ".nan", ".NaN": return .number(.nan)
    case ".inf", "+.inf": return .number(.infinity)
    case "-.inf": return .number(-.infinity)
    default: break
    }
    if let number = Int(text) { return .integer(number) }
    let isNumber = text.utf8.allSatisfy { (0x30...0x39).contains($0) || "+-.eE".utf8.contains($0) }
    if isNumber, let number = Double(text), number.isFinite { return .number(number) }
    return .string(text)
  }
}

extension String {
  /// Where another text begins for the first time.
  fileprivate func range(ofFirst other: String) -> Index? {
    indices.first { self[$0...].hasPrefix(other) }
  }
}
