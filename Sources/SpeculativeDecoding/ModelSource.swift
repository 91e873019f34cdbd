import RealModule

/// Guesses of a draft model, as a tree that grows level by level.
///
/// OPT-Tree (arXiv 2406.17276): the children of all nodes of a level compete by weight, the heaviest become the next
/// level, and one draft pass scores them together. A branch lighter than what a place in the target's pass costs is not
/// followed, and growth ends where the next level promises less than its draft pass costs.
public final class ModelSource: DraftSource {
  /// Nodes of the draft model carry this mark.
  public let origin = DraftOrigin.model

  private let model: any DraftModel
  private let temperature: Double
  private var text: [Token] = []
  /// The draft's first, second and third choice are told apart from each other and from the rest.
  private(set) var calibration: AcceptanceCalibration
  private var proposals: [Int: Proposal] = [:]
  /// What other sources guessed instead of the model's first choice, with the probability that the choice left them.
  private var contested: [Int: Double] = [:]
  /// How often they were right is learnt as a kind of its own.
  private static let contestedKind = 4
  /// What one level's weight becomes in the next, as seen so far.
  private var levelRatio = 0.8

  /// A source that asks `model`.
  ///
  /// - Parameters:
  ///   - temperature: the target's; guesses are weighed as the target will draw. 0 weighs as 1 does.
  ///   - calibration: how often the model's guesses were right before; nil where that is not known.
  public init(model: any DraftModel, temperature: Double = 0, calibration: AcceptanceCalibration? = nil) {
    self.model = model
    self.calibration = calibration ?? AcceptanceCalibration(kinds: 5)
    self.temperature = temperature > 0 ? temperature : 1
  }

  /// The draft model's passes for the latest tree after the one that scored its root: how many nodes, and how long.
  private(set) var passes: [PassCosts.Point] = []

  /// The nodes of the level that was added last which something may follow, and how many levels and nodes there are.
  private var frontier: [Int] = []
  private var levels = 0
  private var proposed = 0

  /// The tokens that the draft model has not read yet.
  var unread: ArraySlice<Token> { text[model.textCount...] }

  /// The number of tokens that the draft model has not read yet.
  public var pendingCount: Int { text.count - model.textCount }

  /// Starts on a new text.
  public func prepare(_ text: ArraySlice<Token>) throws {
    self.text = Array(text)
    proposals = [:]
    try model.prepare(text.dropLast())
  }

  /// Grows the tree below its root; what other sources put there stays and is met by the draft model's own guesses.
  public func propose(into tree: inout TokenTree, guidance: DraftGuidance) throws {
    try model.begin(with: unread)
    start()
    while let level = grow(&tree, guidance: guidance) {
      let before = guidance.stopwatch.milliseconds
      try model.evaluate(level, of: tree)
      passes.append(.init(size: level.count, milliseconds: guidance.stopwatch.milliseconds - before))
    }
  }

  /// Starts a tree, whose root the draft model has scored.
  func start() {
    proposals.removeAll(keepingCapacity: true)
    contested.removeAll(keepingCapacity: true)
    passes.removeAll(keepingCapacity: true)
    frontier = [0]
    (levels, proposed) = (0, 0)
  }

  /// Adds the next level to the tree, all of whose nodes that may have children have been scored.
  ///
  /// - Returns: the nodes to score before the level after it is added; nil where the tree is complete.
  func grow(_ tree: inout TokenTree, guidance: DraftGuidance) -> [Int]? {
    let level = addLevel(to: &tree, room: guidance.limits.totalNodes - proposed, guidance: guidance)
    levels += 1
    proposed += level.count
    frontier = level.filter { !guidance.endTokens.contains(tree.tokens[$0]) }
    let gain = frontier.reduce(0) { $0 + Double(tree.logProbabilities[$1].exponential) }
    guard levels < guidance.limits.depth, proposed < guidance.limits.totalNodes, !frontier.isEmpty,
      pays(gain: gain * levelRatio, width: frontier.count, guidance: guidance),
      guidance.stopwatch.milliseconds < guidance.deadline
    else {
      tree.accumulate()
      return nil
    }
    return frontier
  }

