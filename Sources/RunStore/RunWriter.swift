public import Foundation
internal import GRDB

/// Writes to one run. There is one writer for a run at a time, on this machine, whichever process it is in.
///
/// Each function is one transaction; when it returns, a kill changes nothing about it any more. Functions may be called
/// from many tasks at once. The run is free for others when the writer is closed or abandoned, or its process ends.
public final class RunWriter: Sendable {
  /// The store.
  public let database: RunDatabase
  /// The run's identifier.
  public let run: String

  private let number: Int64
  private let lock: FileLock

  init(database: RunDatabase, run: String, number: Int64, lock: FileLock) {
    self.database = database
    self.run = run
    self.number = number
    self.lock = lock
  }

  /// Adds problems to the run.
  ///
  /// - Throws: ``RunStoreError``: `already-stored` if the run has a problem of that name or place; none is added then.
  public func add(_ problems: [StoredProblem]) async throws(RunStoreError) {
    try await write { db, run in
      for problem in problems { try ProblemRow.insert(problem, run: run, in: db) }
    }
  }

  /// Marks a problem as being worked on; one that was finished is opened again. Those of its candidates that could not be judged wait
  /// for their verdicts again.
  public func begin(problem id: String) async throws(RunStoreError) {
    try await write { db, run in
      let (problem, _) = try ProblemRow.find(id, run: run, in: db)
      try db.execute(sql: "UPDATE problems SET state = 'active' WHERE number = ?", arguments: [problem])
      try CandidateRow.reopen(problem: problem, in: db)
    }
  }

  /// Stores a candidate. It has to be stored before it is checked.
  ///
  /// - Parameters:
  ///   - candidate: The candidate; it waits for its verdict, or is known to get none.
  ///   - text: Its texts.
  ///   - spent: What has been spent on the problem by now.
  /// - Throws: ``RunStoreError``: `already-stored` if the problem has a candidate of that number; `not-found` for its
  ///   problem, parent or original.
  public func append(
    _ candidate: StoredCandidate, text: CandidateText, spent: Spent? = nil
  ) async throws(RunStoreError) {
    try await write { db, run in
      let (problem, _) = try ProblemRow.find(candidate.id.problem, run: run, in: db)
      try CandidateRow.insert(candidate, text, problem: problem, in: db)
      try ProblemRow.keep(spent, problem: problem, in: db)
    }
  }

  /// Stores a verdict and marks its candidate judged, together.
  ///
  /// - Parameters:
  ///   - verdict: The verdict. A final one needs a candidate that has its first.
  ///   - judgement: The judgement as a whole, as JSON.
  ///   - id: The candidate.
  ///   - kernelHash: The hash of its kernels' PTX, where the check found it.
  ///   - spent: What has been spent on the problem by now.
  /// - Throws: ``RunStoreError``: `already-stored` if the candidate has such a verdict; `wrong-state` for a duplicate.
  public func record(
    _ verdict: StoredVerdict, judgement: String, for id: CandidateID, kernelHash: String? = nil,
    spent: Spent? = nil
  ) async throws(RunStoreError) {
    try await write { db, run in
      let (problem, _) = try ProblemRow.find(id.problem, run: run, in: db)
      try VerdictRow.record(
        verdict, judgement: judgement, kernelHash: kernelHash, for: id, problem: problem, in: db)
      try ProblemRow.keep(spent, problem: problem, in: db)
    }
  }

  /// Says that a candidate which waits for its verdict will get none of its own: it is a duplicate, has no code, or could
  /// not be judged.
  ///
  /// - Parameters:
  ///   - id: The candidate.
  ///   - state: What became of it: not `generated`, not `judged`.
  ///   - kernelHash: The hash of its kernels' PTX, where that is what showed it.
  ///   - spent: What has been spent on the problem by now.
  /// - Throws: ``RunStoreError``: `wrong-state` if it does not wait, or if its original is a duplicate of it; `not-found`.
  public func settle(
    _ id: CandidateID, as state: StoredCandidate.State, kernelHash: String? = nil, spent: Spent? = nil
  ) async throws(RunStoreError) {
    try await write { db, run in
      let (problem, _) = try ProblemRow.find(id.problem, run: run, in: db)
      try CandidateRow.settle(id, as: state, kernelHash: kernelHash, problem: problem, in: db)
      try ProblemRow.keep(spent, problem: problem, in: db)
    }
  }

