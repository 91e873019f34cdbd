/// What a Python module defines at its top level, read from its tokens alone.
///
/// Names in comments, in strings and inside of other definitions do not count.
package struct PythonOutline: Sendable {
  /// The classes, in order: `Model`.
  package private(set) var classes: [String] = []
  /// The functions, in order: `get_inputs`.
  package private(set) var functions: [String] = []
  /// The names that are assigned or imported, in order.
  package private(set) var variables: [String] = []
  /// Whether the source ends inside of a bracket or a string, as one that was cut off may.
  package private(set) var isCutOff = false

  /// Reads the outline of a module.
  ///
  /// - Complexity: O(*n*) for a source of *n* bytes.
  package init(_ source: [UInt8]) {
    var lexer = PythonLexer(source)
    var statement: [PythonToken] = []
    var endsInString = false
    while let token = lexer.next() {
      switch token.kind {
      case .newline:
        add(statement, of: source)
        statement.removeAll(keepingCapacity: true)
      case .comment, .lineBreak, .continuation:
        break
      default:
        statement.append(token)
      }
      endsInString = token.kind == .unterminatedString && token.range.upperBound == source.count
    }
    add(statement, of: source)
    isCutOff = lexer.depth > 0 || endsInString
  }

  package init(_ source: String) { self.init(Array(source.utf8)) }

  private mutating func add(_ statement: [PythonToken], of source: [UInt8]) {
    guard let first = statement.first, first.kind == .name,
      first.range.lowerBound == 0 || isLineBreak(source[first.range.lowerBound - 1])
    else { return }
    var words = statement.map { String(decoding: source[$0.range], as: UTF8.self) }[...]
    if words.first == "async" { words.removeFirst() }
    guard words.count >= 2, let word = words.first else { return }
    let second = words[words.startIndex + 1]
    switch word {
    case "class": classes.append(second)
    case "def": functions.append(second)
    case "import", "from": variables += Self.imported(words)
    default:
      // `a = b = 1`, and `a: int = 1`; targets in tuples are of no use to anyone here.
      if second == "=" || second == ":" && words.contains("=") { variables.append(word) }
      for (target, symbol) in zip(words.dropFirst(2), words.dropFirst(3)) where second == "=" && symbol == "=" {
        variables.append(target)
      }
    }
  }

  /// The names that an import statement binds.
  private static func imported(_ words: ArraySlice<String>) -> [String] {
    guard let keyword = words.firstIndex(of: "import") else { return [] }
    return words[(keyword + 1)...].split(separator: ",").compactMap { part in
      let names = part.filter { $0 != "(" && $0 != ")" }
      return names.dropLast().last == "as" ? names.last : names.first
    }
  }
}
