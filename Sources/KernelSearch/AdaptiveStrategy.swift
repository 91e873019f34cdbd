import KernelVerdicts

/// A tree whose branches get as many children as their kind of edge has been worth.
///
/// The choice is a bandit's. An arm is a new sample, or an edge from a candidate that has a verdict: a repair of a wrong one, a
/// variant of a right one. An edge pays if it leads to something better than all before: to a correct candidate while there is none,
/// then to a better one than the best. Which arm to draw is decided by Thompson sampling (Thompson, *Biometrika* 25, 1933; Chapelle
/// and Li, *An Empirical Evaluation of Thompson Sampling*, NIPS 2011): for each arm a probability of paying is drawn from what is
/// believed about it, and the arm with the largest one is played. That a new sample is an arm beside the children of what is there
/// is how AB-MCTS chooses between going wider and going deeper (arXiv 2503.04412).
///
/// What is believed has two levels, because a single candidate is tried a few times at most:
/// - of each class of edge (the edge, the parent's verdict, whether anything is correct yet) a mean *m*, drawn once for each
///   decision from Beta(*a* + successes, *b* + failures), with the class's prior *a*, *b* and the counts of all its edges;
/// - of each candidate the probability, drawn from Beta(*κm* + successes, *κ*(1 − *m*) + failures + edges under way), with the counts
///   of its own children. Edges under way count as failures until they have come, so that several that are decided at once spread.
///
/// A variant's probability is multiplied by how fast the candidate is beside the best, as far as that is known: what is slow has
/// further to go.
///
/// A candidate is pruned, that is, gets no more children, when
/// - its line, from the sample down to it, has not become better for ``patience`` edges;
/// - ``maximumRepairs`` repairs in a row led to it, and it is still wrong;
/// - ``barren`` children of it have come and none paid;
/// - it is right and less than ``slowest`` times as fast as the best.
///
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
  /// How many trials of its own outweigh what is believed about a candidate by its class.
  public var strength: Double
  /// The most edges without anything better on a line.
  public var patience: Int
  /// The most repairs in a row.
  public var maximumRepairs: Int
  /// The most children without one that pays.
  public var barren: Int
  /// The least share of the best one's speed.
  public var slowest: Double
  /// The most candidates that a decision looks at, the newest ones.
  public var frontier: Int

  /// Makes the strategy.
  public init(
    firstSamples: Int = 4, batch: Int = 1, strength: Double = 4, patience: Int = 4, maximumRepairs: Int = 5,
    barren: Int = 5, slowest: Double = 0.5, frontier: Int = 64
  ) {
    self.firstSamples = max(1, firstSamples)
    self.batch = max(1, batch)
    self.strength = max(0.1, strength)
    self.patience = max(1, patience)
    self.maximumRepairs = max(1, maximumRepairs)
    self.barren = max(1, barren)
    self.slowest = slowest
    self.frontier = max(1, frontier)
  }

  /// `adaptive`
  public var name: String { "adaptive" }

  /// The arm with the largest draw.
  ///
  /// - Complexity: O(*r*) to look for open ones among *r* candidates with a verdict, and a draw for each of at most ``frontier``.
  public func next(in tree: SearchTree, using generator: inout some RandomNumberGenerator) -> SearchAction {
    if tree.nextID < firstSamples { return .write(.samples(firstSamples - tree.nextID)) }
    let hasBest = tree.best != nil
    var means: [SearchTree.EdgeClass: Double] = [:]
    func mean(_ edge: SearchTree.EdgeClass) -> Double {
      if let mean = means[edge] { return mean }
      let prior = Self.prior(of: edge)
      let yield = tree.yield(of: edge)
      let drawn = BetaDistribution(
        alpha: prior.successes + Double(yield.successes), beta: prior.failures + Double(yield.failures)
      ).sample(using: &generator)
      means[edge] = drawn
      return drawn
    }
    func draw(_ mean: Double, _ yield: Yield, _ pending: Int) -> Double {
      BetaDistribution(
        alpha: max(1e-6, strength * mean) + Double(yield.successes),
        beta: max(1e-6, strength * (1 - mean)) + Double(yield.failures + pending)
      ).sample(using: &generator)
    }

    // The root's own counts are those of its class, so that what is under way is all that is its own.
    let root = mean(.init(edge: .sample, hasBest: hasBest))
    var choice = Expansion.samples(batch)
    var largest = draw(root, Yield(), tree.pendingSamples)
    for node in open(tree) {
      guard let edge = node.edge else { continue }
      let drawn = draw(mean(.init(edge: edge, parent: node.verdict, hasBest: hasBest)), node.yield, node.pending)
      let value = drawn * weight(of: node, in: tree)
      if value > largest { (largest, choice) = (value, .refine(node.id, edge, count: batch)) }
    }
    return .write(choice)
  }

  /// Whether a candidate gets no more children. O(1).
  public func isPruned(_ node: SearchNode, in tree: SearchTree) -> Bool {
    guard let edge = node.edge, tree.edges.contains(edge) else { return true }
    if node.stall >= patience { return true }
    if edge == .repair, node.repairs >= maximumRepairs { return true }
    if node.yield.successes == 0, node.yield.failures + node.pending >= barren { return true }
    return edge == .variant && node.id != tree.best && weight(of: node, in: tree) < slowest
  }

  /// The newest candidates that are not pruned, and the best one.
  private func open(_ tree: SearchTree) -> [SearchNode] {
    var nodes: [SearchNode] = []
    var hasBest = false
    for id in tree.refinable.reversed() {
      guard let node = tree[id], !isPruned(node, in: tree) else { continue }
      if nodes.count < frontier {
        nodes.append(node)
        hasBest = hasBest || id == tree.best
      } else {
        break
      }
    }
    if !hasBest, let best = tree.best, let node = tree[best], !isPruned(node, in: tree) { nodes.append(node) }
    return nodes
  }

  /// How much a variant of a candidate is worth beside one of the best.
  private func weight(of node: SearchNode, in tree: SearchTree) -> Double {
    guard node.isCorrect, let best = tree.best, best != node.id, let score = node.score,
      let bestScore = tree[best]?.score
    else { return 1 }
    // Where the two do not compare, the best one is better for what it rests on.
    return score.speed(over: bestScore).map { min(1, max(0, $0)) } ?? slowest
  }

  /// What is believed beforehand. The priors are weak: each is outweighed by a handful of trials.
  static func prior(of edge: SearchTree.EdgeClass) -> Prior {
    switch (edge.edge, edge.hasBest) {
    case (.sample, false): return Prior(1, 3)
    case (.sample, true): return Prior(0.5, 5)
    case (.variant, _): return Prior(1, 3)
    case (.repair, true): return Prior(0.5, 4)
    case (.repair, false): break
    }
    switch edge.parent {
    case .compileError: return Prior(1, 2)
    case .incorrect, .runtimeError: return Prior(1, 3)
    case .timeout: return Prior(1, 5)
    case .correct, .rejected, .unsupported, nil: return Prior(0.5, 5)
    }
  }
}
