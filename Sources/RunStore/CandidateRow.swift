internal import Foundation
internal import GRDB
internal import KernelVerdicts

/// The tables of candidates and verdicts.
enum CandidateRow {
  private static let stateNames = (generated: "generated", judged: "judged", duplicate: "duplicate")

  static func insert(_ candidate: StoredCandidate, _ text: CandidateText, problem: Int64, in db: Database) throws {
    let ordinal = candidate.id.ordinal
    guard ordinal >= 0 else {
      throw RunStoreError(.invalidValue, "A candidate's number is \(ordinal); numbers begin at 0.")
    }
    guard try state(ordinal, problem: problem, in: db) == nil else {
      throw RunStoreError(.alreadyStored, "The candidate \(candidate.id) is stored already.")
    }
    if let parent = candidate.parent { try need(parent, "parent", of: candidate.id, problem: problem, in: db) }
    let (stateName, original) = try initialState(candidate, problem: problem, in: db)
    let numbers = (
      prompt: try TextTable.number(of: text.prompt, in: db), answer: try TextTable.number(of: text.answer, in: db),
      source: try TextTable.number(of: text.source, in: db)
    )
    let statement = try db.cachedStatement(
      sql: """
        INSERT INTO candidates (problem, ordinal, parent, edge, prompt, answer, source, source_hash, kernel_hash, model,
          seed, prompt_tokens, cached_tokens, completion_tokens, cost, generation_seconds, created, state, original)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """)
    try statement.execute(arguments: [
      problem, ordinal, candidate.parent, candidate.edge.rawValue, numbers.prompt, numbers.answer, numbers.source,
      try column(candidate.sourceHash, "The source's hash"),
      try optionalColumn(candidate.kernelHash, "The kernel's hash"),
      try column(candidate.model, "The model's name"), candidate.seed.map { Int64(bitPattern: $0) },
      candidate.promptTokens, candidate.cachedTokens, candidate.completionTokens,
      try optionalColumn(candidate.cost, "The cost"), try column(candidate.generationSeconds, "The generation's time"),
      try column(candidate.createdAt, "The candidate's time"), stateName, original,
    ])
  }

  private static func initialState(
    _ candidate: StoredCandidate, problem: Int64, in db: Database
  ) throws -> (String, Int?) {
    switch candidate.state {
    case .generated: return (stateNames.generated, nil)
    case .judged:
      throw RunStoreError(.wrongState, "The candidate \(candidate.id) is judged before it was stored.")
    case .duplicate(let original):
      try needOriginal(original, of: candidate.id, problem: problem, in: db)
      return (stateNames.duplicate, original)
    }
  }

  /// Stores a verdict, and marks the candidate judged if it is the first.
  static func record(
    _ verdict: StoredVerdict, judgement: String, kernelHash: String?, for id: CandidateID, problem: Int64,
    in db: Database
  ) throws {
    let known = try existingState(id, problem: problem, in: db)
    guard known == (verdict.isFinal ? stateNames.judged : stateNames.generated) else {
      throw known == stateNames.judged
        ? RunStoreError(.alreadyStored, "The candidate \(id) has its verdict already.")
        : RunStoreError(.wrongState, "The candidate \(id) is \(known) and gets no such verdict.")
    }
    if verdict.isFinal {
      let taken = try Bool.fetchOne(
        db.cachedStatement(
          sql: "SELECT EXISTS (SELECT 1 FROM verdicts WHERE problem = ? AND ordinal = ? AND is_final = 1)"),
        arguments: [problem, id.ordinal])
      guard taken == false else {
        throw RunStoreError(.alreadyStored, "The candidate \(id) has its final verdict already.")
      }
    } else {
      try db.cachedStatement(
        sql: """
          UPDATE candidates SET state = 'judged', kernel_hash = COALESCE(?, kernel_hash) WHERE problem = ? AND ordinal = ?
          """
      ).execute(arguments: [try optionalColumn(kernelHash, "The kernel's hash"), problem, id.ordinal])
    }
    try insert(verdict, judgement: judgement, for: id, problem: problem, in: db)
  }

