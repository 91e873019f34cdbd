/// The cost of the target's and the draft model's passes.
struct MeasuredCosts {
  var verification: PassCosts
  var draft: PassCosts?

  init(verification: PassCosts, draft: PassCosts? = nil) { (self.verification, self.draft) = (verification, draft) }

  /// For plain decoding, which asks nobody what a pass costs.
  static var unknown: MeasuredCosts {
    MeasuredCosts(verification: PassCosts(probe: [.init(size: 1, milliseconds: 1)], limit: 1))
  }

  /// What passes cost one of `count` texts that share them.
  func divided(among count: Int) -> MeasuredCosts {
    MeasuredCosts(verification: verification.divided(among: count), draft: draft?.divided(among: count))
  }

  /// What was measured before, for models with other limits perhaps. Nil where nothing is said of a draft model that there is.
  init?(
    _ verification: [PassCosts.Point], draft points: [PassCosts.Point]?, target: PassCapacity, draft: PassCapacity?
  ) {
    guard !verification.isEmpty, draft == nil || points?.isEmpty == false else { return nil }
    self.init(
      verification: PassCosts(probe: verification, limit: CostProbe.limit(target: target)),
      draft: draft.flatMap { draft in points.map { PassCosts(probe: $0, limit: CostProbe.limit(draft: draft)) } })
  }

  mutating func update(from planner: TreePlanner) {
    guard planner.verificationCosts.limit == verification.limit else { return }
    verification = planner.verificationCosts
    if let costs = planner.draftCosts { draft = costs }
  }
}

/// Measures what passes cost on this machine, with this model and this text, in a second or two.
struct CostProbe {
  let stopwatch: Stopwatch
  /// The time that measuring one model may take, in milliseconds. Large models are measured at fewer sizes.
  var budget = 200.0

  /// In the order in which they say most. A pass is bound by reading the weights first, where it is flat, and by its products later,
  /// where it rises: where a large model's curve bends, and how it rises, is seen by the first four.
  static let sizes = [1, 8, 16, 32, 4, 64, 2, 12, 24, 48, 128, 200, 96]

  /// The largest passes that curves cover.
  static func limit(target: PassCapacity) -> Int { min(target.nodes, 201) }
  static func limit(draft: PassCapacity) -> Int { min(draft.nodes, draft.leaves, 64) }

  /// Measures both models after `text`, whose last token is the root of the probes' trees.
  func measure(
    target: any TargetModel, draft: (any DraftModel)?, text: [Token]
  ) throws -> MeasuredCosts {
    let token = text.last ?? 0
    let limit = Self.limit(target: target.capacity)
    // The curve outlives this text, so what it covers must not depend on the room that this text leaves.
    let room = max(1, target.capacity.text - text.count)
    let vocabulary = target.vocabularySize
    let points = try probe(limit: min(limit, room)) { size in
      let tree = TokenTree(
        root: token, size: size, width: min(target.capacity.leaves, size / 2 + 1, vocabulary), vocabulary: vocabulary)
      let before = stopwatch.milliseconds
      try target.evaluate(tree)
      let time = stopwatch.milliseconds - before
      try target.keep([], of: tree)
      return time
    }
    let verification = PassCosts(probe: points, limit: limit)
    guard let draft else { return MeasuredCosts(verification: verification) }
    let draftLimit = Self.limit(draft: draft.capacity)
    let draftRoom = max(1, draft.capacity.text - text.count)
    let draftPoints = try probe(limit: min(draftLimit, draftRoom, vocabulary)) { size in
      // A level below the root; the root is scored anew each time.
      try draft.prepare(text.dropLast())
      try draft.begin(with: text.suffix(1))
      let tree = TokenTree(root: token, size: size + 1, width: size, vocabulary: vocabulary)
      let before = stopwatch.milliseconds
      try draft.evaluate(Array(1...size), of: tree)
      return stopwatch.milliseconds - before
    }
    return MeasuredCosts(
      verification: verification, draft: PassCosts(probe: draftPoints, limit: draftLimit))
  }

  /// The least of a few runs per size: a probe wants the cost of the pass, not that of its interruptions.
  ///
  /// - Parameter run: makes a pass over a number of tokens and returns its milliseconds.
  private func probe(limit: Int, run: (Int) throws -> Double) throws -> [PassCosts.Point] {
    let started = stopwatch.milliseconds
    var points: [PassCosts.Point] = []
    _ = try run(1)
    for size in Self.sizes where size <= limit {
      var best = Double.infinity
      for _ in 0..<2 {
        best = min(best, try run(size))
        if stopwatch.milliseconds - started > budget / 2 { break }
      }
      points.append(.init(size: size, milliseconds: best))
      // The rest of the curve goes on with the last slope.
      if stopwatch.milliseconds - started + 2 * best > budget && points.count >= 4 { break }
    }
    return points
  }
}
