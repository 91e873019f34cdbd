extension TokenTree {
  /// Numbers the leaves from left to right and gives, for each node, the range of leaves under it.
  ///
  /// This is the form in which engines with sequence ids take a tree: one sequence per leaf, and a node belongs to the
  /// sequences of all leaves under it, which a depth-first numbering makes a contiguous range.
  ///
  /// - Returns: for each node the first leaf and one past the last leaf under it; a leaf has a range of one.
  /// - Complexity: O(`count`).
  public func leafRanges() -> [Range<Int32>] {
    var leaves = [Int32](repeating: 0, count: count)
    for node in stride(from: count - 1, through: 0, by: -1) {
      if isLeaf(node) { leaves[node] = 1 }
      if node > 0 { leaves[Int(parents[node])] += leaves[node] }
    }
    var ranges = [Range<Int32>](repeating: 0..<0, count: count)
    ranges[0] = 0..<leaves[0]
    for node in 0..<count {
      var start = ranges[node].lowerBound
      var child = firstChildren[node]
      while child >= 0 {
        let next = start + leaves[Int(child)]
        ranges[Int(child)] = start..<next
        start = next
        child = nextSiblings[Int(child)]
      }
    }
    return ranges
  }

  /// The number of leaves. A root without children is a leaf.
  public var leafCount: Int {
    firstChildren.reduce(into: 0) { count, child in if child < 0 { count += 1 } }
  }

  /// The heaviest path: from the root on always the heaviest child, of equal ones the first.
  ///
  /// - Complexity: O(`count`).
  public var spine: [Int] {
    var spine = [0]
    while let next = children(of: spine[spine.count - 1]).max(by: { logProbabilities[$0] < logProbabilities[$1] }) {
      spine.append(next)
    }
    return spine
  }
}
