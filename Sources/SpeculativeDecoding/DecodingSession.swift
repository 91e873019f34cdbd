/// One text being written.
final class DecodingSession {
  var summary = DecodingSummary()
  private(set) var planner: TreePlanner

  private let target: any TargetModel
  private let suffix = SuffixSource()
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
    endTokens: Set<Token>, options: SpeculativeDecoder.Options, costs: MeasuredCosts, stopwatch: Stopwatch
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
    model = isSampled ? nil : draftModel.map { ModelSource(model: $0, temperature: options.sampling.temperature) }
    planner = TreePlanner(
      mode: options.mode, limits: options.limits, leafLimit: target.capacity.leaves,
      verificationCosts: costs.verification, draftCosts: draftModel == nil ? nil : costs.draft)
    usesSuffix = options.mode == .auto || options.mode == .suffix || (draftModel == nil && options.mode != .off)
    if usesSuffix && !isSampled { suffix.prepare(prompt[...]) }
    try model?.prepare(prompt[...])
    try sampled?.prepare(prompt[...])
  }

  func run(onPass: (PassRecord) throws -> Bool) throws {
    while true {
      if summary.tokens.count >= maximumTokens {
        summary.end = .tokenLimit
        return
      }
      guard text.count < target.capacity.text else {
        summary.end = .contextFull
        return
      }
      let record = try pass()
      let goesOn = try onPass(record)
      if isEnded { return }
      if !goesOn {
        summary.end = .stopped
        return
      }
    }
  }

  private var isEnded = false

  /// Drafts, verifies, accepts.
  private func pass() throws -> PassRecord {
    let started = stopwatch.milliseconds
    let drafted = try draft(started: started)
    let (tree, originals) =
      sampled == nil ? planner.pruned(drafted.tree) : (drafted.tree, Array(0..<drafted.tree.count))
    let backlog = target.backlog
    let pruned = stopwatch.milliseconds
    try target.evaluate(tree)
    let verified = stopwatch.milliseconds
    let position = summary.tokens.count
    let walk = walk(tree)
    try target.keep(walk.visited, of: tree)
    let outcome = PassOutcome(
      proposed: drafted.tree, visited: walk.visited.map { originals[$0] }, tokens: walk.tokens)
    text += walk.tokens
    if usesSuffix && sampled == nil { suffix.learn(outcome) }
    try model?.learn(outcome)
    try sampled?.learn(outcome)
    let kept = take(walk.tokens)
    var times = PassTimes(drafting: drafted.time, verifying: verified - pruned)
    times.host = stopwatch.milliseconds - started - times.drafting - times.verifying
    planner.record(
      nodes: tree.count + backlog, tokens: walk.tokens.count, usedModel: drafted.usedModel, drafting: times.drafting,
      verifying: times.verifying, host: times.host)
    summary.passes += 1
    summary.verifiedNodes += tree.count - 1
    summary.acceptedTokens += walk.visited.count - 1
    summary.times += times
    return PassRecord(
      index: summary.passes - 1, position: position, tree: tree, accepted: Array(walk.visited.dropFirst()),
      tokens: kept, draftedNodes: drafted.tree.count - 1, times: times)
  }

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
    if choice.usesSuffix { suffix.propose(into: &tree, guidance: guidance) }
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
