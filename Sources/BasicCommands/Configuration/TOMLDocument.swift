import LanguageModelClients
import TOMLKit

/// A TOML text: its values, and the lines on which they stand.
///
/// TOMLKit reads the text. Its values are taken over as JSON, which it writes too: the accessors of its own tables lose what
/// follows a NUL, and free nothing. So TOML's dates and times, infinities and what is no number come as texts.
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
    let statements = StatementLines(text)
    lines = statements
    root = Self.ordered(try Self.read(text), at: [], by: statements)
  }

  /// The line on which a key stands, or the header of a table; `nil` where it was not found.
  func line(of path: [String]) -> Int? { lines[path] }

  /// What a text holds, members by name.
  static func read(_ text: String) throws(Failure) -> JSONElement {
    // The text goes to the parser as a C string.
    guard !text.utf8.contains(0) else { throw Failure(message: "it has a NUL in it", line: nil) }
    let json: String
    do {
      json = try TOMLTable(string: text).convert(to: .json)
    } catch let error as TOMLParseError {
      let line = error.source.begin.line
      throw Failure(message: error.description, line: line > 0 ? line : nil)
    } catch {
      throw Failure(message: "\(error)", line: nil)
    }
    do { return try JSONElement(text: json) } catch { throw Failure(message: error.message, line: nil) }
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
/// TOMLKit does not say. But a statement, a table's header or a key with its value, is TOML by itself and no beginning of it
/// is, so that the parser can be asked where each ends.
private struct StatementLines {
  /// The longest statement that is looked for; behind a longer one nothing is known.
  private static let longest = 400
  private var first: [[String]: Int] = [:]

  subscript(path: [String]) -> Int? { first[path] }

  init(_ text: String) {
    // By bytes: a carriage return and a line end are one character.
    let lines = text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map { Substring($0) }
    var table: [String] = []
    var start = 0
    while start < lines.count {
      guard let (end, value) = Self.statement(from: start, in: lines) else { return }
      let isHeader = lines[start].unicodeScalars.first { $0 != " " && $0 != "\t" && $0 != "\u{FEFF}" } == "["
      if isHeader { table = Self.onlyPath(in: value) }
      note(isHeader ? [] : table, value, line: start + 1)
      start = end
    }
  }

  /// The statement that begins on a line, or a line without one: what it says, and the line after it.
  private static func statement(from start: Int, in lines: [Substring]) -> (end: Int, value: JSONElement)? {
    for end in start + 1...min(lines.count, start + longest) {
      if let value = try? TOMLDocument.read(lines[start..<end].joined(separator: "\n") + "\n") { return (end, value) }
      if end == lines.count { break }
    }
    return nil
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
