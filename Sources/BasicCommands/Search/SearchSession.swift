import KernelBench
import KernelEvaluation
import KernelSearch
import RunStore

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// What solve and suite have in common: the parts of a run are put together, its searches are watched, and it is given free.
struct SearchSession: Sendable {
  let context: ProcessContext
  let isQuiet: Bool
  /// The place of the store.
  let location: StoreLocation

  /// What a session begins or goes on with.
  enum Source: Sendable {
    case begin(StoredRun.Kind, name: String?, [Problem], RunConfiguration, level: Int?)
    /// Imported candidates are judged as the configuration says; other runs know theirs.
    case resume(String, judging: RunConfiguration)
  }

  /// Runs.
  ///
  /// - Parameters:
  ///   - stop: what the first Ctrl-C gives.
  ///   - watch: is told each event, with the state of the whole run.
  ///   - ended: is told what each problem came to.
  func run(
    _ source: Source, stop: StopSignal,
    watch: @escaping @Sendable (StoredProblem, SearchEvent, Spending) -> Void,
    begun: (OpenRun, [StoredProblem]) throws -> Void = { _, _ in },
    ended: (StoredProblem, SearchResult?) async throws -> Void
  ) async throws -> (run: OpenRun, end: RunDriver.End) {
    try await Self.reporting {
      let database = try location.openOrMake()
      // A run is there only after everything that it needs is.
      var configuration: RunConfiguration
      var before = WrittenBefore(database: database)
      var resumed: OpenRun?
      switch source {
      case .begin(_, _, let problems, let given, _):
        configuration = given
        before.problems = Set(problems.map(OpenRun.id(of:)))
      case .resume(let name, let judging):
        let run = try await OpenRun.resume(name, judging: judging, in: database)
        resumed = run
        configuration = run.configuration
      }
      do {
        if let resumed { before.problems = Set(try await database.problems(of: resumed.run.id).map(\.id)) }
        let tools = try await Judging.tools(context, device: configuration.deviceChoice)
        if tools.gpu == nil, ![Goal.none.description, Goal.correct.description].contains(configuration.goal) {
          announce(
            "Without a GPU nothing is timed: the goal \(configuration.goal) cannot be reached, and the budget will be spent."
          )
        }
        let model =
          resumed?.run.kind == .import
          ? SearchModel.none
          : try await SearchModel.load(configuration, before: before, context, announce: announce)
        let open: OpenRun
        switch source {
        case .begin(let kind, let name, let problems, _, let level):
          open = try await OpenRun.begin(
            kind, name: name, problems, configuration, model: model.writer.name, device: tools.device.rawValue,
            level: level, in: database)
        case .resume:
          guard let resumed else { throw CommandFailure(.internalFailure, "The run is gone.") }
          open = resumed
        }
        resumed = open
        let problems = try await database.problems(of: open.run.id)
        try begun(open, problems)
        let options = open.configuration.judgeOptions
        let driver = RunDriver(
          writer: open.writer, configuration: open.configuration, model: model,
          judge: { SearchJudge(reference: $0.source, tools: tools, options: options) }, stop: stop, observe: watch)
        let end = try await driver.run(problems, ended: ended)
        try await open.close(end)
        if let ledger = model.ledger { for line in LedgerText.lines(ledger) { announce(line) } }
        return (open, end)
      } catch {
        // What was done is in the store, and it can be gone on with.
        try? await resumed?.writer.close(as: .paused, at: .now)
        throw error
      }
    }
  }

  /// Runs a body, with errors as a command reports them.
  static func reporting<Result>(_ body: () async throws -> Result) async throws -> Result {
    do {
      return try await body()
    } catch let error as RunStoreError {
      throw CommandFailure(error)
    } catch let error as KernelSearchError {
      if let stored = error.underlyingError as? RunStoreError { throw CommandFailure(stored) }
      throw CommandFailure(error.code == .badSetting ? .usage : .internalFailure, error.description)
    }
  }

  var announce: @Sendable (String) -> Void {
    { [isQuiet] text in if !isQuiet { Console.standardError.write(text.printableLines + "\n") } }
  }
}
