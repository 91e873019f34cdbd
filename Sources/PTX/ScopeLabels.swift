/// The labels of a function's blocks.
///
/// A branch may name a label that comes later, and an inner block may have a label of the same name: which one is
/// meant is known only when the labels of all open blocks are. So they are collected before the body is read.
struct ScopeLabels {
  /// The labels' tokens by the token of their block's brace.
  private var labels: [Int: [Int]] = [:]

  /// Collects the labels of the body whose brace is a certain token.
  ///
  /// - Complexity: O(*n*) in the length of the body.
  init(bodyAt start: Int, of parser: Parser) throws(PTXError) {
    /// The open braces; the negative ones are of vectors.
    var open: [Int] = []
    for index in start..<parser.tokens.count where parser.tokens[index].kind == .sign {
      let token = parser.tokens[index]
      switch token.first {
      case Sign.leftBrace:
        open.append(index == start || Self.beginsBlock(after: parser.tokens[index - 1]) ? index : -1)
      case Sign.rightBrace:
        open.removeLast()
        if open.isEmpty { return }
      case Sign.colon where parser.tokens[index - 1].kind == .word:
        if let block = open.last, block >= 0 { labels[block, default: []].append(index - 1) }
      default: break
      }
    }
    throw PTXError(
      .unexpectedEnd, "the function's body that begins here does not end; the text seems to be cut off.",
      line: Int(parser.tokens[start].line))
  }

  /// The labels of the block whose brace is a certain token; they are given out once.
  mutating func take(at brace: Int) -> [Int] { labels.removeValue(forKey: brace) ?? [] }

  /// Whether a brace after a token opens a block and not a vector: a block follows a whole statement, and of those,
  /// `.loc` and `.file` end in a number or a string.
  private static func beginsBlock(after token: Token) -> Bool {
    switch token.kind {
    case .number, .string: true
    case .sign:
      token.first == Sign.semicolon || token.first == Sign.colon || token.first == Sign.leftBrace
        || token.first == Sign.rightBrace
    default: false
    }
  }
}
