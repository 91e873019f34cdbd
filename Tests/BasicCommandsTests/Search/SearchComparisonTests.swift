import ArgumentParser
import Foundation
import KernelBench
import KernelSearch
import KernelVerdicts
import RunStore
import Testing

@testable import BasicCommands

struct SearchComparisonTests {
  /// A configuration as the command makes it.
  private static func configuration(
    seed: UInt64 = 3, name: String = "night", strategies: [String] = ["best-of-1", "linear", "adaptive"]
  ) throws -> RunConfiguration {
    let command = try BenchSearch.parse(["--level", "1", "--seed", "\(seed)", "--budget-per-problem", "30s"])
    var configuration = try RunConfiguration(
      models: command.models, endpoint: nil, speculation: command.speculation, candidates: command.candidates,
      judging: command.judging, settings: SettingsFixture.bare())
    configuration.goal = command.until.description
    configuration.budgetSeconds = command.budget.duration / .seconds(1)
    configuration.comparison = .init(name: name, strategies: strategies)
    return configuration
  }

  private static func problems(_ count: Int) throws -> [Problem] {
    try (1...count).map { number in
      let source = """
        import torch
        class Model(torch.nn.Module):
            def forward(self, x):
                return x + \(number)
        def get_inputs():
            return [torch.randn(4)]
        """
      return try Problem(bytes: Array(source.utf8), origin: .file("/bench/level1/\(number)_Add.py"))
    }
  }

  // MARK: The order

  @Test(arguments: [1, 2, 5, 9])
  func `each problem is searched once with each strategy`(count: Int) throws {
    let configuration = try Self.configuration()
    for problem in 1...100 {
      let order = SearchComparison.order(of: count, problem: "1/\(problem)", configuration)
      #expect(order.sorted() == Array(0..<count))
    }
  }

