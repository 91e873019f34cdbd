import ArgumentParser
import KernelBench
import KernelSearch
import RunStore
import Synchronization

/// `basic suite run`: one search after the other, for the problems of a level.
struct SuiteRun: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Search a kernel for each problem of a level, or go on with a run.",
    discussion: """
      Each problem is searched as basic solve does it, one after the other. Everything is in the store of runs before the next step, so \
      that the run may be killed at any moment: --resume goes on where it was, with what it was begun with, and nothing is \
      counted twice. A run that was imported has no model: resuming it judges its candidates, as the options for judging say. A problem that fails does not end the run. Where the model cannot be asked any more the run waits, and then \
      stops, to be resumed.

      The first Ctrl-C lets what is in flight finish; the second ends at once. The status is 0 if every problem was worked on to its \
      end, 64 for wrong arguments, 69 if the model could not be asked any more, 70 for a failure of ours, 130 after Ctrl-C.

      Examples:
        basic suite run --level 1 --kernelbench ~/KernelBench --budget-per-problem 2m
        basic suite run --level 1 --problems 1-20,40 --strategy best-of-8 --name night
        basic suite run --resume night
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
    name: .customLong("budget-per-problem"),
    help: ArgumentHelp("How long each problem is searched: 90s, 15m, 1h30m. Default: 15m.", valueName: "time"))
  var budget: TimeArgument?

  @Option(help: ArgumentHelp("A name for the run.", valueName: "name"))
  var name: String?

  @Option(help: ArgumentHelp("Go on with this run, with what it was begun with.", valueName: "run"))
  var resume: String?

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

  @Flag(help: "Show nothing but the run's name.")
  var quiet = false

  func validate() throws {
    if resume == nil, level == nil { throw ValidationError("Name a --level, or a run to --resume.") }
    if resume != nil, level != nil || problems != nil || name != nil {
      throw ValidationError("--resume goes on with a run as it is: leave --level, --problems and --name out.")
    }
  }

  func run() async throws {
    let command = self
    let stop = StopSignal()
    let (run, end) = try await Interruption.stops({ stop.request() }) { try await command.go(stop) }
    try Console.standardOutput.deliver(run.run.id + "\n")
    switch end {
    case .finished: return
    case .stopped: throw CommandFailure(.interrupted)
    case .leftOpen(let reason):
      throw CommandFailure(
        .internalFailure,
        "Some problems could not be worked on: \(reason) basic suite run --resume \(run.run.id) goes on with them.")
    case .writerFailed(let reason):
      throw CommandFailure(
        .unavailable, "The model could not be asked any more: \(reason) basic suite run --resume \(run.run.id) goes on."
      )
    }
  }

  private func source(_ context: ProcessContext, _ settings: Settings) throws -> SearchSession.Source {
    let configuration = try RunConfiguration(
      models: models, endpoint: endpoint, speculation: speculation, search: search, judging: judging, budget: budget,
      budgetName: .budgetPerProblem, corpus: corpus, settings: settings)
    if let resume { return .resume(resume, judging: configuration) }
    let level = level ?? 1
    let chosen = try Self.entries(level: level, problems, kernelbench, context, settings)
    return .begin(.suite, name: name, chosen, configuration, level: level)
  }

  /// The problems of a level; of these those with the numbers, where there are some.
  static func entries(
    level: Int, _ numbers: ProblemNumbers?, _ kernelbench: String?, _ context: ProcessContext, _ settings: Settings
  ) throws -> [Problem] {
    let folder = try kernelbench ?? settings.value(.kernelbench).flatMap(Self.setElsewhere)
    let loader = ProblemLoader(directory: folder, environment: context.environment)
    let entries = try loader.catalog().entries(level: level)
    guard !entries.isEmpty else { throw CommandFailure(.usage, "The checkout has no problems of level \(level).") }
    let chosen = entries.filter { entry in numbers.map { $0.numbers.contains(entry.id.problem) } ?? true }
    guard !chosen.isEmpty else {
      throw CommandFailure(.usage, "Level \(level) has no problem of these numbers.")
    }
    return try chosen.map { try loader.load(.path($0.path)) }
  }

  /// A text that a variable or a file has set.
  private static func setElsewhere(_ value: Sourced<SettingValue>) -> String? {
    value.value.text.isEmpty ? nil : value.value.text
  }

  private func go(_ stop: StopSignal) async throws -> (run: OpenRun, end: RunDriver.End) {
    let context = ProcessContext.current
    let settings = try Settings.load(context)
    let session = SearchSession(context: context, isQuiet: quiet, location: try store.location(settings))
    for notice in models.notices { session.announce(notice) }
    let progress = Mutex(SuiteProgress())
    let line = ProgressLine(isShown: Console.standardError.isTerminal && !quiet)
    defer { line.clear() }
    return try await session.run(
      try source(context, settings), stop: stop,
      watch: { problem, event, spending in
        let head = progress.withLock { $0.head(problem) }
        if let activity = SearchText.activity(event) {
          line.show("\(head), \(SearchText.clock(spending.time)): \(activity)".printableLines)
        }
      },
      begun: { run, problems in
        progress.withLock { $0 = SuiteProgress(problems) }
        session.announce("run \(run.run.id), seed \(run.configuration.seed), \(problems.count) problems")
      },
      ended: { problem, result in
        line.clear()
        let text = progress.withLock { $0.ended(problem, result) }
        session.announce(text)
      })
  }
}

/// How far a suite has come, for whoever waits.
struct SuiteProgress: Sendable {
  private var count = 0
  private var places: [String: Int] = [:]
  private var solved = 0
  private var done = 0
  /// What the problems of this session took, to say how long the rest may take.
  private var seconds: [Double] = []

  init() {}

  init(_ problems: [StoredProblem]) {
    count = problems.count
    for (place, problem) in problems.enumerated() { places[problem.id] = place + 1 }
    solved = problems.count { $0.state == .solved }
    done = problems.count { $0.state.isFinished }
  }

  /// `[3/20] 1/19 ReLU`.
  func head(_ problem: StoredProblem) -> String {
    "[\(places[problem.id] ?? 0)/\(count)] \(problem.id) \(problem.name)"
  }

  /// What a problem came to, and what that means for the whole.
  mutating func ended(_ problem: StoredProblem, _ result: SearchResult?) -> String {
    let head = head(problem)
    guard let result else {
      done += 1
      return "\(head): could not be worked on; \(state)"
    }
    switch result.end {
    case .stopped, .writerFailed: return "\(head): \(SearchText.end(result.end)); \(state)"
    case .judgeFailed where !result.isSolved, .promptTooLong where !result.isSolved:
      return "\(head): \(SearchText.end(result.end)); \(state)"
    default: break
    }
    done += 1
    if result.isSolved { solved += 1 }
    seconds.append(result.spending.time / .seconds(1))
    return "\(head): \(Self.outcome(result)); \(state)"
  }

  /// What a search came to: `solved, estimated 12.1 µs (0:07, 4 candidates)`.
  static func outcome(_ result: SearchResult) -> String {
    let time = SearchText.clock(result.spending.time)
    let candidates = result.tree.nodes.count == 1 ? "1 candidate" : "\(result.tree.nodes.count) candidates"
    let speed = result.best?.score.flatMap(SearchText.speed).map { ", \($0)" } ?? ""
    let what =
      switch result.end {
      case .notJudgeable(let reason) where !result.isSolved: "cannot be judged: \(reason)"
      default:
        result.isSolved
          ? "solved\(speed)" : result.best == nil ? "not solved" : "a correct kernel\(speed), not what was looked for"
      }
    return "\(what) (\(time), \(candidates))"
  }

  /// `3 of 4 solved, about 0:12:30 left`.
  private var state: String {
    let rate = "\(solved) of \(done) solved"
    let left = count - done
    guard left > 0, !seconds.isEmpty else { return rate }
    let mean = seconds.reduce(0, +) / Double(seconds.count)
    return "\(rate), \(left) to go, about \(SearchText.clock(.seconds(mean * Double(left)))) left"
  }
}
