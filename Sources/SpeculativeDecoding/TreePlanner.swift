/// Decides what a pass speculates with, and how much of a drafted tree is worth verifying.
///
/// The aim is tokens per millisecond over the whole run. By fractional programming (Dinkelbach 1967; for token trees
/// Sequoia, arXiv 2402.12374) a choice that maximises
///
///     tokens gained − rate · milliseconds spent
///
/// with `rate` the best attainable rate also maximises their ratio; the rate that the decoder is running at stands for
/// it. Costs are measured, chances are calibrated, so where speculation does not pay the best choice is to leave it.
public struct TreePlanner: Sendable {
  /// What a pass may speculate with.
  public struct Choice: Sendable, Equatable {
    /// Whether repetitions of the text are drafted.
    public var usesSuffix: Bool
    /// Whether the draft model is asked.
    public var usesModel: Bool
    /// The limits for drafting.
    public var limits: TreeLimits
  }

  /// The measured cost of the target's passes.
  public private(set) var verificationCosts: PassCosts
  /// The measured cost of the draft model's passes; `nil` where there is no draft model.
  public private(set) var draftCosts: PassCosts?

  private let mode: SpeculationMode
  private let limits: TreeLimits
  private let takesTrees: Bool

  private var recentTokens: Double
  private var recentTime: Double
  private var hostTime = 0.05
  /// What drafting with the model has brought lately, beyond the token that every pass brings, and what it has cost.
  private var modelGain: Double
  private var modelCost: Double
  /// How many passes to leave the draft model alone before it is tried again, and how many are left.
  private var pause = 0
  private var pauseLength = 4

  /// A planner.
  ///
  /// - Parameter takesTrees: whether the target can verify more than one branch.
  public init(
    mode: SpeculationMode, limits: TreeLimits, takesTrees: Bool, verificationCosts: PassCosts, draftCosts: PassCosts?
  ) {
    self.mode = mode
    self.limits = limits
    self.takesTrees = takesTrees
    self.verificationCosts = verificationCosts
    self.draftCosts = draftCosts
    let single = verificationCosts.milliseconds(1)
    recentTokens = 8
    recentTime = 8 * single
    // Until something is known, assume what makes the first passes try.
    modelGain = 3
    modelCost = 3 * (draftCosts?.milliseconds(1) ?? single) + verificationCosts.milliseconds(min(8, limits.totalNodes))
  }

  /// The number of tokens that a millisecond brings at present.
  public var rate: Double { recentTokens / max(recentTime, 1e-9) }

  /// What to draft for the next pass.
  ///
  /// - Parameter room: the most nodes that the text's end and the pass leave room for.
  /// - Complexity: O(1).
  public mutating func choice(room: Int, depth: Int) -> Choice {
    var allowed = limits
    allowed.totalNodes = min(limits.totalNodes, room, verificationCosts.limit - 1)
    allowed.depth = min(limits.depth, depth)
    if mode == .chain || !takesTrees { allowed.nodesPerLevel = 1 }
    guard mode != .off, allowed.totalNodes >= 1, allowed.depth >= 1 else {
      return Choice(usesSuffix: false, usesModel: false, limits: allowed)
    }
    let hasModel = draftCosts != nil
    return switch mode {
    case .off: Choice(usesSuffix: false, usesModel: false, limits: allowed)
    case .suffix: Choice(usesSuffix: true, usesModel: false, limits: allowed)
    case .tree, .chain: Choice(usesSuffix: !hasModel, usesModel: hasModel, limits: allowed)
    case .auto: Choice(usesSuffix: true, usesModel: hasModel, limits: allowed)
    }
  }

  /// Whether to ask the draft model, now that it is known what the text's repetitions promise.
  ///
  /// - Complexity: O(n log n) for a tree of n nodes.
  public mutating func asksModel(given tree: TokenTree) -> Bool {
    guard mode == .auto else { return true }
    let without = bestSize(of: tree, order: tree.nodesByWeight()).value
    let with = 1 + max(modelGain, tree.expectedAcceptance) - rate * modelCost
    if with >= without {
      pause = 0
      return true
    }
    if pause > 0 {
      pause -= 1
      return false
    }
    // The model lost. Ask it all the same, and wait longer from now on if it keeps losing.
    pause = pauseLength
    pauseLength = min(64, pauseLength * 2)
    return true
  }

  /// The least weight of a node that pays for its place in the pass.
  public var minimumWeight: Double {
    min(0.5, rate * verificationCosts.marginal(at: 1))
  }

  /// The part of a drafted tree that is worth verifying.
  ///
  /// - Returns: the pruned tree, and for each of its nodes the number that it had.
  /// - Complexity: O(n log n).
  public func pruned(_ tree: TokenTree) -> (tree: TokenTree, originals: [Int]) {
    let order = tree.nodesByWeight()
    var size = bestSize(of: tree, order: order).size
    // Somebody who asks for trees gets them, even where they do not pay.
    if mode != .auto && mode != .off { size = max(size, min(1, order.count)) }
    return tree.pruned(to: size, of: order)
  }

  /// The number of nodes at which `1 + Σ weight − rate · time` is greatest, and that greatest value.
  private func bestSize(of tree: TokenTree, order: [Int]) -> (size: Int, value: Double) {
    var gain = 1.0
    var best = (size: 0, value: gain - rate * verificationCosts.milliseconds(1))
    for (index, node) in order.prefix(verificationCosts.limit - 1).enumerated() {
      gain += Double(tree.logProbabilities[node].exponential)
      let value = gain - rate * verificationCosts.milliseconds(index + 2)
      if value > best.value { best = (index + 1, value) }
    }
    return best
  }

  /// Learns from a pass.
  ///
  /// - Parameters:
  ///   - nodes: the nodes that were verified, the root included.
  ///   - tokens: the tokens that the pass brought.
  ///   - usedModel: whether the draft model was asked.
  ///   - drafting: the milliseconds spent drafting, `verifying` in the target, `host` elsewhere.
  public mutating func record(
    nodes: Int, tokens: Int, usedModel: Bool, drafting: Double, verifying: Double, host: Double
  ) {
    verificationCosts.record(size: nodes, milliseconds: verifying)
    hostTime += (host - hostTime) * 0.1
    let time = min(drafting + verifying + host, 8 * (verificationCosts.milliseconds(nodes) + drafting))
    recentTokens = recentTokens * 0.95 + Double(tokens)
    recentTime = recentTime * 0.95 + time
    guard usedModel else { return }
    modelGain += (Double(tokens - 1) - modelGain) * 0.1
    modelCost += (time - modelCost) * 0.1
    if 1 + modelGain - rate * modelCost >= 1 - rate * (verificationCosts.milliseconds(1) + hostTime) { pauseLength = 4 }
  }

  /// Learns from a pass of the draft model.
  public mutating func recordDraft(size: Int, milliseconds: Double) {
    draftCosts?.record(size: size, milliseconds: milliseconds)
  }
}
