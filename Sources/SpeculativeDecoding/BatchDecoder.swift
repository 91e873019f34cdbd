/// Writes several texts after one prompt together: one pass of the target scores a tree of each.
///
/// Each text is the very text that ``SpeculativeDecoder`` writes for its seed, however many are beside it. A pass over the
/// next tokens of several texts costs less than as many passes, and unlike guesses all of those tokens are wanted. What is
/// left of a pass is speculated with: the planner of each text reckons with its part of what a pass costs that is so many
/// times as large, so with many texts trees become small, and grow as texts end. The draft model grows the trees of all texts
/// together, a level of each in one pass.
///
/// A decoder is used from one thread at a time.
public final class BatchDecoder {
  private let target: any BatchTargetModel
  private let draft: (any BatchDraftModel)?
  private let stopwatch: Stopwatch
  private var costs: MeasuredCosts?
  private var experience: [DecodingSession.Experience.Kind: DecodingSession.Experience] = [:]
  /// Parts of the draft model's costs as they were a few passes ago, by the number of texts.
  private var draftParts: [Int: PassCosts] = [:]

  /// A decoder for `target`.
  ///
  /// - Parameter draft: guesses for as many texts as the target can take at least; nil where nothing drafts.
  /// - Throws: ``SpeculativeDecodingError`` where the vocabularies differ in size.
  public init(
    target: any BatchTargetModel, draft: (any BatchDraftModel)? = nil, stopwatch: Stopwatch
  ) throws {
    if let draft {
      precondition(
        draft.width >= target.width && draft.capacity.nodes >= target.width, "the draft model can take all texts")
      try SpeculativeDecodingError.checkVocabulary(draft.vocabularySize, of: target.vocabularySize)
    }
    self.target = target
    self.draft = draft
    self.stopwatch = stopwatch
  }

  /// The cost of passes as measured last, by all tokens in them; `nil` before the first texts with speculation.
  public var passCosts: (verification: PassCosts, draft: PassCosts?)? {
    costs.map { ($0.verification, $0.draft) }
  }

  /// Goes by costs that were measured before, as ``SpeculativeDecoder/assume(verification:draft:)`` does.
  public func assume(verification: [PassCosts.Point], draft points: [PassCosts.Point]?) {
    costs = MeasuredCosts(verification, draft: points, target: target.capacity, draft: draft?.capacity)
  }

  /// Writes a text after `prompt` for each seed.
  ///
  /// - Parameters:
  ///   - prompt: at least one token.
  ///   - seeds: one for each text, at least one and at most the target's width; that of `options` is not looked at.
  ///   - maximumTokens: the most tokens of a text.
  ///   - endTokens: tokens that end a text.
  ///   - onPass: called for each text after each pass; returns whether the text goes on.
  ///   - onEnd: called once for each text, when it has ended, with how it was written. Times are the text's part of those of
  ///     passes that it shared: over all texts they add up to the time that went by.
  /// - Throws: ``SpeculativeDecodingError``, and what the models and the closures throw.
  public func decode(
    prompt: [Token], seeds: [UInt64], maximumTokens: Int, endTokens: Set<Token>, options: SpeculativeDecoder.Options,
    onPass: (Int, PassRecord) throws -> Bool, onEnd: (Int, DecodingSummary) throws -> Void
  ) throws {
    precondition(!seeds.isEmpty && seeds.count <= target.width, "there are as many texts as the target can take")
    try options.validate(for: prompt, capacity: target.capacity)
    let started = stopwatch.milliseconds
    try target.prepare(prompt.dropLast(), count: seeds.count)
    let read = stopwatch.milliseconds
    let isKnown = costs != nil
    var costs = try measureCosts(prompt, count: seeds.count, options)
    let measured = isKnown ? read : stopwatch.milliseconds
    let draft = options.mode.usesDraftModel ? draft : nil
    draftParts = [:]
    let share = BatchShare(seeds.count)
    let part = costs.divided(among: seeds.count)
    let sessions = try seeds.enumerated().map { text, seed in
      var options = options
      options.sampling.seed = seed
      return try DecodingSession(
        target: BatchTargetMember(target, text: text, share: share),
        draftModel: draft.map { BatchDraftMember($0, text: text, share: share) }, prompt: prompt,
        maximumTokens: maximumTokens, endTokens: endTokens, options: options, costs: part,
        experience: experience[.init(options)], stopwatch: stopwatch)
    }
    let count = Double(seeds.count)
    for session in sessions {
      session.summary.probeTime = (measured - read) / count
      session.summary.promptTime = (stopwatch.milliseconds - started - (measured - read)) / count
    }
    var live = Array(sessions.indices)
    var passes = 0
    func end(_ text: Int) throws {
      target.end(text)
      draft?.end(text)
      try onEnd(text, sessions[text].summary)
    }
    while true {
      let open = live
      live = []
      for text in open {
        if sessions[text].hasRoom() { live.append(text) } else { try end(text) }
      }
      guard !live.isEmpty else { break }
      // The passes of all texts teach one curve, and now and then each planner learns its part of it.
      if live.count != share.count || passes % 8 == 7 {
        share.count = live.count
        draftParts = [:]
        let part = costs.divided(among: live.count)
        for text in live { sessions[text].use(part) }
      }
      let trees = try propose(live, sessions, draft, &costs)
      let size = trees.reduce(0) { $0 + $1.tree.count + target.backlog(of: $1.text) }
      let before = stopwatch.milliseconds
      try target.evaluate(trees)
      let time = stopwatch.milliseconds - before
      costs.verification.record(size: size, milliseconds: time)
      passes += 1
      let verified = live
      live = []
      for text in verified {
        let goesOn = try sessions[text].complete(
          verifying: time / Double(verified.count), size: max(1, size / verified.count)
        ) { try onPass(text, $0) }
        if goesOn { live.append(text) } else { try end(text) }
      }
    }
    if let learnt = sessions[0].experience { experience[.init(options)] = learnt }
    if options.mode != .off { self.costs = costs }
  }

