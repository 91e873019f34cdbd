import SpeculativeDecoding

/// One pass with a sampled tree, under all random decisions: those of drawing the tree and those of verifying it.
struct SampledRule {
  enum Mistake: CaseIterable {
    /// The children are verified against another distribution than the one they were drawn from.
    case wrongDraft
    /// After a rejection p stays as it was.
    case skippedResidual
    /// A child is dropped because the target finds it unlikely.
    case droppedByValue
  }

  var target: ContextModel
  var draft: ContextModel
  /// How many children a node of each depth gets.
  var widths: [Int]
  var mistake: Mistake?

  /// How far what comes out is from the target's own distribution.
  func variation() -> Double {
    let prompt: [Token] = [1, 2]
    let found = enumerate { choices in
      let (tree, distributions) = draw(after: prompt, choices: &choices)
      let tokens = verify(tree, distributions, after: prompt, choices: &choices)
      return complete(tokens, of: target, after: prompt, choices: &choices)
    }
    return totalVariation(found, plainDistribution(of: target, after: prompt, length: ExactnessTests.length))
  }

  private func draw(
    after prompt: [Token], choices: inout EnumeratedChoices
  ) -> (TokenTree, [Int: [Double]]) {
    var tree = TokenTree(root: prompt[prompt.count - 1])
    var distributions: [Int: [Double]] = [:]
    var level = [0]
    for width in widths {
      var next: [Int] = []
      for node in level {
        let path = prompt.dropLast() + tree.path(to: node).map { tree.tokens[$0] }
        var rest = softmax(draft.logits(after: Array(path)))
        distributions[node] = rest
        for _ in 0..<width {
          let sum = rest.reduce(0, +)
          let token = choices.choice(from: rest.map { $0 / sum }, position: 0, draw: 0)
          rest[token] = 0
          if mistake == .droppedByValue,
            softmax(target.logits(after: Array(path)))[token] < 0.3
          {
            continue
          }
          next.append(tree.add(Token(token), to: node, logProbability: -1, origin: .model))
        }
      }
      level = next
    }
    return (tree, distributions)
  }

  private func verify(
    _ tree: TokenTree, _ distributions: [Int: [Double]], after prompt: [Token], choices: inout EnumeratedChoices
  ) -> [Token] {
    func distribution(_ node: Int, _ path: [Token]) -> [Double] { softmax(target.logits(after: prompt + path)) }
    guard mistake != .skippedResidual else {
      return withoutResidual(tree, distributions, choices: &choices, target: distribution)
    }
    return TreeWalk(
      ofSampled: tree, position: 0, random: &choices, target: distribution,
      draft: { node in
        guard mistake == .wrongDraft else { return distributions[node] }
        return distributions[node].map { q in q.map { _ in 1 / Double(q.count) } }
      }
    ).tokens
  }

  /// The rule with its heart cut out.
  private func withoutResidual(
    _ tree: TokenTree, _ distributions: [Int: [Double]], choices: inout EnumeratedChoices,
    target: (Int, [Token]) -> [Double]
  ) -> [Token] {
    var tokens: [Token] = []
    var node = 0
    while true {
      let p = target(node, tokens)
      var next: Int?
      for child in tree.children(of: node) {
        let x = Int(tree.tokens[child])
        let q = distributions[node]?[x] ?? 1
        if choices.accepts(withProbability: min(1, p[x] / q), position: 0, draw: 0) {
          next = child
          break
        }
      }
      guard let child = next else {
        tokens.append(Token(choices.choice(from: p, position: 0, draw: 0)))
        return tokens
      }
      tokens.append(tree.tokens[child])
      node = child
    }
  }
}
