extension TokenTree {
  /// A tree for measuring what passes cost: a root with chains below it, as long as makes so many nodes.
  ///
  /// Its nodes carry different tokens, as far as there are as many: in a mixture of experts a token that comes again chooses the same experts
  /// again, whose weights are then read already.
  ///
  /// - Parameters:
  ///   - size: the number of nodes, the root included.
  ///   - width: the number of chains; at most the size of the vocabulary, since siblings carry different tokens.
  ///   - vocabulary: how many tokens there are.
  public init(root: Token, size: Int, width: Int, vocabulary: Int) {
    self.init(root: root)
    for index in 1..<max(size, 1) {
      add(Token((index - 1) % vocabulary), to: index <= width ? 0 : index - width, logProbability: -1, origin: .model)
    }
  }
}
