/// One text being written.
final class DecodingSession {
  var summary = DecodingSummary()
  private(set) var planner: TreePlanner

  private let target: any TargetModel
  private let suffix: SuffixSource
  private let corpus: CorpusSource?
  private let model: ModelSource?
  private let sampled: SampledModelSource?
  private let endTokens: Set<Token>
  private let maximumTokens: Int
  private let options: SpeculativeDecoder.Options
  private let stopwatch: Stopwatch
  private var sampler: TokenSampler
  private var random: PositionKeyedRandom
  private let usesSuffix: Bool
  /// Prompt and output.
  private var text: [Token]

  init(
    target: any TargetModel, draftModel: (any DraftModel)?, prompt: [Token], maximumTokens: Int,
    endTokens: Set<Token>, options: SpeculativeDecoder.Options, costs: MeasuredCosts, experience: Experience?,
    stopwatch: Stopwatch
  ) throws {
    self.target = target
    self.endTokens = endTokens
    self.maximumTokens = maximumTokens
    self.options = options
    self.stopwatch = stopwatch
    text = prompt
    sampler = TokenSampler(parameters: options.sampling, vocabularySize: target.vocabularySize)
    random = PositionKeyedRandom(seed: options.sampling.seed)
    // A sampled tree needs branches to be sampled for, and a target that can take them.
    let isSampled =
      draftModel != nil && options.rule == .withoutReplacement && !options.sampling.isGreedy
      && target.capacity.takesTrees
    sampled = isSampled ? draftModel.map { SampledModelSource(model: $0, parameters: options.sampling) } : nil
    suffix = SuffixSource(calibration: experience?.suffix)
    model =
      isSampled
      ? nil
      : draftModel.map {
        ModelSource(model: $0, temperature: options.sampling.temperature, calibration: experience?.model)
      }
    planner = TreePlanner(
      mode: options.mode, limits: options.limits, leafLimit: target.capacity.leaves,
      verificationCosts: costs.verification, draftCosts: draftModel == nil ? nil : costs.draft,
      experience: isSampled ? nil : experience?.planner)
    usesSuffix = !isSampled && options.mode.draftsRepetitions(hasDraftModel: draftModel != nil)
    corpus = usesSuffix ? options.corpus.map { CorpusSource(corpus: $0, calibration: experience?.corpus) } : nil
    if usesSuffix { suffix.prepare(prompt[...]) }
    corpus?.prepare(prompt[...])
    try model?.prepare(prompt[...])
    try sampled?.prepare(prompt[...])
  }

  /// What holds beyond one text: how often guesses are right, and what passes with them bring. None of the text itself.
  struct Experience {
    fileprivate var suffix: AcceptanceCalibration
    fileprivate var corpus: AcceptanceCalibration?
    fileprivate var model: AcceptanceCalibration?
    fileprivate var planner: TreePlanner.Experience

    /// What texts have in common that learn from each other.
    struct Kind: Hashable {
      private let mode: SpeculationMode
      private let hasCorpus: Bool

      init(_ options: SpeculativeDecoder.Options) { (mode, hasCorpus) = (options.mode, options.corpus != nil) }
    }
  }

  /// What the next text can begin with. Nothing, where trees are sampled: how large they are must not depend on draws.
  var experience: Experience? {
    guard sampled == nil else { return nil }
    return Experience(
      suffix: suffix.calibration.forNextText(), corpus: corpus?.calibration.forNextText(),
      model: model?.calibration.forNextText(), planner: planner.experience)
  }

  func run(onPass: (PassRecord) throws -> Bool) throws {
    while hasRoom() {
      let tree = try propose()
      let before = stopwatch.milliseconds
      try target.evaluate(tree)
      let verifying = stopwatch.milliseconds - before
      guard try complete(verifying: verifying, onPass: onPass) else { return }
    }
  }

  /// Whether another pass may be made; where not, why is in the summary.
  func hasRoom() -> Bool {
    if summary.tokens.count >= maximumTokens {
      summary.end = .tokenLimit
      return false
    }
    if text.count >= target.capacity.text {
      summary.end = .contextFull
      return false
    }
    return true
  }

  /// A tree that was proposed and not yet verified.
  private struct Proposal {
    /// The tree to verify, and for each of its nodes the number that it had as drafted.
    var tree: TokenTree
    var originals: [Int]
    var drafted: TokenTree
    var usedModel: Bool
    var drafting: Double
    /// The milliseconds from the pass's start to its verification.
    var elapsed: Double
    /// How many tokens the target computes in its next pass for this text, the backlog included.
    var size: Int
  }

  private var proposal: Proposal?
  private var isEnded = false

  /// Drafts a tree for the next pass, and prunes it to what is worth verifying.
  func propose() throws -> TokenTree {
    let started = stopwatch.milliseconds
    let drafted = try draft(started: started)
    let (tree, originals) =
      sampled == nil ? planner.pruned(drafted.tree) : (drafted.tree, Array(0..<drafted.tree.count))
    proposal = Proposal(
      tree: tree, originals: originals, drafted: drafted.tree, usedModel: drafted.usedModel, drafting: drafted.time,
      elapsed: stopwatch.milliseconds - started, size: tree.count + target.backlog)
    return tree
  }

