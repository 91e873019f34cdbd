import Testing

@testable import SpeculativeDecoding

@Suite struct TokenTreeTests {
  /// Trees of many shapes: single roots, chains, stars, bushes.
  static func tree(seed: Int) -> TokenTree {
    var generator = SeededGenerator(seed: UInt64(seed))
    return randomTree(
      root: 7, vocabulary: [1, 2, 5, 40][seed % 4], nodes: [0, 1, 3, 12, 60, 200][seed % 6], using: &generator)
  }

  @Test(arguments: 0..<48)
  func `nodes, parents, depths and children agree with each other`(seed: Int) {
    let tree = Self.tree(seed: seed)
    for node in 1..<max(tree.count, 1) {
      let parent = Int(tree.parents[node])
      #expect(parent < node)
      #expect(tree.depths[node] == tree.depths[parent] + 1)
      #expect(tree.children(of: parent).contains(node))
      #expect(tree.child(of: parent, carrying: tree.tokens[node]) == node)
    }
    for node in 0..<tree.count {
      let children = (0..<tree.count).filter { Int(tree.parents[$0]) == node }
      #expect(tree.children(of: node) == children)
      #expect(Set(children.map { tree.tokens[$0] }).count == children.count)
      #expect(tree.isLeaf(node) == children.isEmpty)
      #expect(tree.child(of: node, carrying: 1000) == nil)
      let path = tree.path(to: node)
      #expect(path.first == 0 && path.last == node && path.count == Int(tree.depths[node]) + 1)
      for (parent, child) in zip(path, path.dropFirst()) { #expect(Int(tree.parents[child]) == parent) }
    }
    #expect(tree.depth == Int(tree.depths.max() ?? 0))
  }

  @Test(arguments: 0..<48)
  func `leaf ranges are the leaves under each node`(seed: Int) {
    let tree = Self.tree(seed: seed)
    let ranges = tree.leafRanges()
    let leaves = (0..<tree.count).filter(tree.isLeaf)
    #expect(tree.leafCount == leaves.count)
    #expect(ranges[0] == 0..<Int32(leaves.count))
    // Each leaf has a number of its own, and a node has exactly the numbers of the leaves whose path it is on.
    #expect(Set(leaves.map { ranges[$0].lowerBound }).count == leaves.count)
    for node in 0..<tree.count {
      let below = leaves.filter { tree.path(to: $0).contains(node) }.map { ranges[$0].lowerBound }
      #expect(Set(below) == Set(ranges[node]))
    }
  }

  @Test(arguments: [(1, 8, 100), (2, 1, 3), (64, 8, 1000), (40, 5, 7), (5, 4, 4)])
  func `a tree for measuring has its size, chains side by side, and tokens that differ`(
    size: Int, width: Int, vocabulary: Int
  ) {
    let tree = TokenTree(root: 2, size: size, width: width, vocabulary: vocabulary)
    #expect(tree.count == size && (0..<size).count { tree.isLeaf($0) } == max(1, min(width, size - 1)))
    #expect(Set(tree.tokens.dropFirst()).count == min(size - 1, vocabulary))
    #expect(tree.tokens.dropFirst().allSatisfy { (0..<vocabulary).contains(Int($0)) })
  }

  @Test func `two sources that say the same meet in one node`() {
    var tree = TokenTree(root: 1)
    let node = tree.add(5, to: 0, logProbability: -2, origin: .suffix)
    let child = tree.add(6, to: node, logProbability: -1, origin: .suffix)
    #expect(tree.add(5, to: 0, logProbability: -0.5, origin: .model) == node)
    #expect(tree.add(5, to: 0, logProbability: -4, origin: .model) == node)
    #expect(tree.origins[node] == [.model, .suffix])
    #expect(tree.origins[child] == .suffix)
    #expect(tree.conditionalLogProbabilities[node] == -0.5)
    tree.accumulate()
    #expect(tree.logProbabilities[child] == -1.5)
    #expect(tree.count == 3)
  }

  @Test(arguments: 0..<24)
  func `weights are products of the conditional probabilities`(seed: Int) {
    let tree = Self.tree(seed: seed)
    var sum = 0.0
    for node in 1..<max(tree.count, 1) {
      let product = tree.path(to: node).reduce(1.0) {
        $0 * exponential(Double(tree.conditionalLogProbabilities[$1]))
      }
      #expect(abs(product - exponential(Double(tree.logProbabilities[node]))) < 1e-5)
      sum += product
    }
    #expect(abs(tree.expectedAcceptance - sum) < 1e-4 * max(1, sum))
  }

  @Test(arguments: 0..<24)
  func `accumulating brings all weights up to date, whatever was raised`(seed: Int) {
    var tree = Self.tree(seed: seed)
    var generator = SeededGenerator(seed: UInt64(seed) + 77)
    for node in 1..<max(tree.count, 1) where Bool.random(using: &generator) {
      let before = tree.conditionalLogProbabilities[node]
      let offered = Float.random(in: -3...0, using: &generator)
      tree.add(tree.tokens[node], to: Int(tree.parents[node]), logProbability: offered, origin: .suffix)
      #expect(tree.conditionalLogProbabilities[node] == max(before, offered))
    }
    tree.accumulate()
    for node in 1..<max(tree.count, 1) {
      let sum = tree.path(to: node).reduce(Float(0)) { $0 + tree.conditionalLogProbabilities[$1] }
      #expect(abs(sum - tree.logProbabilities[node]) < 1e-4)
    }
  }

  @Test func `a probability above one counts as one`() {
    var tree = TokenTree(root: 0)
    let node = tree.add(1, to: 0, logProbability: 0.25, origin: .model)
    #expect(tree.logProbabilities[node] == 0)
  }

  @Test func `siblings that are promised more than is possible share it`() {
    var tree = TokenTree(root: 0)
    let sure = tree.add(1, to: 0, logProbability: -0.1, origin: .suffix)
    let other = tree.add(2, to: 0, logProbability: -0.1, origin: .model)
    let below = tree.add(3, to: sure, logProbability: -0.5, origin: .suffix)
    tree.shareSiblings()
    #expect(abs(tree.conditionalLogProbabilities[sure].exponential - 0.5) < 1e-6)
    #expect(abs(tree.conditionalLogProbabilities[other].exponential - 0.5) < 1e-6)
    // Where there is enough for all, nothing changes.
    #expect(tree.conditionalLogProbabilities[below] == -0.5)
    #expect(abs(tree.logProbabilities[below] - (tree.logProbabilities[sure] - 0.5)) < 1e-6)
  }
}
