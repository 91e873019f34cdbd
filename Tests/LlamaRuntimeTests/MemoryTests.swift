import SpeculativeDecoding
import Testing

@testable import LlamaRuntime

/// What a context remembers is the text, however it came to it.
@Suite(.enabled(if: Bundled.arePresent, Bundled.missing), .serialized)
struct MemoryTests {
  /// The next logits of a context that has never known anything but `text`.
  func fresh(after text: [Token]) throws -> [Float] {
    let target = try Bundled.llamaTarget()
    try target.prepare(text.dropLast())
    try target.evaluate(TokenTree(root: text[text.count - 1]))
    return Array(target.logits(of: 0))
  }

  @Test(arguments: 0..<(isLongRun ? 60 : 6))
  func `a target remembers what was kept, whatever was tried`(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    func number(_ range: Range<Int>) -> Int { Int.random(in: range, using: &generator) }
    let target = try Bundled.llamaTarget()
    var comparison = RowComparison()
    var text: [Token] = []
    for step in 0..<16 {
      switch number(0..<6) {
      case 0:
        // Another text, which shares a beginning.
        text = Array(text.prefix(number(0..<text.count + 1))) + generator.tokens(number(0..<40))
        try target.prepare(text[...])
      case 1:
        // A tree that nobody kept, as after an error; then the text is prepared again.
        try target.evaluate(generator.tree(root: 7, nodes: number(1..<20)))
        try target.prepare(text[...])
      default:
        let tree = generator.tree(root: generator.tokens(1)[0], nodes: number(1..<60))
        try target.evaluate(tree)
        let path = number(0..<5) == 0 ? [] : tree.path(to: number(0..<tree.count))
        try target.keep(path, of: tree)
        text += path.map { tree.tokens[$0] }
      }
      guard step % 5 == 0 || step == 15 else { continue }
      let root = generator.tokens(1)
      let single = TokenTree(root: root[0])
      try target.evaluate(single)
      comparison.add(target.logits(of: 0), try fresh(after: text + root))
      try target.keep([], of: single)
    }
    comparison.expectEquality()
  }

  @Test(arguments: 0..<(isLongRun ? 60 : 6))
  func `a draft remembers what was kept, whatever was tried`(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed + 500)
    func number(_ range: Range<Int>) -> Int { Int.random(in: range, using: &generator) }
    let draft = try Bundled.llamaDraft()
    var comparison = RowComparison()
    var text = generator.tokens(number(1..<50))
    try draft.prepare(text.dropLast())
    for step in 0..<16 {
      if number(0..<5) == 0 {
        text = Array(text.prefix(number(0..<text.count + 1))) + generator.tokens(number(1..<40))
        try draft.prepare(text.dropLast())
      }
      try draft.begin(with: text[draft.textCount...])
      if step % 5 == 0 {
        let other = try Bundled.llamaDraft()
        try other.prepare([])
        try other.begin(with: text[...])
        comparison.add(draft.logits(of: 0), Array(other.logits(of: 0)))
      }
      let tree = generator.tree(root: text[text.count - 1], nodes: number(1..<40))
      // Levels are scored up to some depth; nodes at the end of a level may be left out.
      var scored: Set<Int> = [0]
      for depth in 1...max(1, number(0..<tree.depth + 1)) {
        let level = (1..<tree.count).filter {
          Int(tree.depths[$0]) == depth && scored.contains(Int(tree.parents[$0]))
        }
        let part = Array(level.prefix(number(0..<level.count + 1)))
        guard !part.isEmpty else { break }
        try draft.evaluate(part, of: tree)
        scored.formUnion(part)
      }
      let path = tree.path(to: number(0..<tree.count))
      let before = draft.textCount
      if number(0..<6) > 0 {
        try draft.keep(path, of: tree)
        #expect(draft.textCount == before + path.prefix { scored.contains($0) }.count - 1)
      }
      // The target's own next token, and what of the path the draft has not read.
      text += path.dropFirst().map { tree.tokens[$0] } + generator.tokens(1)
    }
    comparison.expectNearEquality()
  }

  @Test func `what two texts share is not read twice`() throws {
    var generator = SeededGenerator(seed: 3)
    let target = try Bundled.llamaTarget()
    let text = generator.tokens(700)
    var reads: [Int] = []
    target.onRead = { read, _ in reads.append(read) }
    try target.prepare(text[...])
    #expect(reads == [512, 700])
    reads = []
    try target.prepare(text[...])
    #expect(reads.isEmpty)
    let other = text.prefix(650) + generator.tokens(20)
    try target.prepare(other[...])
    #expect(reads == [670])
    try target.evaluate(TokenTree(root: 11))
    var comparison = RowComparison()
    comparison.add(target.logits(of: 0), try fresh(after: other + [11]))
    comparison.expectEquality()
  }

  @Test func `a draft with another padding speaks in the target's numbers`() throws {
    let size = try Bundled.draft.vocabulary.count
    func row(_ vocabularySize: Int) throws -> [Float] {
      let draft = try Bundled.llamaDraft(vocabularySize: vocabularySize)
      try draft.prepare([6, 7])
      // The target may say a token that the draft has never heard of.
      try draft.begin(with: [Token(size + 2), 8])
      return Array(draft.logits(of: 0))
    }
    let own = try row(size)
    #expect(own.count == size)
    #expect(try row(size - 10) == Array(own.dropLast(10)))
    #expect(try row(size + 3) == own + [-.infinity, -.infinity, -.infinity])
  }
}
