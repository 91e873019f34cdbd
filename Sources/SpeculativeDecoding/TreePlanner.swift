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
    /// Whether repetitions are drafted, of the text and of a corpus.
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
  private let leafLimit: Int

  private var recentTokens: Double
  private var recentTime: Double
  /// What passes with the draft model have brought lately, beyond the token that every pass brings, and what they cost.
  private var modelGain: Double
  private var modelCost: Double
  /// The time spent in all, and the part of it spent asking a draft model that was not expected to pay.
  private var totalTime = 0.0
  private var curiosity = 0.0
  private var isCurious = false
  /// What the draft model's reading of what it had not read was expected to cost in the pass under way, and the passes since it was
  /// asked last.
  private var catchingUp = 0.0
  private var passesWithout = 0
  /// The tokens beyond the one that every pass brings which trees without the draft model promised lately, and those that they brought.
  private var promised = 0.0
  private var kept = 0.0

  /// A planner.
  ///
  /// - Parameters:
  ///   - leafLimit: the most branches that the target can verify in one pass.
  ///   - experience: what was learnt of this mode before; nil where nothing was.
  public init(
    mode: SpeculationMode, limits: TreeLimits, leafLimit: Int, verificationCosts: PassCosts, draftCosts: PassCosts?,
    experience: Experience? = nil
  ) {
    self.mode = mode
    self.limits = limits
    self.leafLimit = leafLimit
    self.verificationCosts = verificationCosts
    self.draftCosts = draftCosts
    (modelGain, modelCost) = Self.expectation(
      verification: verificationCosts, draft: draftCosts, depth: min(limits.depth, limits.totalNodes))
    // Who begins with the rate of plain decoding finds every branch worth its place until the rate is known.
    var rate = 1 / verificationCosts.milliseconds(1)
    if mode == .auto, let draftCosts {
      rate = max(rate, (1 + modelGain) / (modelCost + draftCosts.milliseconds(1)))
    }
    if let experience {
      let single = verificationCosts.milliseconds(1)
      rate = experience.rate / single
      let experience = (modelGain: experience.modelGain, modelCost: experience.modelCost * single)
      // A draft model that failed with one text is given its chance with the next.
      if (1 + experience.modelGain) * modelCost > (1 + modelGain) * experience.modelCost {
        modelGain = experience.modelGain
        modelCost = experience.modelCost
      }
    }
    recentTokens = 8
    recentTime = 8 / rate
  }

  /// What a planner learnt with one text that it does not have to learn anew with the next.
  ///
  /// Times are in passes over one token, which the next text may share with more or fewer others.
  public struct Experience: Sendable {
    fileprivate let rate: Double
    fileprivate let modelGain: Double
    fileprivate let modelCost: Double
  }

  /// What was learnt so far.
  public var experience: Experience {
    let single = verificationCosts.milliseconds(1)
    return Experience(rate: rate * single, modelGain: modelGain, modelCost: modelCost / single)
  }

  /// What a draft model is worth before it has been seen at work: a chain of which each token is accepted in seven of ten
  /// cases, at the depth that suits the costs.
  private static func expectation(
    verification: PassCosts, draft: PassCosts?, depth: Int
  ) -> (gain: Double, cost: Double) {
    guard let draft else { return (0, .infinity) }
    var best = (gain: 0.0, cost: Double.infinity)
    var gain = 0.0
    var share = 1.0
    for length in 1...max(1, depth) {
      share *= 0.7
      gain += share
      let cost = Double(length - 1) * draft.milliseconds(1) + verification.milliseconds(length + 1)
      if (1 + gain) / (cost + draft.milliseconds(1)) > (1 + best.gain) / (best.cost + draft.milliseconds(1)) {
        best = (gain, cost)
      }
    }
    return best
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
    if mode == .chain || leafLimit == 1 { allowed.nodesPerLevel = 1 }
    guard mode != .off, allowed.totalNodes >= 1, allowed.depth >= 1 else {
      return Choice(usesSuffix: false, usesModel: false, limits: allowed)
    }
    let hasModel = draftCosts != nil
    return Choice(
      usesSuffix: mode.draftsRepetitions(hasDraftModel: hasModel), usesModel: hasModel && mode.usesDraftModel,
      limits: allowed)
  }

  /// Whether to ask the draft model, now that it is known what the text's repetitions promise.
  ///
  /// A draft model that does not pay is still asked now and then, since the text may have become one that it knows, but
  /// only as often as keeps that curiosity under a fiftieth of the time.
  ///
  /// - Parameters:
  ///   - tree: what other sources drafted.
  ///   - pending: the number of tokens that the draft model has to read before it can answer.
  /// - Complexity: O(n log n) for a tree of n nodes.
  public mutating func asksModel(given tree: TokenTree, pending: Int) -> Bool {
    isCurious = false
    guard mode == .auto, let draftCosts else { return true }
    // What is beyond the curve is not counted: it is read once, and who was left for long would never be asked again.
    catchingUp = draftCosts.milliseconds(pending)
    // Compared as rates of their own: what the model brings changes so much from pass to pass that by the rate of the moment it
    // would be left after each pass that went worse than most.
    let without = bestRate(of: tree, order: withinLimits(tree.nodesByWeight(), of: tree), trust: trust)
    let with = (1 + max(modelGain, trust * tree.expectedAcceptance)) / (modelCost + catchingUp)
    if with >= without { return true }
    isCurious = curiosity + catchingUp <= 0.02 * totalTime + verificationCosts.milliseconds(1)
    return isCurious
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
    let order = withinLimits(tree.nodesByWeight(), of: tree)
    var size = bestSize(of: tree, order: order)
    // Somebody who asks for trees gets them, even where they do not pay.
    if mode != .auto && mode != .off { size = max(size, min(1, order.count)) }
    return tree.pruned(to: size, of: order)
  }

  /// The heaviest nodes that the limits allow. Each source keeps to them; merged trees may exceed them.
  private func withinLimits(_ order: [Int], of tree: TokenTree) -> [Int] {
    var perLevel = [Int](repeating: 0, count: tree.depth + 1)
    let levelLimit = mode == .chain ? 1 : limits.nodesPerLevel
    var isKept = [Bool](repeating: false, count: tree.count)
    var hasChild = isKept
    isKept[0] = true
    var leaves = 1
    var kept: [Int] = []
    for node in order where kept.count < limits.totalNodes {
      let (depth, parent) = (Int(tree.depths[node]), Int(tree.parents[node]))
      // A first child takes its parent's place among the leaves.
      let newLeaves = leaves + (hasChild[parent] ? 1 : 0)
      guard perLevel[depth] < levelLimit, newLeaves <= leafLimit, isKept[parent] else { continue }
      perLevel[depth] += 1
      leaves = newLeaves
      hasChild[parent] = true
      isKept[node] = true
      kept.append(node)
    }
    return kept
  }

  /// The number of nodes at which `1 + Σ weight − rate · time` is greatest.
  private func bestSize(of tree: TokenTree, order: [Int]) -> Int {
    var gain = 1.0
    var best = (size: 0, value: gain - rate * verificationCosts.milliseconds(1))
    for (index, node) in order.prefix(verificationCosts.limit - 1).enumerated() {
      gain += Double(tree.logProbabilities[node].exponential)
      let value = gain - rate * verificationCosts.milliseconds(index + 2)
      if value > best.value { best = (index + 1, value) }
    }
    return best.size
  }

  /// How much of what repetitions promised they kept. The best of several trees promises too much, by being the best.
  private var trust: Double { (1 + kept) / (1 + promised) }

  /// The most tokens a millisecond that a pass over the heaviest nodes brings, or over the root alone, where `trust` of what they
  /// promise is kept.
  private func bestRate(of tree: TokenTree, order: [Int], trust: Double) -> Double {
    var gain = 1.0
    var best = gain / verificationCosts.milliseconds(1)
    for (index, node) in order.prefix(verificationCosts.limit - 1).enumerated() {
      gain += trust * Double(tree.logProbabilities[node].exponential)
      best = max(best, gain / verificationCosts.milliseconds(index + 2))
    }
    return best
  }

  /// Learns from a pass.
  ///
  /// - Parameters:
  ///   - nodes: the nodes that were verified, the root included.
  ///   - tokens: the tokens that the pass brought.
  ///   - promise: the tokens beyond the one that every pass brings which were expected of the tree.
  ///   - usedModel: whether the draft model was asked.
  ///   - drafting: the milliseconds spent drafting, `verifying` in the target, `host` elsewhere.
  public mutating func record(
    nodes: Int, tokens: Int, promise: Double = 0, usedModel: Bool, drafting: Double, verifying: Double, host: Double
  ) {
    verificationCosts.record(size: nodes, milliseconds: verifying)
    let time = min(drafting + verifying + host, 8 * (verificationCosts.milliseconds(nodes) + drafting))
    recentTokens = recentTokens * 0.95 + Double(tokens)
    recentTime = recentTime * 0.95 + time
    totalTime += time
    if isCurious { curiosity += drafting }
    isCurious = false
    // Forgotten in each pass: repetitions that were left for the draft model get their chance again.
    promised *= 0.95
    kept *= 0.95
    guard usedModel else {
      passesWithout += 1
      if promise > 0 {
        promised += promise
        kept += Double(tokens - 1)
      }
      return
    }
    // What it brought is forgotten by passes, asked or not: the text is another one when it is asked again after a while.
    var weight = 1.0
    for _ in 0...min(passesWithout, 6) { weight *= 0.9 }
    weight = 1 - weight
    passesWithout = 0
    modelGain += (Double(tokens - 1) - modelGain) * weight
    // Reading what it had not read is counted where it is decided.
    modelCost += (max(0, time - catchingUp) - modelCost) * weight
    catchingUp = 0
  }

  /// Plans with other costs of passes from now on.
  mutating func use(_ costs: MeasuredCosts) {
    verificationCosts = costs.verification
    if draftCosts != nil { draftCosts = costs.draft }
  }

  /// Learns from a pass of the draft model.
  public mutating func recordDraft(size: Int, milliseconds: Double) {
    draftCosts?.record(size: size, milliseconds: milliseconds)
  }
}
