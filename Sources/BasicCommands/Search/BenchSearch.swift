import ArgumentParser
import KernelBench
import KernelSearch
import RunStore
import Synchronization

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// `basic bench search`: strategies side by side, and what searching itself takes.
struct BenchSearch: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "search",
    abstract: "Compare strategies of search on the same problems, with the same model and budget.",
    discussion: """
      Shown is how many problems have a correct kernel after so many seconds of search, for each strategy. All strategies share the model \
      and the seed of a problem. They take turns: each problem is searched with all of them, in an order \
      that is drawn anew for each problem, so that a machine that slows down slows all of them down. None finds \
      built what another or an earlier comparison has built. Time is what the search has taken, from its start to the verdict.

      Each strategy is a run in the store, named bench-STRATEGY-NAME, for basic suite report and basic runs. A comparison may \
      be killed at any moment: --resume goes on where it was, and shows one that is finished again. The first Ctrl-C lets what is in \
      flight finish; the second ends at once.

      With --overhead nothing is asked and nothing is judged: a model that answers instantly and a judge that takes no time leave what search and \
      store take. Shown are candidates per second, each the median of three runs, with a journal in memory and with a new store \
      beside the one that --store names, or in the folder for temporary files; it is removed afterwards.

      Examples:
        basic bench search --level 1 --problems 19-38 --kernelbench ~/KernelBench
        basic bench search --level 1 --problems 19,20 --strategy best-of-8
        basic bench search --resume 261126-203512-k3f9 --format json
        basic bench search --overhead --candidates 5000
      """)

  @Option(name: .customLong("level"), help: ArgumentHelp("The level.", valueName: "n"))
  var level: Int?

  @Option(help: ArgumentHelp("Which problems of it, such as 1-20,40. Default: all.", valueName: "numbers"))
  var problems: ProblemNumbers?

  @Option(
    help: ArgumentHelp("The KernelBench checkout. Default: $KERNELBENCH_DIR, or ./KernelBench.", valueName: "dir"),
    completion: .directory)
  var kernelbench: String?

  @Option(
    name: .customLong("strategy"),
    help: ArgumentHelp(
      """
      A strategy: greedy, best-of-N, linear or adaptive; may be given several times. Default: greedy, best-of-1, best-of-8, \
      linear and adaptive; with --overhead best-of, linear and adaptive.
      """, valueName: "name"),
    completion: .list(StrategyChoice.names.map(\.name)))
  var strategies: [String] = []

  @Option(
    name: .customLong("budget-per-problem"),
    help: ArgumentHelp("How long each problem is searched with each strategy.", valueName: "time"))
  var budget = TimeArgument(.seconds(60))

  @Option(
    help: ArgumentHelp(
      "Stop a problem when there is a correct kernel, a faster one, or one this many times as fast.", valueName: "goal"),
    completion: .list(["correct", "faster", "none"]))
  var until: Goal = .correct

  @Option(help: ArgumentHelp("A name for the comparison. Default: a new one.", valueName: "name"))
  var name: String?

  @Option(help: ArgumentHelp("Go on with this comparison, with what it was begun with.", valueName: "name"))
  var resume: String?

  @Flag(name: .customLong("overhead"), help: "Measure what search and store take by themselves.")
  var measuresOverhead = false

  @Option(
    name: .customLong("candidates"),
    help: ArgumentHelp("With --overhead: how many candidates a run has. Default: 5000.", valueName: "n"))
  var overheadCandidates: Int?

  @Option(
    help: ArgumentHelp(
      "A model behind an endpoint (basic config show), instead of one on this machine.", valueName: "name"))
  var endpoint: String?

  @OptionGroup(title: "Search") var candidates: CandidateOptions
  @OptionGroup(title: "Judging") var judging: JudgingOptions
  @OptionGroup(title: "Models") var models: ModelOptions
  @OptionGroup(title: "Speculation") var speculation: SpeculationOptions
  @OptionGroup(title: "Store") var store: StoreOptions

  @Option(help: ArgumentHelp("How the result is shown; text is Markdown.", valueName: "format"))
  var format: OutputFormat = .text

  @Flag(help: "Show nothing but the result.")
  var quiet = false

  /// What is compared where nothing is named.
  static let defaultStrategies = ["greedy", "best-of-1", "best-of-8", "linear", "adaptive"]

  func validate() throws {
    for strategy in strategies { try SearchOptions.check(strategy: strategy) }
    if Set(strategies).count < strategies.count { throw ValidationError("A strategy is named twice.") }
    if measuresOverhead {
      if level != nil || problems != nil || name != nil || resume != nil || endpoint != nil {
        throw ValidationError("--overhead asks no model and searches no problem: leave them, --name and --resume out.")
      }
      let count = overheadCandidates ?? OverheadBenchmark.defaultCandidates
      if !(1...1_000_000).contains(count) { throw ValidationError("--candidates must be between 1 and 1000000.") }
      for strategy in strategies where !OverheadBenchmark.canMeasure(strategy, candidates: count) {
        throw ValidationError("\(strategy) ends before it has \(count) candidates, so there is nothing to measure.")
      }
      return
    }
    if overheadCandidates != nil {
      throw ValidationError("--candidates is for --overhead; --samples limits a problem's.")
    }
    if resume == nil, level == nil { throw ValidationError("Name a --level, or a comparison to --resume.") }
    if resume != nil, level != nil || problems != nil || name != nil || !strategies.isEmpty {
      throw ValidationError(
        "--resume goes on with a comparison as it is: leave --level, --problems, --strategy and --name out.")
    }
    if name == "" { throw ValidationError("--name needs a name.") }
  }

  func run() async throws {
    let command = self
    if measuresOverhead {
      let report = try await Interruption.cancels { try await command.overhead() }
      return try deliver(report, text: report.text)
    }
    let stop = StopSignal()
    let (report, name, end) = try await Interruption.stops({ stop.request() }) { try await command.compare(stop) }
    switch end {
    case .finished: try deliver(report, text: report.text)
    case .stopped:
      throw CommandFailure(.interrupted, "Interrupted. basic bench search --resume \(name) goes on.")
    case .leftOpen(let reason):
      throw CommandFailure(
        .internalFailure,
        "Some problems could not be worked on: \(reason) basic bench search --resume \(name) goes on with them.")
    case .writerFailed(let reason):
      throw CommandFailure(
        .unavailable,
        "The model could not be asked any more: \(reason) basic bench search --resume \(name) goes on.")
    }
  }

  private func deliver(_ report: some Encodable, text: String) throws {
    switch format {
    case .json: try Console.standardOutput.deliver(try JSON.document(report))
    case .text: try Console.standardOutput.deliver(text)
    }
  }

  private func overhead() async throws -> OverheadReport {
    let quiet = quiet
    return try await OverheadBenchmark(
      strategies: strategies.isEmpty ? OverheadBenchmark.defaultStrategies : strategies,
      candidates: overheadCandidates ?? OverheadBenchmark.defaultCandidates, seed: candidates.seed ?? 1,
      folder: store.store.map(Files.folder) ?? FileManager.default.temporaryDirectory.path
    ).run { text in if !quiet { Console.standardError.write(text + "\n") } }
  }

  private func source(_ context: ProcessContext, _ settings: Settings) throws -> SearchComparison.Source {
    if let resume { return .resume(resume) }
    let chosen = try SuiteRun.entries(level: level ?? 1, problems, kernelbench, context, settings)
    var generator = SystemRandomNumberGenerator()
    var configuration = try RunConfiguration(
      models: models, endpoint: endpoint, speculation: speculation, candidates: candidates, judging: judging,
      settings: settings)
    // No strategy is to draft from what another one wrote, nor when one of their runs is gone on with by itself.
    configuration.speculation.noCorpus = true
    configuration.goal = until.description
    configuration.budgetSeconds = budget.duration / .seconds(1)
    configuration.comparison = .init(
      name: name ?? StoredRun.makeID(at: Date(), using: &generator),
      strategies: strategies.isEmpty ? Self.defaultStrategies : strategies)
    return .begin(configuration, chosen, level: level)
  }

  private func compare(
    _ stop: StopSignal
  ) async throws -> (report: ComparisonReport, name: String, end: RunDriver.End) {
    let context = ProcessContext.current
    let settings = try Settings.load(context)
    let session = SearchSession(context: context, isQuiet: quiet, location: try store.location(settings))
    for notice in models.notices { session.announce(notice) }
    let progress = Mutex(ComparisonProgress())
    let line = ProgressLine(isShown: Console.standardError.isTerminal && !quiet)
    defer { line.clear() }
    return try await SearchComparison(session: session).run(
      try source(context, settings), stop: stop,
      watch: { strategy, problem, event, spending in
        let head = progress.withLock { $0.head(strategy, problem) }
        if let activity = SearchText.activity(event) {
          line.show("\(head), \(SearchText.clock(spending.time)): \(activity)".printableLines)
        }
      },
      begun: { name, total, left in
        progress.withLock { $0 = ComparisonProgress(total: total, left: left) }
        session.announce("comparison \(name), \(total) searches, \(left) to go")
      },
      ended: { strategy, problem, result in
        line.clear()
        session.announce(progress.withLock { $0.ended(strategy, problem, result) })
      })
  }
}
