/// The variables of a `.env` file. Printing it shows their names only: the values are keys, mostly.
///
/// A line is `NAME=value`, `export NAME=value`, blank, or a comment that begins with `#`. A value in single quotes is taken as
/// it stands; in double quotes `\n`, `\r`, `\t`, `\"`, `\\`, `\$` and an escaped line end mean what they mean elsewhere; both may
/// go over several lines. Without quotes a value ends with its line, or with a `#` after a blank, and blanks around it are
/// dropped. Nothing is substituted or run. Of two lines with one name the later one counts.
public struct DotEnv: Sendable, Hashable {
  /// The values by name.
  public let values: [String: String]

  /// No variables.
  public init() { values = [:] }

  /// Reads the text of a file, in time linear in its length.
  ///
  /// - Throws: ``LanguageModelClientsError`` with ``LanguageModelClientsError/Code/configuration`` that names the line,
  ///   and not what stands there.
  public init(_ text: String) throws(LanguageModelClientsError) {
    var reader = DotEnvReader(text)
    values = try reader.variables()
  }

  /// The value of a variable.
  public subscript(name: String) -> String? { values[name] }
}

extension DotEnv: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  /// The names.
  public var description: String { "DotEnv(\(values.keys.sorted().joined(separator: ", ")))" }
  /// The names.
  public var debugDescription: String { description }
  /// The names.
  public var customMirror: Mirror { Mirror(self, children: ["names": values.keys.sorted()]) }
}

extension APIKey {
  /// Finds a key: in the environment, or else in a `.env` file. A variable that is set to nothing is not set.
  ///
  /// - Throws: ``LanguageModelClientsError`` with ``LanguageModelClientsError/Code/configuration`` where neither has it, or
  ///   what is there is no key.
  public init(
    variable: String, environment: [String: String], dotEnv: DotEnv = DotEnv()
  ) throws(LanguageModelClientsError) {
    let candidates = [environment[variable], dotEnv[variable]].compactMap { $0 }
    guard let text = candidates.first(where: { !$0.trimmingBlanks.isEmpty }) else {
      throw LanguageModelClientsError(
        .configuration, "The variable `\(variable)` holds no key; set it in the environment or in a .env file.")
    }
    do throws(LanguageModelClientsError) { try self.init(text) } catch {
      throw LanguageModelClientsError(.configuration, "The variable `\(variable)`: \(error.message)")
    }
  }
}

/// Reads a `.env` file from front to back.
private struct DotEnvReader {
  private let bytes: [UInt8]
  private var position = 0
  private var line = 1

  init(_ text: String) {
    let bytes = Array(text.utf8)
    self.bytes = bytes.starts(with: [0xef, 0xbb, 0xbf]) ? Array(bytes.dropFirst(3)) : bytes
  }

  private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

  private func wrong(_ what: String, line: Int? = nil) -> LanguageModelClientsError {
    LanguageModelClientsError(.configuration, "Line \(line ?? self.line) of the .env file \(what).")
  }

  mutating func variables() throws(LanguageModelClientsError) -> [String: String] {
    var values: [String: String] = [:]
    while true {
      skipBlanks()
      guard let byte = next else { return values }
      if byte == UInt8(ascii: "#") { skipLine() }
      if takeLineEnd() { continue }
      guard next != nil else { return values }
      let name = try name()
      values[name] = try value()
    }
  }

  private mutating func skipBlanks() { while next == 0x20 || next == 0x09 { position += 1 } }

  private mutating func skipLine() { while let byte = next, byte != 0x0a, byte != 0x0d { position += 1 } }

  private mutating func takeLineEnd() -> Bool {
    guard let byte = next, byte == 0x0a || byte == 0x0d else { return false }
    position += 1
    if byte == 0x0d, next == 0x0a { position += 1 }
    line += 1
    return true
  }

  private mutating func word() -> String {
    let start = position
    while let byte = next, byte < 0x80,
      Character(Unicode.Scalar(byte)).isLetter || byte == UInt8(ascii: "_")
        || (position > start && (0x30...0x39).contains(byte))
    {
      position += 1
    }
    return String(decoding: bytes[start..<position], as: UTF8.self)
  }

  private mutating func name() throws(LanguageModelClientsError) -> String {
    var name = word()
    skipBlanks()
    if name == "export", next != UInt8(ascii: "=") {
      name = word()
      skipBlanks()
    }
    guard !name.isEmpty else { throw wrong("does not begin with a name of letters, digits and underlines") }
    guard next == UInt8(ascii: "=") else { throw wrong("has no `=` after the name") }
    position += 1
    skipBlanks()
    return name
  }

  private mutating func value() throws(LanguageModelClientsError) -> String {
    if let quote = next, quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") {
      let value = try quoted(quote)
      skipBlanks()
      if next == UInt8(ascii: "#") { skipLine() }
      guard next == nil || takeLineEnd() else { throw wrong("goes on after the closing quotation mark") }
      return value
    }
    let start = position
    var end = position
    while let byte = next, byte != 0x0a, byte != 0x0d {
      let isBlank = byte == 0x20 || byte == 0x09
      if byte == UInt8(ascii: "#"), position == start || bytes[position - 1] == 0x20 || bytes[position - 1] == 0x09 {
        skipLine()
        break
      }
      position += 1
      if !isBlank { end = position }
    }
    return String(decoding: bytes[start..<end], as: UTF8.self)
  }

  private mutating func quoted(_ quote: UInt8) throws(LanguageModelClientsError) -> String {
    let firstLine = line
    position += 1
    var value: [UInt8] = []
    while let byte = next {
      if byte == quote {
        position += 1
        return String(decoding: value, as: UTF8.self)
      }
      if takeLineEnd() {
        value.append(0x0a)
        continue
      }
      position += 1
      guard byte == UInt8(ascii: "\\"), quote == UInt8(ascii: "\""), let escaped = next else {
        value.append(byte)
        continue
      }
      if takeLineEnd() { continue }
      position += 1
      switch escaped {
      case UInt8(ascii: "n"): value.append(0x0a)
      case UInt8(ascii: "r"): value.append(0x0d)
      case UInt8(ascii: "t"): value.append(0x09)
      case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "$"): value.append(escaped)
      default: value += [byte, escaped]
      }
    }
    throw wrong("opens a quotation mark that is never closed", line: firstLine)
  }
}
