import SpeculativeDecoding
import Testing

/// Suffix decoding straight from its definition: every place is compared token by token, every continuation counted.
private func naiveGuesses(after text: [Token], depth: Int, minimumWeight: Double) -> [[Token]: Double] {
  let last = text.count - 1
  var places: [(next: Int, length: Int)] = []
  for end in stride(from: last - 1, through: 1, by: -1) {
    var length = 0
    while length < 32, length <= end, text[end - length] == text[last - length] { length += 1 }
    if length >= 2 && places.count < 96 { places.append((end + 1, length)) }
  }
  func expand(_ votes: [Int], path: [Token], weight: Double, into guesses: inout [[Token]: Double]) {
    let valid = votes.filter { $0 < text.count }
    guard path.count < depth, !valid.isEmpty else { return }
    for (token, votes) in Dictionary(grouping: valid, by: { text[$0] }) {
      let child = weight * Double(votes.count) / (Double(valid.count) + 0.5)
      guard Double(votes.count) / Double(valid.count) >= 0.1, child >= minimumWeight else { continue }
      guesses[path + [token]] = child
      expand(votes.map { $0 + 1 }, path: path + [token], weight: child, into: &guesses)
    }
  }
  var best: [[Token]: Double] = [:]
  var bestScore = 0.0
  for length in Set(places.map(\.length)).sorted(by: >) {
    var guesses: [[Token]: Double] = [:]
    expand(places.filter { $0.length >= length }.map(\.next), path: [], weight: 1, into: &guesses)
    let score = guesses.values.sorted().reduce(0, +)
    if score > bestScore + 1e-9 { (best, bestScore) = (guesses, score) }
  }
  return best
}

@Suite struct SuffixSourceTests {
  static func guidance(
    _ limits: TreeLimits = TreeLimits(nodesPerLevel: 10_000, totalNodes: 10_000, depth: 8),
    minimumWeight: Double = 0.02,
    endTokens: Set<Token> = []
  ) -> DraftGuidance {
    DraftGuidance(
      limits: limits, minimumWeight: minimumWeight, endTokens: endTokens, stopwatch: Stopwatch(clock: SimulatedClock()))
  }

  static func proposed(_ text: [Token], _ guidance: DraftGuidance) -> TokenTree {
    let source = SuffixSource()
    source.prepare(text[...])
    var tree = TokenTree(root: text.last ?? 0)
    source.propose(into: &tree, guidance: guidance)
    return tree
  }

  @Test(arguments: 0..<60)
  func `guesses are those of the definition`(seed: Int) {
    var generator = SeededGenerator(seed: UInt64(seed))
    let alphabet = 2 + seed % 4
    let text = (0..<[2, 3, 5, 20, 60, 300][seed % 6]).map { _ in Token(Int.random(in: 0..<alphabet, using: &generator))
    }
    let tree = Self.proposed(text, Self.guidance())
    #expect(agree(paths(of: tree), naiveGuesses(after: text, depth: 8, minimumWeight: 0.02)))
    #expect(tree.origins.dropFirst().allSatisfy { $0 == .suffix })
  }

  @Test(arguments: 0..<20)
  func `a text that grows pass by pass is known as one that was there from the start`(seed: Int) {
    var generator = SeededGenerator(seed: UInt64(seed) + 40)
    var text = (0..<10).map { _ in Token(Int.random(in: 0..<3, using: &generator)) }
    let source = SuffixSource()
    source.prepare(text[...])
    for _ in 0..<20 {
      let token = Token(Int.random(in: 0..<3, using: &generator))
      source.learn(PassOutcome(proposed: TokenTree(root: text[text.count - 1]), visited: [0], tokens: [token]))
      text.append(token)
    }
    var tree = TokenTree(root: text[text.count - 1])
    source.propose(into: &tree, guidance: Self.guidance())
    #expect(tree == Self.proposed(text, Self.guidance()))
  }

  @Test func `a repetition is drafted to the full depth`() {
    let period: [Token] = [4, 8, 15, 16, 23, 42]
    let text = Array((0..<8).map { _ in period }.joined()) + period.prefix(2)
    let tree = Self.proposed(text, Self.guidance(TreeLimits(depth: 12)))
    #expect(tree.depth == 12)
    let deepest = tree.path(to: tree.count - 1).dropFirst().map { tree.tokens[$0] }
    #expect(deepest == (0..<12).map { period[(2 + $0) % 6] })
  }

  @Test(arguments: [[], [5], [5, 5], [1, 2], [1, 2, 3, 4, 5, 6]])
  func `a text without repetitions gives no guesses`(text: [Token]) {
    #expect(Self.proposed(text, Self.guidance()).count == 1)
  }

  @Test(arguments: 0..<30)
  func `limits hold and nothing follows an end token`(seed: Int) {
    var generator = SeededGenerator(seed: UInt64(seed) + 90)
    let text = (0..<200).map { _ in Token(Int.random(in: 0..<3, using: &generator)) }
    let limits = TreeLimits(
      nodesPerLevel: Int.random(in: 1...4, using: &generator), totalNodes: Int.random(in: 1...20, using: &generator),
      depth: Int.random(in: 1...9, using: &generator))
    let tree = Self.proposed(text, Self.guidance(limits, minimumWeight: 0, endTokens: [2]))
    #expect(tree.count > 1 && tree.count - 1 <= limits.totalNodes && tree.depth <= limits.depth)
    for depth in 1...tree.depth {
      #expect(tree.depths.filter { Int($0) == depth }.count <= limits.nodesPerLevel)
    }
    for node in 1..<tree.count where tree.tokens[node] == 2 { #expect(tree.isLeaf(node)) }
  }

  @Test func `guesses that fail again and again lose weight`() {
    let source = SuffixSource()
    var text: [Token] = [1, 2, 3, 1, 2, 3, 1, 2]
    source.prepare(text[...])
    var weights: [Double] = []
    for round in 0..<40 {
      var tree = TokenTree(root: 2)
      source.propose(into: &tree, guidance: Self.guidance(minimumWeight: 0))
      weights.append(tree.child(of: 0, carrying: 3).map { exponential(Double(tree.logProbabilities[$0])) } ?? 0)
      // What really follows is new each time; then the same words stand at the end again.
      let fresh = Token(100 + round)
      source.learn(PassOutcome(proposed: tree, visited: [0], tokens: [fresh]))
      text.append(fresh)
      for token in [Token(1), 2] {
        source.learn(
          PassOutcome(proposed: TokenTree(root: text[text.count - 1]), visited: [0], tokens: [token]))
        text.append(token)
      }
    }
    #expect(weights[0] > 0.5)
    #expect(weights[39] < 0.2 * weights[0])
  }
}
