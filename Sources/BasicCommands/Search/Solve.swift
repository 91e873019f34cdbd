import ArgumentParser
import KernelBench
import KernelEvaluation
import KernelPrompting
import KernelSearch
import RunStore
import Synchronization

/// `basic solve`: the best verified kernel for a problem that a time budget allows.
struct Solve: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Keep writing, checking and improving kernels for a problem until the time is up.",
    discussion: """
      Candidates are written, judged as basic check judges, and gone on from, as the strategy says. Everything is kept in the \
      store of runs before the next step; a run that was interrupted goes on with basic suite run --resume. The best correct kernel is checked once more, from scratch \
      and with other inputs, before it goes to standard output; everything else goes to standard error. With a GPU the fastest by \
      measured time is the best, without one the fastest by estimate, and that is said.

      The first Ctrl-C lets what is in flight finish and hands over the best so far; the second ends at once.

      The status is 0 if the problem is solved, 1 if it is not within the budget, 2 if no candidate can be judged, 64 for wrong arguments, \
      69 if it is not solved and the model could not be asked any more, 70 for a failure of ours, 130 after Ctrl-C.

      Examples:
        basic solve Examples/01_swish.py --budget 2m
        basic solve 1/19 --kernelbench ~/KernelBench --until correct
        basic solve 2/40 --endpoint deepseek --budget 30m --until 1.5 --output out
        basic solve problem.py --strategy best-of-8 --seed 3 --format json
      """)

  @OptionGroup var problemOptions: ProblemOptions

  @Option(help: ArgumentHelp("How long to search: 90s, 15m, 1h30m. Default: 15m.", valueName: "time"))
  var budget: TimeArgument?

  @Option(
    help: ArgumentHelp(
      "A model behind an endpoint (basic config show), instead of one on this machine.", valueName: "name"))
  var endpoint: String?

  @OptionGroup(title: "Search") var search: SearchOptions
  @OptionGroup(title: "Judging") var judging: JudgingOptions
  @OptionGroup(title: "Models") var models: ModelOptions
  @OptionGroup(title: "Speculation") var speculation: SpeculationOptions
  @OptionGroup(title: "Speculation") var corpus: CorpusOptions
  @OptionGroup(title: "Store") var store: StoreOptions

  @Option(
    help: ArgumentHelp("A folder for the kernel and the report, under KernelBench's file names.", valueName: "dir"),
    completion: .directory)
  var output: String?

  @Option(help: ArgumentHelp("How the result is shown.", valueName: "format"))
  var format: OutputFormat = .text

  @Flag(help: "Show nothing but the result.")
  var quiet = false

  func run() async throws {
    let command = self
    let context = ProcessContext.current
    // Outside of what Ctrl-C ends: reading standard input may wait for ever.
    let problem = try problemOptions.load(context)
    let folder = try output.map(OutputFolder.init(checking:))
    let stop = StopSignal()
    let (report, end) = try await Interruption.stops({ stop.request() }) {
      try await command.solve(problem, context, stop)
    }
    try folder?.keep(report.files(problem), removing: [])
    try report.show(format, isQuiet: quiet)
    if stop.isRequested { throw CommandFailure(.interrupted) }
    if report.isUnjudgeable { throw CommandFailure(.notJudged) }
    if report.isSolved { return }
    let goesOn = "basic suite run --resume \(report.run) goes on."
    switch end {
    case .writerFailed(let reason):
      throw CommandFailure(.unavailable, "The model could not be asked any more: \(reason) \(goesOn)")
    case .leftOpen(let reason):
      throw CommandFailure(.internalFailure, "The problem could not be worked on to its end: \(reason) \(goesOn)")
    case .finished, .stopped: throw CommandFailure(.badResult)
    }
  }

  private func solve(
    _ problem: Problem, _ context: ProcessContext, _ stop: StopSignal
  ) async throws -> (report: SolveReport, end: RunDriver.End) {
    let settings = try Settings.load(context)
    let session = SearchSession(context: context, isQuiet: quiet, location: try store.location(settings))
    for notice in problem.notes + models.notices { session.announce(notice) }
    let configuration = try RunConfiguration(
      models: models, endpoint: endpoint, speculation: speculation, search: search, judging: judging, budget: budget,
      budgetName: .budget, corpus: corpus, settings: settings)
    let progress = ProgressLine(isShown: Console.standardError.isTerminal && !quiet)
    defer { progress.clear() }
    let result = Mutex<SearchResult?>(nil)
    let (run, end) = try await session.run(
      .begin(.solve, name: nil, [problem], configuration, level: problem.id?.level), stop: stop,
      watch: { [quiet] _, event, spending in
        if let line = SearchText.line(event, spending), !quiet {
          progress.clear()
          Console.standardError.write(line.printableLines + "\n")
        }
        if let activity = SearchText.activity(event) { progress.show(activity) }
      },
      begun: { run, _ in session.announce("run \(run.run.id), seed \(run.configuration.seed)") },
      ended: { _, made in result.withLock { $0 = made } })
    if case .leftOpen(let reason) = end, result.withLock({ $0 == nil }) {
      throw CommandFailure(.internalFailure, reason)
    }
    guard let made = result.withLock({ $0 }) else {
      let notice = try await run.writer.database.problems(of: run.run.id).first?.notice
      throw CommandFailure(.usage, notice ?? "The problem could not be worked on.")
    }
    return (SolveReport(run: run.run, problem: problem, result: made), end)
  }
}
