extension TokenTree {
  /// All nodes but the root, heaviest first; of two equal ones the earlier, so that a parent always precedes its child.
  ///
  /// - Complexity: O(`count` log `count`).
  func nodesByWeight() -> [Int] {
    (1..<max(count, 1)).sorted { left, right in
      logProbabilities[left] != logProbabilities[right]
        ? logProbabilities[left] > logProbabilities[right] : left < right
    }
  }

  /// The tree of the root and the first `size` nodes of `order`, with the number that each of its nodes had before.
  ///
  /// - Parameter order: all nodes but the root, with no node before its parent, as ``nodesByWeight()`` gives them.
  /// - Complexity: O(`count` log `count`).
  func pruned(to size: Int, of order: [Int]) -> (tree: TokenTree, originals: [Int]) {
    guard size < count - 1 else { return (self, Array(0..<count)) }
    var renumbered = [Int](repeating: -1, count: count)
    renumbered[0] = 0
    var tree = TokenTree(root: tokens[0])
    // In their old order the nodes are parents first.
    let originals = [0] + order.prefix(size).sorted()
    for node in originals.dropFirst() {
      let parent = renumbered[Int(parents[node])]
      precondition(parent >= 0, "a node was kept without its parent")
      renumbered[node] = tree.add(
        tokens[node], to: parent, logProbability: conditionalLogProbabilities[node], origin: origins[node])
    }
    tree.checkInvariants()
    return (tree, originals)
  }
}
