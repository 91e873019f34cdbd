internal import Foundation
internal import GRDB

extension RunDatabase {
  /// The problems of a run, in its order.
  public func problems(of run: String) async throws(RunStoreError) -> [StoredProblem] {
    try await read { db in
      try Row.fetchAll(
        db,
        sql: """
          SELECT id, position, name, family, state, notice, seconds_spent, spending, best, texts.content AS reference
          FROM problems JOIN texts ON texts.number = problems.reference
          WHERE run = ? ORDER BY position
          """, arguments: [try RunRow.existingNumber(ofRun: run, in: db)]
      ).map { try ProblemRow.problem($0) }
    }
  }

  /// The candidates of a run, or of one of its problems, with their verdicts, by the problems' order and their own.
  ///
  /// Without their texts and judgements, which are large: ask for those one by one.
  public func candidates(of run: String, problem: String? = nil) async throws(RunStoreError) -> [JudgedCandidate] {
    try await read { db in
      let run = try RunRow.existingNumber(ofRun: run, in: db)
      if let problem { _ = try ProblemRow.find(problem, run: run, in: db) }
      let filter = problem == nil ? "" : "AND problems.id = ?"
      let arguments = problem.map { [run, $0] as StatementArguments } ?? [run]
      var judged = try Row.fetchAll(
        db,
        sql: """
          SELECT candidates.*, problems.id AS problem_id FROM problems JOIN candidates ON problem = problems.number
          WHERE run = ? \(filter) ORDER BY position, ordinal
          """, arguments: arguments
      ).map { JudgedCandidate(candidate: try CandidateRow.candidate($0)) }
      let places = Dictionary(uniqueKeysWithValues: judged.indices.map { (judged[$0].id, $0) })
      let verdicts = try Row.fetchCursor(
        db,
        sql: """
          SELECT problems.id AS problem_id, ordinal, is_final, verdict, reason, check_seconds, runtime_ms, reference_ms,
            compiled_ms, estimate_ms, ratio, ratio_low, ratio_high, judged, problem_seconds
          FROM problems JOIN verdicts ON problem = problems.number WHERE run = ? \(filter)
          """, arguments: arguments)
      while let row = try verdicts.next() {
        let id = CandidateID(problem: row["problem_id"], ordinal: row["ordinal"])
        guard let place = places[id] else { continue }
        let verdict = try VerdictRow.verdict(row)
        if verdict.isFinal { judged[place].finalVerdict = verdict } else { judged[place].verdict = verdict }
      }
      return judged
    }
  }

  /// The candidates of a run that wait for their verdicts, by the problems' order and their own: what a resumed run has to
  /// check before it asks for more.
  public func unjudged(of run: String) async throws(RunStoreError) -> [StoredCandidate] {
    try await read { db in
      try Row.fetchAll(
        db,
        sql: """
          SELECT candidates.*, problems.id AS problem_id FROM problems JOIN candidates ON problem = problems.number
          WHERE run = ? AND candidates.state = 'generated' ORDER BY position, ordinal
          """, arguments: [try RunRow.existingNumber(ofRun: run, in: db)]
      ).map { try CandidateRow.candidate($0) }
    }
  }

  /// The texts of a candidate.
  public func text(of id: CandidateID, in run: String) async throws(RunStoreError) -> CandidateText {
    try await read { db in
      let run = try RunRow.existingNumber(ofRun: run, in: db)
      let (problem, _) = try ProblemRow.find(id.problem, run: run, in: db)
      let statement = try db.cachedStatement(
        sql: """
          SELECT prompts.content AS prompt, answers.content AS answer, sources.content AS source
          FROM candidates JOIN texts AS prompts ON prompts.number = candidates.prompt
            JOIN texts AS answers ON answers.number = candidates.answer
            LEFT JOIN texts AS sources ON sources.number = candidates.source
          WHERE candidates.problem = ? AND ordinal = ?
          """)
      guard let row = try Row.fetchOne(statement, arguments: [problem, id.ordinal]) else {
        throw RunStoreError(.notFound, "The run has no candidate \(id).")
      }
      return CandidateText(prompt: row.text("prompt"), answer: row.text("answer"), source: row.optionalText("source"))
    }
  }

  /// Answers of all runs, each once: those to the problems that are named first, and of equal ones the latest first.
  ///
  /// - Parameters:
  ///   - problems: The names of problems within their runs.
  ///   - bytes: How long all answers are together at most. One that does not fit ends the list.
  /// - Complexity: O(n log n) in the number of stored candidates; the texts of those that fit are read.
  public func answers(to problems: Set<String> = [], bytes: Int) async throws(RunStoreError) -> [String] {
    try await read { db in
      let names = problems.sorted()
      let marks = databaseQuestionMarks(count: names.count)
      // Numbers first: who sorts texts has to read them all.
      let numbers = try Int64.fetchCursor(
        db,
        sql: """
          SELECT answer FROM candidates JOIN problems ON problems.number = candidates.problem
          GROUP BY answer ORDER BY max(problems.id IN (\(marks))) DESC, answer DESC
          """, arguments: StatementArguments(names))
      let text = try db.makeStatement(sql: "SELECT content FROM texts WHERE number = ?")
      var (answers, room) = ([String](), bytes)
      while let number = try numbers.next() {
        guard let answer = try Row.fetchOne(text, arguments: [number])?.text("content") else { continue }
        room -= answer.utf8.count
        guard room >= 0 else { break }
        answers.append(answer)
      }
      return answers
    }
  }

  /// The judgement of a candidate as a whole, as JSON; nil where it has none.
  ///
  /// - Parameters:
  ///   - id: The candidate.
  ///   - run: Its run.
  ///   - isFinal: Whether that of the second check is asked for.
  public func judgement(
    of id: CandidateID, in run: String, isFinal: Bool = false
  ) async throws(RunStoreError) -> String? {
    try await read { db in
      let run = try RunRow.existingNumber(ofRun: run, in: db)
      let (problem, _) = try ProblemRow.find(id.problem, run: run, in: db)
      let statement = try db.cachedStatement(
        sql: "SELECT judgement FROM verdicts WHERE problem = ? AND ordinal = ? AND is_final = ?")
      return try Row.fetchOne(statement, arguments: [problem, id.ordinal, isFinal])?.text("judgement")
    }
  }

  /// The events of a run, in the order in which they were stored.
  public func events(of run: String) async throws(RunStoreError) -> [StoredEvent] {
    try await read { db in
      try Row.fetchAll(
        db,
        sql: """
          SELECT events.*, problems.id AS problem_id FROM events LEFT JOIN problems ON problems.number = events.problem
          WHERE events.run = ? ORDER BY events.number
          """, arguments: [try RunRow.existingNumber(ofRun: run, in: db)]
      ).map { StoredEvent(problem: $0["problem_id"], at: $0.time("at"), kind: $0["kind"], detail: $0["detail"]) }
    }
  }
}
