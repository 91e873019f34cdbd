/// Where a search writes down what it does, so that it can be stopped at any moment and go on later.
///
/// Calls come one after the other, and each is awaited before the search acts on what it says: a candidate is in the journal
/// before it is checked, a verdict before the next decision rests on it. What throws ends the search with
/// ``KernelSearchError/Code/journalFailed``; what was written before stays.
public protocol SearchJournal: Sendable {
  /// What an earlier run of the same search wrote down; nil for a new one.
  ///
  /// Candidates whose judging failed are unjudged in it: what stood in the way may be gone.
  func restore() async throws -> SearchRecord?

  /// A new candidate.
  func append(_ candidate: Candidate, spending: Spending) async throws

  /// What became of a candidate: a verdict, a duplicate, no code, or a failure of ours. It is told once for each candidate, and again for
  /// one whose judging had failed in an earlier run.
  func settle(_ id: Int, _ outcome: CandidateOutcome, spending: Spending) async throws

  /// What a correct candidate's check from scratch came to; it is demoted if the result is not correct.
  func confirm(_ id: Int, _ result: JudgeResult, spending: Spending) async throws

  /// Something worth knowing that changes nothing: a failure that was tried again, an answer that never came.
  func note(_ event: SearchEvent, spending: Spending) async throws

  /// The search has ended in good order. A later run may go on all the same, with a larger budget or another goal.
  func finish(_ end: SearchEnd, best: Int?, isConfirmed: Bool, spending: Spending) async throws
}

/// What a journal has written down about a problem.
public struct SearchRecord: Sendable, Codable {
  /// A candidate and what became of it.
  public struct Entry: Sendable, Codable {
    /// The candidate.
    public var candidate: Candidate
    /// What became of it.
    public var outcome: CandidateOutcome
    /// What its check from scratch came to; nil where there was none.
    public var recheck: JudgeResult?

    /// Makes an entry.
    public init(_ candidate: Candidate, _ outcome: CandidateOutcome = .unjudged, recheck: JudgeResult? = nil) {
      self.candidate = candidate
      self.outcome = outcome
      self.recheck = recheck
    }
  }

  /// The candidates in the order in which they were settled; unjudged ones come last, by number.
  ///
  /// The order matters where a strategy is to decide as if there had been no interruption: what a candidate improved on is what
  /// had been settled before it.
  public var entries: [Entry]
  /// What had been spent.
  public var spending: Spending

  /// Makes a record.
  public init(entries: [Entry] = [], spending: Spending = Spending()) {
    self.entries = entries
    self.spending = spending
  }
}

/// A journal of what is in memory: for searches that nobody will resume.
public actor MemoryJournal: SearchJournal {
  /// What was written down.
  public private(set) var record: SearchRecord?
  /// What else happened.
  public private(set) var events: [SearchEvent] = []
  /// How the search ended; nil while it has not.
  public private(set) var end: SearchEnd?
  private var places: [Int: Int] = [:]
  private var settledCount = 0

  /// Makes a journal that goes on from a record.
  public init(_ record: SearchRecord? = nil) {
    self.record = record
    settledCount = record?.entries.count { $0.outcome.isSettled } ?? 0
    for (place, entry) in (record?.entries ?? []).enumerated() { places[entry.candidate.id] = place }
  }

  /// What was written down, settled candidates first.
  public func restore() -> SearchRecord? {
    guard var record else { return nil }
    let failed = record.entries.indices.filter { place in
      record.entries[place].outcome.isFailure && record.entries[place].candidate.source != nil
    }
    for place in failed { record.entries[place].outcome = .unjudged }
    let waiting = record.entries.filter { !$0.outcome.isSettled }.sorted { $0.candidate.id < $1.candidate.id }
    record.entries = record.entries.filter(\.outcome.isSettled) + waiting
    settledCount -= failed.count
    self.record = record
    for (place, entry) in record.entries.enumerated() { places[entry.candidate.id] = place }
    return record
  }

  /// Keeps a candidate.
  public func append(_ candidate: Candidate, spending: Spending) {
    places[candidate.id] = record?.entries.count ?? 0
    record = record ?? SearchRecord()
    record?.entries.append(.init(candidate))
    record?.spending = spending
  }

  /// Keeps an outcome, and the order in which candidates were settled.
  public func settle(_ id: Int, _ outcome: CandidateOutcome, spending: Spending) {
    record?.spending = spending
    guard let place = places[id], var entry = record?.entries[place] else { return }
    entry.outcome = outcome
    // Those that are still unjudged stay behind all others; there are only a few of them.
    let target = min(settledCount, place)
    if outcome.isSettled { settledCount += 1 }
    record?.entries.remove(at: place)
    record?.entries.insert(entry, at: target)
    for index in target...place { if let id = record?.entries[index].candidate.id { places[id] = index } }
  }

  /// Keeps a check from scratch.
  public func confirm(_ id: Int, _ result: JudgeResult, spending: Spending) {
    record?.spending = spending
    if let place = places[id] { record?.entries[place].recheck = result }
  }

  /// Keeps an event.
  public func note(_ event: SearchEvent, spending: Spending) {
    record = record ?? SearchRecord()
    record?.spending = spending
    events.append(event)
  }

  /// Keeps the end.
  public func finish(_ end: SearchEnd, best: Int?, isConfirmed: Bool, spending: Spending) {
    record = record ?? SearchRecord()
    record?.spending = spending
    self.end = end
  }
}
