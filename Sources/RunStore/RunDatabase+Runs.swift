internal import Foundation
internal import GRDB

extension RunDatabase {
  /// Begins a run. The run and its problems are stored together.
  ///
  /// - Parameters:
  ///   - run: The run; its state has to be `running`.
  ///   - problems: Its problems, all pending.
  ///   - driver: Who drives it, for messages to people.
  /// - Throws: ``RunStoreError``: `already-stored` if a run has that identifier; `invalid-value`; and what the disk says.
  public func create(
    _ run: StoredRun, problems: [StoredProblem] = [], driver: StoredRun.Driver
  ) async throws(RunStoreError) -> RunWriter {
    let lockPath = lockPath
    let (number, lock) = try await write(milestone: true) { db in
      guard run.state == .running, run.finishedAt == nil else {
        throw RunStoreError(.wrongState, "The run \(run.id) is \(run.state.rawValue) and cannot be begun.")
      }
      guard try RunRow.number(ofRun: run.id, in: db) == nil else {
        throw RunStoreError(.alreadyStored, "The store has a run \(run.id) already.")
      }
      let number = try RunRow.insert(run, driver: driver, in: db)
      for problem in problems { try ProblemRow.insert(problem, run: number, in: db) }
      // Before anybody can see the run.
      guard let lock = try FileLock.take(byte: RunRow.lockByte(number), of: lockPath) else {
        throw RunStoreError(.inUse, "The lock of the new run \(run.id) is taken. Is \(lockPath) another store's?")
      }
      return (number, lock)
    }
    return RunWriter(database: self, run: run.id, number: number, lock: lock)
  }

  /// Goes on with a run, whatever became of it before.
  ///
  /// - Parameters:
  ///   - id: The run's identifier.
  ///   - driver: Who drives it now.
  /// - Throws: ``RunStoreError``: `not-found`; `in-use` while somebody else drives it.
  public func resume(_ id: String, driver: StoredRun.Driver) async throws(RunStoreError) -> RunWriter {
    let lockPath = lockPath
    let (number, lock) = try await write(milestone: true) { db in
      let number = try RunRow.existingNumber(ofRun: id, in: db)
      let lock = try RunRow.lock(number, id, lockPath, db)
      try db.execute(
        sql: """
          UPDATE runs SET state = 'running', finished = NULL, driver_process = ?, driver_host = ?, driver_since = ?
          WHERE number = ?
          """,
        arguments: [
          driver.process, try column(driver.host, "The host's name"), try column(driver.since, "The driver's time"),
          number,
        ])
      return (number, lock)
    }
    return RunWriter(database: self, run: id, number: number, lock: lock)
  }

  /// All runs, the earliest first.
  public func runs() async throws(RunStoreError) -> [StoredRun] {
    let lockPath = lockPath
    return try await read { db in
      try Row.fetchAll(db, sql: "SELECT * FROM runs ORDER BY number").map { try RunRow.run($0, lockPath: lockPath) }
    }
  }

  /// The run that a person means: by its identifier, its name, or the beginning of its identifier, in this order.
  ///
  /// - Throws: ``RunStoreError``: `not-found`; `ambiguous`, with the identifiers that it could be.
  public func run(matching text: String) async throws(RunStoreError) -> StoredRun {
    let runs = try await runs()
    if let run = runs.first(where: { $0.id == text }) { return run }
    let named = runs.filter { $0.name == text }
    let found = named.isEmpty && !text.isEmpty ? runs.filter { $0.id.hasPrefix(text) } : named
    guard let run = found.first else {
      throw RunStoreError(.notFound, "The store \(path) has no run \"\(text)\". List them to see which there are.")
    }
    guard found.count == 1 else {
      let names = found.map(\.id).joined(separator: ", ")
      throw RunStoreError(.ambiguous, "Several runs answer to \"\(text)\": \(names). Name one of these.")
    }
    return run
  }

