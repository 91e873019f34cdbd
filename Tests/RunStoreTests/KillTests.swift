import Foundation
import RunStore
import Testing

/// The program that is killed: it stands beside the tests' own binary.
enum KillDriver {
  static let path: String? = {
    let name = "RunStoreKillDriver"
    let places =
      [
        URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath(),
        URL(fileURLWithPath: CommandLine.arguments[0]),
      ]
      + Bundle.allBundles.map(\.bundleURL)
    return places.map { $0.deletingLastPathComponent().appendingPathComponent(name).path }
      .first { FileManager.default.isExecutableFile(atPath: $0) }
  }()

  /// Starts it, reads what it acknowledges, and kills it.
  ///
  /// - Parameters:
  ///   - lines: after how many lines it is killed; nil lets it come to its end.
  ///   - spin: how many more turns of a loop it gets, so that the kill falls anywhere between two steps.
  static func run(
    store: String, seed: UInt64, candidates: Int, killAfter lines: Int?, spin: Int = 0
  ) throws -> (acknowledged: [String], status: Int32, wasKilled: Bool) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: path ?? "")
    process.arguments = [store, "\(seed)", "\(candidates)"]
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    var bytes: [UInt8] = []
    var seen = 0
    var isKilled = false
    func killIfDue() {
      guard let lines, !isKilled, seen >= lines else { return }
      isKilled = true
      var turns = 0
      while turns < spin { turns += Int(getppid() != 0 ? 1 : 2) }
      kill(process.processIdentifier, SIGKILL)
    }
    killIfDue()
    while true {
      let chunk = output.fileHandleForReading.availableData
      if chunk.isEmpty { break }
      bytes += chunk
      seen += chunk.count { $0 == 0x0a }
      killIfDue()
    }
    process.waitUntilExit()
    // A line that the kill cut off has no end, and was acknowledged by nobody.
    let text = String(decoding: bytes, as: UTF8.self)
    var acknowledged = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    acknowledged.removeLast()
    return (acknowledged, process.terminationStatus, process.terminationReason == .uncaughtSignal)
  }
}

/// Everything in a store that does not depend on when it was written.
private struct Contents: Equatable {
  var problems: [StoredProblem]
  var candidates: [JudgedCandidate]
  var texts: [CandidateText]
  var judgements: [String?]
  var state: StoredRun.State

  init(_ store: RunDatabase) async throws {
    let run = try #require(try await store.runs().first)
    state = run.state
    problems = try await store.problems(of: run.id)
    candidates = try await store.candidates(of: run.id)
    texts = []
    judgements = []
    for candidate in candidates {
      texts.append(try await store.text(of: candidate.id, in: run.id))
      judgements.append(try await store.judgement(of: candidate.id, in: run.id))
    }
  }
}

@Suite struct `A run that is killed at any moment` {
  private static let candidates = 30

  @Test(.enabled(if: KillDriver.path != nil, "RunStoreKillDriver is not beside the tests."))
  func `goes on with nothing lost and nothing counted twice`() async throws {
    var generator = SeededGenerator(seed: 20_261_126)
    var kills = 0
    var round = 0
    while kills < (isLongRun ? 500 : 20) {
      try await withTemporaryFolder { (folder) async throws in
        let seed = UInt64(round)
        kills += try await killAndResume(folder + "/killed/runs.sqlite", seed: seed, using: &generator)
        let whole = folder + "/whole/runs.sqlite"
        #expect(
          try KillDriver.run(store: whole, seed: seed, candidates: Self.candidates, killAfter: nil).status == 0)
        let ends = (
          try await Contents(RunDatabase.open(folder + "/killed/runs.sqlite")),
          try await Contents(RunDatabase.open(whole))
        )
        #expect(ends.0 == ends.1)
        #expect(ends.0.state == .finished && ends.0.candidates.count == 3 * Self.candidates)
      }
      round += 1
    }
    #expect(kills >= 20)
  }

  /// Kills a run again and again until it comes to its end before it is killed; gives the number of kills.
  private func killAndResume(
    _ path: String, seed: UInt64, using generator: inout SeededGenerator
  ) async throws -> Int {
    var acknowledged: [String] = []
    var kills = 0
    while true {
      // Some are killed before they have the store open; most after up to 60 of some 190 steps.
      let lines = Int.random(in: 0...9, using: &generator) == 0 ? 0 : Int.random(in: 1...60, using: &generator)
      let spin = Int.random(in: 0...20_000, using: &generator)
      let result = try KillDriver.run(
        store: path, seed: seed, candidates: Self.candidates, killAfter: lines, spin: spin)
      acknowledged += result.acknowledged.filter { $0 != "run" && $0 != "end" }
      kills += result.wasKilled ? 1 : 0
      #expect(result.wasKilled || result.status == 0)
      if !FileManager.default.fileExists(atPath: path) { continue }
      let store = try RunDatabase.open(path)
      #expect(try await store.integrityProblems().isEmpty)
      try await expect(acknowledged, in: store)
      if result.acknowledged.last == "end" { break }
    }
    // Nothing was done twice, in whichever life.
    #expect(Set(acknowledged).count == acknowledged.count)
    return kills
  }

  /// What was acknowledged is stored.
  private func expect(_ acknowledged: [String], in store: RunDatabase) async throws {
    guard let run = try await store.runs().first else {
      #expect(acknowledged.isEmpty)
      return
    }
    var stored: Set<String> = []
    for judged in try await store.candidates(of: run.id) {
      stored.insert("candidate \(judged.id)")
      if judged.verdict != nil { stored.insert("verdict \(judged.id)") }
      if judged.finalVerdict != nil { stored.insert("final \(judged.id)") }
      #expect((judged.verdict != nil) == (judged.candidate.state == .judged))
      if case .duplicate = judged.candidate.state { stored.insert("duplicate \(judged.id)") }
    }
    for problem in try await store.problems(of: run.id) where problem.state.isFinished {
      stored.insert("problem \(problem.id)")
      #expect((problem.state == .solved) == (problem.best != nil))
    }
    #expect(Set(acknowledged).isSubset(of: stored))
  }

  @Test(.enabled(if: KillDriver.path != nil, "RunStoreKillDriver is not beside the tests."))
  func `is free for others, and another process's run is not`() async throws {
    try await withTemporaryFolder { (folder) async throws in
      let path = folder + "/runs.sqlite"
      let result = try KillDriver.run(store: path, seed: 1, candidates: 20_000, killAfter: 50)
      #expect(result.wasKilled && result.acknowledged.count >= 50)
      let store = try RunDatabase.open(path)
      let run = try #require(try await store.runs().first)
      #expect(run.isInterrupted)
      let writer = try await store.resume(run.id, driver: driver)
      // The driver is refused while this process has the run.
      let refused = try KillDriver.run(store: path, seed: 1, candidates: 10, killAfter: nil)
      #expect(refused.status == 1 && refused.acknowledged.isEmpty)
      try await writer.close(as: .paused, at: start)
    }
  }
}
