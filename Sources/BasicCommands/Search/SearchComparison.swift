import Foundation
import KernelBench
import KernelEvaluation
import KernelSearch
import RunStore
import VirtualGPU

/// Several strategies on the same problems: a run in the store for each, and one search after the other, problem by problem.
struct SearchComparison: Sendable {
  let session: SearchSession

  /// What is begun or gone on with.
  enum Source: Sendable {
    /// What all runs have in common: the strategies are in its comparison.
    case begin(RunConfiguration, [Problem], level: Int?)
    /// The name of a comparison that is in the store.
    case resume(String)
  }

  /// A run of a comparison.
  static func runName(_ strategy: String, _ comparison: String) -> String { "bench-\(strategy)-\(comparison)" }

  /// Where each search of a problem comes: a permutation of the strategies' places, drawn from the comparison's seed and the
  /// problem's name. O(strategies).
  static func order(of count: Int, problem: String, _ configuration: RunConfiguration) -> [Int] {
    var generator = SeededGenerator(seed: configuration.seed(of: "order \(problem)"))
    return Array(0..<count).shuffled(using: &generator)
  }

  /// Runs what is left to do, and reports what there is then.
  ///
  /// - Parameters:
  ///   - stop: what the first Ctrl-C gives.
  ///   - watch: is told each event, with its strategy.
  ///   - begun: is told the name, the number of searches, and how many of them are left.
  ///   - ended: is told what each search came to.
  func run(
    _ source: Source, stop: StopSignal,
    watch: @escaping @Sendable (String, StoredProblem, SearchEvent, Spending) -> Void,
    begun: (String, Int, Int) throws -> Void, ended: (String, StoredProblem, SearchResult?) async throws -> Void
  ) async throws -> (report: ComparisonReport, name: String, end: RunDriver.End) {
    try await SearchSession.reporting {
      let database: RunDatabase
      var plan: Plan
      switch source {
      case .begin(let configuration, let problems, let level):
        database = try session.location.openOrMake()
        plan = Plan(configuration, problems, level: level)
        guard try await Plan.runs(of: plan.name, in: database).isEmpty else {
          throw CommandFailure(
            .usage,
            "There is a comparison \(plan.name) already; basic bench search --resume \(plan.name) goes on with it.")
        }
      case .resume(let name):
        database = try session.location.open(.readWrite)
        plan = try await Plan(name, in: database)
      }
      var left = 0
      for strategy in plan.strategies { left += try await plan.waiting(strategy, in: database).count }
      try begun(plan.name, plan.strategies.count * plan.problems.count, left)
      var end = RunDriver.End.finished
      if left > 0 { end = try await searchAll(&plan, database, stop, watch, ended) }
      return (try await ComparisonReport(plan, in: database), plan.name, end)
    }
  }

  private func searchAll(
    _ plan: inout Plan, _ database: RunDatabase, _ stop: StopSignal,
    _ watch: @escaping @Sendable (String, StoredProblem, SearchEvent, Spending) -> Void,
    _ ended: (String, StoredProblem, SearchResult?) async throws -> Void
  ) async throws -> RunDriver.End {
    let folder = FileManager.default.temporaryDirectory.appending(path: "basic-bench-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let tools = try await Judging.tools(session.context, device: plan.configuration.deviceChoice)
    let builds = try await ComparisonBuilds.warm(folder, tools, plan.configuration, announce: session.announce)
    let model = try await SearchModel.load(
      plan.configuration, before: nil, session.context, announce: session.announce)
    var drivers: [RunDriver?] = []
    do {
      for (place, strategy) in plan.strategies.enumerated() {
        guard try await !plan.waiting(strategy, in: database).isEmpty else {
          drivers.append(nil)
          continue
        }
        let open = try await plan.open(strategy, model: model.writer.name, device: tools.device.rawValue, in: database)
        let (mine, options) = (tools.keepingBuilds(in: try builds.cache(place)), open.configuration.judgeOptions)
        drivers.append(
          RunDriver(
            writer: open.writer, configuration: open.configuration, model: model,
            judge: { SearchJudge(reference: $0.source, tools: mine, options: options) }, stop: stop,
            observe: { watch(strategy, $0, $1, $2) }))
      }
      let end = try await search(plan, drivers, database, ended)
      for driver in drivers.compactMap({ $0 }) {
        let isDone = try await database.problems(of: driver.writer.run).allSatisfy(\.state.isFinished)
        try await driver.writer.close(as: isDone ? .finished : .paused, at: Date())
      }
      return end
    } catch {
      // What was done is in the store, and it can be gone on with.
      for driver in drivers { try? await driver?.writer.close(as: .paused, at: Date()) }
      throw error
    }
  }

  private func search(
    _ plan: Plan, _ drivers: [RunDriver?], _ database: RunDatabase,
    _ ended: (String, StoredProblem, SearchResult?) async throws -> Void
  ) async throws -> RunDriver.End {
    // By strategy, as they were when this began: each is come to once.
    var stored: [[StoredProblem]] = []
    for driver in drivers {
      if let driver { stored.append(try await database.problems(of: driver.writer.run)) } else { stored.append([]) }
    }
    var open = RunDriver.End.finished
    for place in plan.problems.indices {
      let id = OpenRun.id(of: plan.problems[place])
      for strategy in Self.order(of: drivers.count, problem: id, plan.configuration) {
        guard let driver = drivers[strategy], let problem = stored[strategy].first(where: { $0.id == id }) else {
          continue
        }
        let end = try await driver.run([problem]) { try await ended(plan.strategies[strategy], $0, $1) }
        switch end {
        case .finished: break
        case .leftOpen: open = end
        case .stopped, .writerFailed: return end
        }
      }
    }
    return open
  }
}

/// How far a comparison has come, for whoever waits.
struct ComparisonProgress: Sendable {
  private let total: Int
  private var left: Int
  /// What the searches of this session took, to say how long the rest may take.
  private var seconds: [Double] = []

  init(total: Int = 0, left: Int = 0) {
    self.total = total
    self.left = left
  }

  /// `[3/80] 1/19 ReLU, adaptive`.
  func head(_ strategy: String, _ problem: StoredProblem) -> String {
    "[\(total - left + 1)/\(total)] \(problem.id) \(problem.name), \(strategy)"
  }

  /// What a search came to.
  mutating func ended(_ strategy: String, _ problem: StoredProblem, _ result: SearchResult?) -> String {
    let head = head(strategy, problem)
    switch result?.end {
    case .stopped, .writerFailed: return "\(head): \(result.map { SearchText.end($0.end) } ?? "")"
    case .judgeFailed where result?.isSolved == false, .promptTooLong where result?.isSolved == false:
      return "\(head): \(result.map { SearchText.end($0.end) } ?? "")"
    default: break
    }
    left -= 1
    guard let result else { return "\(head): failed" }
    seconds.append(result.spending.time / .seconds(1))
    let mean = seconds.reduce(0, +) / Double(seconds.count)
    let rest = left > 0 ? "; about \(SearchText.clock(.seconds(mean * Double(left)))) left" : ""
    return "\(head): \(SuiteProgress.outcome(result))\(rest)"
  }
}
