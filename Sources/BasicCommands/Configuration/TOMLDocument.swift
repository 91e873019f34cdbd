import JSONReading
import LanguageModelClients
import TOMLKit

/// A TOML text: its values, and the lines on which they stand.
///
/// TOMLKit reads the text. Its values are taken over as JSON, which it writes too: the accessors of its own tables lose what
/// follows a NUL, and free nothing. So TOML's dates and times, infinities and what is no number come as texts.
///
/// TOMLKit does not say where a value stands either, so that every statement is read by itself first.
struct TOMLDocument {
  /// What is wrong with a text, and on which line, as far as TOMLKit says so.
  struct Failure: Error, Hashable {
    var message: String
    var line: Int?
  }

  /// The document, an object. Members stand in the order of their lines, and by name where they share one.
  let root: JSONElement
  private let lines: KeyLines

  /// Reads a text, in time linear in its length.
  init(_ text: String) throws(Failure) {
    // The text goes to the parser as a C string.
    guard !text.utf8.contains(0) else { throw Failure(message: "There is a NUL in it", line: nil) }
    lines = try KeyLines(try TOMLStatement.all(in: text))
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
    do throws(JSONSyntaxError) { return try JSONElement(text: json) } catch {
      throw Failure(message: "A value cannot be taken over: \(error.message)", line: nil)
    }
  }

  private static func ordered(_ value: JSONElement, at path: [String], by lines: KeyLines) -> JSONElement {
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
private struct KeyLines {
  private var first: [[String]: Int] = [:]

  subscript(path: [String]) -> Int? { first[path] }

  /// - Throws: what is wrong with the first statement that is not TOML.
  init(_ statements: [TOMLStatement]) throws(TOMLDocument.Failure) {
    var table: [String] = []
    for statement in statements {
      let value: JSONElement
      do throws(TOMLDocument.Failure) { value = try TOMLDocument.read(statement.text) } catch {
        throw TOMLDocument.Failure(message: error.message, line: statement.line + (error.line ?? 1) - 1)
      }
      if statement.isHeader { table = Self.onlyPath(in: value) }
      note(statement.isHeader ? [] : table, value, line: statement.line)
    }
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
