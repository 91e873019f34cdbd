import SpeculativeDecoding
import Testing

@testable import LlamaRuntime

/// A tree's logits are those of plain decoding, to the bit.
///
/// A branch lies in the cache between its siblings. That must not show: see "On libllama" in Documentation/TokenTrees.md.
@Suite(.enabled(if: Bundled.arePresent, Bundled.missing), .serialized)
struct TreeLogitsTests {
  struct Case: CustomTestStringConvertible {
    var nodes: Int
    var context: Int
    var threads: Int
    var testDescription: String { "\(nodes) nodes after \(context) tokens, \(threads) threads" }
  }

  static let cases: [Case] = [
    (1, 0, 1), (2, 1, 2), (5, 17, 1), (16, 100, 2), (33, 255, 1), (64, 511, 2), (65, 513, 1), (80, 600, 2), (80, 31, 1),
  ].map { Case(nodes: $0.0, context: $0.1, threads: $0.2) }

  @Test(arguments: cases)
  func `a tree's logits are those of its paths, and of one token at a time`(test: Case) throws {
    var generator = SeededGenerator(seed: UInt64(test.nodes * 1000 + test.context))
    let text = generator.tokens(test.context)
    let tree = generator.tree(root: 9, nodes: test.nodes)
    let comparison = try Self.compare(
      tree, after: text, with: Bundled.llamaTarget(threads: test.threads), using: &generator)
    comparison.expectEquality()
  }

  /// A tree's rows with those of some of its paths, and of one token at a time.
  static func compare(
    _ tree: TokenTree, after text: [Token], with target: LlamaTarget, using generator: inout SeededGenerator
  ) throws -> RowComparison {
    try target.prepare(text[...])
    try target.evaluate(tree)
    let rows = (0..<tree.count).map { Array(target.logits(of: $0)) }
    var comparison = RowComparison()
    try target.keep([], of: tree)

    // Some leaves are enough: each has a path of its own through the tree.
    for leaf in (0..<tree.count).filter(tree.isLeaf).shuffled(using: &generator).prefix(6) {
      let path = tree.path(to: leaf)
      var chain = TokenTree(root: tree.tokens[0])
      for (depth, node) in path.dropFirst().enumerated() {
        chain.add(tree.tokens[node], to: depth, logProbability: -1, origin: .model)
      }
      try target.evaluate(chain)
      for (place, node) in path.enumerated() { comparison.add(target.logits(of: place), rows[node]) }
      try target.keep([], of: chain)

      for node in path {
        let single = TokenTree(root: tree.tokens[node])
        try target.evaluate(single)
        comparison.add(target.logits(of: 0), rows[node])
        try target.keep([0], of: single)
      }
      try target.prepare(text[...])
    }
    return comparison
  }

  @Test func `the number of threads does not change a bit`() throws {
    var generator = SeededGenerator(seed: 8)
    let text = generator.tokens(200)
    let tree = generator.tree(root: 9, nodes: 24)
    let rows = try [1, 2].map { threads in
      let target = try Bundled.llamaTarget(threads: threads)
      try target.prepare(text[...])
      try target.evaluate(tree)
      return (0..<tree.count).map { bits(target.logits(of: $0)) }
    }
    #expect(rows[0] == rows[1])
  }

  @Test func `a draft's tree has the logits of its paths`() throws {
    var generator = SeededGenerator(seed: 12)
    var comparison = RowComparison()
    for round in 0..<4 {
      let text = generator.tokens(40 + 100 * round)
      let tree = generator.tree(root: text[text.count - 1], nodes: 30)
      let draft = try Bundled.llamaDraft()
      let replay = try Bundled.llamaDraft()
      try draft.prepare(text.dropLast())
      try draft.begin(with: text.suffix(1))
      for depth in 1...tree.depth {
        let level = (1..<tree.count).filter { Int(tree.depths[$0]) == depth }
        try draft.evaluate(level, of: tree)
        for node in level.shuffled(using: &generator).prefix(3) {
          let path = tree.path(to: node).dropFirst().map { tree.tokens[$0] }
          try replay.prepare((text + path).dropLast())
          try replay.begin(with: path.suffix(1))
          comparison.add(draft.logits(of: node), Array(replay.logits(of: 0)))
        }
      }
    }
    comparison.expectEquality()
  }
}
