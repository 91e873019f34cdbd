import Foundation
import KernelBench
import RunStore

extension SearchComparison {
  /// A comparison: what it compares, on which problems, and the runs of it that have been begun.
  struct Plan: Sendable {
    let name: String
    let strategies: [String]
    let problems: [Problem]
    let level: Int?
    /// What all runs have in common.
    let configuration: RunConfiguration
    /// The runs that there are, by strategy.
    private(set) var runs: [String: StoredRun] = [:]

    /// One that begins.
    init(_ configuration: RunConfiguration, _ problems: [Problem], level: Int?) {
      name = configuration.comparison?.name ?? ""
      strategies = configuration.comparison?.strategies ?? []
      self.problems = problems
      self.level = level
      self.configuration = configuration
    }

    /// One that was begun: from any of its runs, as each has the whole comparison in its configuration. A process that was killed early
    /// may not have begun all of them.
    init(_ name: String, in database: RunDatabase) async throws {
      let found = try await Self.runs(of: name, in: database)
      guard let first = found.first else {
        throw CommandFailure(
          .usage,
          "The store \(database.path) has no comparison “\(name)”. basic runs list shows its runs as bench-STRATEGY-NAME."
        )
      }
      let problems = try await database.problems(of: first.run.id)
      self.init(
        first.configuration,
        try problems.map { stored in
          let origin: Problem.Origin = first.configuration.origins[stored.id].map { .file($0) } ?? .standardInput
          return try Problem(bytes: Array(stored.reference.utf8), origin: origin)
        }, level: first.run.level)
      for (run, configuration) in found {
        guard runs[configuration.strategy] == nil else {
          throw CommandFailure(.usage, "The store has several comparisons “\(name)”: basic runs delete removes runs.")
        }
        runs[configuration.strategy] = run
      }
    }

    /// The runs of a comparison, the earliest first.
    static func runs(
      of name: String, in database: RunDatabase
    ) async throws -> [(run: StoredRun, configuration: RunConfiguration)] {
      try await database.runs().compactMap { run in
        // Others may be of versions that kept something else.
        guard run.name == SearchComparison.runName(run.strategy, name),
          let configuration = try? JSONDecoder().decode(RunConfiguration.self, from: Data(run.configuration.utf8)),
          configuration.comparison?.name == name
        else { return nil }
        return (run, configuration)
      }
    }

    /// The problems that are still to be searched with a strategy, by name.
    func waiting(_ strategy: String, in database: RunDatabase) async throws -> [String] {
      guard let run = runs[strategy] else { return problems.map(OpenRun.id) }
      return try await database.problems(of: run.id).filter { !$0.state.isFinished }.map(\.id)
    }

    /// Begins a strategy's run, or goes on with it.
    mutating func open(
      _ strategy: String, model: String, device: String, in database: RunDatabase
    ) async throws -> OpenRun {
      if let run = runs[strategy] { return try await OpenRun.resume(run.id, in: database) }
      var configuration = configuration
      configuration.strategy = strategy
      let open = try await OpenRun.begin(
        .suite, name: SearchComparison.runName(strategy, name), problems, configuration, model: model, device: device,
        level: level, in: database)
      runs[strategy] = open.run
      return open
    }
  }
}
