import KernelBench
import RunStore

/// A run as a run folder of KernelBench's: kernels, prompts, what they were made with, and what became of them.
struct KernelBenchExport {
  /// What is to be said about an export.
  struct Outcome: Equatable {
    var kernels = 0
    var results = 0
    var notes: [String] = []
  }

  let view: RunView
  let database: RunDatabase
  private let level: Int
  private let ids: [String: ProblemID]

  /// Looks whether the run can be a run folder at all.
  ///
  /// - Throws: ``CommandFailure`` where a problem is none of KernelBench's, or problems are of several levels, or candidates are no modules.
  init(_ view: RunView, _ database: RunDatabase) throws(CommandFailure) {
    self.view = view
    self.database = database
    var ids: [String: ProblemID] = [:]
    for problem in view.problems {
      guard let id = ProblemID(runProblem: problem.id) else {
        throw CommandFailure(
          .usage,
          "The problem \(problem.id) of the run is none of KernelBench's, whose files go by level and number. Use --as jsonl or --as basic."
        )
      }
      ids[problem.id] = id
    }
    let levels = Set(ids.values.map(\.level)).sorted()
    guard let level = levels.first, levels.count == 1 else {
      throw CommandFailure(
        .usage,
        levels.isEmpty
          ? "The run \(view.run.title) has no problems, so there is nothing to export."
          : "The run has problems of levels \(levels.map(String.init).joined(separator: " and ")), and a run folder has one level. Use --as jsonl or --as basic."
      )
    }
    guard !view.candidates.contains(where: \.candidate.isProgram) else {
      throw CommandFailure(
        .usage, "The run's candidates are CUDA programs, not Python modules. Use --as jsonl or --as basic.")
    }
    self.level = level
    self.ids = ids
  }

  /// Whether a file name is one of a run folder's.
  static func isOurs(_ name: String) -> Bool {
    RunFileName(name) != nil || [configurationName, resultsName, passAtKName].contains(name)
  }

  private static let configurationName = "generation_config.yaml"
  private static let resultsName = "eval_results.json"
  private static let passAtKName = "pass_at_k_results.json"

  /// Writes the files into a folder.
  func write(to folder: String) async throws -> Outcome {
    let writer = try RunFolderWriter(path: folder, level: level)
    let choice = SampleChoice(view.run)
    let evidence = SampleEvidence(device: view.run.device, gpu: view.run.gpu)
    var outcome = Outcome()
    var results = EvaluationResults()
    var withoutVerdict = 0
    var mostSamples = 0
    var counts: Set<Int> = []
    for problem in view.problems {
      guard let id = ids[problem.id] else { continue }
      let samples = choice.samples(of: view.candidates(of: problem), best: problem.best)
      counts.insert(samples.count)
      for sample in samples {
        try Task.checkCancellation()
        mostSamples = max(mostSamples, sample.number + 1)
        let candidate = sample.candidate
        let text = try await database.text(of: candidate.id, in: view.run.id)
        if let source = text.source {
          try writer.write(
            kernel: source, prompt: text.prompt.isEmpty ? nil : text.prompt, problem: id.problem, sample: sample.number)
          outcome.kernels += 1
        }
        let judged = view.original(of: candidate)
        let facts =
          try await database.judgement(of: judged.id, in: view.run.id, isFinal: judged.finalVerdict != nil)
          .map(JudgementFacts.init(reading:)) ?? JudgementFacts()
        let result = evidence.result(
          sample: sample.number, candidate, verdict: judged.lastVerdict, facts: facts)
        if let result { results.problems[id.problem, default: []].append(result) } else { withoutVerdict += 1 }
      }
    }
    outcome.results = results.problems.values.reduce(0) { $0 + $1.count }
    if withoutVerdict > 0 {
      outcome.notes.append("\(RunText.plural(withoutVerdict, "sample")) without a verdict of ours: no results of them.")
    }
    let missing = view.problems.count - results.problems.count
    if missing > 0 { outcome.notes.append("\(RunText.plural(missing, "problem")) without results.") }
    try writer.write(configuration(samples: choice.isIndependent ? mostSamples : 1))
    if !results.problems.isEmpty {
      try writer.write(results)
      if choice.isIndependent, mostSamples > 1 {
        // As KernelBench's evaluation does, with its own values of k.
        if counts.count == 1 {
          try writer.write(PassAtKResults(results, ks: [1, 5, 10]))
        } else {
          let least = counts.min() ?? 0
          outcome.notes.append(
            "Problems have between \(least) and \(counts.max() ?? 0) samples, so there is no pass_at_k_results.json: where a run stops at what it looked for, pass@k would be too high."
          )
        }
      }
    }
    return outcome
  }

  private func configuration(samples: Int) -> GenerationConfiguration {
    let run = view.run
    var entries: [GenerationConfiguration.Entry] = [
      .init("run_name", .string(run.name ?? run.id)), .init("level", .integer(level)),
      .init("model_name", .string(run.model)), .init("num_samples", .integer(samples)),
      .init("basic_version", .string(Basic.version)), .init("basic_run", .string(run.id)),
      .init("basic_strategy", .string(run.strategy)), .init("basic_seed", .string("\(run.seed)")),
      .init("basic_device", .string(run.device)), .init("basic_gpu", .string(run.gpu)),
    ]
    if let budget = run.budgetSeconds { entries.append(.init("basic_budget_seconds", .number(budget))) }
    return GenerationConfiguration(entries)
  }
}

extension ProblemID {
  /// Reads a problem's name within a run; nil unless it is a level and a number, such as `1/19`.
  init?(runProblem name: String) {
    let parts = name.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2, let level = Int(parts[0]), let problem = Int(parts[1]), level >= 0, problem >= 0,
      "\(level)/\(problem)" == name
    else { return nil }
    self.init(level: level, problem: problem)
  }
}
