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

  /// A tree that is being drafted.
  private struct Draft {
    var tree: TokenTree
    var guidance: DraftGuidance
    var usedModel = false
    /// The milliseconds spent drafting, and elsewhere.
    var time = 0.0
    var host = 0.0
  }

  /// A tree that was proposed and not yet verified.
  private struct Proposal {
    /// The tree to verify, and for each of its nodes the number that it had as drafted.
    var tree: TokenTree
    var originals: [Int]
    var draft: Draft
    /// How many tokens the target computes in its next pass for this text, the backlog included.
    var size: Int
  }

  private var draft: Draft?
  private var proposal: Proposal?
  private var isEnded = false

  /// Drafts a tree for the next pass, and prunes it to what is worth verifying.
  func propose() throws -> TokenTree {
    if try beginDraft(), let model, var draft {
      self.draft = nil
      let before = stopwatch.milliseconds
      try model.propose(into: &draft.tree, guidance: draft.guidance)
      for pass in model.passes { planner.recordDraft(size: pass.size, milliseconds: pass.milliseconds) }
      draft.time += stopwatch.milliseconds - before
      self.draft = draft
    }
    return endDraft()
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
      proposed: proposal.draft.tree, visited: walk.visited.map { proposal.originals[$0] }, tokens: walk.tokens)
    text += walk.tokens
    if usesSuffix { suffix.learn(outcome) }
    corpus?.learn(outcome)
    try model?.learn(outcome)
    try sampled?.learn(outcome)
    let kept = take(walk.tokens)
    var times = PassTimes(drafting: proposal.draft.time, verifying: verifying)
    times.host = proposal.draft.host + stopwatch.milliseconds - started
    planner.record(
      nodes: size ?? proposal.size, tokens: walk.tokens.count, promise: tree.expectedAcceptance,
      usedModel: proposal.draft.usedModel, drafting: times.drafting, verifying: times.verifying, host: times.host)
    summary.passes += 1
    summary.verifiedNodes += tree.count - 1
    summary.acceptedTokens += walk.visited.count - 1
    summary.times += times
    let goesOn = try onPass(
      PassRecord(
        index: summary.passes - 1, position: position, tree: tree, accepted: Array(walk.visited.dropFirst()),
        tokens: kept, draftedNodes: proposal.draft.tree.count - 1, times: times))
    if isEnded { return false }
    if !goesOn { summary.end = .stopped }
    return goesOn
  }

  /// Plans with other costs of passes from now on.
  func use(_ costs: MeasuredCosts) { planner.use(costs) }

  /// Starts to draft a tree for the next pass.
  ///
  /// - Returns: whether the draft model is to go on with it.
  func beginDraft() throws -> Bool {
    let started = stopwatch.milliseconds
    // A pass brings one token more than its tree is deep.
    let room = min(target.capacity.text - text.count, maximumTokens - summary.tokens.count)
    let choice = planner.choice(room: target.capacity.nodes - 1, depth: room - 1)
    let time = options.limits.time.map {
      Double($0.components.seconds) * 1e3 + Double($0.components.attoseconds) * 1e-15
    }
    var draft = Draft(
      tree: TokenTree(root: text[text.count - 1]),
      guidance: DraftGuidance(
        limits: choice.limits, minimumWeight: planner.minimumWeight, tokensPerMillisecond: planner.rate,
        draftCosts: planner.draftCosts, leafLimit: target.capacity.leaves, endTokens: endTokens, pass: summary.passes,
        deadline: started + (time ?? .infinity), stopwatch: stopwatch))
    let before = stopwatch.milliseconds
    draft.host = before - started
    if let sampled, choice.usesModel {
      try sampled.propose(into: &draft.tree, guidance: draft.guidance)
      draft.usedModel = true
    } else if choice.usesSuffix {
      suffix.propose(into: &draft.tree, guidance: draft.guidance)
      corpus?.propose(into: &draft.tree, guidance: draft.guidance)
      draft.tree.shareSiblings()
    }
    if let model, choice.usesModel, planner.asksModel(given: draft.tree, pending: model.pendingCount) {
      draft.guidance.limits.totalNodes = max(1, choice.limits.totalNodes - (draft.tree.count - 1))
      draft.usedModel = true
    }
    draft.time = stopwatch.milliseconds - before
    self.draft = draft
    return draft.usedModel && sampled == nil
  }

  /// What the draft model has to read before it can go on with the tree.
  var unread: ArraySlice<Token> { model?.unread ?? [] }

  /// Has the draft model, which has scored the tree's root, go on with it.
  func startGrowth() { model?.start() }

  /// Adds the draft model's next level to the tree, all of whose nodes that may have children it has scored.
  ///
  /// - Parameter draftCosts: what a level costs this text.
  /// - Returns: the nodes to score before the level after it, and the tree; nil where it is complete.
  func grow(draftCosts: PassCosts?) -> (nodes: [Int], tree: TokenTree)? {
    guard let model, var draft else { preconditionFailure("a tree is begun before it grows") }
    self.draft = nil
    draft.guidance.draftCosts = draftCosts
    let level = model.grow(&draft.tree, guidance: draft.guidance)
    self.draft = draft
    return level.map { ($0, draft.tree) }
  }

  /// Counts milliseconds that somebody else has spent drafting.
  func addDrafting(_ milliseconds: Double) { draft?.time += milliseconds }

  /// Prunes the tree that was drafted to what is worth verifying.
  func endDraft() -> TokenTree {
    guard var draft else { preconditionFailure("a tree is begun before it ends") }
    self.draft = nil
    let started = stopwatch.milliseconds
    let (tree, originals) =
      sampled == nil ? planner.pruned(draft.tree) : (draft.tree, Array(0..<draft.tree.count))
    draft.host += stopwatch.milliseconds - started
    proposal = Proposal(tree: tree, originals: originals, draft: draft, size: tree.count + target.backlog)
    return tree
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
