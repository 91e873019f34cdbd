internal import Foundation
internal import GRDB

/// The table of candidates.
enum CandidateRow {
  /// A state as the table has it.
  private struct Columns {
    static let generated = "generated"
    static let judged = "judged"
    static let failed = "failed"
    var state: String
    var original: Int?
    var reason: Data?

    init(_ state: StoredCandidate.State) {
      switch state {
      case .generated: self.state = Self.generated
      case .judged: self.state = Self.judged
      case .duplicate(let original):
        self.state = "duplicate"
        self.original = original
      case .withoutCode(let reason):
        self.state = "without-code"
        self.reason = Data(reason.utf8)
      case .failed(let reason):
        self.state = Self.failed
        self.reason = Data(reason.utf8)
      }
    }

    static func state(_ row: Row) throws -> StoredCandidate.State {
      let name: String = row["state"]
      switch (name, row["original"] as Int?) {
      case (generated, nil): return .generated
      case (judged, nil): return .judged
      case ("duplicate", let original?): return .duplicate(of: original)
      case ("without-code", nil): return .withoutCode(reason: row.optionalText("reason") ?? "")
      case (failed, nil): return .failed(reason: row.optionalText("reason") ?? "")
      default:
        throw RunStoreError(
          .damaged, "The store has a candidate that is \"\(name)\", which this version does not know.")
      }
    }
  }

  static func insert(_ candidate: StoredCandidate, _ text: CandidateText, problem: Int64, in db: Database) throws {
    let ordinal = candidate.id.ordinal
    guard ordinal >= 0 else {
      throw RunStoreError(.invalidValue, "A candidate's number is \(ordinal); numbers begin at 0.")
    }
    guard candidate.state != .judged else {
      throw RunStoreError(.wrongState, "The candidate \(candidate.id) is judged before it was stored.")
    }
    guard try state(ordinal, problem: problem, in: db) == nil else {
      throw RunStoreError(.alreadyStored, "The candidate \(candidate.id) is stored already.")
    }
    if let parent = candidate.parent { try need(parent, "parent", of: candidate.id, problem: problem, in: db) }
    let columns = Columns(candidate.state)
    if let original = columns.original { try needOriginal(original, of: candidate.id, problem: problem, in: db) }
    let settlement = candidate.state.isSettled ? try nextSettlement(problem, in: db) : nil
    let texts = [text.prompt, text.answer, text.source]
    let numbers = try texts.map { try $0.map { try TextTable.number(of: $0, in: db) } }
    let statement = try db.cachedStatement(
      sql: """
        INSERT INTO candidates (problem, ordinal, parent, edge, prompt, answer, source, source_hash, kernel_hash, model,
          seed, prompt_tokens, cached_tokens, completion_tokens, cost, generation_seconds, created, problem_seconds,
          details, state, original, reason, settlement)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """)
    try statement.execute(arguments: [
      problem, ordinal, candidate.parent, candidate.edge.rawValue, numbers[0], numbers[1], numbers[2],
      try optionalColumn(candidate.sourceHash, "The source's hash"),
      try optionalColumn(candidate.kernelHash, "The kernel's hash"), try column(candidate.model, "The model's name"),
      candidate.seed.map { Int64(bitPattern: $0) }, candidate.promptTokens, candidate.cachedTokens,
      candidate.completionTokens, try optionalColumn(candidate.cost, "The cost"),
      try column(candidate.generationSeconds, "The generation's time"),
      try column(candidate.createdAt, "The candidate's time"),
      try optionalColumn(candidate.problemSeconds, "The candidate's time"),
      try column(candidate.details, "The candidate's details"), columns.state, columns.original, columns.reason,
      settlement,
    ])
  }

  /// Settles a candidate that waits for its verdict.
  static func settle(
    _ id: CandidateID, as state: StoredCandidate.State, kernelHash: String?, problem: Int64, in db: Database
  ) throws {
    guard state.isSettled, state != .judged else {
      throw RunStoreError(.wrongState, "The candidate \(id) needs a verdict to be judged, and something to be settled.")
    }
    try update(id, to: state, kernelHash: kernelHash, problem: problem, in: db)
  }

