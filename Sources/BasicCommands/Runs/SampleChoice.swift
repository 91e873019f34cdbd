import KernelBench
import KernelVerdicts
import RunStore

/// Which candidates of a run become which samples of a run folder in KernelBench's form.
///
/// KernelBench's samples are independent of one another, and its `pass@k` takes them for that:
/// - A run whose candidates are independent (strategies `greedy` and `best-of`, and runs that were imported) has all of them as
///   samples in their order; the numbers of imported ones stay what they were.
/// - In a search, what a candidate is depends on others. Its result is one kernel for each problem, sample 0: the best one, or
///   where none is correct the one that came furthest.
struct SampleChoice {
  /// A candidate that becomes a sample.
  struct Sample: Equatable {
    var number: Int
    var candidate: JudgedCandidate
  }

  /// Whether all candidates become samples.
  let isIndependent: Bool
  private let keepsNumbers: Bool

  init(_ run: StoredRun) {
    keepsNumbers = run.kind == .import
    isIndependent =
      keepsNumbers || run.strategy == "greedy" || run.strategy == "best-of" || run.strategy.hasPrefix("best-of-")
  }

  /// The samples of a problem.
  ///
  /// - Parameters:
  ///   - candidates: Its candidates.
  ///   - best: The ordinal of the best one, where the run has chosen one.
  func samples(of candidates: [JudgedCandidate], best: Int?) -> [Sample] {
    guard isIndependent else {
      return Self.furthest(candidates, best: best).map { [Sample(number: 0, candidate: $0)] } ?? []
    }
    let independent = candidates.filter { $0.candidate.edge == .sample }.sorted { $0.id.ordinal < $1.id.ordinal }
    return independent.enumerated().map { place, candidate in
      Sample(number: keepsNumbers ? candidate.id.ordinal : place, candidate: candidate)
    }
  }

  private static func furthest(_ candidates: [JudgedCandidate], best: Int?) -> JudgedCandidate? {
    if let chosen = candidates.first(where: { $0.id.ordinal == best }) { return chosen }
    let ranked = candidates.compactMap { candidate in rank(candidate).map { (candidate, $0) } }
    return ranked.min { ($1.1, $0.0.id.ordinal) < ($0.1, $1.0.id.ordinal) }?.0
  }

  /// How far a candidate came; nil where that is not known.
  private static func rank(_ candidate: JudgedCandidate) -> Int? {
    if case .withoutCode = candidate.candidate.state { return 0 }
    return switch candidate.lastVerdict?.verdict {
    case .correct: 5
    case .incorrect: 4
    case .runtimeError, .timeout: 3
    case .rejected: 2
    case .compileError: 1
    case .unsupported, nil: nil
    }
  }
}
