import Testing

@testable import SpeculativeDecoding

@Suite struct PruningTests {
  @Test(arguments: 0..<40)
  func `the heaviest nodes form a tree and are the ones a naive choice takes`(seed: Int) {
    let tree = TokenTreeTests.tree(seed: seed)
    let order = tree.nodesByWeight()
    #expect(order.sorted() == Array(1..<max(tree.count, 1)))
    for size in [0, 1, 2, 5, order.count / 2, order.count, order.count + 3] {
      let (pruned, originals) = tree.pruned(to: size, of: order)
      #expect(pruned.count == min(size, order.count) + 1)
      let naive = Set(
        (1..<max(tree.count, 1)).sorted {
          (-tree.logProbabilities[$0], $0) < (-tree.logProbabilities[$1], $1)
        }.prefix(size))
      #expect(Set(originals.dropFirst()) == naive)
      for node in 0..<pruned.count {
        let original = originals[node]
        #expect(pruned.tokens[node] == tree.tokens[original])
        #expect(pruned.origins[node] == tree.origins[original])
        #expect(pruned.logProbabilities[node] == tree.logProbabilities[original])
        if node > 0 { #expect(originals[Int(pruned.parents[node])] == Int(tree.parents[original])) }
      }
    }
  }

  @Test(arguments: 0..<30)
  func `no other tree of that size within the tree promises more`(seed: Int) {
    var generator = SeededGenerator(seed: UInt64(seed) + 5)
    let tree = randomTree(root: 0, vocabulary: 3, nodes: 11, using: &generator)
    let order = tree.nodesByWeight()
    var best = [Double](repeating: 0, count: tree.count)
    for mask in 0..<(1 << (tree.count - 1)) {
      let nodes = (1..<tree.count).filter { mask >> ($0 - 1) & 1 == 1 }
      let isClosed = nodes.allSatisfy { tree.parents[$0] == 0 || nodes.contains(Int(tree.parents[$0])) }
      guard isClosed else { continue }
      let weight = nodes.reduce(0) { $0 + exponential(Double(tree.logProbabilities[$1])) }
      best[nodes.count] = max(best[nodes.count], weight)
    }
    for size in 0..<tree.count {
      #expect(abs(tree.pruned(to: size, of: order).tree.expectedAcceptance - best[size]) < 1e-5)
    }
  }
}
