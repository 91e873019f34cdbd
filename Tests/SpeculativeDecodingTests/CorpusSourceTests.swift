import Testing

@testable import SpeculativeDecoding

/// Suffix decoding over a corpus straight from its definition: for each length of match every occurrence votes.
private func naiveGuesses(
  of corpus: [[Token]], after text: [Token], depth: Int, minimumWeight: Double
) -> [[Token]: Double] {
  func places(_ stretch: ArraySlice<Token>) -> [(text: Int, next: Int)] {
    corpus.indices.flatMap { index in
      let candidate = corpus[index]
      return candidate.indices.filter { end in
        end + 1 >= stretch.count && candidate[(end + 1 - stretch.count)...end].elementsEqual(stretch)
      }.map { (index, $0 + 1) }
    }
  }
  func expand(_ votes: [(text: Int, next: Int)], path: [Token], weight: Double, into guesses: inout [[Token]: Double]) {
    let valid = votes.filter { $0.next < corpus[$0.text].count }
    guard path.count < depth, !valid.isEmpty else { return }
    for (token, votes) in Dictionary(grouping: valid, by: { corpus[$0.text][$0.next] }) {
      let child = weight * Double(votes.count) / (Double(valid.count) + 0.5)
      guard Double(votes.count) / Double(valid.count) >= 0.1, child >= minimumWeight else { continue }
      guesses[path + [token]] = child
      expand(votes.map { ($0.text, $0.next + 1) }, path: path + [token], weight: child, into: &guesses)
    }
  }
  var best: [[Token]: Double] = [:]
  var bestScore = 0.0
  var counts: Set<Int> = []
  for length in stride(from: text.count, through: 2, by: -1) {
    let found = places(text.suffix(length))
    // Stretches that occur equally often occur at the same places, and are one.
    guard !found.isEmpty, counts.insert(found.count).inserted else { continue }
    if counts.count > 8 { break }
    var guesses: [[Token]: Double] = [:]
    expand(found, path: [], weight: 1, into: &guesses)
    let score = guesses.values.sorted().reduce(0, +)
    if score > bestScore + 1e-9 { (best, bestScore) = (guesses, score) }
  }
  return best
}

@Suite struct CorpusSourceTests {
  static func proposed(_ source: CorpusSource, _ text: [Token], _ guidance: DraftGuidance) -> TokenTree {
    var tree = TokenTree(root: text.last ?? 0)
    source.propose(into: &tree, guidance: guidance)
    return tree
  }

  @Test(arguments: 0..<60)
  func `guesses are those of the definition, as the text and the corpus grow`(seed: Int) {
    var generator = SeededGenerator(seed: UInt64(seed) + 1200)
    let alphabet = 2 + seed % 4
    func words(_ count: Int) -> [Token] {
      (0..<count).map { _ in Token(Int.random(in: 0..<alphabet, using: &generator)) }
    }
    var texts = (0..<1 + seed % 3).map { _ in words(20) }
    let corpus = DraftCorpus()
    for text in texts { corpus.add(text) }
    let source = CorpusSource(corpus: corpus)
    var text = words(5)
    source.prepare(text[...])
    for round in 0..<12 {
      let tree = Self.proposed(source, text, SuffixSourceTests.guidance())
      let expected = naiveGuesses(of: texts, after: text, depth: 8, minimumWeight: 0.02)
      #expect(agree(paths(of: tree), expected), "\(texts) after \(text)")
      #expect(tree.origins.dropFirst().allSatisfy { $0 == .corpus })
      let more = words(1 + round % 3)
      // Nothing is learnt of guesses here: their weights stay those of the definition.
      for token in more {
        source.learn(PassOutcome(proposed: TokenTree(root: text[text.count - 1]), visited: [0], tokens: [token]))
        text.append(token)
      }
      if round % 4 == 3 {
        texts.append(words(15))
        corpus.add(texts[texts.count - 1])
      }
    }
  }

  @Test func `what was written before is drafted to the full depth, in a text that goes on for long`() {
    var generator = SeededGenerator(seed: 4)
    let written = (0..<600).map { _ in Token(Int.random(in: 0..<500, using: &generator)) }
    let corpus = DraftCorpus()
    corpus.add(written)
    let source = CorpusSource(corpus: corpus)
    source.prepare(written.prefix(3))
    for count in 3..<580 {
      let tree = Self.proposed(
        source, Array(written.prefix(count)), SuffixSourceTests.guidance(TreeLimits(depth: 10), minimumWeight: 0))
      #expect(tree.depth == 10)
      #expect(tree.path(to: tree.count - 1).map { tree.tokens[$0] } == Array(written[(count - 1)..<(count + 10)]))
      source.learn(PassOutcome(proposed: tree, visited: [0], tokens: [written[count]]))
    }
  }

  @Test func `a corpus that is full forgets the oldest`() {
    let corpus = DraftCorpus(tokenLimit: 10)
    let source = CorpusSource(corpus: corpus)
    func follows(_ text: [Token]) -> Bool {
      source.prepare(text.dropLast())
      return Self.proposed(source, text.dropLast(), SuffixSourceTests.guidance()).tokens.contains(text[text.count - 1])
    }
    corpus.add([1, 2, 3, 4])
    corpus.add([5, 6, 7])
    corpus.add([8, 9, 10])
    #expect(corpus.tokenCount == 10 && follows([1, 2, 3]) && follows([8, 9, 10]))
    corpus.add([11, 12, 13])
    #expect(corpus.tokenCount == 6 && !follows([1, 2, 3]) && !follows([5, 6, 7]))
    #expect(follows([8, 9, 10]) && follows([11, 12, 13]))
    corpus.add((20..<30).map { Token($0) })
    #expect(corpus.tokenCount == 10 && !follows([11, 12, 13]) && follows([20, 21, 22]))
    corpus.add((30..<41).map { Token($0) })
    corpus.add([])
    #expect(corpus.tokenCount == 10 && follows([20, 21, 22]))
  }

  @Test func `an empty corpus guesses nothing`() {
    let source = CorpusSource(corpus: DraftCorpus())
    source.prepare([1, 2, 3])
    #expect(Self.proposed(source, [1, 2, 3], SuffixSourceTests.guidance()).count == 1)
  }

  @Test(arguments: [SpeculationMode.auto, .suffix])
  func `a text that was written before takes few passes, and is the same`(mode: SpeculationMode) throws {
    let model = ContextModel(vocabulary: 40, seed: 8, sharpness: 3)
    func decode(_ corpus: DraftCorpus?) throws -> DecodingSummary {
      let target = TableTarget(model, capacity: PassCapacity(nodes: 64, leaves: 8, text: 400))
      let decoder = try SpeculativeDecoder.forTests(target, nil, costs: .generous)
      return try decoder.decode(
        prompt: [1, 2, 3], maximumTokens: 200, endTokens: [],
        options: .init(mode: mode, corpus: corpus), onPass: { _ in true })
    }
    let first = try decode(nil)
    let corpus = DraftCorpus()
    corpus.add(first.tokens)
    let second = try decode(corpus)
    #expect(second.tokens == first.tokens)
    #expect(first.passes > 100)
    #expect(second.passes < 30)
  }
}