  /// Settles a candidate, with its verdict too; the verdict itself is another table's.
  static func update(
    _ id: CandidateID, to state: StoredCandidate.State, kernelHash: String?, problem: Int64, in db: Database
  ) throws {
    let known = try existingState(id, problem: problem, in: db)
    guard known == Columns.generated else {
      throw known == Columns.judged && state == .judged
        ? RunStoreError(.alreadyStored, "The candidate \(id) has its verdict already.")
        : RunStoreError(.wrongState, "The candidate \(id) is \(known) and does not wait for a verdict.")
    }
    let columns = Columns(state)
    if let original = columns.original { try needOriginal(original, of: id, problem: problem, in: db) }
    try db.cachedStatement(
      sql: """
        UPDATE candidates SET state = ?, original = ?, reason = ?, settlement = ?, kernel_hash = COALESCE(?, kernel_hash)
        WHERE problem = ? AND ordinal = ?
        """
    ).execute(arguments: [
      columns.state, columns.original, columns.reason, try nextSettlement(problem, in: db),
      try optionalColumn(kernelHash, "The kernel's hash"), problem, id.ordinal,
    ])
  }

  /// Lets the candidates that could not be judged wait for their verdicts again. One without a source could not be read, and cannot be.
  static func reopen(problem: Int64, in db: Database) throws {
    try db.cachedStatement(
      sql:
        "UPDATE candidates SET state = ?, reason = NULL, settlement = NULL WHERE problem = ? AND state = ? AND source IS NOT NULL"
    ).execute(arguments: [Columns.generated, problem, Columns.failed])
  }

  private static func nextSettlement(_ problem: Int64, in db: Database) throws -> Int {
    let last = try Int.fetchOne(
      db.cachedStatement(sql: "SELECT MAX(settlement) FROM candidates WHERE problem = ?"), arguments: [problem])
    return (last ?? 0) + 1
  }

  // MARK: What is there

  private static func state(_ ordinal: Int, problem: Int64, in db: Database) throws -> String? {
    try String.fetchOne(
      db.cachedStatement(sql: "SELECT state FROM candidates WHERE problem = ? AND ordinal = ?"),
      arguments: [problem, ordinal])
  }

  private static func existingState(_ id: CandidateID, problem: Int64, in db: Database) throws -> String {
    guard let state = try state(id.ordinal, problem: problem, in: db) else {
      throw RunStoreError(.notFound, "The run has no candidate \(id).")
    }
    return state
  }

  private static func need(
    _ ordinal: Int, _ role: String, of id: CandidateID, problem: Int64, in db: Database
  ) throws {
    guard try state(ordinal, problem: problem, in: db) != nil else {
      throw RunStoreError(.notFound, "The candidate \(id)'s \(role) \(ordinal) is not stored.")
    }
  }

  /// An original may be a duplicate itself, but not of the candidate.
  private static func needOriginal(_ ordinal: Int, of id: CandidateID, problem: Int64, in db: Database) throws {
    try need(ordinal, "original", of: id, problem: problem, in: db)
    let statement = try db.cachedStatement(sql: "SELECT original FROM candidates WHERE problem = ? AND ordinal = ?")
    var next: Int? = ordinal
    while let place = next {
      guard place != id.ordinal else {
        throw RunStoreError(.wrongState, "The candidate \(id) cannot be a duplicate of itself.")
      }
      next = try Row.fetchOne(statement, arguments: [problem, place])?["original"]
    }
  }

  /// A candidate that has its first verdict.
  static func needJudged(_ id: CandidateID, number: Int64, in db: Database) throws {
    guard try existingState(id, problem: number, in: db) == Columns.judged else {
      throw RunStoreError(.wrongState, "The candidate \(id) has no verdict of its own yet.")
    }
  }

  static func candidate(_ row: Row) throws -> StoredCandidate {
    var candidate = StoredCandidate(
      id: CandidateID(problem: row["problem_id"], ordinal: row["ordinal"]), parent: row["parent"],
      edge: try row.name("edge"), sourceHash: row["source_hash"], kernelHash: row["kernel_hash"], model: row["model"],
      seed: (row["seed"] as Int64?).map { UInt64(bitPattern: $0) }, promptTokens: row["prompt_tokens"],
      cachedTokens: row["cached_tokens"], completionTokens: row["completion_tokens"], cost: row["cost"],
      generationSeconds: row["generation_seconds"], createdAt: row.time("created"),
      problemSeconds: row["problem_seconds"], details: row["details"], state: try Columns.state(row))
    candidate.settlement = row["settlement"]
    return candidate
  }
}