  @Test func `the order is drawn anew for each problem, and every strategy comes first now and then`() throws {
    let configuration = try Self.configuration()
    var firsts = [0, 0, 0, 0]
    for problem in 1...400 { firsts[SearchComparison.order(of: 4, problem: "1/\(problem)", configuration)[0]] += 1 }
    // 100 each, with a standard deviation below 9; the seed is fixed.
    for count in firsts { #expect((60...140).contains(count)) }
  }

  @Test func `a comparison that goes on has the order that it had, and another seed another one`() throws {
    let configuration = try Self.configuration()
    let kept = try JSONDecoder().decode(RunConfiguration.self, from: Data(JSON.line(configuration).utf8))
    #expect(kept == configuration)
    let other = try Self.configuration(seed: 4)
    func orders(_ configuration: RunConfiguration) -> [[Int]] {
      (1...20).map { SearchComparison.order(of: 5, problem: "1/\($0)", configuration) }
    }
    #expect(orders(kept) == orders(configuration))
    #expect(orders(other) != orders(configuration))
  }

  // MARK: Seeds

  @Test func `strategies share a problem's seed, and problems have different ones`() throws {
    var configurations = [try Self.configuration(), try Self.configuration()]
    configurations[0].strategy = "linear"
    configurations[1].strategy = "adaptive"
    #expect(configurations[0].seed(of: "1/19") == configurations[1].seed(of: "1/19"))
    let seeds = (1...1000).map { configurations[0].seed(of: "1/\($0)") }
    #expect(Set(seeds).count == seeds.count)
    // As a number in JSON every reader has it exactly.
    #expect(seeds.allSatisfy { $0 < 1 << 53 })
    #expect(try Self.configuration(seed: 4).seed(of: "1/19") != configurations[0].seed(of: "1/19"))
  }

  @Test func `a run that stands by itself has a configuration without a comparison`() throws {
    var configuration = try Self.configuration()
    configuration.comparison = nil
    let line = try JSON.line(configuration)
    #expect(!line.contains("comparison"))
    #expect(try JSONDecoder().decode(RunConfiguration.self, from: Data(line.utf8)) == configuration)
  }

  // MARK: The store

  @Test func `a comparison is a run for each strategy, with a name that says so`() async throws {
    try await SampleStore.with { _, database in
      var plan = SearchComparison.Plan(try Self.configuration(), try Self.problems(2), level: 1)
      for strategy in plan.strategies {
        let open = try await plan.open(strategy, model: "a model", device: "virtual", in: database)
        #expect(open.configuration.strategy == strategy)
        try await open.close(.stopped)
      }
      let runs = try await database.runs()
      #expect(runs.map(\.name) == ["bench-best-of-1-night", "bench-linear-night", "bench-adaptive-night"])
      #expect(runs.map(\.strategy) == plan.strategies)
      #expect(runs.allSatisfy { $0.kind == .suite && $0.level == 1 && $0.seed == 3 && $0.budgetSeconds == 30 })
      #expect(try await SearchComparison.Plan.runs(of: "night", in: database).count == 3)
      #expect(try await SearchComparison.Plan.runs(of: "nigh", in: database).isEmpty)
    }
  }

  @Test func `one that was killed before all its runs were begun goes on with all of them`() async throws {
    try await SampleStore.with { _, database in
      var begun = SearchComparison.Plan(try Self.configuration(), try Self.problems(2), level: 1)
      let open = try await begun.open("linear", model: "a model", device: "virtual", in: database)
      try await open.writer.begin(problem: "1/1")
      try await open.writer.finish(problem: "1/1", as: .unsolved)
      try await open.close(.stopped)

      var plan = try await SearchComparison.Plan("night", in: database)
      #expect(plan.strategies == ["best-of-1", "linear", "adaptive"])
      #expect(plan.problems == begun.problems)
      #expect(plan.level == 1)
      #expect(try await plan.waiting("linear", in: database) == ["1/2"])
      #expect(try await plan.waiting("adaptive", in: database) == ["1/1", "1/2"])

      let again = try await plan.open("linear", model: "a model", device: "virtual", in: database)
      #expect(again.run.id == open.run.id)
      try await again.close(.stopped)
      let new = try await plan.open("adaptive", model: "a model", device: "virtual", in: database)
      #expect(new.configuration.strategy == "adaptive")
      #expect(new.configuration.seed == 3)
      try await new.close(.stopped)
      #expect(try await database.problems(of: new.run.id).map(\.reference) == plan.problems.map(\.source))
    }
  }

  @Test func `a comparison that is not there, or there twice, is refused`() async throws {
    try await SampleStore.with { _, database in
      await #expect(throws: CommandFailure.self) { _ = try await SearchComparison.Plan("night", in: database) }
      for _ in 0..<2 {
        var plan = SearchComparison.Plan(try Self.configuration(), try Self.problems(1), level: 1)
        try await plan.open("linear", model: "a model", device: "virtual", in: database).close(.stopped)
      }
      await #expect(throws: CommandFailure.self) { _ = try await SearchComparison.Plan("night", in: database) }
    }
  }

  @Test func `the report counts what the store has`() async throws {
    try await SampleStore.with { _, database in
      var plan = SearchComparison.Plan(
        try Self.configuration(strategies: ["linear", "adaptive"]), try Self.problems(2), level: 1)
      let open = try await plan.open("linear", model: "a model", device: "virtual", in: database)
      let writer = open.writer
      try await writer.begin(problem: "1/1")
      for ordinal in 0..<3 {
        try await writer.append(
          SampleStore.candidate("1/1", ordinal), text: SampleStore.text("1/1", ordinal), spent: Spent(seconds: 4))
      }
      let first = CandidateID(problem: "1/1", ordinal: 0)
      for isFinal in [false, true] {
        var verdict = SampleStore.verdict(.correct, "Right.", isFinal: isFinal)
        verdict.problemSeconds = isFinal ? 14.5 : 12.25
        try await writer.record(verdict, judgement: "{}", for: first)
      }
      try await writer.settle(CandidateID(problem: "1/1", ordinal: 1), as: .duplicate(of: 0))
      try await writer.settle(CandidateID(problem: "1/1", ordinal: 2), as: .withoutCode(reason: "None."))
      try await writer.finish(problem: "1/1", as: .solved, best: 0, spent: Spent(seconds: 14.5))
      try await open.close(.stopped)

      let report = try await ComparisonReport(plan, in: database)
      #expect(report.model == "a model" && report.budgetSeconds == 30 && report.goal == "correct")
      let row = report.strategies[0]
      #expect(row.solvedAfter.map(\.seconds) == [5, 10, 20, 30])
      #expect(row.solvedAfter.map(\.solved) == [0, 0, 1, 1])
      #expect(row.problems == 2)
      #expect(row.secondsToCorrect.value?.median == 12.25)
      #expect(row.candidates == 3 && row.duplicates == 1 && row.withoutCode == 1)
      #expect(row.tokensRead == 3000 && row.tokensWritten == 603)
      #expect(row.seconds == 14.5)
      #expect(row.outcomes.map(\.state) == ["solved", "pending"])
      #expect(report.strategies[1].run.value == nil)
    }
  }
}
