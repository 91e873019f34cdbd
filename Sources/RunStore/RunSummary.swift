internal import GRDB
public import KernelVerdicts

/// What a run has come to, in counts.
public struct RunSummary: Sendable, Hashable {
  /// How many problems are in which state; a state that none is in has no entry.
  public var problems: [StoredProblem.State: Int] = [:]
  /// All candidates.
  public var candidates = 0
  /// Those that wait for their verdicts.
  public var waiting = 0
  /// Those that are the same as another.
  public var duplicates = 0
  /// Those whose answers hold no code.
  public var withoutCode = 0
  /// Those that could not be judged.
  public var failed = 0
  /// How many candidates got which verdict at their first check; a verdict that none got has no entry.
  public var verdicts: [Verdict: Int] = [:]
  /// The tokens of all prompts.
  public var promptTokens = 0
  /// Those of them that came out of a cache.
  public var cachedTokens = 0
  /// The tokens written.
  public var completionTokens = 0
  /// The sum of what is known to have been paid; nil where no price is known.
  public var cost: Double?
  /// The seconds that models wrote.
  public var generationSeconds = 0.0
  /// The seconds of all checks.
  public var checkSeconds = 0.0
  /// The seconds spent on all problems.
  public var secondsSpent = 0.0

  /// The number of problems.
  public var problemCount: Int { problems.values.reduce(0, +) }
}

extension RunDatabase {
  /// What a run has come to. O(candidates of the run).
  public func summary(of run: String) async throws(RunStoreError) -> RunSummary {
    try await read { db in
      let run = try RunRow.existingNumber(ofRun: run, in: db)
      var summary = RunSummary()
      let states = try Row.fetchAll(
        db,
        sql:
          "SELECT state, COUNT(*) AS count, SUM(seconds_spent) AS seconds FROM problems WHERE run = ? GROUP BY state",
        arguments: [run])
      for row in states {
        summary.problems[try row.name("state")] = row["count"]
        summary.secondsSpent += row["seconds"]
      }
      let totals = try Row.fetchOne(
        db,
        sql: """
          SELECT COUNT(*) AS candidates, TOTAL(candidates.state = 'generated') AS waiting,
            TOTAL(candidates.state = 'duplicate') AS duplicates,
            TOTAL(candidates.state = 'without-code') AS without_code, TOTAL(candidates.state = 'failed') AS failed,
            TOTAL(prompt_tokens) AS prompt_tokens,
            TOTAL(cached_tokens) AS cached_tokens, TOTAL(completion_tokens) AS completion_tokens, SUM(cost) AS cost,
            TOTAL(generation_seconds) AS generation_seconds
          FROM problems JOIN candidates ON problem = problems.number WHERE run = ?
          """, arguments: [run])
      if let totals {
        summary.candidates = totals["candidates"]
        summary.waiting = totals["waiting"]
        summary.duplicates = totals["duplicates"]
        summary.withoutCode = totals["without_code"]
        summary.failed = totals["failed"]
        summary.promptTokens = totals["prompt_tokens"]
        summary.cachedTokens = totals["cached_tokens"]
        summary.completionTokens = totals["completion_tokens"]
        summary.cost = totals["cost"]
        summary.generationSeconds = totals["generation_seconds"]
      }
      let verdicts = try Row.fetchAll(
        db,
        sql: """
          SELECT verdict, is_final, COUNT(*) AS count, TOTAL(check_seconds) AS seconds
          FROM problems JOIN verdicts ON problem = problems.number WHERE run = ? GROUP BY verdict, is_final
          """, arguments: [run])
      for row in verdicts {
        if !(row["is_final"] as Bool) { summary.verdicts[try row.name("verdict")] = row["count"] }
        summary.checkSeconds += row["seconds"]
      }
      return summary
    }
  }
}
