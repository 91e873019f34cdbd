import SpeculativeDecoding
import Testing

@Suite struct SampledModelSourceTests {
  static func drawn(
    seed: UInt64, model: ContextModel = ContextModel(vocabulary: 8, seed: 4, sharpness: 1), topK: Int = 0,
    limits: TreeLimits = TreeLimits(nodesPerLevel: 99, totalNodes: 500, depth: 3), leafLimit: Int = .max
  ) throws -> (tree: TokenTree, source: SampledModelSource) {
    let source = SampledModelSource(
      model: TableDraft(vocabulary: model.vocabulary, model.logits),
      parameters: SamplingParameters(temperature: 1, topK: topK, seed: seed))
    try source.prepare([1, 2, 3])
    var tree = TokenTree(root: 3)
    try source.propose(
      into: &tree,
      guidance: DraftGuidance(
        limits: limits, leafLimit: leafLimit, pass: Int(seed), stopwatch: Stopwatch(clock: SimulatedClock())))
    return (tree, source)
  }

  @Test(arguments: 0..<40)
  func `how many children a node gets is settled by the path to it`(seed: UInt64) throws {
    // Were a child dropped, or another drawn, because of what was drawn, verification would no longer be exact.
    let (tree, _) = try Self.drawn(seed: seed)
    for node in 0..<tree.count where tree.depths[node] < 3 {
      let weight = exponential(Double(tree.logProbabilities[node]))
      let expected = max(1, Int((4 * weight - 1e-6).rounded(.up)))
      #expect(tree.children(of: node).count == expected)
    }
  }

  @Test(arguments: 0..<20)
  func `with few tokens possible, all of them are drawn`(seed: UInt64) throws {
    let (tree, source) = try Self.drawn(seed: seed, topK: 2)
    #expect(tree.children(of: 0).count == 2)
    let possible = source.distribution(at: 0)?.enumerated().filter { $0.element > 0 }.map { Token($0.offset) } ?? []
    #expect(Set(tree.children(of: 0).map { tree.tokens[$0] }) == Set(possible))
  }

  @Test(arguments: 0..<40)
  func `limits hold, of leaves too`(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let limits = TreeLimits(
      nodesPerLevel: Int.random(in: 1...5, using: &generator), totalNodes: Int.random(in: 1...12, using: &generator),
      depth: Int.random(in: 1...5, using: &generator))
    let leafLimit = Int.random(in: 1...4, using: &generator)
    let (tree, _) = try Self.drawn(seed: seed, limits: limits, leafLimit: leafLimit)
    #expect(tree.count > 1 && tree.count - 1 <= limits.totalNodes && tree.depth <= limits.depth)
    #expect(tree.leafCount <= leafLimit)
    for depth in 1...tree.depth { #expect(tree.depths.filter { Int($0) == depth }.count <= limits.nodesPerLevel) }
  }

  @Test func `first children are drawn from the draft's distribution`() throws {
    let model = ContextModel(vocabulary: 8, seed: 4, sharpness: 1)
    let trials = isOptimized ? 20_000 : 2_000
    var counts = [Double](repeating: 0, count: 8)
    for seed in 0..<UInt64(trials) {
      let (tree, _) = try Self.drawn(seed: seed, limits: TreeLimits(nodesPerLevel: 4, totalNodes: 4, depth: 1))
      counts[Int(tree.tokens[1])] += 1
    }
    let expected = softmax(model.logits(after: [1, 2, 3])).map { $0 * Double(trials) }
    #expect(chiSquare(counts, expected: expected) < chiSquareLimit(degrees: 7))
  }

  @Test func `one seed, one tree`() throws {
    #expect(try Self.drawn(seed: 5).tree == Self.drawn(seed: 5).tree)
    #expect(try Self.drawn(seed: 5).tree != Self.drawn(seed: 6).tree)
  }
}
