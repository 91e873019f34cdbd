import Foundation
import KernelBench
import KernelSearch
import RunStore

/// What search and store take by themselves, side by side with search alone.
struct OverheadBenchmark: Sendable {
  /// What is measured.
  let strategies: [String]
  /// Candidates of a run.
  let candidates: Int
  let seed: UInt64
  /// Where a folder for the store is made and removed: what is measured is its disk.
  let folder: String

  static let defaultStrategies = ["best-of", "linear", "adaptive"]
  static let defaultCandidates = 5000
  /// How often each is measured.
  static let rounds = 3

  /// Whether a strategy goes on for so long.
  static func canMeasure(_ strategy: String, candidates: Int) -> Bool {
    switch try? StrategyChoice.strategy(named: strategy) {
    case let strategy as BestOfStrategy: strategy.count.map { $0 >= candidates } ?? true
    case is GreedyStrategy: candidates <= 1
    case nil: false
    default: true
    }
  }

  /// Measures: in each round each strategy, with the one journal and with the other.
  func run(announce: (String) -> Void) async throws -> OverheadReport {
    let own = "\(folder)/basic-overhead-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: own) }
    return try await SearchSession.reporting {
      let database = try RunDatabase.open("\(own)/runs.sqlite")
      var rows = strategies.map { OverheadReport.Row(strategy: $0) }
      for round in 0..<Self.rounds {
        for place in rows.indices {
          let name = rows[place].strategy
          rows[place].memory.append(try await measure(name, round, journal: MemoryJournal()))
          rows[place].store.append(try await measure(name, round, in: database))
          announce(
            "round \(round + 1) of \(Self.rounds), \(name): \(rows[place].store.last?.fixed(0) ?? "") candidates/s with the store"
          )
        }
      }
      try database.close()
      return OverheadReport(candidates: candidates, seed: seed, strategies: rows)
    }
  }

  private func measure(_ strategy: String, _ round: Int, journal: any SearchJournal) async throws -> Double {
    try await SearchOverhead.measure(
      candidates: candidates, strategy: StrategyChoice.strategy(named: strategy), journal: journal,
      seed: seed &+ UInt64(round)
    ).candidatesPerSecond.rounded(to: 1)
  }

  /// A new run for each measurement, in one store: that is how stores grow.
  private func measure(_ strategy: String, _ round: Int, in database: RunDatabase) async throws -> Double {
    var generator = SystemRandomNumberGenerator()
    let run = StoredRun(
      id: StoredRun.makeID(at: Date(), using: &generator), name: "overhead", kind: .solve, createdAt: Date(),
      model: "instant", strategy: strategy, device: "none", gpu: "none", seed: seed)
    let writer = try await database.create(
      run,
      problems: [StoredProblem(id: "overhead", position: 0, name: "overhead", family: "other", reference: "")],
      driver: StoredRun.Driver(
        process: ProcessInfo.processInfo.processIdentifier, host: ProcessInfo.processInfo.hostName, since: Date()))
    let rate = try await measure(
      strategy, round, journal: StoreJournal(writer: writer, problem: "overhead", goal: .none))
    try await writer.close(as: .finished, at: Date())
    return rate
  }
}

/// Candidates per second.
struct OverheadReport: Encodable, Sendable {
  struct Row: Encodable, Sendable {
    var strategy: String
    /// With the journal in memory, each run.
    var memory: [Double] = []
    /// With the store, each run.
    var store: [Double] = []
    var memoryMedian: Double { Statistics.median(memory) }
    var storeMedian: Double { Statistics.median(store) }

    init(strategy: String) { self.strategy = strategy }

    enum CodingKeys: String, CodingKey { case strategy, memory, store, memoryMedian, storeMedian }

    func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encode(strategy, forKey: .strategy)
      try container.encode(memory, forKey: .memory)
      try container.encode(store, forKey: .store)
      try container.encode(memoryMedian, forKey: .memoryMedian)
      try container.encode(storeMedian, forKey: .storeMedian)
    }
  }

  var schemaVersion = 1
  var unit = "candidates/s"
  var candidates: Int
  var seed: UInt64
  var strategies: [Row]

  /// A table in Markdown.
  var text: String {
    var lines = [
      "Search with a model that answers instantly and a judge that takes no time: candidates/s, median of "
        + "\(strategies.first?.store.count ?? 0) runs of \(candidates) candidates (lowest–highest), seed \(seed)", "",
      "| strategy | search alone | search and store |", "|---|---:|---:|",
    ]
    for row in strategies {
      lines.append("| \(row.strategy) | \(Self.cell(row.memory)) | \(Self.cell(row.store)) |")
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func cell(_ values: [Double]) -> String {
    "\(Statistics.median(values).fixed(0)) (\((values.min() ?? 0).fixed(0))–\((values.max() ?? 0).fixed(0)))"
  }
}
