/// A tree of possible continuations, flat and parents first.
///
/// Node 0 is the *root*: the last token of the text, the one token whose successor is asked for. Every other node is a
/// guess at the token that follows its parent. A target model scores all nodes in one pass; the path that the target
/// itself would have produced is kept.
///
/// A node's *weight* is the probability, as far as its draft source knows, that the whole path from the root down to it
/// is accepted. Weights never grow along a path, so the `n` heaviest nodes are always closed under parents: pruning by
/// weight gives a tree again (OPT-Tree, arXiv 2406.17276).
public struct TokenTree: Sendable, Equatable {
  /// The token of each node.
  public private(set) var tokens: [Token]
  /// The parent of each node; −1 for the root. A parent's number is smaller than its child's.
  public private(set) var parents: [Int32]
  /// The distance of each node from the root.
  public private(set) var depths: [Int32]
  /// For each node the natural logarithm of the estimated probability that it is accepted once its parent was.
  public private(set) var conditionalLogProbabilities: [Float]
  /// For each node the sum of ``conditionalLogProbabilities`` from the root down to it: the logarithm of its weight.
  public private(set) var logProbabilities: [Float]
  /// Who proposed each node.
  public private(set) var origins: [DraftOrigin]
  /// The first child of each node, −1 where it has none.
  private(set) var firstChildren: [Int32]
  /// The next node with the same parent, −1 after the last one.
  private(set) var nextSiblings: [Int32]

  /// A tree of its root alone.
  public init(root: Token) {
    tokens = [root]
    parents = [-1]
    depths = [0]
    conditionalLogProbabilities = [0]
    logProbabilities = [0]
    origins = [DraftOrigin()]
    firstChildren = [-1]
    nextSiblings = [-1]
  }

  /// The number of nodes, the root included.
  public var count: Int { tokens.count }

  /// The greatest depth of any node; 0 where the root stands alone.
  public var depth: Int { Int(depths.max() ?? 0) }

  /// Adds a child to `parent`, or raises the weight of the child that already carries `token`.
  ///
  /// Two sources that propose the same continuation meet in one node: it keeps the larger of the two probabilities and
  /// remembers both origins. Weights below a raised node are brought up to date by ``accumulate()``.
  ///
  /// - Parameter logProbability: the natural logarithm of the probability that `token` follows its parent, at most 0.
  /// - Returns: the node's number.
  /// - Complexity: O(children of `parent`).
  @discardableResult
  public mutating func add(
    _ token: Token, to parent: Int, logProbability: Float, origin: DraftOrigin
  ) -> Int {
    precondition(parent >= 0 && parent < count, "the parent is not in the tree")
    let conditional = min(logProbability, 0)
    if let node = child(of: parent, carrying: token) {
      conditionalLogProbabilities[node] = max(conditionalLogProbabilities[node], conditional)
      logProbabilities[node] = logProbabilities[parent] + conditionalLogProbabilities[node]
      origins[node].formUnion(origin)
      return node
    }
    let node = count
    tokens.append(token)
    parents.append(Int32(parent))
    depths.append(depths[parent] + 1)
    conditionalLogProbabilities.append(conditional)
    logProbabilities.append(logProbabilities[parent] + conditional)
    origins.append(origin)
    firstChildren.append(-1)
    nextSiblings.append(-1)
    link(node, to: parent)
    return node
  }

  /// Lowers the probability that `node` follows its parent to at most what is given. Weights below it are brought up to date by
  /// ``accumulate()``.
  mutating func limit(_ node: Int, to logProbability: Float) {
    conditionalLogProbabilities[node] = min(conditionalLogProbabilities[node], logProbability)
  }

  /// Makes the probabilities of siblings add up to one at most, where sources that do not know of each other promise more.
  ///
  /// - Complexity: O(`count`).
  mutating func shareSiblings() {
    var sums = [Float](repeating: 0, count: count)
    for node in 1..<max(count, 1) { sums[Int(parents[node])] += conditionalLogProbabilities[node].exponential }
    for node in 1..<max(count, 1) where sums[Int(parents[node])] > 1 {
      conditionalLogProbabilities[node] -= sums[Int(parents[node])].naturalLogarithm
    }
    accumulate()
  }

  /// Brings every node's weight up to date after ``add(_:to:logProbability:origin:)`` raised some.
  ///
  /// - Complexity: O(`count`).
  public mutating func accumulate() {
    for node in 1..<max(count, 1) {
      logProbabilities[node] = logProbabilities[Int(parents[node])] + conditionalLogProbabilities[node]
    }
    checkInvariants()
  }

  /// The child of `parent` that carries `token`.
  ///
  /// - Complexity: O(children of `parent`).
  public func child(of parent: Int, carrying token: Token) -> Int? {
    var node = firstChildren[parent]
    while node >= 0 {
      if tokens[Int(node)] == token { return Int(node) }
      node = nextSiblings[Int(node)]
    }
    return nil
  }

  /// The children of `parent`, in the order in which they were added.
  public func children(of parent: Int) -> [Int] {
    var children: [Int] = []
    var node = firstChildren[parent]
    while node >= 0 {
      children.append(Int(node))
      node = nextSiblings[Int(node)]
    }
    return children
  }

  /// Whether no node has `node` as its parent.
  public func isLeaf(_ node: Int) -> Bool { firstChildren[node] < 0 }

  /// The nodes from the root down to `node`, both included.
  ///
  /// - Complexity: O(depth).
  public func path(to node: Int) -> [Int] {
    var path: [Int] = []
    var current = node
    while current >= 0 {
      path.append(current)
      current = Int(parents[current])
    }
    path.reverse()
    return path
  }

  /// The sum of the weights of all nodes but the root: the number of drafted tokens expected to be accepted.
  public var expectedAcceptance: Double {
    var sum = 0.0
    for node in 1..<max(count, 1) { sum += Double(logProbabilities[node].exponential) }
    return sum
  }

  /// Children stay in the order in which they were added: SWOR tries them in the order in which they were drawn.
  private mutating func link(_ node: Int, to parent: Int) {
    if firstChildren[parent] < 0 {
      firstChildren[parent] = Int32(node)
      return
    }
    var last = Int(firstChildren[parent])
    while nextSiblings[last] >= 0 { last = Int(nextSiblings[last]) }
    nextSiblings[last] = Int32(node)
  }
}

/// Which draft sources proposed a node. Several may have proposed the same one.
public struct DraftOrigin: OptionSet, Sendable, Hashable {
  /// The set as bits.
  public let rawValue: UInt8

  /// Makes a set from its bits.
  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// The draft model.
  public static let model = DraftOrigin(rawValue: 1)
  /// A text of a corpus.
  public static let corpus = DraftOrigin(rawValue: 4)
  /// A repetition of earlier text.
  public static let suffix = DraftOrigin(rawValue: 2)
}
