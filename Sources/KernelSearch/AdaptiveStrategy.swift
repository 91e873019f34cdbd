import KernelVerdicts

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A tree whose branches get as many children as their kind of edge has been worth.
///
/// The choice is a bandit's, in three steps: go wider or deeper, by which kind of edge, from which candidate. An edge pays if it
/// leads to something better than all before: to a correct candidate while there is none, then to a better one than the best.
/// Which arm to play is decided by Thompson sampling (Thompson, *Biometrika* 25, 1933; Chapelle and Li, *An Empirical Evaluation
/// of Thompson Sampling*, NIPS 2011): for each arm a probability of paying is drawn from what is believed about it, and the arm
/// with the largest one is played. That a new sample is an arm beside going on from what is there is how AB-MCTS chooses between
/// going wider and going deeper (arXiv 2503.04412).
///
/// 1. The arms are a new sample, and going on from anything. Of each the probability is drawn from Beta(*a* + successes,
///    *b* + failures + edges under way), with a prior *a*, *b* and the counts of all such edges. Edges under way count as failures
///    until they have come, so that several that are decided at once spread.
/// 2. The arms are the classes of edges that have open candidates: variants, and repairs for each verdict that a parent has. The
///    probability *m* of each is drawn in the same way, with the class's prior and counts.
/// 3. The arms are the open candidates of the class. The probability of each is drawn from Beta(*κm* + successes,
///    *κ*(1 − *m*) + failures + edges under way), with the counts of its own children: what its class is worth holds until it has
///    shown otherwise.
///
/// There are steps, and not one choice among all, because the largest of many draws is large whatever they are drawn from: a
/// hundred hopeless repairs would outbid one good sample. With two arms in the first step, a search for which repairs never pay
/// takes about twice as many candidates as sampling alone, instead of several times as many.
///
/// A variant's probability is multiplied by the ``steepness``-th power of how fast the candidate is beside the best, as far as
/// that is known: what is slow has further to go.
///
/// A candidate is pruned, that is, gets no more children, when
/// - its line, from the sample down to it, has not become better for ``patience`` edges;
/// - ``maximumRepairs`` repairs in a row led to it, and it is still wrong;
/// - ``barren`` children of it have come and none paid;
/// - it is right and less than ``slowest`` times as fast as the best.
///
/// Of the right ones only the ``elite`` best get variants at any time: among many that are nearly as good, the best would be lost.
///
/// The best candidate is never pruned: that it yields nothing any more is what its class learns.
/// New samples are never pruned, so that a search always goes on. What an edge costs is not taken into account.
public struct AdaptiveStrategy: SearchStrategy {
  /// What is believed about a class of edges before any has been tried: successes and failures.
  public struct Prior: Sendable, Hashable {
    /// Above 0.
    public var successes: Double
    /// Above 0.
    public var failures: Double

    /// Makes a prior.
    public init(_ successes: Double, _ failures: Double) {
      self.successes = max(successes, 1e-3)
      self.failures = max(failures, 1e-3)
    }
  }

  /// Samples that come before everything else.
  public var firstSamples: Int
  /// Answers that are asked for at once.
  public var batch: Int
  /// *κ*: how many trials of its own outweigh what is believed about a candidate by its class.
  public var strength: Double
  /// The most edges without anything better on a line.
  public var patience: Int
  /// The most repairs in a row.
  public var maximumRepairs: Int
  /// The most children without one that pays.
  public var barren: Int
  /// The least share of the best one's speed.
  public var slowest: Double
  /// The most right candidates that variants are made from: the best ones.
  public var elite: Int
  /// The power of the relative speed by which variants are weighted.
  public var steepness: Double
  /// The most wrong candidates that a decision looks at: the newest ones.
  public var frontier: Int
  /// Whether the first answer is of the likeliest tokens.
  public var startsGreedily = false

  /// Makes the strategy.
  public init(
    firstSamples: Int = 4, batch: Int = 1, strength: Double = 4, patience: Int = 4, maximumRepairs: Int = 5,
    barren: Int = 5, slowest: Double = 0.5, elite: Int = 3, steepness: Double = 3, frontier: Int = 64
  ) {
    self.firstSamples = max(1, firstSamples)
    self.batch = max(1, batch)
    self.strength = max(0.1, strength)
    self.patience = max(1, patience)
    self.maximumRepairs = max(1, maximumRepairs)
    self.barren = max(1, barren)
    self.slowest = slowest
    self.elite = max(1, elite)
    self.steepness = max(0, steepness)
    self.frontier = max(1, frontier)
  }

  /// `adaptive`
  public var name: String { "adaptive" }