  /// Accepts what the target, which has just scored the proposed tree, says itself.
  ///
  /// - Parameters:
  ///   - verifying: the milliseconds of the target's pass, or this text's part of them.
  ///   - size: the tokens that such a pass computes; nil for those of this text alone.
  /// - Returns: whether the text goes on.
  func complete(verifying: Double, size: Int? = nil, onPass: (PassRecord) throws -> Bool) throws -> Bool {
    guard let proposal else { preconditionFailure("a tree is proposed before it is verified") }
    self.proposal = nil
    let started = stopwatch.milliseconds
    let tree = proposal.tree
    let position = summary.tokens.count
    let walk = walk(tree)
    try target.keep(walk.visited, of: tree)
    let outcome = PassOutcome(
      proposed: proposal.drafted, visited: walk.visited.map { proposal.originals[$0] }, tokens: walk.tokens)
    text += walk.tokens
    if usesSuffix { suffix.learn(outcome) }
    corpus?.learn(outcome)
    try model?.learn(outcome)
    try sampled?.learn(outcome)
    let kept = take(walk.tokens)
    var times = PassTimes(drafting: proposal.drafting, verifying: verifying)
    times.host = proposal.elapsed - proposal.drafting + stopwatch.milliseconds - started
    planner.record(
      nodes: size ?? proposal.size, tokens: walk.tokens.count, promise: tree.expectedAcceptance,
      usedModel: proposal.usedModel, drafting: times.drafting, verifying: times.verifying, host: times.host)
    summary.passes += 1
    summary.verifiedNodes += tree.count - 1
    summary.acceptedTokens += walk.visited.count - 1
    summary.times += times
    let goesOn = try onPass(
      PassRecord(
        index: summary.passes - 1, position: position, tree: tree, accepted: Array(walk.visited.dropFirst()),
        tokens: kept, draftedNodes: proposal.drafted.count - 1, times: times))
    if isEnded { return false }
    if !goesOn { summary.end = .stopped }
    return goesOn
  }

  /// Plans with other costs of the target's passes from now on.
  func use(_ costs: PassCosts) { planner.use(costs) }

  private func draft(started: Double) throws -> (tree: TokenTree, time: Double, usedModel: Bool) {
    var tree = TokenTree(root: text[text.count - 1])
    // A pass brings one token more than its tree is deep.
    let room = min(target.capacity.text - text.count, maximumTokens - summary.tokens.count)
    let choice = planner.choice(room: target.capacity.nodes - 1, depth: room - 1)
    guard choice.usesSuffix || choice.usesModel else { return (tree, 0, false) }
    let time = options.limits.time.map {
      Double($0.components.seconds) * 1e3 + Double($0.components.attoseconds) * 1e-15
    }
    var guidance = DraftGuidance(
      limits: choice.limits, minimumWeight: planner.minimumWeight, tokensPerMillisecond: planner.rate,
      draftCosts: planner.draftCosts, leafLimit: target.capacity.leaves, endTokens: endTokens, pass: summary.passes,
      deadline: started + (time ?? .infinity), stopwatch: stopwatch)
    let before = stopwatch.milliseconds
    if let sampled, choice.usesModel {
      try sampled.propose(into: &tree, guidance: guidance)
      return (tree, stopwatch.milliseconds - before, true)
    }
    if choice.usesSuffix {
      suffix.propose(into: &tree, guidance: guidance)
      corpus?.propose(into: &tree, guidance: guidance)
      tree.shareSiblings()
    }
    var usedModel = false
    if let model, choice.usesModel, planner.asksModel(given: tree, pending: model.pendingCount) {
      guidance.limits.totalNodes = max(1, choice.limits.totalNodes - (tree.count - 1))
      try model.propose(into: &tree, guidance: guidance)
      for pass in model.passes { planner.recordDraft(size: pass.size, milliseconds: pass.milliseconds) }
      usedModel = true
    }
    return (tree, stopwatch.milliseconds - before, usedModel)
  }

  private func walk(_ tree: TokenTree) -> TreeWalk {
    let position = summary.tokens.count
    if let sampled {
      return TreeWalk(
        ofSampled: tree, position: position, random: &random,
        target: { node, path in
          let recent = text + path
          return sampler.distribution(target.logits(of: node), recent: recent[...])
        },
        draft: { sampled.distribution(at: $0) })
    }
    let length = text.count
    defer { text.removeSubrange(length...) }
    return TreeWalk(of: tree) { node in
      let token = sampler.sample(
        target.logits(of: node), recent: text[...], random: random, position: position + text.count - length)
      // The next choice, if there is one, has this token behind it.
      text.append(token)
      return token
    }
  }

  /// Adds tokens to the output up to where it ends, and returns those that were added.
  private func take(_ tokens: [Token]) -> [Token] {
    var kept: [Token] = []
    for token in tokens {
      if endTokens.contains(token) {
        summary.end = .endToken
        isEnded = true
        break
      }
      guard summary.tokens.count + kept.count < maximumTokens else { break }
      kept.append(token)
    }
    summary.tokens += kept
    return kept
  }
}
