import Testing

@testable import SpeculativeDecoding

/// OPT-Tree by its definition, with every probability computed in double precision.
private func naiveTree(of model: ContextModel, after text: [Token], limits: TreeLimits) -> [[Token]: Double] {
  var tree: [[Token]: Double] = [:]
  var level: [(path: [Token], weight: Double)] = [([], 1)]
  for _ in 0..<limits.depth {
    let room = min(limits.nodesPerLevel, limits.totalNodes - tree.count)
    guard room > 0 else { break }
    let children = level.flatMap { parent in
      softmax(model.logits(after: text + parent.path)).enumerated().map { token, probability in
        (path: parent.path + [Token(token)], weight: parent.weight * probability)
      }
    }
    level = Array(children.sorted { $0.weight > $1.weight }.prefix(room))
    for child in level { tree[child.path] = child.weight }
  }
  return tree
}

@Suite struct ModelSourceTests {
  static func guidance(
    _ limits: TreeLimits, minimumWeight: Double = 0, deadline: Double = .infinity, endTokens: Set<Token> = [],
    stopwatch: Stopwatch = Stopwatch(clock: SimulatedClock())
  ) -> DraftGuidance {
    DraftGuidance(
      limits: limits, minimumWeight: minimumWeight, endTokens: endTokens, deadline: deadline, stopwatch: stopwatch)
  }

  @Test(arguments: 0..<40)
  func `the tree is OPT-Tree's: the best of each level`(seed: Int) throws {
    let model = ContextModel(vocabulary: 2 + seed % 6, seed: UInt64(seed), sharpness: 2)
    let source = ModelSource(model: TableDraft(vocabulary: model.vocabulary, model.logits))
    let text: [Token] = [0, 1, 1, 0]
    let limits = TreeLimits(
      nodesPerLevel: [1, 2, 3, 7][seed % 4], totalNodes: [3, 8, 200][seed % 3], depth: 1 + seed % 5)
    try source.prepare(text[...])
    var tree = TokenTree(root: 0)
    try source.propose(into: &tree, guidance: Self.guidance(limits))
    #expect(agree(paths(of: tree), naiveTree(of: model, after: text, limits: limits)))
    #expect(tree.origins.dropFirst().allSatisfy { $0 == .model })
  }

  @Test(arguments: 0..<10)
  func `nodes lighter than a place in the pass are left out, except that a level is never empty`(seed: Int) throws {
    let model = ContextModel(vocabulary: 6, seed: UInt64(seed), sharpness: 2)
    let source = ModelSource(model: TableDraft(vocabulary: 6, model.logits))
    try source.prepare([1, 2])
    var tree = TokenTree(root: 2)
    try source.propose(
      into: &tree, guidance: Self.guidance(TreeLimits(nodesPerLevel: 6, totalNodes: 99, depth: 4), minimumWeight: 0.2))
    for depth in 1...tree.depth {
      let level = (1..<tree.count).filter { Int(tree.depths[$0]) == depth }
      let light = level.filter { exponential(Double(tree.logProbabilities[$0])) < 0.2 - 1e-6 }
      #expect(light.isEmpty || level.count == 1)
    }
  }

  @Test func `drafting ends at the deadline`() throws {
    let clock = SimulatedClock()
    let model = ContextModel(vocabulary: 5, seed: 1)
    let draft = TableDraft(vocabulary: 5, model.logits)
    draft.onPass = { _ in clock.advance(milliseconds: 3) }
    let source = ModelSource(model: draft)
    try source.prepare([1, 2])
    for (deadline, passes) in [(-1.0, 1), (0.5, 1), (4, 2), (10, 4)] {
      let before = draft.passes
      var tree = TokenTree(root: 2)
      let stopwatch = Stopwatch(clock: clock)
      try source.propose(
        into: &tree,
        guidance: Self.guidance(TreeLimits(depth: 20), deadline: deadline, stopwatch: stopwatch))
      #expect(draft.passes - before == passes)
      #expect(tree.depth == passes)
      #expect(source.passes.count == passes - 1)
      #expect(source.passes.allSatisfy { abs($0.milliseconds - 3) < 1e-9 })
      try source.learn(PassOutcome(proposed: tree, visited: [0], tokens: [3]))
    }
  }

