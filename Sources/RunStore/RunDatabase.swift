internal import Foundation
internal import GRDB
internal import Synchronization

/// The runs of a project: one SQLite file, `.basic/runs.sqlite`, that several processes may have open at once.
///
/// Reading is done here. Writing to a run is done by a ``RunWriter``, which ``create(_:problems:driver:)`` and
/// ``resume(_:driver:)`` give out: one at a time for each run, for as long as it is kept.
///
/// What survives what:
/// - **A kill, at any moment**: every function that has returned. A transaction that was not complete leaves nothing.
/// - **A power loss or a crash of the system**: every run that was created, paused or finished, every problem that was
///   finished, and everything stored before the latest of these. What came later may be missing from some point on, as if
///   the run had been killed there; the database is whole in any case. ``Durability/everyStep`` closes that gap, at the
///   price of one wait for the disk per step.
///
/// Functions are asynchronous and wait on no thread of Swift's. A task that is cancelled still writes what it was to write:
/// what has happened stays known. Each function is one transaction.
public final class RunDatabase: Sendable {
  /// What may be done with a store.
  public enum Access: Sendable, Hashable {
    /// Everything; the store is made where there is none.
    case readWrite
    /// Reading only; the store has to be there.
    case readOnly
  }

  /// When the disk is waited for.
  public enum Durability: Sendable, Hashable {
    /// When a run is created, paused or finished and when a problem is finished.
    case milestones
    /// After each transaction.
    case everyStep
  }

  /// The path of the file.
  public let path: String

  let durability: Durability
  private let connection: any DatabaseWriter

  private init(path: String, durability: Durability, connection: any DatabaseWriter) {
    self.path = path
    self.durability = durability
    self.connection = connection
  }

  /// Where the locks are.
  var lockPath: String { path + "-locks" }

  /// Opens a store, and brings one that an earlier version wrote up to date.
  ///
  /// - Parameters:
  ///   - path: The file. Its folder is made where there is none.
  ///   - access: What will be done with it.
  ///   - durability: When the disk is waited for.
  ///   - busyTimeout: How long another process's transaction is waited for.
  /// - Throws: ``RunStoreError``: `newer-version` for a store that a later version wrote and `not-a-store` for a file that
  ///   is something else, neither of which is touched; `not-found`, `locked`, `read-only`, `disk-full`, `cannot-open`,
  ///   `damaged`.
  public static func open(
    _ path: String, access: Access = .readWrite, durability: Durability = .milestones,
    busyTimeout: Duration = .seconds(10)
  ) throws(RunStoreError) -> RunDatabase {
    do {
      return try unmappedOpen(path, access, durability, busyTimeout)
    } catch {
      throw RunStoreError(error, path: path)
    }
  }

  private static func unmappedOpen(
    _ path: String, _ access: Access, _ durability: Durability, _ busyTimeout: Duration
  ) throws -> RunDatabase {
    var configuration = Configuration()
    configuration.foreignKeysEnabled = true
    configuration.busyMode = .timeout(busyTimeout / .seconds(1))
    configuration.label = "runs"
    let isThere = try Self.isThere(path)
    switch access {
    case .readOnly:
      guard isThere else { throw RunStoreError(.notFound, "There is no store \(path): nothing has been run here.") }
      configuration.readonly = true
      let queue = try DatabaseQueue(path: path, configuration: configuration)
      guard try queue.read({ try check($0, path) }) == .current else {
        throw RunStoreError(
          .notFound, "The store \(path) has no runs of this version yet: start one, or open the store for writing.")
      }
      return RunDatabase(path: path, durability: durability, connection: queue)
    case .readWrite:
      if !isThere { try makeFolder(of: path) }
      let lock = try openingLock(path, busyTimeout)
      defer { lock.release() }
      if try Self.isThere(path) {
        // Before anything is written: opening a pool writes.
        var look = configuration
        look.readonly = true
        _ = try DatabaseQueue(path: path, configuration: look).read { try check($0, path) }
      }
      if durability == .everyStep {
        configuration.prepareDatabase { try $0.execute(sql: "PRAGMA synchronous = FULL") }
      }
      let pool = try DatabasePool(path: path, configuration: configuration)
      if durability == .everyStep {
        // A pool sets the mode back when it has turned on the log.
        try pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA synchronous = FULL") }
      }
      try pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA wal_autocheckpoint = \(checkpointPages)") }
      try Schema.migrator.migrate(pool)
      return RunDatabase(path: path, durability: durability, connection: pool)
    }
  }

  /// Whether there is a file. One that does not begin as a database does is refused: SQLite would take a short one for an
  /// empty database and write over it.
  private static func isThere(_ path: String) throws(RunStoreError) -> Bool {
    var isFolder = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else { return false }
    guard !isFolder else { throw RunStoreError(.cannotOpen, "\(path) is a folder. Name a file.") }
    guard let file = FileHandle(forReadingAtPath: path) else {
      throw RunStoreError(.cannotOpen, "\(path) may not be read. Look at its permissions.")
    }
    defer { try? file.close() }
    let header = Data("SQLite format 3\0".utf8)
    let beginning: Data
    do {
      beginning = try file.read(upToCount: header.count) ?? Data()
    } catch {
      throw RunStoreError(.cannotOpen, "\(path) cannot be read.", underlyingError: error)
    }
    guard beginning.isEmpty || beginning == header else {
      throw RunStoreError(.notAStore, "\(path) is no database. Name another file, or move this one away.")
    }
    return true
  }

