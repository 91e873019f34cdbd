/// The way of the target's own text through a tree: what a pass has gained.
public struct TreeWalk: Sendable, Equatable {
  /// The nodes that the text goes through, from the root on. All but the root were accepted.
  public private(set) var visited: [Int] = [0]
  /// The token chosen after each visited node; the last one is in no node.
  public private(set) var tokens: [Token] = []

  /// Walks down from the root as far as `choose` says what the tree has.
  ///
  /// `choose` draws the token after a node from the target's distribution there. It is asked for visited nodes alone and
  /// never learns what the node's children are, so that the text cannot depend on them: *sample and walk*, exact at every
  /// temperature.
  ///
  /// - Parameter choose: gives the token after a node of the tree.
  /// - Complexity: O(depth · children).
  public init(of tree: TokenTree, choose: (_ node: Int) throws -> Token) rethrows {
    var node = 0
    while true {
      let token = try choose(node)
      tokens.append(token)
      guard let child = tree.child(of: node, carrying: token) else { return }
      visited.append(child)
      node = child
    }
  }

  /// Walks down a tree of sampled children, each step decided by ``WithoutReplacement``.
  ///
  /// - Parameters:
  ///   - target: gives the target's distribution after a node.
  ///   - draft: gives the distribution from which a node's children were drawn, `nil` where none were.
  ///   - position: the output position of the token after the root.
  /// - Complexity: O(depth · vocabulary · children).
  public init(
    ofSampled tree: TokenTree, position: Int, random: inout some RandomChoices,
    target: (_ node: Int, _ path: [Token]) throws -> [Double], draft: (_ node: Int) -> [Double]?
  ) rethrows {
    var node = 0
    while true {
      let children = tree.children(of: node)
      let distribution = try target(node, tokens)
      let outcome = WithoutReplacement.verify(
        target: distribution, draft: draft(node) ?? distribution, children: children.map { tree.tokens[$0] },
        random: &random, position: position + tokens.count)
      tokens.append(outcome.token)
      guard let child = outcome.child else { return }
      visited.append(children[child])
      node = children[child]
    }
  }
}
