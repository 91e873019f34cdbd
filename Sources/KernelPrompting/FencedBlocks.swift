import KernelBench

/// A fenced block of a Markdown text.
struct FencedBlock: Hashable {
  /// The language that the fence names, in small letters; empty if it names none.
  let tag: String
  /// The content, without the fence's own indentation.
  let content: String
  /// Whether a closing fence ends it.
  let isClosed: Bool
}

/// The code and the prose of an answer.
///
/// Fences are read as CommonMark has them, and more generously where models stray from it: an opening fence may stand
/// at the end of a line of prose, a closing one at the end of a line of code or before prose; a fence with a language
/// ends a block that was left open. A fence within a triple-quoted Python string is text, provided that the string ends
/// before a later fence.
struct FencedBlocks {
  private(set) var blocks: [FencedBlock] = []
  /// What is outside of all fences.
  private(set) var prose = ""

  /// How many fences inside of strings are looked at in search of a block's end.
  private static let maximumLookahead = 32

  /// - Parameter text: The answer with LF line ends.
  /// - Complexity: O(*n*) for a text of *n* bytes whose fences are balanced.
  init(_ text: String) {
    let lines = text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
      .map { String(decoding: $0, as: UTF8.self)[...] }
    var prose: [Substring] = []
    var index = 0
    while index < lines.count {
      guard let fence = Fence(opening: lines[index]) else {
        prose.append(lines[index])
        index += 1
        continue
      }
      prose.append(fence.textBefore)
      let end = Self.end(of: fence, lines, from: index + 1)
      var content = lines[(index + 1)..<end.line].map { Self.unindented($0, by: fence.indentation) }
      if let rest = end.codeBefore { content.append(Self.unindented(rest, by: fence.indentation)) }
      blocks.append(
        FencedBlock(tag: fence.tag, content: content.joined(separator: "\n"), isClosed: end.isClosed))
      index = end.next
    }
    self.prose = prose.joined(separator: "\n")
  }

  private struct End {
    /// The line that the block ends before.
    let line: Int
    /// Where reading goes on.
    let next: Int
    /// What of the line still belongs to the block.
    let codeBefore: Substring?
    let isClosed: Bool
  }

  private static func end(of fence: Fence, _ lines: [Substring], from start: Int) -> End {
    var first: End?
    var seen = 0
    for index in start..<max(start, lines.count) {
      guard let end = end(of: fence, at: index, lines[index]) else { continue }
      guard fence.mayBePython else { return end }
      let code = lines[start..<index].joined(separator: "\n") + "\n" + (end.codeBefore ?? "")
      guard endsInTripleQuotes(code) else { return end }
      first = first ?? end
      seen += 1
      if seen == maximumLookahead { break }
    }
    return first ?? End(line: lines.count, next: lines.count, codeBefore: nil, isClosed: false)
  }

  private static func end(of fence: Fence, at index: Int, _ line: Substring) -> End? {
    if fence.isClosed(by: line) { return End(line: index, next: index + 1, codeBefore: nil, isClosed: true) }
    if let other = Fence(opening: line), !other.tag.isEmpty, other.textBefore.isEmpty, other.mark == fence.mark,
      other.length <= fence.length
    {
      return End(line: index, next: index, codeBefore: nil, isClosed: false)
    }
    guard let code = fence.codeBeforeClosing(line) else { return nil }
    return End(line: index, next: index + 1, codeBefore: code, isClosed: true)
  }

  private static func endsInTripleQuotes(_ code: String) -> Bool {
    let bytes = Array(code.utf8)
    var last: PythonToken?
    for token in PythonLexer(bytes) { last = token }
    guard let last, last.kind == .unterminatedString, last.range.upperBound == bytes.count else { return false }
    let text = String(decoding: bytes[last.range], as: UTF8.self).drop { $0.isLetter }
    return text.hasPrefix("\"\"\"") || text.hasPrefix("'''")
  }

  private static func unindented(_ line: Substring, by count: Int) -> Substring {
    var rest = line
    for _ in 0..<count where rest.first == " " || rest.first == "\t" { rest.removeFirst() }
    return rest
  }
}

/// A line that opens a fenced block.
private struct Fence {
  let mark: Character
  let length: Int
  let indentation: Int
  let tag: String
  /// The prose in front of a fence at the end of a line.
  let textBefore: Substring

  /// Whether the content may be Python, in whose strings fences are text.
  var mayBePython: Bool { CodeLanguage(tag: tag) != .cuda }

  init?(opening line: Substring) {
    let code = line.drop { $0 == " " || $0 == "\t" }
    if let mark = code.first, mark == "`" || mark == "~" {
      let run = code.prefix { $0 == mark }
      let information = code[run.endIndex...]
      if run.count >= 3, mark == "~" || !information.contains("`") {
        self.mark = mark
        length = run.count
        indentation = line.count - code.count
        tag = Self.tag(information)
        textBefore = ""
        return
      }
    }
    // `Here is the code: ```python`
    guard let last = line.lastIndex(of: "`"), case let tag = Self.tag(line[line.index(after: last)...]),
      line[line.index(after: last)...].allSatisfy({ !$0.isWhitespace }), CodeLanguage(tag: tag) != nil
    else { return nil }
    let before = line[...last]
    let run = before.reversed().prefix { $0 == "`" }.count
    guard run >= 3, !before.dropLast(run).contains("```") else { return nil }
    mark = "`"
    length = run
    indentation = 0
    self.tag = tag
    textBefore = before.dropLast(run)
  }

  /// A line of at least as many marks and nothing else, or of marks and then prose.
  func isClosed(by line: Substring) -> Bool {
    let code = line.drop { $0 == " " || $0 == "\t" }
    let run = code.prefix { $0 == mark }
    guard run.count >= length else { return false }
    let rest = code[run.endIndex...]
    if rest.allSatisfy(\.isWhitespace) { return true }
    return rest.first?.isWhitespace == true && CodeLanguage(tag: Self.tag(rest)) == nil
  }

  /// The code in front of a closing fence at the end of its line.
  func codeBeforeClosing(_ line: Substring) -> Substring? {
    var code = line
    while code.last?.isWhitespace == true { code.removeLast() }
    let run = code.reversed().prefix { $0 == mark }.count
    guard mark == "`", run >= length, case let before = code.dropLast(run), !before.contains("`"), !before.isEmpty
    else {
      return nil
    }
    return before
  }

  /// `python` for the information strings "python", " Python title=…", "{.python .numberLines}" and "python:kernel.py".
  private static func tag(_ information: Substring) -> String {
    let start = information.drop { $0 == " " || $0 == "\t" || $0 == "{" || $0 == "." }
    return start.prefix { $0.isLetter || $0.isNumber || "+-_#".contains($0) }.lowercased()
  }
}