  /// The log is folded into the file, which waits for the disk, once it has this many pages: 16 MB.
  private static let checkpointPages = 4000

  private enum Found { case nothing, older, current }

  /// Looks at what a database is, and refuses what is none of ours.
  private static func check(_ db: Database, _ path: String) throws -> Found {
    let mark = try Int.fetchOne(db, sql: "PRAGMA application_id") ?? 0
    guard mark == Schema.applicationID else {
      // A process that was killed while it made the store leaves an empty database.
      let tables = try Int.fetchOne(db, sql: "SELECT COUNT(*) FROM sqlite_master") ?? 0
      if mark == 0 && tables == 0 { return .nothing }
      throw RunStoreError(
        .notAStore, "\(path) is a database of another program. Name another file, or move this one away.")
    }
    guard try !Schema.migrator.hasBeenSuperseded(db) else {
      throw RunStoreError(
        .newerVersion, "A later version of bASIC wrote the store \(path). Use that version, or another folder.")
    }
    return try Schema.migrator.hasCompletedMigrations(db) ? .current : .older
  }

  private static func makeFolder(of path: String) throws(RunStoreError) {
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
    do {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    } catch {
      throw RunStoreError(
        .cannotOpen, "The folder \(folder) cannot be made, so there is no place for runs.", underlyingError: error)
    }
  }

  /// One process at a time makes or migrates a store. SQLite's own locks do not cover the change to its log.
  private static func openingLock(_ path: String, _ timeout: Duration) throws(RunStoreError) -> FileLock {
    let end = ContinuousClock.now + timeout
    while true {
      if let lock = try FileLock.take(byte: 0, of: path + "-locks") { return lock }
      guard ContinuousClock.now < end else {
        throw RunStoreError(.locked, "Another process is opening the store \(path). Wait until it is done.")
      }
      Thread.sleep(forTimeInterval: 0.005)
    }
  }

  /// Ends all connections: the log is folded into the file. Writers must have been closed before.
  public func close() throws(RunStoreError) {
    do {
      try connection.close()
    } catch {
      throw RunStoreError(error, path: path)
    }
  }
}

extension RunDatabase {
  /// Reads in one transaction: what it sees belongs together.
  func read<Value: Sendable>(
    _ body: @escaping @Sendable (Database) throws -> Value
  ) async throws(RunStoreError) -> Value {
    let result: Result<Value, any Error> = await withCheckedContinuation { continuation in
      connection.asyncRead { db in
        continuation.resume(returning: Result { try body(db.get()) })
      }
    }
    return try value(result)
  }

  /// Writes in one transaction. A milestone is on the disk when this returns, and all that was written before it.
  func write<Value: Sendable>(
    milestone: Bool = false, _ body: @escaping @Sendable (Database) throws -> Value
  ) async throws(RunStoreError) -> Value {
    let waits = milestone && durability == .milestones
    let result: Result<Value, any Error> = await withCheckedContinuation { continuation in
      connection.asyncWriteWithoutTransaction { db in
        continuation.resume(
          returning: Result {
            if waits { try db.execute(sql: "PRAGMA synchronous = FULL") }
            defer { if waits { try? db.execute(sql: "PRAGMA synchronous = NORMAL") } }
            return try Self.transaction(db, body)
          })
      }
    }
    return try value(result)
  }

  private static func transaction<Value>(_ db: Database, _ body: (Database) throws -> Value) throws -> Value {
    var value: Value?
    try db.inTransaction(.immediate) {
      value = try body(db)
      return .commit
    }
    guard let value else { throw RunStoreError(.failed, "A transaction ended without a result.") }
    return value
  }

  /// Gives the room of deleted runs back to the disk. O(size of the store); nobody may be writing.
  public func vacuum() async throws(RunStoreError) {
    let result: Result<Void, any Error> = await withCheckedContinuation { continuation in
      connection.asyncWriteWithoutTransaction { db in
        continuation.resume(
          returning: Result {
            try db.execute(sql: "VACUUM")
            try db.execute(sql: "PRAGMA wal_checkpoint(TRUNCATE)")
          })
      }
    }
    return try value(result)
  }

  /// Looks whether the file is whole: what SQLite's own checks find, as sentences; none where all is well. O(size).
  public func integrityProblems() async throws(RunStoreError) -> [String] {
    try await read { db in
      let damage = try String.fetchAll(db, sql: "PRAGMA integrity_check").filter { $0 != "ok" }
      let orphans = try Row.fetchAll(db, sql: "PRAGMA foreign_key_check")
      return damage + orphans.map { "A row of \($0["table"] as String) refers to a row that is not there." }
    }
  }

  private func value<Value>(_ result: Result<Value, any Error>) throws(RunStoreError) -> Value {
    do {
      return try result.get()
    } catch {
      throw RunStoreError(error, path: path)
    }
  }
}
