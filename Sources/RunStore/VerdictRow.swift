internal import Foundation
internal import GRDB
internal import KernelVerdicts

/// The table of verdicts.
enum VerdictRow {
  /// Stores a verdict, and marks the candidate judged if it is the first.
  static func record(
    _ verdict: StoredVerdict, judgement: String, kernelHash: String?, for id: CandidateID, problem: Int64,
    in db: Database
  ) throws {
    if verdict.isFinal {
      try CandidateRow.needJudged(id, number: problem, in: db)
      let taken = try Bool.fetchOne(
        db.cachedStatement(
          sql: "SELECT EXISTS (SELECT 1 FROM verdicts WHERE problem = ? AND ordinal = ? AND is_final = 1)"),
        arguments: [problem, id.ordinal])
      guard taken == false else {
        throw RunStoreError(.alreadyStored, "The candidate \(id) has its final verdict already.")
      }
    } else {
      try CandidateRow.update(id, to: .judged, kernelHash: kernelHash, problem: problem, in: db)
    }
    let statement = try db.cachedStatement(
      sql: """
        INSERT INTO verdicts (problem, ordinal, is_final, verdict, reason, check_seconds, runtime_ms, reference_ms,
          compiled_ms, estimate_ms, ratio, ratio_low, ratio_high, judged, problem_seconds, judgement)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """)
    let ratio = verdict.speedRatio
    try statement.execute(arguments: [
      problem, id.ordinal, verdict.isFinal, verdict.verdict.rawValue, Data(verdict.reason.utf8),
      try column(verdict.checkSeconds, "The check's time"),
      try optionalColumn(verdict.runtimeMilliseconds, "The runtime"),
      try optionalColumn(verdict.referenceMilliseconds, "Eager's time"),
      try optionalColumn(verdict.compiledMilliseconds, "The compiled time"),
      try optionalColumn(verdict.estimateMilliseconds, "The estimate"),
      try optionalColumn(ratio?.value, "The speed ratio"), try optionalColumn(ratio?.low, "The ratio's lower end"),
      try optionalColumn(ratio?.high, "The ratio's upper end"), try column(verdict.judgedAt, "The verdict's time"),
      try optionalColumn(verdict.problemSeconds, "The verdict's time"), Data(judgement.utf8),
    ])
  }

  static func verdict(_ row: Row) throws -> StoredVerdict {
    var ratio: StoredVerdict.SpeedRatio?
    if let value = row["ratio"] as Double?, let low = row["ratio_low"] as Double?,
      let high = row["ratio_high"] as Double?
    {
      ratio = StoredVerdict.SpeedRatio(value: value, low: low, high: high)
    }
    return StoredVerdict(
      try row.name("verdict"), reason: row.text("reason"), isFinal: row["is_final"], checkSeconds: row["check_seconds"],
      runtimeMilliseconds: row["runtime_ms"], referenceMilliseconds: row["reference_ms"],
      compiledMilliseconds: row["compiled_ms"], estimateMilliseconds: row["estimate_ms"], speedRatio: ratio,
      judgedAt: row.time("judged"), problemSeconds: row["problem_seconds"])
  }
}