  /// Drafts a tree for each of some texts.
  private func propose(
    _ texts: [Int], _ sessions: [DecodingSession], _ draft: (any BatchDraftModel)?, _ costs: inout MeasuredCosts
  ) throws -> [(text: Int, tree: TokenTree)] {
    let asking = try texts.filter { try sessions[$0].beginDraft() }
    if let draft, !asking.isEmpty { try grow(asking, sessions, with: draft, &costs.draft) }
    return texts.map { (text: $0, tree: sessions[$0].endDraft()) }
  }

  /// Has the draft model grow the trees of some texts, level by level, those of all texts in one pass.
  private func grow(
    _ texts: [Int], _ sessions: [DecodingSession], with draft: any BatchDraftModel, _ costs: inout PassCosts?
  ) throws {
    var last = stopwatch.milliseconds
    // A pass is charged to the texts that have tokens in it, by their number.
    func charge(_ parts: [(text: Int, size: Int)]) {
      let now = stopwatch.milliseconds
      let perToken = (now - last) / Double(max(1, parts.reduce(0) { $0 + $1.size }))
      for (text, size) in parts { sessions[text].addDrafting(perToken * Double(size)) }
      last = now
    }
    let unread = texts.map { (text: $0, tokens: sessions[$0].unread) }
    try draft.begin(unread)
    for text in texts { sessions[text].startGrowth() }
    charge(unread.map { ($0.text, $0.tokens.count) })
    var growing = texts
    while !growing.isEmpty {
      // The fewer trees still grow, the more a level of theirs costs each.
      let part = costs.map { divided($0, among: growing.count) }
      var levels: [(text: Int, nodes: [Int], tree: TokenTree)] = []
      for text in growing {
        if let level = sessions[text].grow(draftCosts: part) { levels.append((text, level.nodes, level.tree)) }
      }
      guard !levels.isEmpty else { return charge(growing.map { ($0, 1) }) }
      let before = stopwatch.milliseconds
      try draft.evaluate(levels)
      let parts = levels.map { (text: $0.text, size: $0.nodes.count) }
      costs?.record(size: parts.reduce(0) { $0 + $1.size }, milliseconds: stopwatch.milliseconds - before)
      charge(parts)
      growing = parts.map(\.text)
    }
  }

  /// A text's part of the draft model's costs, which is not computed anew for each level.
  private func divided(_ costs: PassCosts, among count: Int) -> PassCosts {
    if let part = draftParts[count] { return part }
    let part = costs.divided(among: count)
    draftParts[count] = part
    return part
  }

  /// Probes the cost of passes once; plain decoding needs none.
  private func measureCosts(
    _ prompt: [Token], count: Int, _ options: SpeculativeDecoder.Options
  ) throws -> MeasuredCosts {
    if let costs { return costs }
    guard options.mode != .off else { return .unknown }
    let alone = BatchShare(1)
    let measured = try CostProbe(stopwatch: stopwatch).measure(
      target: BatchTargetMember(target, text: 0, share: alone),
      draft: draft.map { BatchDraftMember($0, text: 0, share: alone) }, text: prompt)
    costs = measured
    // What the probes left behind is forgotten.
    try target.prepare(prompt.dropLast(), count: count)
    return measured
  }
}
