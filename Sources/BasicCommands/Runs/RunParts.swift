import KernelVerdicts
import RunStore

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// A run in JSON.
///
/// As everywhere, `schemaVersion` of the document grows when a field changes its meaning or goes; new fields may come at any
/// time.
struct RunPart: Encodable {
  struct Driver: Encodable {
    var process: Int32
    var host: String
    var since: String
  }

  struct Problems: Encodable {
    var total: Int
    var solved: Int
    var unsolved: Int
    var unjudgeable: Int
    var failed: Int
    var active: Int
    var pending: Int
  }

  struct Candidates: Encodable {
    var total: Int
    var waiting: Int
    var duplicates: Int
    var withoutCode: Int
    var failed: Int
  }

  struct Tokens: Encodable {
    var prompt: Int
    /// Those of the prompts' that came out of a cache.
    var cached: Int
    var completion: Int
  }

  struct Seconds: Encodable {
    var spent: Double
    var generation: Double
    var check: Double
  }

  var id: String
  var name: Nullable<String>
  var kind: String
  /// `running`, `interrupted`, `paused`, `finished` or `failed`.
  var state: String
  var started: String
  var finished: Nullable<String>
  var driver: Nullable<Driver>
  var model: String
  var strategy: String
  var device: String
  var gpu: String
  var seed: UInt64
  var budgetSeconds: Nullable<Double>
  var level: Nullable<Int>
  var problems: Problems
  var candidates: Candidates
  var tokens: Tokens
  /// In the currency of the configuration; `null` where no price is known.
  var cost: Nullable<Double>
  var seconds: Seconds

  init(_ run: StoredRun, _ summary: RunSummary) {
    id = run.id
    name = .init(run.name)
    kind = run.kind.rawValue
    state = run.stateText
    started = run.createdAt.formatted(.iso8601)
    finished = .init(run.finishedAt?.formatted(.iso8601))
    driver = .init(
      run.driver.map { Driver(process: $0.process, host: $0.host, since: $0.since.formatted(.iso8601)) })
    model = run.model
    strategy = run.strategy
    device = run.device
    gpu = run.gpu
    seed = run.seed
    budgetSeconds = .init(run.budgetSeconds)
    level = .init(run.level)
    func count(_ state: StoredProblem.State) -> Int { summary.problems[state] ?? 0 }
    problems = Problems(
      total: summary.problemCount, solved: count(.solved), unsolved: count(.unsolved),
      unjudgeable: count(.unjudgeable), failed: count(.failed), active: count(.active), pending: count(.pending))
    candidates = Candidates(
      total: summary.candidates, waiting: summary.waiting, duplicates: summary.duplicates,
      withoutCode: summary.withoutCode, failed: summary.failed)
    tokens = Tokens(
      prompt: summary.promptTokens, cached: summary.cachedTokens, completion: summary.completionTokens)
    cost = .init(summary.cost)
    seconds = Seconds(
      spent: summary.secondsSpent.rounded(to: 3), generation: summary.generationSeconds.rounded(to: 3),
      check: summary.checkSeconds.rounded(to: 3))
  }
}

/// A problem of a run in JSON.
struct ProblemPart: Encodable {
  var id: String
  var name: String
  var family: String
  /// `pending`, `active`, `solved`, `unsolved`, `unjudgeable` or `failed`.
  var state: String
  var notice: Nullable<String>
  var seconds: Double
  /// The ordinal of the best candidate.
  var best: Nullable<Int>
  var candidates: CandidateTally
  /// What counts of the best candidate.
  var speed: Nullable<SpeedPart>

  init(_ problem: StoredProblem, _ candidates: [JudgedCandidate]) {
    id = problem.id
    name = problem.name
    family = problem.family
    state = problem.state.rawValue
    notice = .init(problem.notice)
    seconds = problem.spent.seconds.rounded(to: 3)
    best = .init(problem.best)
    self.candidates = CandidateTally(candidates)
    let verdict = candidates.first { $0.id.ordinal == problem.best }?.lastVerdict
    speed = .init(verdict.map(SpeedPart.init))
  }
}

/// How fast a candidate is. What was measured and what is an estimate never share a field.
struct SpeedPart: Encodable {
  var runtimeMilliseconds: Nullable<Double>
  var eagerMilliseconds: Nullable<Double>
  var compiledMilliseconds: Nullable<Double>
  /// The time of the better of eager and compiled over the candidate's, with the ends of its interval.
  var ratio: Nullable<Double>
  var ratioInterval: Nullable<[Double]>
  var estimateMilliseconds: Nullable<Double>

  init(_ verdict: StoredVerdict) {
    runtimeMilliseconds = .init(verdict.runtimeMilliseconds)
    eagerMilliseconds = .init(verdict.referenceMilliseconds)
    compiledMilliseconds = .init(verdict.compiledMilliseconds)
    ratio = .init(verdict.speedRatio?.value)
    ratioInterval = .init(verdict.speedRatio.map { [$0.low, $0.high] })
    estimateMilliseconds = .init(verdict.estimateMilliseconds)
  }
}

/// An event of a run in JSON.
struct EventPart: Encodable {
  var problem: Nullable<String>
  var at: String
  var kind: String
  var detail: RawJSON

  init(_ event: StoredEvent) {
    problem = .init(event.problem)
    at = event.at.formatted(.iso8601)
    kind = event.kind
    detail = RawJSON(reading: event.detail)
  }
}