  /// Removes a run with all that belongs to it. The file keeps its size until ``vacuum()``.
  ///
  /// - Throws: ``RunStoreError``: `not-found`; `in-use` while somebody drives it.
  public func delete(_ id: String) async throws(RunStoreError) {
    let lockPath = lockPath
    try await write(milestone: true) { db in
      let number = try RunRow.existingNumber(ofRun: id, in: db)
      let lock = try RunRow.lock(number, id, lockPath, db)
      defer { lock.release() }
      try db.execute(sql: "DELETE FROM runs WHERE number = ?", arguments: [number])
      try TextTable.removeUnused(in: db)
    }
  }
}

/// The table of runs.
enum RunRow {
  /// The byte that stands for a run in the file of locks; byte 0 is for those who open the store.
  static func lockByte(_ number: Int64) -> Int64 { number }

  static func number(ofRun id: String, in db: Database) throws -> Int64? {
    try Int64.fetchOne(db.cachedStatement(sql: "SELECT number FROM runs WHERE id = ?"), arguments: [id])
  }

  static func existingNumber(ofRun id: String, in db: Database) throws -> Int64 {
    guard let number = try number(ofRun: id, in: db) else {
      throw RunStoreError(.notFound, "The store has no run \(id). List them to see which there are.")
    }
    return number
  }

  /// Takes the lock of a run.
  static func lock(_ number: Int64, _ id: String, _ path: String, _ db: Database) throws -> FileLock {
    if let lock = try FileLock.take(byte: lockByte(number), of: path) { return lock }
    let row = try Row.fetchOne(
      db, sql: "SELECT driver_process, driver_host FROM runs WHERE number = ?", arguments: [number])
    let process = (row?["driver_process"] as Int?).map { "process \($0)" } ?? "another process"
    let host = (row?["driver_host"] as String?).map { " on \($0)" } ?? ""
    throw RunStoreError(.inUse, "The run \(id) is driven by \(process)\(host). Wait until it is done, or stop it.")
  }

  static func insert(_ run: StoredRun, driver: StoredRun.Driver, in db: Database) throws -> Int64 {
    let statement = try db.cachedStatement(
      sql: """
        INSERT INTO runs (id, name, kind, created, state, configuration, model, strategy, device, gpu, seed,
          budget_seconds, level, driver_process, driver_host, driver_since)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """)
    try statement.execute(arguments: [
      try column(run.id, "The run's identifier"), try optionalColumn(run.name, "The run's name"), run.kind.rawValue,
      try column(run.createdAt, "The run's time"), run.state.rawValue,
      try column(run.configuration, "The run's configuration"), try column(run.model, "The model's name"),
      try column(run.strategy, "The strategy's name"), try column(run.device, "The device's name"),
      try column(run.gpu, "The GPU's name"), Int64(bitPattern: run.seed),
      try optionalColumn(run.budgetSeconds, "The budget"),
      run.level, driver.process, try column(driver.host, "The host's name"),
      try column(driver.since, "The driver's time"),
    ])
    return db.lastInsertedRowID
  }

  static func run(_ row: Row, lockPath: String) throws -> StoredRun {
    var run = StoredRun(
      id: row["id"], name: row["name"], kind: try row.name("kind"), createdAt: row.time("created"),
      configuration: row["configuration"], model: row["model"], strategy: row["strategy"], device: row["device"],
      gpu: row["gpu"], seed: UInt64(bitPattern: row["seed"]), budgetSeconds: row["budget_seconds"], level: row["level"])
    run.state = try row.name("state")
    run.finishedAt = row.optionalTime("finished")
    if run.state == .running, let process = row["driver_process"] as Int32?,
      FileLock.isTaken(byte: lockByte(row["number"]), of: lockPath)
    {
      run.driver = StoredRun.Driver(process: process, host: row["driver_host"] ?? "", since: row.time("driver_since"))
    }
    return run
  }
}
