import KernelVerdicts
import RunStore

extension ComparisonReport {
  /// What a comparison in the store has come to. O(candidates).
  init(_ plan: SearchComparison.Plan, in database: RunDatabase) async throws {
    let configuration = plan.configuration
    let marks = Self.marks(upTo: configuration.budgetSeconds)
    var rows: [Row] = []
    for strategy in plan.strategies {
      let run = plan.runs[strategy]
      let outcomes = if let run { try await Self.outcomes(run.id, in: database) } else { [Outcome]() }
      rows.append(Row(strategy: strategy, run: run?.id, outcomes: outcomes, marks: marks))
    }
    let run = plan.strategies.lazy.compactMap { plan.runs[$0] }.first
    self.init(
      name: plan.name, model: run?.model ?? "", device: run?.device ?? "", gpu: configuration.gpu,
      goal: configuration.goal, budgetSeconds: configuration.budgetSeconds, seed: configuration.seed,
      jobs: configuration.jobs, level: Nullable(plan.level), strategies: rows)
  }

  private static func outcomes(_ run: String, in database: RunDatabase) async throws -> [Outcome] {
    let candidates = Dictionary(grouping: try await database.candidates(of: run), by: \.id.problem)
    return try await database.problems(of: run).map { problem in
      let mine = candidates[problem.id] ?? []
      return Outcome(
        problem: problem.id, name: problem.name, state: problem.state.rawValue, notice: Nullable(problem.notice),
        secondsToCorrect: Nullable(secondsToCorrect(mine)), seconds: problem.spent.seconds.rounded(to: 3),
        candidates: mine.count,
        duplicates: mine.count { if case .duplicate = $0.candidate.state { true } else { false } },
        withoutCode: mine.count { if case .withoutCode = $0.candidate.state { true } else { false } },
        tokensRead: mine.map(\.candidate.promptTokens).reduce(0, +),
        tokensWritten: mine.map(\.candidate.completionTokens).reduce(0, +))
    }
  }

  /// The seconds of search until the first correct verdict that no second check refuted; nil where none was confirmed by one.
  static func secondsToCorrect(_ candidates: [JudgedCandidate]) -> Double? {
    guard candidates.contains(where: { $0.finalVerdict?.verdict == .correct }) else { return nil }
    return candidates.filter { $0.lastVerdict?.verdict == .correct }
      .compactMap { $0.verdict?.problemSeconds?.rounded(to: 3) }.min()
  }
}
