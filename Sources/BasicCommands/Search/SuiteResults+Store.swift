import Foundation
import KernelBench
import KernelReports
import KernelVerdicts
import RunStore

extension SuiteResults {
  /// What a run in the store came to.
  ///
  /// Problems that nobody has begun are left out; one that is being worked on counts as not solved.
  init(_ run: StoredRun, in database: RunDatabase) async throws {
    let problems = try await database.problems(of: run.id)
    let candidates = Dictionary(grouping: try await database.candidates(of: run.id), by: \.id.problem)
    let configuration = try? JSON.value(RunConfiguration.self, from: run.configuration)
    var made: [Problem] = []
    for problem in problems where problem.state != .pending {
      var sample = 0
      var mine: [Candidate] = []
      for judged in candidates[problem.id] ?? [] {
        let isSample = judged.candidate.edge == .sample
        let text = try await database.text(of: judged.id, in: run.id)
        mine.append(
          Candidate(
            judged, verdict: Self.verdict(of: judged, in: candidates[problem.id] ?? []),
            sampleIndex: isSample ? sample : 0, source: text.source, best: problem.best))
        if isSample { sample += 1 }
      }
      made.append(
        Problem(
          id: problem.id, name: problem.name, family: ProblemFamily(rawValue: problem.family) ?? .other,
          state: State(problem.state), notice: problem.notice, secondsSpent: problem.spent.seconds, candidates: mine))
    }
    self.init(
      name: run.name ?? run.id, id: run.id, model: run.model, strategy: run.strategy, device: run.device, gpu: run.gpu,
      budgetSeconds: run.budgetSeconds, seed: run.seed, started: run.createdAt, finished: run.finishedAt, problems: made
    )
    hasFixedSampleCount =
      run.kind == .import
      || (run.strategy == "greedy" || run.strategy.hasPrefix("best-of-")) && (configuration?.goal ?? "none") == "none"
  }

  /// A candidate's verdict: its own, or that of the one that it repeats.
  private static func verdict(of candidate: JudgedCandidate, in all: [JudgedCandidate]) -> StoredVerdict? {
    var candidate = candidate
    // Duplicates of duplicates come to an end: the store refuses circles.
    while case .duplicate(let original) = candidate.candidate.state,
      let next = all.first(where: { $0.id.ordinal == original })
    { candidate = next }
    return candidate.lastVerdict
  }

  private typealias State = Problem.State
}

extension SuiteResults.Problem.State {
  fileprivate init(_ state: StoredProblem.State) {
    switch state {
    case .solved: self = .solved
    case .unjudgeable: self = .unjudgeable
    case .failed: self = .failed
    case .unsolved, .active, .pending: self = .unsolved
    }
  }
}

extension SuiteResults.Candidate {
  /// - Parameter verdict: the candidate's own, or that of the one that it repeats. An answer without code is no answer to the task.
  fileprivate init(
    _ judged: JudgedCandidate, verdict: StoredVerdict?, sampleIndex: Int, source: String?, best: Int?
  ) {
    let candidate = judged.candidate
    var word = verdict?.verdict
    if case .withoutCode = candidate.state { word = .rejected }
    let finding: String? =
      switch candidate.state {
      case .generated: "It waits for its check."
      case .duplicate(let original): "The same as candidate \(original)."
      case .withoutCode(let reason), .failed(let reason): reason
      case .judged: verdict?.reason
      }
    self.init(
      ordinal: candidate.id.ordinal, sampleIndex: sampleIndex, parent: candidate.parent,
      edge: Edge(rawValue: candidate.edge.rawValue) ?? .sample, verdict: word, finding: finding,
      judgedAtSeconds: judged.verdict?.problemSeconds, inputTokens: candidate.promptTokens,
      outputTokens: candidate.completionTokens, cost: candidate.cost, runtimeMilliseconds: verdict?.runtimeMilliseconds,
      eagerMilliseconds: verdict?.referenceMilliseconds, compiledMilliseconds: verdict?.compiledMilliseconds,
      estimateMilliseconds: verdict?.estimateMilliseconds,
      ratio: verdict?.speedRatio.map { Ratio(value: $0.value, lower: $0.low, upper: $0.high) },
      speed: verdict?.speedRatio.map(Speed.init) ?? .notTimed, source: source,
      isBest: candidate.id.ordinal == best)
  }
}

extension SuiteResults.Candidate.Speed {
  /// As the judge decides it: the whole interval on one side of 1, and more than two percent away from it.
  fileprivate init(_ ratio: StoredVerdict.SpeedRatio) {
    if ratio.low > 1, ratio.value > 1.02 {
      self = .faster
    } else if ratio.high < 1, ratio.value < 0.98 {
      self = .slower
    } else {
      self = .tie
    }
  }
}
