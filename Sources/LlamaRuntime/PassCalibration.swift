import SpeculativeDecoding

/// What an engine finds out once, before its first text: how many threads compute, and whether what passes are known to cost still holds.
struct PassCalibration {
  let target: LlamaTarget
  let draft: LlamaDraft?
  let threads: ComputeThreads
  let stopwatch: Stopwatch

  /// How many threads compute the target's and the draft model's passes.
  var threadCounts: (target: Int, draft: Int?) { (target.context.threadCount, draft?.context.threadCount) }

  /// Sets the numbers of threads, and tries what is known.
  ///
  /// - Parameter choosesThreads: whether the fastest number is looked for; as many as there may be otherwise.
  /// - Returns: `known` where it holds.
  /// - Throws: what the models' passes throw.
  func settle(choosesThreads: Bool, known: PassCostRecord?) throws -> PassCostRecord? {
    let known = known.flatMap { record in
      record.isUsable(target: target.capacity, draft: draft?.capacity) ? record : nil
    }
    // With fewer threads than there might be it was found out which number is best, and is again.
    target.context.threadCount = threads.limit
    draft?.context.threadCount = threads.limit
    var isAsBefore = try known.map { try $0.threads == threads.limit && targetAgrees($0) } ?? false
    if choosesThreads {
      if !isAsBefore { try threads.choose(for: target.context, stopwatch: stopwatch) { try pass(over: 1) } }
      if let draft, !isAsBefore || known?.draftThreads != threads.limit {
        try threads.choose(for: draft.context, stopwatch: stopwatch) { try draftPass() }
      }
    }
    var holds = false
    if let known, known.threads == threadCounts.target, known.draftThreads == threadCounts.draft {
      if known.threads < threads.limit { isAsBefore = try targetAgrees(known) }
      holds = try isAsBefore && draftAgrees(known)
    }
    try draft?.prepare([])
    return holds ? known : nil
  }

  /// Whether a pass of the target takes about as long as it is said to, and one over some tokens as many times as long as that.
  private func targetAgrees(_ known: PassCostRecord) throws -> Bool {
    let single = known.verification[0]
    guard
      let time = try time({ try pass(over: 1) }, where: { PassCostRecord.agrees($0, with: single) })
    else { return false }
    let size = min(16, target.capacity.nodes)
    let expected = PassCosts(probe: known.verification, limit: size).milliseconds(size) * time / single.milliseconds
    return try self.time({ try pass(over: size) }, where: { $0 < 1.6 * expected && expected < 1.6 * $0 }) != nil
  }

  private func draftAgrees(_ known: PassCostRecord) throws -> Bool {
    guard let single = known.draft?.first else { return true }
    return try time({ try draftPass() }, where: { PassCostRecord.agrees($0, with: single) }) != nil
  }

  /// The first of three times that is as it should be; nil where none is. The first pass touches memory for the first time.
  private func time(_ pass: () throws -> Void, where isRight: (Double) -> Bool) rethrows -> Double? {
    for _ in 0..<3 {
      let started = stopwatch.milliseconds
      try pass()
      let time = stopwatch.milliseconds - started
      if isRight(time) { return time }
    }
    return nil
  }

  private func pass(over size: Int) throws {
    let tree = TokenTree(
      root: 0, size: size, width: min(8, target.capacity.leaves), vocabulary: target.vocabularySize)
    try target.prepare([])
    try target.evaluate(tree)
    try target.keep([], of: tree)
  }

  private func draftPass() throws {
    try draft?.prepare([])
    try draft?.begin(with: [0])
  }
}
