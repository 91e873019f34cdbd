import KernelEvaluation
import KernelPrompting

/// Everything that a running search knows, without I/O: what has happened goes in through ``handle(_:)``, what is to be written
/// down and told comes out of ``outbox``, and what is to be started out of ``commands()``.
struct SearchState: Sendable {
  let settings: SearchSettings
  let prompts: SearchPrompts
  let strategy: any SearchStrategy
  let writer: any CandidateWriter

  var tree: SearchTree
  var spending = Spending()
  /// What is to be written down, in order.
  var outbox: [Record] = []
  /// How the search ended; nil while it goes on.
  private(set) var end: SearchEnd?

  var known = KnownPrograms()
  var reserve: TokenReserve
  /// Candidates that wait for a check, in order.
  var queue: [Int] = []
  /// Candidates whose kernels are known to be new, and which wait for their verdict to be asked for.
  var ready: [Int] = []
  var checking = 0
  var confirming: Int?
  /// Candidates of an earlier run that had no verdict: their failures do not end the search, or some that always fail would end it each time.
  var restored: Set<Int> = []
  /// How often each candidate's check has failed for a reason of ours.
  var attempts: [Int: Int] = [:]
  var judgeFailures = 0
  /// How many of these are the reference's.
  var referenceFailures = 0
  var writerFailures = 0
  /// How many prompts were refused for good, one after the other.
  var refusals = 0
  /// How often a candidate's edges have come to no answer.
  var unansweredEdges: [Int: Int] = [:]
  /// Until when the writer is left alone, as the search counts time, and how many waits run until then or an earlier moment.
  var pausedUntil = Duration.zero
  var pauses = 0
  var isPaused: Bool { pauses > 0 }
  var isStopping = false
  /// The limit that was reached.
  var outOf: Budget.Limit?
  private var isExhausted = false
  private var failure: SearchEnd?

  /// What is to be written down or told.
  enum Record: Sendable {
    case append(Candidate)
    case settle(Int, CandidateOutcome)
    case confirm(Int, JudgeResult)
    /// For the journal and for those who watch.
    case note(SearchEvent)
    /// For those who watch.
    case tell(SearchEvent)
  }

  init(
    _ settings: SearchSettings, _ prompts: SearchPrompts, _ strategy: any SearchStrategy, _ writer: any CandidateWriter
  ) {
    self.settings = settings
    self.prompts = prompts
    self.strategy = strategy
    self.writer = writer
    tree = SearchTree(edges: prompts.edges)
    reserve = TokenReserve(settings.budget, writer.price)
  }

  // MARK: The end

  mutating func fail(_ end: SearchEnd) { failure = failure ?? end }

  /// Without a judge there is nothing to go on with. Without a writer, what is written is still checked.
  private var canJudgeNoMore: Bool {
    switch failure {
    case .judgeFailed, .notJudgeable: true
    default: false
    }
  }

  /// Whether the goal is met by a candidate that was checked twice.
  private var isGoalReached: Bool {
    guard let node = tree.best.flatMap({ tree[$0] }), let score = node.score else { return false }
    return node.isConfirmed && settings.goal.isMet(by: score)
  }

  /// The best candidate, if it meets the goal and is still to be checked from scratch.
  private var toConfirm: Int? {
    guard confirming == nil, !canJudgeNoMore, let node = tree.best.flatMap({ tree[$0] }), let score = node.score,
      node.recheck == nil, settings.goal.isMet(by: score)
    else { return nil }
    return node.id
  }

  /// Decides whether the search is over. Called when nothing more was to be started.
  private mutating func settleEnd() {
    guard end == nil, confirming == nil else { return }
    if isGoalReached {
      end = .goalReached
    } else if let failure, canJudgeNoMore {
      end = failure
    } else if outOf == .time {
      end = .budgetSpent(.time)
    } else if let failure, tree.underWay == 0 {
      end = failure
    } else if tree.writing == 0, checking == 0, isStopping {
      end = .stopped
    } else if tree.underWay == 0, !isPaused {
      if let outOf { end = .budgetSpent(outOf) } else if isExhausted { end = .exhausted }
    }
  }

  // MARK: What is to be done

  /// Something to be started.
  enum Command: Sendable {
    case write(Writing)
    /// Find out the kernels' hash.
    case hash(Int, CandidateCode)
    case judge(Int, CandidateCode)
    case confirm(Int, CandidateCode, seed: UInt64)
  }

  /// Answers to be written.
  struct Writing: Sendable {
    var first: Int
    var expansion: Expansion
    var request: WritingRequest
    /// The prompt as one text.
    var text: String
  }