  @Test func `nothing follows an end token`() throws {
    let model = ContextModel(vocabulary: 3, seed: 1, sharpness: 1)
    let source = ModelSource(model: TableDraft(vocabulary: 3, model.logits))
    try source.prepare([1, 2])
    var tree = TokenTree(root: 2)
    try source.propose(
      into: &tree,
      guidance: Self.guidance(TreeLimits(nodesPerLevel: 9, totalNodes: 60, depth: 4), endTokens: [0, 1]))
    #expect(tree.depth == 4)
    for node in 1..<tree.count where tree.tokens[node] != 2 { #expect(tree.isLeaf(node)) }
  }

  @Test(arguments: 0..<30)
  func `the draft has read the text and nothing else, whatever path was accepted`(seed: Int) throws {
    var generator = SeededGenerator(seed: UInt64(seed))
    let model = ContextModel(vocabulary: 6, seed: UInt64(seed))
    let draft = TableDraft(vocabulary: 6, model.logits)
    let source = ModelSource(model: draft)
    var text: [Token] = [1, 2, 3]
    try source.prepare(text[...])
    for _ in 0..<15 {
      var tree = TokenTree(root: text[text.count - 1])
      // Some nodes are there already, from another source; sometimes the draft model is not asked.
      if Bool.random(using: &generator) {
        let node = tree.add(2, to: 0, logProbability: -1, origin: .suffix)
        tree.add(4, to: node, logProbability: -1, origin: .suffix)
      }
      if Int.random(in: 0..<4, using: &generator) > 0 {
        try source.propose(
          into: &tree, guidance: Self.guidance(TreeLimits(nodesPerLevel: 3, totalNodes: 9, depth: 3)))
        #expect(draft.text == text)
      }
      let node = Int.random(in: 0..<tree.count, using: &generator)
      let visited = tree.path(to: node)
      let fresh = (0..<6).first { tree.child(of: node, carrying: $0) == nil } ?? 77
      let tokens = visited.dropFirst().map { tree.tokens[$0] } + [fresh]
      try source.learn(PassOutcome(proposed: tree, visited: visited, tokens: tokens))
      text += tokens
      #expect(draft.text == Array(text.prefix(draft.text.count)))
      #expect(source.pendingCount == text.count - draft.text.count)
      #expect(source.pendingCount >= 1)
    }
  }

  @Test(arguments: [[Float.nan, .nan, .nan], [-.infinity, -.infinity, -.infinity], [.infinity, 1, 2], []])
  func `a draft model that computes nonsense proposes nothing`(row: [Float]) throws {
    let source = ModelSource(model: TableDraft(vocabulary: row.count) { _ in row })
    try source.prepare([1, 2])
    var tree = TokenTree(root: 2)
    try source.propose(into: &tree, guidance: Self.guidance(TreeLimits()))
    #expect(tree.count == 1)
    try source.learn(PassOutcome(proposed: tree, visited: [0], tokens: [1]))
  }

  @Test func `single logits that are no numbers are passed over`() throws {
    let source = ModelSource(model: TableDraft(vocabulary: 4) { _ in [1, .nan, 2, -.infinity] })
    try source.prepare([1, 2])
    var tree = TokenTree(root: 2)
    try source.propose(into: &tree, guidance: Self.guidance(TreeLimits(nodesPerLevel: 4, totalNodes: 9, depth: 1)))
    #expect(Set(tree.tokens.dropFirst()) == [0, 2])
    #expect(abs(tree.expectedAcceptance - 1) < 1e-5)
  }

  /// The model is sure of one token, and repetitions of another.
  @Test func `what others guess instead of the first choice is left what that leaves, until it is right`() throws {
    let source = ModelSource(model: TableDraft(vocabulary: 4) { _ in [0, 8, 0, 0] })
    try source.prepare([1, 2])
    func weight(_ right: Token) throws -> Double {
      var tree = TokenTree(root: 2)
      let guess = tree.add(3, to: 0, logProbability: -0.01, origin: .suffix)
      let agreed = tree.add(1, to: 0, logProbability: -0.5, origin: .suffix)
      try source.propose(into: &tree, guidance: Self.guidance(TreeLimits(depth: 1), minimumWeight: 0.01))
      #expect(tree.origins[agreed] == [.model, .suffix])
      try source.learn(PassOutcome(proposed: tree, visited: [0], tokens: [right]))
      return exponential(Double(tree.logProbabilities[guess]))
    }
    let first = try weight(1)
    #expect(first < 0.01)
    for _ in 0..<30 { _ = try weight(3) }
    #expect(try weight(3) > 0.5)
  }
}
