/// An answer with the model's reasoning told apart from what it says in the end.
struct AnswerText {
  /// The answer proper, with LF line ends.
  private(set) var answer: String
  /// What the model thought aloud; empty if it did not.
  private(set) var reasoning: String
  /// Whether HTML entities were turned back into characters.
  let wasEscaped: Bool

  private static let names = ["think", "thinking", "reasoning", "thought"]

  init(_ text: String) {
    var bytes = CompactForm.unixLines(text)
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes.removeFirst(3) }
    var text = String(decoding: bytes, as: UTF8.self)
    // A launch or an include of which only the escaped spelling occurs: the whole answer went through an escape.
    wasEscaped =
      (text.contains("&lt;&lt;&lt;") && !text.contains("<<<"))
      || (text.contains("#include &lt;") && !text.contains("#include <"))
    if wasEscaped { text = Self.unescaped(text) }

    var answer: [Substring] = []
    var reasoning: [Substring] = []
    var isReasoning = false
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      var rest = line
      if !isReasoning, let start = Self.opening(rest) {
        isReasoning = true
        rest = rest[start...]
      }
      if let closing = Self.closing(rest) {
        // Without an opening tag, which may have been part of the prompt, all that came before is reasoning.
        if !isReasoning { (reasoning, answer) = (reasoning + answer, []) }
        reasoning.append(rest[..<closing.lowerBound])
        isReasoning = false
        rest = rest[closing.upperBound...]
      }
      if isReasoning { reasoning.append(rest) } else { answer.append(rest) }
    }
    self.answer = answer.joined(separator: "\n")
    self.reasoning = reasoning.joined(separator: "\n")
  }

  /// Just past a tag that a line begins with.
  private static func opening(_ line: Substring) -> Substring.Index? {
    let text = line.drop(while: \.isWhitespace)
    for name in names {
      let tag = "<\(name)>"
      if text.prefix(tag.count).lowercased() == tag { return text.index(text.startIndex, offsetBy: tag.count) }
    }
    return nil
  }

  /// The last closing tag of a line.
  private static func closing(_ line: Substring) -> Range<Substring.Index>? {
    var search = line[...]
    while let start = search.lastIndex(of: "<") {
      for name in names {
        let tag = "</\(name)>"
        if line[start...].prefix(tag.count).lowercased() == tag {
          return start..<line.index(start, offsetBy: tag.count)
        }
      }
      search = line[..<start]
    }
    return nil
  }

  private static func unescaped(_ text: String) -> String {
    let entities = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&#x27;", "'"), ("&amp;", "&")]
    var output = ""
    var rest = text[...]
    while let ampersand = rest.firstIndex(of: "&") {
      output += rest[..<ampersand]
      rest = rest[ampersand...]
      if let (entity, character) = entities.first(where: { rest.hasPrefix($0.0) }) {
        output += character
        rest = rest.dropFirst(entity.count)
      } else {
        output.append(rest.removeFirst())
      }
    }
    return output + rest
  }
}