  /// What can be started now; sets ``end`` where there is nothing and nothing will come.
  mutating func commands() -> [Command] {
    var commands: [Command] = []
    outOf = outOf ?? settings.budget.limit(reachedBy: spending)
    if let id = toConfirm, let code = code(of: id) {
      confirming = id
      outbox.append(.tell(.confirming(id: id)))
      commands.append(.confirm(id, code, seed: seed("recheck \(id)")))
    }
    if end == nil, confirming == nil, !canJudgeNoMore, outOf != .time, !isGoalReached {
      startChecks(&commands)
      startWriting(&commands)
    }
    settleEnd()
    return commands
  }

  private mutating func startChecks(_ commands: inout [Command]) {
    // Checks that are half done are in flight, also for a search that is to stop.
    for id in ready { if let code = code(of: id) { commands.append(.judge(id, code)) } }
    ready = []
    while !isStopping, checking < settings.checking, !queue.isEmpty {
      let id = queue.removeFirst()
      guard let code = code(of: id) else { continue }
      checking += 1
      outbox.append(.tell(.checking(id: id)))
      commands.append(attempts[id] == nil ? .hash(id, code) : .judge(id, code))
    }
  }

  private mutating func startWriting(_ commands: inout [Command]) {
    let batch = min(max(1, writer.preferredBatch), settings.writing, settings.underWay)
    while !isStopping, !isPaused, !isExhausted, outOf == nil, failure == nil {
      var room = min(settings.writing - tree.writing, settings.underWay - tree.underWay)
      // A model that writes several answers together is not asked for a single one because one of them is done.
      guard room > 0, room >= batch || tree.writing == 0 else { return }
      if let limit = settings.budget.candidates { room = min(room, limit - spending.candidates - tree.writing) }
      guard room > 0 else {
        if tree.writing == 0 { outOf = .candidates }
        return
      }
      var generator = SeededGenerator(seed: settings.seed, purpose: "decision \(tree.nextID)")
      switch strategy.next(in: tree, using: &generator) {
      case .wait:
        if tree.underWay == 0 { isExhausted = true }
        return
      case .stop:
        isExhausted = true
      case .write(let expansion):
        guard let writing = begin(expansion, room: room) else { return }
        if let writing { commands.append(.write(writing)) }
      }
    }
  }

  /// Takes numbers and sets tokens aside for an expansion.
  ///
  /// - Returns: nil where there is no room for it now; a nil inside where it cannot be written at all, and another is to be chosen.
  private mutating func begin(_ expansion: Expansion, room: Int) -> Writing?? {
    let prompt: Prompt
    do {
      guard let made = try prompts.prompt(for: expansion, in: tree) else {
        return .some(refuse(expansion, "There is nothing to go on from."))
      }
      prompt = made
    } catch {
      return .some(refuse(expansion, "\(error)"))
    }
    let text = prompt.text
    guard
      let fit = reserve.fit(
        min(max(1, expansion.count), room), bound: writer.promptTokens(prompt), bytes: text.utf8.count,
        maximumTokens: settings.maximumTokens, minimumTokens: settings.minimumTokens, spending.usage)
    else {
      if tree.writing == 0 { outOf = settings.budget.tokens == nil ? .cost : .tokens }
      return nil
    }
    let first = tree.ask(fit.count, of: expansion.parent)
    for id in first..<(first + fit.count) { reserve.reserve(id, fit) }
    var started = expansion
    started.count = fit.count
    outbox.append(.tell(.asked(first: first, count: fit.count, edge: expansion.edge, parent: expansion.parent)))
    return Writing(
      first: first, expansion: started,
      request: WritingRequest(
        prompt: prompt, seeds: (first..<(first + fit.count)).map { seed("candidate \($0)") },
        maximumTokens: fit.maximumTokens, isGreedy: expansion.isGreedy),
      text: text)
  }

  /// An expansion that no prompt can be made for ends its parent's line; without a parent, or with one that is closed already,
  /// the strategy is asking for what cannot be, and the search is over.
  private mutating func refuse(_ expansion: Expansion, _ reason: String) -> Writing? {
    if let parent = expansion.parent, let node = tree[parent], !node.isClosed {
      tree.close(parent)
      outbox.append(.note(.notRefinable(id: parent, reason: reason)))
    } else {
      isExhausted = true
    }
    return nil
  }

  func code(of id: Int) -> CandidateCode? {
    guard let candidate = tree[id]?.candidate, let source = candidate.source else { return nil }
    return CandidateCode(source: source, language: candidate.language)
  }

  func seed(_ purpose: String) -> UInt64 {
    var generator = SeededGenerator(seed: settings.seed, purpose: purpose)
    return generator.next()
  }
}