  /// Says which candidate is the best so far, and what has been spent.
  public func update(
    problem id: String, best: Int? = nil, spent: Spent? = nil
  ) async throws(RunStoreError) {
    try await write { db, run in
      let (problem, _) = try ProblemRow.find(id, run: run, in: db)
      if let best {
        try CandidateRow.needJudged(CandidateID(problem: id, ordinal: best), number: problem, in: db)
        try db.execute(sql: "UPDATE problems SET best = ? WHERE number = ?", arguments: [best, problem])
      }
      try ProblemRow.keep(spent, problem: problem, in: db)
    }
  }

  /// Ends a problem: its state, its best candidate and its notice are stored together, and are on the disk.
  ///
  /// - Parameters:
  ///   - id: The problem.
  ///   - state: How it ended: not `pending`, not `active`.
  ///   - best: Its best candidate, which has to have a verdict; a solved problem has to have one.
  ///   - notice: What a reader of the result has to know.
  ///   - spent: What has been spent on the problem by now.
  /// - Throws: ``RunStoreError``: `wrong-state` if the problem is finished already, or the best is none.
  public func finish(
    problem id: String, as state: StoredProblem.State, best: Int? = nil, notice: String? = nil,
    spent: Spent? = nil
  ) async throws(RunStoreError) {
    try await write(milestone: true) { db, run in
      let (problem, known) = try ProblemRow.find(id, run: run, in: db)
      guard !known.isFinished else {
        throw RunStoreError(.wrongState, "The problem \(id) is \(known.rawValue) already.")
      }
      guard state.isFinished, state != .solved || best != nil else {
        throw RunStoreError(.wrongState, "The problem \(id) cannot end \(state.rawValue) without a result.")
      }
      if let best { try CandidateRow.needJudged(CandidateID(problem: id, ordinal: best), number: problem, in: db) }
      try db.execute(
        sql: "UPDATE problems SET state = ?, best = ?, notice = ? WHERE number = ?",
        arguments: [state.rawValue, best, notice.map { Data($0.utf8) }, problem])
      try ProblemRow.keep(spent, problem: problem, in: db)
    }
  }

  /// Stores an event.
  public func append(_ event: StoredEvent) async throws(RunStoreError) {
    try await write { db, run in
      let problem = try event.problem.map { try ProblemRow.find($0, run: run, in: db).number }
      try db.cachedStatement(sql: "INSERT INTO events (run, problem, at, kind, detail) VALUES (?, ?, ?, ?, ?)")
        .execute(arguments: [
          run, problem, try column(event.at, "The event's time"), try column(event.kind, "The event's kind"),
          try column(event.detail, "The event's detail"),
        ])
    }
  }

  /// Ends the run, or pauses it, and gives it free.
  ///
  /// - Parameters:
  ///   - state: What becomes of it: not `running`.
  ///   - time: When that is.
  public func close(as state: StoredRun.State, at time: Date) async throws(RunStoreError) {
    guard state != .running else {
      throw RunStoreError(.wrongState, "A run that is given free cannot be said to be running.")
    }
    try await write(milestone: true) { db, run in
      let ended: Int64? = state == .paused ? nil : try column(time, "The run's end")
      try db.execute(
        sql: """
          UPDATE runs SET state = ?, finished = ?, driver_process = NULL, driver_host = NULL, driver_since = NULL
          WHERE number = ?
          """, arguments: [state.rawValue, ended, run])
    }
    lock.release()
  }

  /// Gives the run free as the end of this process would: what was written stays, and the run counts as interrupted.
  ///
  /// That a writer is let go of is not enough at once: the database's own thread, and tasks that wind up, may still hold it.
  public func abandon() { lock.release() }

  private func write(
    milestone: Bool = false, _ body: @escaping @Sendable (Database, Int64) throws -> Void
  ) async throws(RunStoreError) {
    let (lock, run, number) = (lock, run, number)
    try await database.write(milestone: milestone) { db in
      guard lock.isHeld else {
        throw RunStoreError(.closed, "The run \(run) has been given free; resume it to go on with it.")
      }
      try body(db, number)
    }
  }
}
