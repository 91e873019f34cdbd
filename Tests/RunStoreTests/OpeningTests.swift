import Foundation
import GRDB
import Testing

@testable import RunStore

@Suite struct `Opening a store` {
  @Test func `makes it and its folder, and finds it again`() async throws {
    try await withTemporaryFolder { (folder) async throws in
      let path = folder + "/project/.basic/runs.sqlite"
      do {
        let store = try RunDatabase.open(path)
        _ = try await store.create(makeRun(), driver: driver)
        try store.close()
      }
      #expect(try await RunDatabase.open(path).runs().map(\.id) == [makeRun().id])
      #expect(try await RunDatabase.open(path, access: .readOnly).runs().map(\.id) == [makeRun().id])
    }
  }

  @Test func `keeps a log, and syncs as far as it was asked to`() async throws {
    try await withTemporaryFolder { (folder) async throws in
      for (durability, mode) in [(RunDatabase.Durability.milestones, 1), (.everyStep, 2)] {
        let path = folder + "/\(mode).sqlite"
        let store = try RunDatabase.open(path, durability: durability)
        let modes = try await store.write { db in
          (try Int.fetchOne(db, sql: "PRAGMA synchronous"), try String.fetchOne(db, sql: "PRAGMA journal_mode"))
        }
        #expect(modes.0 == mode && modes.1 == "wal")
        let atMilestone = try await store.write(milestone: true) { try Int.fetchOne($0, sql: "PRAGMA synchronous") }
        #expect(atMilestone == 2)
        #expect(try await store.write { try Int.fetchOne($0, sql: "PRAGMA synchronous") } == mode)
        #expect(try await store.write { try Int.fetchOne($0, sql: "PRAGMA foreign_keys") } == 1)
      }
    }
  }

