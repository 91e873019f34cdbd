/// A tree of tokens that are drawn from the draft model without replacement, for verification by
/// ``WithoutReplacement``.
///
/// How many children a node gets is settled by its depth, its weight and what is left of the limits, before any of them
/// is drawn; nothing is pruned afterwards. That is what exactness asks for, and why this source does not mix with others.
public final class SampledModelSource: DraftSource {
  /// Nodes of the draft model carry this mark.
  public let origin = DraftOrigin.model

  private let model: any DraftModel
  private let random: PositionKeyedRandom
  private var sampler: TokenSampler
  private var text: [Token] = []
  private var distributions: [Int: [Double]] = [:]

  /// A source that draws from `model` as `parameters` say.
  public init(model: any DraftModel, parameters: SamplingParameters) {
    self.model = model
    // Drafts and verification must not share their numbers.
    random = PositionKeyedRandom(seed: parameters.seed ^ 0x6472_6166_7473)
    sampler = TokenSampler(parameters: parameters, vocabularySize: model.vocabularySize)
  }

  /// The distribution that the first child of `node` was drawn from; `nil` where no child was drawn.
  public func distribution(at node: Int) -> [Double]? { distributions[node] }

  /// Starts on a new text.
  public func prepare(_ text: ArraySlice<Token>) throws {
    self.text = Array(text)
    distributions = [:]
    try model.prepare(text.dropLast())
  }

  /// Draws a tree.
  public func propose(into tree: inout TokenTree, guidance: DraftGuidance) throws {
    precondition(tree.count == 1, "a sampled tree starts from its root alone")
    distributions.removeAll(keepingCapacity: true)
    try model.begin(with: text[model.textCount...])
    var frontier = [0]
    var leaves = 1
    for depth in 1...guidance.limits.depth {
      var level: [Int] = []
      var room = min(guidance.limits.nodesPerLevel, guidance.limits.totalNodes - (tree.count - 1))
      for node in frontier where room > 0 {
        let wanted = childCount(of: node, in: tree, limits: guidance.limits)
        let drawn = draw(
          min(room, wanted, guidance.leafLimit - leaves + 1), below: node, of: &tree, pass: guidance.pass)
        level += drawn
        room -= drawn.count
        leaves += max(0, drawn.count - 1)
      }
      frontier = level.filter { !guidance.endTokens.contains(tree.tokens[$0]) }
      guard depth < guidance.limits.depth, tree.count - 1 < guidance.limits.totalNodes, !frontier.isEmpty,
        frontier.count <= model.capacity.nodes,
        pays(frontier, of: tree, guidance: guidance), guidance.stopwatch.milliseconds < guidance.deadline
      else { break }
      try model.evaluate(frontier, of: tree)
    }
    tree.accumulate()
  }

  /// Learns from a pass: the text grows, and the draft model keeps what it has already read of it.
  public func learn(_ outcome: PassOutcome) throws {
    text += outcome.tokens
    if !distributions.isEmpty { try model.keep(outcome.visited, of: outcome.proposed) }
    distributions.removeAll(keepingCapacity: true)
  }

  /// A node's share of the next level is in proportion to its weight, known before its children are.
  private func childCount(of node: Int, in tree: TokenTree, limits: TreeLimits) -> Int {
    let weight = Double(tree.logProbabilities[node].exponential)
    return min(limits.nodesPerLevel, max(1, Int((4 * weight).rounded(.up))))
  }

  private func pays(_ frontier: [Int], of tree: TokenTree, guidance: DraftGuidance) -> Bool {
    guard let costs = guidance.draftCosts else { return true }
    let weight = frontier.reduce(0) { $0 + Double(tree.logProbabilities[$1].exponential) }
    return weight * 0.7 > guidance.tokensPerMillisecond * costs.milliseconds(frontier.count) + guidance.minimumWeight
  }

  private func draw(_ count: Int, below node: Int, of tree: inout TokenTree, pass: Int) -> [Int] {
    let path = tree.path(to: node).dropFirst().map { tree.tokens[$0] }
    let recent = text + path
    let distribution = sampler.distribution(model.logits(of: node), recent: recent[...])
    let place = pass << 16 | node
    let tokens = WithoutReplacement.draw(count, from: distribution) {
      random.uniform(position: place, draw: $0)
    }
    distributions[node] = distribution
    return tokens.map { token in
      let probability = Float(distribution[Int(token)])
      return tree.add(token, to: node, logProbability: probability.naturalLogarithm, origin: origin)
    }
  }
}