  /// The arm with the largest draw.
  ///
  /// - Complexity: O(*r*) at worst to look for open ones among *r* candidates with a verdict, and a draw for each of at most ``frontier`` + ``elite``.
  public func next(in tree: SearchTree, using generator: inout some RandomNumberGenerator) -> SearchAction {
    if startsGreedily, tree.nextID == 0 { return .write(.samples(1, isGreedy: true)) }
    if tree.asked < firstSamples { return .write(.samples(firstSamples - tree.asked)) }
    let hasBest = tree.best != nil
    let arms = arms(tree)
    // Wider or deeper?
    let pending = arms.reduce(0) { $0 + $1.pending }
    let wider = draw(
      Self.samplePrior(hasBest), tree.yield(of: .init(edge: .sample, hasBest: hasBest)), tree.pendingSamples, &generator
    )
    let deeper = draw(Self.refinementPrior, tree.refinements(hasBest: hasBest), pending, &generator)
    guard deeper > wider else { return .write(.samples(batch)) }

    // By which kind of edge?
    var choice: Arm?
    var mean = 0.0
    var largest = -1.0
    for arm in arms {
      let drawn = draw(Self.prior(of: arm.edge), tree.yield(of: arm.edge), arm.pending, &generator)
      if drawn * arm.weight > largest { (largest, mean, choice) = (drawn * arm.weight, drawn, arm) }
    }
    guard let choice else { return .write(.samples(batch)) }

    // From which candidate?
    var chosen = choice.nodes[0].node.id
    largest = -1
    for (node, weight) in choice.nodes {
      let drawn = BetaDistribution(
        alpha: max(1e-6, strength * mean) + Double(node.yield.successes),
        beta: max(1e-6, strength * (1 - mean)) + Double(node.yield.failures + node.pending)
      ).sample(using: &generator)
      if drawn * weight > largest { (largest, chosen) = (drawn * weight, node.id) }
    }
    return .write(.refine(chosen, choice.edge.edge, count: batch))
  }

  /// A class of edges and the open candidates that it can go on from; there is one at least.
  private struct Arm {
    let edge: SearchTree.EdgeClass
    var nodes: [(node: SearchNode, weight: Double)] = []
    var pending = 0
    /// The largest weight of its candidates.
    var weight = 0.0
  }

  private func draw(
    _ prior: Prior, _ yield: Yield, _ pending: Int, _ generator: inout some RandomNumberGenerator
  ) -> Double {
    BetaDistribution(
      alpha: prior.successes + Double(yield.successes), beta: prior.failures + Double(yield.failures + pending)
    ).sample(using: &generator)
  }

  /// The classes of edges that there are candidates for, variants first.
  private func arms(_ tree: SearchTree) -> [Arm] {
    var arms: [Arm] = []
    for node in open(tree) {
      guard let edge = node.edge else { continue }
      let edgeClass = SearchTree.EdgeClass(edge: edge, parent: node.verdict, hasBest: tree.best != nil)
      let place = arms.firstIndex { $0.edge == edgeClass } ?? arms.count
      if place == arms.count { arms.append(Arm(edge: edgeClass)) }
      let weight = weight(of: node, in: tree)
      arms[place].nodes.append((node, weight))
      arms[place].pending += node.pending
      arms[place].weight = max(arms[place].weight, weight)
    }
    return arms
  }

  /// Whether a candidate gets no more children. O(1).
  public func isPruned(_ node: SearchNode, in tree: SearchTree) -> Bool {
    guard let edge = node.edge, tree.edges.contains(edge) else { return true }
    if node.id == tree.best { return false }
    if node.stall >= patience { return true }
    if edge == .repair, node.repairs >= maximumRepairs { return true }
    if node.yield.successes == 0, node.yield.failures + node.pending >= barren { return true }
    return edge == .variant && speed(of: node, in: tree) < slowest
  }

  /// The newest wrong candidates that are not pruned, and the best right ones.
  private func open(_ tree: SearchTree) -> [SearchNode] {
    var right: [SearchNode] = []
    var wrong: [SearchNode] = []
    for id in tree.correct {
      guard right.count < elite else { break }
      if let node = tree[id], !isPruned(node, in: tree) { right.append(node) }
    }
    for id in tree.repairable.reversed() {
      guard wrong.count < frontier else { break }
      if let node = tree[id], !isPruned(node, in: tree) { wrong.append(node) }
    }
    return right + wrong
  }

  /// How much a variant of a candidate is worth beside one of the best.
  private func weight(of node: SearchNode, in tree: SearchTree) -> Double { pow(speed(of: node, in: tree), steepness) }

  /// How fast a candidate is beside the best, at most 1; 1 for one that is not correct.
  private func speed(of node: SearchNode, in tree: SearchTree) -> Double {
    guard node.isCorrect, let best = tree.best, best != node.id, let score = node.score,
      let bestScore = tree[best]?.score
    else { return 1 }
    // Where the two do not compare, the best one is better for what it rests on.
    return score.speed(over: bestScore).map { min(1, max(0, $0)) } ?? slowest
  }

  // What is believed beforehand. The priors are weak: each is outweighed by a handful of trials. Once something is correct, its
  // variants are thought to be the likeliest to be better, then repairs of what was to become one, then new samples.

  private static func samplePrior(_ hasBest: Bool) -> Prior { hasBest ? Prior(0.5, 5) : Prior(1, 3) }
  private static let refinementPrior = Prior(1, 3)

  private static func prior(of edge: SearchTree.EdgeClass) -> Prior {
    if edge.edge == .variant { return Prior(1, 2) }
    if edge.hasBest { return Prior(0.5, 5) }
    return switch edge.parent {
    case .compileError: Prior(1, 2)
    case .incorrect, .runtimeError: Prior(1, 3)
    case .timeout: Prior(1, 5)
    case .correct, .rejected, .unsupported, nil: Prior(0.5, 5)
    }
  }
}
