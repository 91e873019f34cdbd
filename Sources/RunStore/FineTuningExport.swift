internal import Foundation
internal import GRDB
internal import KernelVerdicts

/// What of a run is written out to train a model with.
public enum FineTuningSelection: Sendable, Hashable {
  /// The best candidate of each problem, where it was judged correct.
  case bestVerified
  /// Every candidate that was judged correct.
  case allVerified
  /// Every candidate that was judged, whatever the verdict.
  case allJudged
}

extension RunDatabase {
  /// Writes candidates of a run as lines of JSON for fine-tuning, by the problems' order and their own.
  ///
  /// A candidate is *verified* where its last verdict is `correct`: that of the second check, if there was one. The best is
  /// the one that the run chose, and where it chose none the fastest by measured ratio, then by estimate. Duplicates are
  /// left out. Each line is an object with `prompt`, `completion` (the source), `run`, `problem`, `name`, `ordinal`, `model`,
  /// `verdict`, `checked_twice`, and, where known, `speed_ratio`, `speed_ratio_interval`, `runtime_ms` (measured) and
  /// `estimate_ms` (estimated).
  ///
  /// - Parameters:
  ///   - run: The run.
  ///   - selection: What is written out.
  ///   - write: Takes a line, without a line end.
  /// - Returns: The number of lines.
  @discardableResult public func exportFineTuning(
    of run: String, _ selection: FineTuningSelection = .bestVerified, write: (String) throws -> Void
  ) async throws -> Int {
    let problems = try await problems(of: run)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    var count = 0
    for problem in problems {
      for judged in chosen(try await candidates(of: run, problem: problem.id), problem, selection) {
        guard let verdict = judged.lastVerdict else { continue }
        let text = try await text(of: judged.id, in: run)
        guard let source = text.source else { continue }
        var line = FineTuningLine(run: run, problem: problem, judged: judged, verdict: verdict)
        line.prompt = text.prompt
        line.completion = source
        try write(String(decoding: try encoder.encode(line), as: UTF8.self))
        count += 1
      }
    }
    return count
  }

  private func chosen(
    _ candidates: [JudgedCandidate], _ problem: StoredProblem, _ selection: FineTuningSelection
  ) -> [JudgedCandidate] {
    let judged = candidates.filter { $0.lastVerdict != nil }
    let verified = judged.filter { $0.lastVerdict?.verdict == .correct }
    switch selection {
    case .allJudged: return judged
    case .allVerified: return verified
    case .bestVerified:
      if let best = problem.best { return verified.filter { $0.id.ordinal == best } }
      return verified.max { $0.isSlower(than: $1) }.map { [$0] } ?? []
    }
  }
}

extension JudgedCandidate {
  /// Orders by the measured ratio, then by the estimate, then the later ones first. What was measured is before what was not.
  fileprivate func isSlower(than other: JudgedCandidate) -> Bool {
    let ratios = (lastVerdict?.speedRatio?.value ?? -.infinity, other.lastVerdict?.speedRatio?.value ?? -.infinity)
    if ratios.0 != ratios.1 { return ratios.0 < ratios.1 }
    let estimates = (
      lastVerdict?.estimateMilliseconds ?? .infinity, other.lastVerdict?.estimateMilliseconds ?? .infinity
    )
    if estimates.0 != estimates.1 { return estimates.0 > estimates.1 }
    return id.ordinal > other.id.ordinal
  }
}

/// A line of the export.
private struct FineTuningLine: Encodable {
  var prompt = ""
  var completion = ""
  var run: String
  var problem: String
  var name: String
  var ordinal: Int
  var model: String
  var verdict: String
  var checkedTwice: Bool
  var speedRatio: Double?
  var speedRatioInterval: [Double]?
  var runtime: Double?
  var estimate: Double?

  enum CodingKeys: String, CodingKey {
    case prompt, completion, run, problem, name, ordinal, model, verdict
    case checkedTwice = "checked_twice"
    case speedRatio = "speed_ratio"
    case speedRatioInterval = "speed_ratio_interval"
    case runtime = "runtime_ms"
    case estimate = "estimate_ms"
  }

  init(run: String, problem: StoredProblem, judged: JudgedCandidate, verdict: StoredVerdict) {
    self.run = run
    self.problem = problem.id
    name = problem.name
    ordinal = judged.id.ordinal
    model = judged.candidate.model
    self.verdict = verdict.verdict.rawValue
    checkedTwice = judged.finalVerdict != nil
    speedRatio = verdict.speedRatio?.value
    speedRatioInterval = verdict.speedRatio.map { [$0.low, $0.high] }
    runtime = verdict.runtimeMilliseconds
    estimate = verdict.estimateMilliseconds
  }
}
