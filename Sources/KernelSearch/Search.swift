public import KernelBench
import KernelEvaluation
public import KernelPrompting

/// Searches a kernel for one problem: has a model write candidates, has a judge check them, and goes on from what comes out, until a
/// goal is reached or a budget is spent.
///
/// Writing and checking overlap. What is written down in the journal is enough to go on after an interruption at any moment; an
/// answer that was being written is asked for again, a candidate without a verdict is judged first of all.
public struct Search<Timer: Clock>: Sendable where Timer.Duration == Duration {
  /// The problem.
  public let problem: Problem
  /// How it is put to the model.
  public let prompts: PromptBuilder
  /// The model.
  public let writer: any CandidateWriter
  /// The judge.
  public let judge: any CandidateJudge
  /// Recognises what cannot be judged; nil to do without.
  public let screen: (any ProblemScreen)?
  /// Where everything is written down.
  public let journal: any SearchJournal
  /// What decides.
  public let strategy: any SearchStrategy
  /// How it is run.
  public let settings: SearchSettings
  /// What time is told by.
  public let clock: Timer

  /// Makes a search.
  public init(
    problem: Problem, prompts: PromptBuilder, writer: any CandidateWriter, judge: any CandidateJudge,
    screen: (any ProblemScreen)? = nil, journal: any SearchJournal = MemoryJournal(), strategy: any SearchStrategy,
    settings: SearchSettings, clock: Timer
  ) {
    self.problem = problem
    self.prompts = prompts
    self.writer = writer
    self.judge = judge
    self.screen = screen
    self.journal = journal
    self.strategy = strategy
    self.settings = settings
    self.clock = clock
  }

  /// Searches.
  ///
  /// - Parameters:
  ///   - stop: lets what is in flight finish, and ends the search then. Cancelling the task ends it now; in both cases it can go on
  ///     later.
  ///   - observe: is told what happens, in order, after it was written down.
  /// - Returns: the best candidate. It was checked from scratch, unless ``SearchResult/isConfirmed`` says otherwise.
  /// - Throws: ``KernelSearchError``; `CancellationError`; what the screen throws.
  public func solve(
    stop: StopSignal = StopSignal(), observe: @escaping @Sendable (SearchEvent, Spending) -> Void = { _, _ in }
  ) async throws -> SearchResult {
    try settings.budget.validate()
    var state = SearchState(settings, try SearchPrompts(problem, prompts), strategy, writer)
    if let reason = try await screen?.obstacle(to: problem) {
      return try await finish(state, .notJudgeable(reason: reason))
    }
    if let record = try await journaling({ try await journal.restore() }) { try state.restore(record) }
    let recorder = SearchRecorder(journal: journal, observe: observe)
    let time = SearchTime(clock: clock, before: state.spending.time)
    try await recorder.record(&state)
    try await run(&state, time, recorder, stop)
    let obstacle = try await handOver(&state, time, recorder)
    return try await finish(state, obstacle ?? state.end ?? .exhausted)
  }

  // MARK: The loop

  private func run(
    _ state: inout SearchState, _ time: SearchTime<Timer>, _ recorder: SearchRecorder, _ stop: StopSignal
  ) async throws {
    let (inputs, source) = AsyncStream.makeStream(of: SearchState.Input.self)
    let work = SearchWork(problem: problem, writer: writer, judge: judge, inputs: source)
    let listening = stop.listen { source.yield(.stop) }
    defer { stop.forget(listening) }
    try await withThrowingDiscardingTaskGroup { group in
      if let limit = settings.budget.time {
        let deadline = time.start.advanced(by: limit - time.before)
        group.addTask {
          try? await clock.sleep(until: deadline, tolerance: nil)
          if !Task.isCancelled { source.yield(.deadline) }
        }
      }
      var iterator = inputs.makeAsyncIterator()
      while true {
        state.spending.time = time.elapsed
        let commands = state.commands()
        try await recorder.record(&state)
        if state.end != nil { break }
        for command in commands { group.addTask { await work.run(command) } }
        guard let input = await iterator.next() else { throw CancellationError() }
        state.spending.time = time.elapsed
        if let pause = state.handle(input) {
          group.addTask {
            try? await clock.sleep(until: clock.now.advanced(by: pause), tolerance: nil)
            source.yield(.pauseEnded)
          }
        }
        try await recorder.record(&state)
      }
      group.cancelAll()
    }
    try Task.checkCancellation()
  }

  /// Checks the best candidate from scratch, and if it fails the next one.
  ///
  /// - Returns: what kept the best from being checked, where that is no fault of the problem's: the search can go on with that check.
  private func handOver(
    _ state: inout SearchState, _ time: SearchTime<Timer>, _ recorder: SearchRecorder
  ) async throws -> SearchEnd? {
    for _ in 0..<settings.recheckLimit {
      guard let node = state.tree.best.flatMap({ state.tree[$0] }), node.recheck == nil,
        let code = state.code(of: node.id)
      else { return nil }
      let seed = state.seed("recheck \(node.id)")
      state.outbox.append(.tell(.confirming(id: node.id)))
      try await recorder.record(&state)
      let input = try await SearchWork.recheck(node.id, code, seed: seed, judge: judge)
      try Task.checkCancellation()
      state.spending.time = time.elapsed
      _ = state.handle(input)
      try await recorder.record(&state)
      // What cannot be checked again for a reason of ours is handed over as it is: unconfirmed.
      guard case .confirmFailed(_, let reason, let isReference) = input else { continue }
      switch state.end {
      case .budgetSpent, .exhausted, nil: return isReference ? nil : .judgeFailed(reason: reason)
      default: return nil
      }
    }
    return nil
  }

  private func finish(_ state: SearchState, _ end: SearchEnd) async throws -> SearchResult {
    let best = state.tree.best.flatMap { state.tree[$0] }
    let isConfirmed = best?.isConfirmed ?? false
    try await journaling {
      try await journal.finish(end, best: best?.id, isConfirmed: isConfirmed, spending: state.spending)
    }
    let isEnough = settings.goal == .none || (best?.score.map(settings.goal.isMet) ?? false)
    return SearchResult(
      end: end, best: best, isConfirmed: isConfirmed, isSolved: isConfirmed && isEnough, tree: state.tree,
      spending: state.spending)
  }
}

/// The time that a search has taken, over all its runs.
struct SearchTime<Timer: Clock>: Sendable where Timer.Duration == Duration {
  let clock: Timer
  let start: Timer.Instant
  /// What earlier runs took.
  let before: Duration

  init(clock: Timer, before: Duration) {
    self.clock = clock
    self.before = before
    start = clock.now
  }

  var elapsed: Duration { before + start.duration(to: clock.now) }
}
