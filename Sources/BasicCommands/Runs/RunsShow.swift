import ArgumentParser
import RunStore

/// `basic runs show`: a run, one of its problems, or one candidate.
struct RunsShow: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "Show a run, a problem's tree of candidates, or a candidate.",
    discussion: """
      With a problem, its candidates are shown as a tree: what each was made from, its verdict and why, the tokens read and \
      written, the seconds of writing and of checking; the best is marked with *. With --candidate, that candidate's source \
      goes to standard output, and nothing else. Times that were not measured are called estimates.

      Examples:
        basic runs show 261126
        basic runs show night 1/19
        basic runs show night 1/19 --candidate 3 > kernel.py
        basic runs show night 1/19 --candidate 3 --judgement
      """)

  /// What of a candidate is printed.
  enum Part: String, EnumerableFlag {
    case source, prompt, answer, judgement

    static func help(for value: Part) -> ArgumentHelp? {
      switch value {
      case .source: "Print the candidate's source (as without any of these)."
      case .prompt: "Print what the model was asked."
      case .answer: "Print what the model answered."
      case .judgement: "Print the judgement that counts, as JSON."
      }
    }
  }

  @Argument(help: ArgumentHelp("The run: its identifier, the beginning of it, or its name.", valueName: "run"))
  var run: String

  @Argument(
    help: ArgumentHelp("The problem: LEVEL/ID, its name, or in a run of one level its number.", valueName: "problem"))
  var problem: String?

  @OptionGroup var store: StoreOptions

  @Option(help: ArgumentHelp("A candidate of the problem, by its number.", valueName: "n"))
  var candidate: Int?

  @Flag var part: Part?

  @Option(help: ArgumentHelp("How it is shown.", valueName: "format"))
  var format: OutputFormat = .text

  func validate() throws {
    if let part, candidate == nil { throw ValidationError("--\(part.rawValue) needs --candidate N.") }
    if part != nil, format == .json {
      throw ValidationError("--format json shows all of a candidate; leave out --\(part?.rawValue ?? "").")
    }
    if let candidate, candidate < 0 { throw ValidationError("--candidate must be 0 or more.") }
  }

  func run() async throws {
    let database = try store.location.open(.readOnly)
    do {
      let view = try await RunView.read(database, run: run)
      guard let candidate else { return try await showRun(view) }
      let problem = try view.problem(problem)
      try await show(candidate, of: problem, view, database)
    } catch let error as RunStoreError {
      throw CommandFailure(error)
    }
  }

  private func showRun(_ view: RunView) async throws {
    let chosen = try problem.map { try view.problem($0) }
    switch format {
    case .json: try Console.standardOutput.deliver(try JSON.document(RunDocument(view, only: chosen)))
    case .text:
      let console = Console.standardOutput
      let text = RunViewText(
        view: view, width: console.isTerminal ? console.width : nil, palette: console.palette)
      try console.deliver(chosen.map { text.problem($0) } ?? text.run, isPrintable: true)
    }
  }

  private func show(
    _ ordinal: Int, of problem: StoredProblem, _ view: RunView, _ database: RunDatabase
  ) async throws {
    guard let candidate = view.candidates(of: problem).first(where: { $0.id.ordinal == ordinal }) else {
      let count = view.candidates(of: problem).count
      throw CommandFailure(
        .usage, "\(problem.id) has no candidate \(ordinal); it has \(RunText.plural(count, "candidate")).")
    }
    let texts = try await database.text(of: candidate.id, in: view.run.id)
    if format == .json {
      var part = CandidatePart(candidate, isBest: problem.best == ordinal)
      let judged = view.original(of: candidate).id
      part.texts = CandidatePart.Texts(
        prompt: texts.prompt, answer: texts.answer, source: .init(texts.source),
        judgement: .init(try await database.judgement(of: judged, in: view.run.id).map(RawJSON.init(reading:))),
        finalJudgement: .init(
          try await database.judgement(of: judged, in: view.run.id, isFinal: true).map(RawJSON.init(reading:))))
      return try Console.standardOutput.deliver(
        try JSON.document(CandidateDocument(run: view.run.id, problem: problem.id, candidate: part)))
    }
    let text: String
    switch part ?? .source {
    case .source:
      guard let source = texts.source else {
        let reason = candidate.candidate.state.reason.map { ": \($0)" } ?? "."
        throw CommandFailure(
          .usage, "The candidate \(candidate.id) has no source\(reason) See --answer for what the model wrote.")
      }
      text = source
    case .prompt: text = texts.prompt
    case .answer: text = texts.answer
    case .judgement: text = try await judgement(of: candidate, view, database)
    }
    try Console.standardOutput.deliver(text.isEmpty || text.hasSuffix("\n") ? text : text + "\n")
  }

  /// The judgement that counts: that of the second check where there was one; a duplicate's is its original's.
  private func judgement(
    of candidate: JudgedCandidate, _ view: RunView, _ database: RunDatabase
  ) async throws -> String {
    let judged = view.original(of: candidate)
    let isFinal = judged.finalVerdict != nil
    if let text = try await database.judgement(of: judged.id, in: view.run.id, isFinal: isFinal) { return text }
    let why = candidate.candidate.state.reason.map { ": \($0)" } ?? "."
    throw CommandFailure(.usage, "The candidate \(candidate.id) has no judgement\(why)")
  }
}
