import Foundation
import KernelBench
import KernelEvaluation
import KernelPrompting
import KernelSearch
import RunStore

/// Drives a run: one search after the other for its problems, each written down as it goes.
struct RunDriver: Sendable {
  let writer: RunWriter
  let configuration: RunConfiguration
  let model: SearchModel
  /// Makes the judge of a problem's candidates, which also knows what cannot be judged.
  let judge: @Sendable (Problem) -> any CandidateJudge & ProblemScreen
  /// Asks for an end in good order.
  let stop: StopSignal
  /// Is told what happens: in which problem, what, and what has been spent on it.
  let observe: @Sendable (StoredProblem, SearchEvent, Spending) -> Void

  /// How a run came to its end.
  enum End: Sendable, Hashable {
    /// Each problem has been worked on to its end.
    case finished
    /// Somebody stopped it.
    case stopped
    /// The model could not be asked any more. The run can be resumed when it can.
    case writerFailed(reason: String)
    /// Some problems could not be begun or judged for a reason of ours, or do not fit the model: they are open, and the run can be resumed.
    case leftOpen(reason: String)
  }

  /// Goes through the problems that have not ended. A problem that fails does not keep the others from being worked on.
  ///
  /// - Parameter ended: is told what each problem came to.
  /// - Throws: what the store throws, which ends the run; ``KernelSearchError`` for what the run was begun with, before any problem
  ///   is touched; `CancellationError`.
  func run(_ problems: [StoredProblem], ended: (StoredProblem, SearchResult?) async throws -> Void) async throws -> End
  {
    // No problem is at fault for what the whole run was begun with.
    _ = try configuration.settings(writing: model.width, seed: configuration.seed)
    _ = try strategy
    var obstacle: String?
    for stored in problems where !stored.state.isFinished {
      if stop.isRequested { return .stopped }
      let result: SearchResult
      do {
        result = try await solve(stored)
      } catch let error as KernelSearchError where error.code == .badProblem {
        try await fail(stored, error.message)
        try await ended(stored, nil)
        continue
      } catch let error as KernelBenchError {
        try await fail(stored, error.message)
        try await ended(stored, nil)
        continue
      } catch let error as KernelEvaluationError {
        // The screen's own failure, before a token was spent. The problem is not at fault, and may be begun another time.
        try await writer.append(
          StoredEvent(
            problem: stored.id, at: Date(), kind: "not-begun", detail: try JSON.line(["reason": error.message])))
        try await ended(stored, nil)
        obstacle = obstacle ?? error.message
        continue
      }
      try await ended(stored, result)
      switch result.end {
      case .stopped: return .stopped
      case .writerFailed(let reason): return .writerFailed(reason: reason)
      case .judgeFailed(let reason) where !result.isSolved, .promptTooLong(let reason) where !result.isSolved:
        obstacle = obstacle ?? reason
      default: break
      }
    }
    return obstacle.map { .leftOpen(reason: $0) } ?? .finished
  }

  private func fail(_ stored: StoredProblem, _ reason: String) async throws {
    try await writer.finish(problem: stored.id, as: .failed, notice: reason)
  }

  private func solve(_ stored: StoredProblem) async throws -> SearchResult {
    let origin: Problem.Origin = configuration.origins[stored.id].map { .file($0) } ?? .standardInput
    let problem = try Problem(bytes: Array(stored.reference.utf8), origin: origin)
    let judge = judge(problem)
    // Each problem has random numbers of its own, whatever the others take.
    let settings = try configuration.settings(writing: model.width, seed: configuration.seed(of: stored.id))
    let search = Search(
      problem: problem,
      prompts: PromptBuilder(
        form: model.form, gpu: configuration.gpuModel, precision: configuration.kernelPrecision),
      writer: model.writer, judge: judge, screen: judge,
      journal: StoreJournal(writer: writer, problem: stored.id, goal: settings.goal),
      strategy: try strategy, settings: settings,
      clock: ContinuousClock())
    return try await search.solve(stop: stop) { [observe] event, spending in observe(stored, event, spending) }
  }

  private var strategy: any SearchStrategy {
    get throws {
      if configuration.strategy == JudgingStrategy.name { return JudgingStrategy() }
      return try StrategyChoice.strategy(
        named: configuration.strategy, startsGreedily: configuration.model.endpoint == nil,
        batch: model.writer.preferredBatch)
    }
  }
}

/// A run that is begun or gone on with.
struct OpenRun: Sendable {
  let run: StoredRun
  let writer: RunWriter
  let configuration: RunConfiguration

  /// This process, for messages to people.
  static var driver: StoredRun.Driver {
    StoredRun.Driver(
      process: ProcessInfo.processInfo.processIdentifier, host: ProcessInfo.processInfo.hostName, since: Date())
  }

  /// A problem's name within a run.
  static func id(of problem: Problem) -> String { problem.id.map { "\($0)" } ?? problem.outputName }

  /// Begins a run with problems.
  static func begin(
    _ kind: StoredRun.Kind, name: String?, _ problems: [Problem], _ configuration: RunConfiguration, model: String,
    device: String, level: Int?, in database: RunDatabase
  ) async throws -> OpenRun {
    var configuration = configuration
    var stored: [StoredProblem] = []
    for (position, problem) in problems.enumerated() {
      let id = id(of: problem)
      if case .file(let path) = problem.origin { configuration.origins[id] = path }
      stored.append(
        StoredProblem(
          id: id, position: position, name: problem.name, family: ProblemFamily(name: problem.name).rawValue,
          reference: problem.source))
    }
    var generator = SystemRandomNumberGenerator()
    let run = StoredRun(
      id: StoredRun.makeID(at: Date(), using: &generator), name: name, kind: kind, createdAt: Date(),
      configuration: try JSON.line(configuration), model: model, strategy: configuration.strategy, device: device,
      gpu: configuration.gpu, seed: configuration.seed, budgetSeconds: configuration.budgetSeconds, level: level)
    let writer = try await database.create(run, problems: stored, driver: driver)
    return OpenRun(run: run, writer: writer, configuration: configuration)
  }

  /// Goes on with a run.
  ///
  /// - Parameter judging: how candidates are judged that somebody else's program wrote.
  static func resume(
    _ name: String, judging: RunConfiguration? = nil, in database: RunDatabase
  ) async throws -> OpenRun {
    let run = try await database.run(matching: name)
    if run.kind == .import {
      guard let judging else {
        throw CommandFailure(.usage, "\(run.id) was imported: it has no model that could go on with it.")
      }
      return OpenRun(
        run: run, writer: try await database.resume(run.id, driver: driver),
        configuration: judging.forJudgingAlone)
    }
    let configuration: RunConfiguration
    do {
      configuration = try JSON.value(RunConfiguration.self, from: run.configuration)
    } catch {
      throw CommandFailure(.usage, "\(run.id) was begun by another version, and cannot be gone on with: \(error)")
    }
    return OpenRun(
      run: run, writer: try await database.resume(run.id, driver: driver), configuration: configuration)
  }

  /// Gives the run free.
  func close(_ end: RunDriver.End) async throws {
    try await writer.close(as: end == .finished ? .finished : .paused, at: Date())
  }
}