  @Test func `for reading needs one`() async throws {
    try await withTemporaryFolder { (folder) async throws in
      let error = await failure { _ = try RunDatabase.open(folder + "/runs.sqlite", access: .readOnly) }
      #expect(error?.code == .notFound)
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty)
    }
  }

  @Test func `for reading writes nothing`() async throws {
    try await withTemporaryFolder { (folder) async throws in
      let path = folder + "/runs.sqlite"
      _ = try RunDatabase.open(path)
      let store = try RunDatabase.open(path, access: .readOnly)
      let error = await failure { _ = try await store.create(makeRun(), driver: driver) }
      #expect(error?.code == .readOnly)
      #expect(error?.message.contains(path) == true)
    }
  }

  @Test(arguments: [
    Data("This is a text, and no database at all, of more than a hundred bytes. ".utf8)
      + Data(repeating: 0x2e, count: 200),
    Data("SQLite format 3\0".utf8) + Data(repeating: 0xff, count: 4096), Data("x".utf8),
  ])
  func `refuses a file that is none, and leaves it alone`(contents: Data) async throws {
    try await withTemporaryFolder { (folder) async throws in
      let path = folder + "/runs.sqlite"
      try contents.write(to: URL(fileURLWithPath: path))
      for access in [RunDatabase.Access.readWrite, .readOnly] {
        let error = await failure { _ = try RunDatabase.open(path, access: access) }
        #expect(error?.code == .notAStore || error?.code == .damaged)
      }
      #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == contents)
    }
  }

  @Test func `refuses another program's database, and leaves it alone`() async throws {
    try await withTemporaryFolder { (folder) async throws in
      let path = folder + "/runs.sqlite"
      try await DatabaseQueue(path: path).write { try $0.execute(sql: "CREATE TABLE notes (text TEXT)") }
      let before = try Data(contentsOf: URL(fileURLWithPath: path))
      let error = await failure { _ = try RunDatabase.open(path) }
      #expect(error?.code == .notAStore)
      #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == before)
    }
  }

  @Test func `refuses a later version's, and leaves it alone`() async throws {
    try await withTemporaryFolder { (folder) async throws in
      let path = folder + "/runs.sqlite"
      try RunDatabase.open(path).close()
      let queue = try DatabaseQueue(path: path)
      try await queue.write { try $0.execute(sql: "INSERT INTO grdb_migrations VALUES ('2: something new')") }
      try queue.close()
      let before = try Data(contentsOf: URL(fileURLWithPath: path))
      for access in [RunDatabase.Access.readWrite, .readOnly] {
        let error = await failure { _ = try RunDatabase.open(path, access: access) }
        #expect(error?.code == .newerVersion)
        #expect(error?.message.contains("later version") == true)
      }
      #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == before)
    }
  }

  @Test func `takes an empty file, and what a kill while it was made leaves`() async throws {
    try await withTemporaryFolder { (folder) async throws in
      try Data().write(to: URL(fileURLWithPath: folder + "/empty.sqlite"))
      try DatabasePool(path: folder + "/half.sqlite").close()
      for name in ["empty", "half"] {
        let store = try RunDatabase.open(folder + "/\(name).sqlite")
        #expect(try await store.runs().isEmpty)
      }
    }
  }

  @Test func `says when it stays locked`() async throws {
    try await withTemporaryFolder { (folder) async throws in
      let path = folder + "/runs.sqlite"
      let store = try RunDatabase.open(path, busyTimeout: .milliseconds(20))
      var configuration = Configuration()
      configuration.allowsUnsafeTransactions = true
      let other = try DatabaseQueue(path: path, configuration: configuration)
      try await other.writeWithoutTransaction { db in try db.execute(sql: "BEGIN EXCLUSIVE") }
      let error = await failure { _ = try await store.create(makeRun(), driver: driver) }
      #expect(error?.code == .locked)
      // Reading goes on.
      #expect(try await store.runs().isEmpty)
      try await other.writeWithoutTransaction { db in try db.execute(sql: "ROLLBACK") }
      _ = try await store.create(makeRun(), driver: driver)
    }
  }

  @Test func `says when the disk is full, loses nothing, and goes on when there is room`() async throws {
    try await withStore { (store) async throws in
      let writer = try await store.create(makeRun(), problems: [makeProblem(1)], driver: driver)
      try await writer.append(makeCandidate(0), text: makeText(0))
      let pages = try await store.write { try Int.fetchOne($0, sql: "PRAGMA page_count") ?? 0 }
      _ = try await store.write { try Int.fetchOne($0, sql: "PRAGMA max_page_count = \(pages + 2)") }
      let long = CandidateText(prompt: String(repeating: "p", count: 100_000), answer: "", source: "")
      let error = await failure { try await writer.append(makeCandidate(1), text: long) }
      #expect(error?.code == .diskFull)
      #expect(error?.message.contains("make room") == true)
      #expect(try await store.candidates(of: writer.run).map(\.id.ordinal) == [0])
      _ = try await store.write { try Int.fetchOne($0, sql: "PRAGMA max_page_count = \(pages + 1000)") }
      try await writer.append(makeCandidate(1), text: long)
      #expect(try await store.candidates(of: writer.run).map(\.id.ordinal) == [0, 1])
      #expect(try await store.integrityProblems().isEmpty)
    }
  }

  @Test func `says when its folder cannot be made`() async throws {
    try await withTemporaryFolder { (folder) async throws in
      try Data().write(to: URL(fileURLWithPath: folder + "/file"))
      let error = await failure { _ = try RunDatabase.open(folder + "/file/runs.sqlite") }
      #expect(error?.code == .cannotOpen)
      let other = await failure { _ = try RunDatabase.open(folder) }
      #expect(other?.code == .cannotOpen)
    }
  }

  @Test(.enabled(if: geteuid() != 0, "Root may write anywhere."))
  func `says when its folder may not be written`() async throws {
    try await withTemporaryFolder { (folder) async throws in
      try FileManager.default.setAttributes([.posixPermissions: 0o500], ofItemAtPath: folder)
      defer { try? FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: folder) }
      #expect(await failure { _ = try RunDatabase.open(folder + "/runs.sqlite") }?.code == .readOnly)
    }
  }

  @Test func `may be done by many at once`() async throws {
    try await withTemporaryFolder { (folder) async throws in
      for round in 0..<(isLongRun ? 50 : 5) {
        let path = folder + "/\(round)/runs.sqlite"
        try await withThrowingTaskGroup { group in
          for number in 0..<8 {
            group.addTask {
              let store = try RunDatabase.open(path)
              _ = try await store.create(makeRun("run\(number)"), driver: driver)
            }
          }
          try await group.waitForAll()
        }
        #expect(Set(try await RunDatabase.open(path).runs().map(\.id)) == Set((0..<8).map { "run\($0)" }))
      }
    }
  }
}
