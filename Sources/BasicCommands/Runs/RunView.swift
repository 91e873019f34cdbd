import RunStore

/// A run with its problems and candidates; without the candidates' texts.
///
/// Of a run that goes on meanwhile the parts may be of different moments.
struct RunView: Sendable {
  var run: StoredRun
  var summary: RunSummary
  var problems: [StoredProblem]
  var events: [StoredEvent]
  private var candidatesByProblem: [String: [JudgedCandidate]]

  init(
    run: StoredRun, summary: RunSummary, problems: [StoredProblem], candidates: [JudgedCandidate],
    events: [StoredEvent] = []
  ) {
    self.run = run
    self.summary = summary
    self.problems = problems
    self.events = events
    candidatesByProblem = Dictionary(grouping: candidates, by: \.id.problem)
  }

  /// Reads the run that a person means.
  static func read(_ database: RunDatabase, run text: String) async throws(RunStoreError) -> RunView {
    let run = try await database.run(matching: text)
    return RunView(
      run: run, summary: try await database.summary(of: run.id), problems: try await database.problems(of: run.id),
      candidates: try await database.candidates(of: run.id), events: try await database.events(of: run.id))
  }

  /// The candidates of a problem, by their numbers.
  func candidates(of problem: StoredProblem) -> [JudgedCandidate] { candidatesByProblem[problem.id] ?? [] }

  /// All candidates, by the problems' order and their own.
  var candidates: [JudgedCandidate] { problems.flatMap { candidates(of: $0) } }

  /// The candidate whose verdict is this one's: of a duplicate its original, else itself.
  func original(of candidate: JudgedCandidate) -> JudgedCandidate {
    let siblings = candidatesByProblem[candidate.id.problem] ?? []
    var found = candidate
    // Originals may be duplicates themselves; a circle would be the store's mistake, and ends here all the same.
    for _ in siblings {
      guard let ordinal = found.candidate.state.original,
        let next = siblings.first(where: { $0.id.ordinal == ordinal })
      else { break }
      found = next
    }
    return found
  }

  /// The problem that a person means: by its identifier, its name in any letter case, or its number where the run has one
  /// level. Nothing means the only problem of the run.
  func problem(_ text: String?) throws(CommandFailure) -> StoredProblem {
    guard let text else {
      if let only = problems.first, problems.count == 1 { return only }
      throw CommandFailure(
        .usage, "The run \(run.title) has \(problems.count) problems\(examples). Name one of them.")
    }
    if let problem = problems.first(where: { $0.id == text }) { return problem }
    let lowered = text.lowercased()
    let named = problems.filter { $0.name.lowercased() == lowered }
    let found = named.isEmpty ? problems.filter { $0.id.hasSuffix("/" + text) } : named
    guard let problem = found.first else {
      throw CommandFailure(
        .usage, "The run \(run.title) has no problem “\(text)”; it has \(problems.count)\(examples).")
    }
    guard found.count == 1 else {
      let names = found.prefix(5).map(\.id).joined(separator: ", ")
      throw CommandFailure(.usage, "Several problems of the run answer to “\(text)”: \(names). Name one of these.")
    }
    return problem
  }

  private var examples: String {
    guard !problems.isEmpty else { return "" }
    return " (\(problems.prefix(5).map(\.id).joined(separator: ", "))\(problems.count > 5 ? ", …" : ""))"
  }
}

/// A run in JSON: with its problems, or with one problem and its candidates.
struct RunDocument: Encodable {
  var schemaVersion = 1
  var run: RunPart
  var configuration: RawJSON
  var problems: [ProblemPart]
  /// The candidates of the problem that was asked for.
  var candidates: [CandidatePart]?
  var events: [EventPart]

  init(_ view: RunView, only problem: StoredProblem? = nil) {
    run = RunPart(view.run, view.summary)
    configuration = RawJSON(reading: view.run.configuration)
    problems = (problem.map { [$0] } ?? view.problems).map { ProblemPart($0, view.candidates(of: $0)) }
    candidates = problem.map { problem in
      view.candidates(of: problem).map { CandidatePart($0, isBest: problem.best == $0.id.ordinal) }
    }
    events = view.events.filter { problem == nil || $0.problem == problem?.id }.map(EventPart.init)
  }
}

/// A candidate in JSON, with all that the store has of it.
struct CandidateDocument: Encodable {
  var schemaVersion = 1
  var run: String
  var problem: String
  var candidate: CandidatePart
}