  private static func insert(
    _ verdict: StoredVerdict, judgement: String, for id: CandidateID, problem: Int64, in db: Database
  ) throws {
    let statement = try db.cachedStatement(
      sql: """
        INSERT INTO verdicts (problem, ordinal, is_final, verdict, check_seconds, runtime_ms, reference_ms, compiled_ms,
          estimate_ms, ratio, ratio_low, ratio_high, judged, judgement)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """)
    let ratio = verdict.speedRatio
    try statement.execute(arguments: [
      problem, id.ordinal, verdict.isFinal, verdict.verdict.rawValue,
      try column(verdict.checkSeconds, "The check's time"),
      try optionalColumn(verdict.runtimeMilliseconds, "The runtime"),
      try optionalColumn(verdict.referenceMilliseconds, "Eager's time"),
      try optionalColumn(verdict.compiledMilliseconds, "The compiled time"),
      try optionalColumn(verdict.estimateMilliseconds, "The estimate"),
      try optionalColumn(ratio?.value, "The speed ratio"),
      try optionalColumn(ratio?.low, "The speed ratio's lower end"),
      try optionalColumn(ratio?.high, "The speed ratio's upper end"),
      try column(verdict.judgedAt, "The verdict's time"), Data(judgement.utf8),
    ])
  }

  /// Marks a candidate that waits for its verdict as the same as another.
  static func markDuplicate(
    _ id: CandidateID, of original: Int, kernelHash: String?, problem: Int64, in db: Database
  ) throws {
    let known = try existingState(id, problem: problem, in: db)
    guard known == stateNames.generated else {
      throw RunStoreError(.wrongState, "The candidate \(id) is \(known) and cannot become a duplicate.")
    }
    try needOriginal(original, of: id, problem: problem, in: db)
    try db.cachedStatement(
      sql: """
        UPDATE candidates SET state = 'duplicate', original = ?, kernel_hash = COALESCE(?, kernel_hash)
        WHERE problem = ? AND ordinal = ?
        """
    ).execute(arguments: [original, try optionalColumn(kernelHash, "The kernel's hash"), problem, id.ordinal])
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

  private static func needOriginal(_ ordinal: Int, of id: CandidateID, problem: Int64, in db: Database) throws {
    guard ordinal != id.ordinal else {
      throw RunStoreError(.wrongState, "The candidate \(id) cannot be a duplicate of itself.")
    }
    try need(ordinal, "original", of: id, problem: problem, in: db)
    guard try state(ordinal, problem: problem, in: db) != stateNames.duplicate else {
      throw RunStoreError(.wrongState, "The candidate \(id)'s original \(ordinal) is a duplicate itself.")
    }
  }

  /// A problem's best has to have a verdict of its own.
  static func needJudged(_ ordinal: Int, of problem: String, number: Int64, in db: Database) throws {
    guard try state(ordinal, problem: number, in: db) == stateNames.judged else {
      throw RunStoreError(.wrongState, "The problem \(problem)'s best candidate \(ordinal) has no verdict.")
    }
  }

  static func candidate(_ row: Row) throws -> StoredCandidate {
    let stateName: String = row["state"]
    let state: StoredCandidate.State
    switch (stateName, row["original"] as Int?) {
    case (stateNames.generated, nil): state = .generated
    case (stateNames.judged, nil): state = .judged
    case (stateNames.duplicate, let original?): state = .duplicate(of: original)
    default:
      throw RunStoreError(
        .damaged, "The store has a candidate that is \"\(stateName)\", which this version does not know.")
    }
    return StoredCandidate(
      id: CandidateID(problem: row["problem_id"], ordinal: row["ordinal"]), parent: row["parent"],
      edge: try row.name("edge"), sourceHash: row["source_hash"], kernelHash: row["kernel_hash"], model: row["model"],
      seed: (row["seed"] as Int64?).map { UInt64(bitPattern: $0) }, promptTokens: row["prompt_tokens"],
      cachedTokens: row["cached_tokens"], completionTokens: row["completion_tokens"], cost: row["cost"],
      generationSeconds: row["generation_seconds"], createdAt: row.time("created"), state: state)
  }

  static func verdict(_ row: Row) throws -> StoredVerdict {
    var ratio: StoredVerdict.SpeedRatio?
    if let value = row["ratio"] as Double?, let low = row["ratio_low"] as Double?,
      let high = row["ratio_high"] as Double?
    {
      ratio = StoredVerdict.SpeedRatio(value: value, low: low, high: high)
    }
    return StoredVerdict(
      try row.name("verdict"), isFinal: row["is_final"], checkSeconds: row["check_seconds"],
      runtimeMilliseconds: row["runtime_ms"], referenceMilliseconds: row["reference_ms"],
      compiledMilliseconds: row["compiled_ms"], estimateMilliseconds: row["estimate_ms"], speedRatio: ratio,
      judgedAt: row.time("judged"))
  }
}
