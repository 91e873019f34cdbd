internal import GRDB

/// The table of problems.
enum ProblemRow {
  static func insert(_ problem: StoredProblem, run: Int64, in db: Database) throws {
    guard problem.state == .pending else {
      throw RunStoreError(.wrongState, "The problem \(problem.id) is \(problem.state.rawValue) before it was begun.")
    }
    let taken = try Bool.fetchOne(
      db.cachedStatement(sql: "SELECT EXISTS (SELECT 1 FROM problems WHERE run = ? AND (id = ? OR position = ?))"),
      arguments: [run, problem.id, problem.position])
    guard taken == false else {
      throw RunStoreError(
        .alreadyStored, "The run has a problem \(problem.id), or one at place \(problem.position), already.")
    }
    let reference = try TextTable.number(of: problem.reference, in: db)
    let statement = try db.cachedStatement(
      sql: """
        INSERT INTO problems (run, id, position, name, family, reference, state, seconds_spent, spending)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
        """)
    try statement.execute(arguments: [
      run, try column(problem.id, "The problem's identifier"), problem.position,
      try column(problem.name, "The problem's name"), try column(problem.family, "The problem's family"), reference,
      problem.state.rawValue, problem.spent.seconds, problem.spent.details,
    ])
  }

  static func problem(_ row: Row) throws -> StoredProblem {
    var problem = StoredProblem(
      id: row["id"], position: row["position"], name: row["name"], family: row["family"],
      reference: row.text("reference"))
    problem.state = try row.name("state")
    problem.notice = row.optionalText("notice")
    problem.spent = Spent(seconds: row["seconds_spent"], details: row["spending"])
    problem.best = row["best"]
    return problem
  }

  /// A problem's number and state.
  static func find(_ id: String, run: Int64, in db: Database) throws -> (number: Int64, state: StoredProblem.State) {
    let statement = try db.cachedStatement(sql: "SELECT number, state FROM problems WHERE run = ? AND id = ?")
    guard let row = try Row.fetchOne(statement, arguments: [run, id]) else {
      throw RunStoreError(.notFound, "The run has no problem \(id).")
    }
    return (row["number"], try row.name("state"))
  }

  /// Keeps what has been spent on a problem. It never goes down: a resumed run knows what its predecessor spent.
  static func keep(_ spent: Spent?, problem: Int64, in db: Database) throws {
    guard let spent else { return }
    let seconds = try column(spent.seconds, "The time spent")
    try db.cachedStatement(
      sql: "UPDATE problems SET seconds_spent = ?, spending = ? WHERE number = ? AND seconds_spent <= ?"
    ).execute(arguments: [seconds, try column(spent.details, "What was spent"), problem, seconds])
  }
}