  /// Learns from a pass: the text grows, and the draft model keeps what it has already read of it.
  public func learn(_ outcome: PassOutcome) throws {
    let tree = outcome.proposed
    for (node, token) in zip(outcome.visited, outcome.tokens) {
      for child in tree.children(of: node) {
        let isHit = tree.tokens[child] == token
        if let proposal = proposals[child] {
          calibration.record(probability: proposal.probability, kind: proposal.rank, isHit: isHit)
        }
        if let rest = contested[child] { calibration.record(probability: rest, kind: Self.contestedKind, isHit: isHit) }
      }
    }
    text += outcome.tokens
    contested.removeAll(keepingCapacity: true)
    if !proposals.isEmpty {
      try model.keep(outcome.visited, of: tree)
      proposals.removeAll(keepingCapacity: true)
    }
  }

  /// What the draft model gave a token, and which of its choices it was.
  private struct Proposal {
    var probability: Double
    var rank: Int
  }

  /// Adds the heaviest children of the frontier, as many as the draft model can score together, and returns them.
  private func addLevel(to tree: inout TokenTree, room: Int, guidance: DraftGuidance) -> [Int] {
    let width = min(guidance.limits.nodesPerLevel, room, model.capacity.nodes)
    var best: [(parent: Int, token: Token, proposal: Proposal, accepted: Double, weight: Double)] = []
    var total = 0.0
    var parentTotal = 0.0
    for parent in frontier {
      let parentWeight = Double(tree.logProbabilities[parent].exponential)
      parentTotal += parentWeight
      let tokens = likeliest(width, after: parent, leastWeight: guidance.minimumWeight / parentWeight)
      if let first = tokens.first { contest(&tree, below: parent, with: first) }
      for (place, (token, probability)) in tokens.enumerated() {
        let proposal = Proposal(probability: probability, rank: min(place, 3))
        let accepted = calibration.probability(for: probability, kind: proposal.rank)
        let weight = parentWeight * accepted
        if weight >= guidance.minimumWeight || best.isEmpty {
          best.append((parent, token, proposal, accepted, weight))
        }
      }
    }
    best.sort { $0.weight > $1.weight }
    var level: [Int] = []
    for child in best.prefix(width) {
      let node = tree.add(
        child.token, to: child.parent, logProbability: Float(Double.log(child.accepted)), origin: origin)
      proposals[node] = child.proposal
      total += child.weight
      level.append(node)
    }
    if parentTotal > 0 && !level.isEmpty { levelRatio += (min(1, total / parentTotal) - levelRatio) * 0.15 }
    return level
  }

  /// Leaves to what other sources guess instead of the model's first choice what that choice leaves. The model has read what
  /// they go by, and where both are as sure of different tokens, one of them is wrong.
  private func contest(_ tree: inout TokenTree, below parent: Int, with first: (Token, Double)) {
    let rest = 1 - calibration.probability(for: first.1, kind: 0)
    for child in tree.children(of: parent) where tree.tokens[child] != first.0 {
      contested[child] = rest
      tree.limit(child, to: Float(Double.log(max(calibration.probability(for: rest, kind: Self.contestedKind), 1e-3))))
    }
  }

  /// Whether a level that promises `gain` tokens is worth the draft pass over `width` nodes that it needs.
  private func pays(gain: Double, width: Int, guidance: DraftGuidance) -> Bool {
    guard let costs = guidance.draftCosts else { return true }
    return gain > guidance.tokensPerMillisecond * costs.milliseconds(width) + guidance.minimumWeight
  }

  /// The likeliest tokens after a node with their probabilities, the likeliest first.
  ///
  /// Tokens that cannot reach `leastWeight` are skipped by their logit, before anything is computed of them.
  private func likeliest(_ count: Int, after node: Int, leastWeight: Double) -> [(Token, Double)] {
    let row = model.logits(of: node)
    let maximum = VectorMath.maximum(of: row)
    let scale = TokenSampler.scale(temperature: temperature)
    let total = VectorMath.sumOfExponentials(of: row, shift: maximum.value, scale: scale)
    // A row that was not computed, or that overflowed, says nothing.
    guard maximum.value.isFinite, total >= 1 else { return [] }
    let top = 1 / total
    guard count > 1 else { return [(Token(maximum.index), top)] }
    // Calibration may raise a probability, hence the margin.
    let least = max(leastWeight / 4, 1e-4)
    let threshold = maximum.value + Float(Double.log(least * total)) / scale
    var found: [(Token, Double)] = []
    for index in row.indices where row[index] > threshold {
      found.append((Token(index), Double(((row[index] - maximum.value) * scale).exponential) / total))
    }
    if found.isEmpty { return [(Token(maximum.index), top)] }
    found.sort { $0.1 != $1.1 ? $0.1 > $1.1 : $0.0 < $1.0 }
    return Array(found.prefix(count))
  }
}
