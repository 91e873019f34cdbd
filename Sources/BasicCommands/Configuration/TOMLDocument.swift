import LanguageModelClients
import TOMLKit

/// A TOML text: its values, and the lines on which they stand.
///
/// TOMLKit reads the text. Its values are taken over as JSON, which it writes too: the accessors of its own tables lose what
/// follows a NUL, and free nothing. So TOML's dates and times, infinities and what is no number come as texts.
///
/// The text is taken apart into statements before it is read as a whole, for two reasons. TOMLKit does not say where a value
/// stands. And its parser (toml++ 3.4) ends the process over a table's header that begins with anything but a key.
struct TOMLDocument {
  /// What is wrong with a text, and on which line, as far as TOMLKit says so.
  struct Failure: Error, Hashable {
    var message: String
    var line: Int?
  }

  /// The document, an object. Members stand in the order of their lines, and by name where they share one.
  let root: JSONElement
  private let lines: StatementLines

  /// Reads a text, in time linear in its length but for values that go over many lines.
  init(_ text: String) throws(Failure) {
    // The text goes to the parser as a C string.
    guard !text.utf8.contains(0) else { throw Failure(message: "There is a NUL in it", line: nil) }
    lines = try StatementLines(text)
    root = Self.ordered(try Self.read(text), at: [], by: lines)
  }

  /// The line on which a key stands, or the header of a table; `nil` where it was not found.
  func line(of path: [String]) -> Int? { lines[path] }

  /// What a text holds, members by name.
  fileprivate static func read(_ text: String) throws(Failure) -> JSONElement {
    let json: String
    do {
      json = try TOMLTable(string: text).convert(
        to: .json, options: [.quoteDateAndTimes, .quoteInfinitesAndNaNs, .allowUnicodeStrings])
    } catch let error as TOMLParseError {
      let line = error.source.begin.line
      throw Failure(message: error.description, line: line > 0 ? line : nil)
    } catch {
      throw Failure(message: "\(error)", line: nil)
    }
    do throws(JSONElement.Failure) { return try JSONElement(text: json) } catch {
      throw Failure(message: "A value cannot be taken over: \(error.message)", line: nil)
    }
  }

  private static func ordered(_ value: JSONElement, at path: [String], by lines: StatementLines) -> JSONElement {
    guard let members = value.members else { return value }
    let placed = members.map { member in
      (
        lines[path + [member.name]] ?? .max,
        JSONElement.Member(member.name, ordered(member.value, at: path + [member.name], by: lines))
      )
    }
    return .object(placed.sorted { ($0.0, $0.1.name) < ($1.0, $1.1.name) }.map(\.1))
  }
}

/// The line on which every key of a TOML text stands first.
///
/// A statement, a table's header or a key with its value, is TOML by itself and no beginning of it is, so that the parser can be
/// asked where each ends.
private struct StatementLines {
  typealias Failure = TOMLDocument.Failure

  /// The most lines of one statement.
  private static let longest = 400
  private var first: [[String]: Int] = [:]

  subscript(path: [String]) -> Int? { first[path] }

  /// - Throws: what is wrong with the first statement that is not TOML.
  init(_ text: String) throws(Failure) {
    // By bytes: a carriage return and a line end are one character.
    let lines = text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map { Substring($0) }
    var table: [String] = []
    var start = 0
    while start < lines.count {
      let isHeader = try Self.isHeader(lines[start], number: start + 1)
      let (end, value) = try Self.statement(from: start, in: lines)
      if isHeader { table = Self.onlyPath(in: value) }
      note(isHeader ? [] : table, value, line: start + 1)
      start = end
    }
  }

  /// Whether a statement is a table's header, judged by the line that it begins on.
  ///
  /// - Throws: where it is one that the parser would end the process over.
  private static func isHeader(_ line: Substring, number: Int) throws(Failure) -> Bool {
    let isBlank = { (byte: UInt8) in byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
    var rest = line.utf8.drop(while: isBlank)
    guard rest.first == UInt8(ascii: "[") else { return false }
    rest = rest.dropFirst().drop(while: isBlank)
    if rest.first == UInt8(ascii: "[") { rest = rest.dropFirst().drop(while: isBlank) }
    if let byte = rest.first, byte != UInt8(ascii: "]"), !isKeyStart(byte) {
      throw Failure(message: "Error while parsing table header: expected a key behind the bracket", line: number)
    }
    return true
  }

  private static func isKeyStart(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"):
      true
    default: "-_\"'".utf8.contains(byte)
    }
  }

  /// The statement that begins on a line, or a line without one: what it says, and the line after it.
  private static func statement(
    from start: Int, in lines: [Substring]
  ) throws(Failure) -> (end: Int, value: JSONElement) {
    var failure = Failure(message: "It ends too early", line: start + 1)
    for end in start + 1...min(lines.count, start + longest) {
      do throws(Failure) {
        return (end, try TOMLDocument.read(lines[start..<end].joined(separator: "\n") + "\n"))
      } catch {
        failure = Failure(message: error.message, line: start + (error.line ?? 1))
      }
    }
    guard lines.count <= start + longest else {
      throw Failure(
        message: "What begins here has a mistake, or goes over more than \(longest) lines", line: start + 1)
    }
    throw failure
  }

  /// The table that a header names; of an array of tables, the array.
  private static func onlyPath(in value: JSONElement) -> [String] {
    guard let member = value.members?.first else { return [] }
    return [member.name] + onlyPath(in: member.value)
  }

  private mutating func note(_ path: [String], _ value: JSONElement, line: Int) {
    if !path.isEmpty, first[path] == nil { first[path] = line }
    for member in value.members ?? [] { note(path + [member.name], member.value, line: line) }
  }
}
