extension TokenTree {
  /// A tree for measuring what passes cost: a root with chains below it, as long as makes so many nodes. Which tokens they carry is no
  /// matter for that.
  ///
  /// - Parameters:
  ///   - size: the number of nodes, the root included.
  ///   - width: the number of chains; at most the size of the vocabulary, since siblings carry different tokens.
  public init(root: Token, size: Int, width: Int) {
    self.init(root: root)
    for index in 1..<max(size, 1) {
      add(Token((index - 1) % width), to: index <= width ? 0 : index - width, logProbability: -1, origin: .model)
    }
  }
}
