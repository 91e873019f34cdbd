import Foundation
import KernelEvaluation
import KernelPrompting
import KernelSearch
import KernelVerdicts
import RunStore

/// A search's journal in the store of runs: one problem of one run.
///
/// What the store has columns for is there; the rest of a candidate and of a judgement is JSON beside it, so that a search that goes
/// on knows what it knew.
struct StoreJournal: SearchJournal {
  let writer: RunWriter
  /// The problem's name within the run.
  let problem: String
  /// What the search is for: a result that is not enough does not solve the problem.
  let goal: Goal

  /// What of a candidate the store has no column for.
  private struct Details: Codable {
    var isGreedy: Bool
    var language: String
    var isTruncated: Bool
    var notes: [String]
  }

  func restore() async throws -> SearchRecord? {
    let run = writer.run
    guard let stored = try await writer.database.problems(of: run).first(where: { $0.id == problem }) else {
      return nil
    }
    try await writer.begin(problem: problem)
    let candidates = try await writer.database.candidates(of: run, problem: problem)
    guard !candidates.isEmpty || stored.spent != Spent(seconds: 0) else { return nil }
    let ordered = candidates.sorted {
      ($0.candidate.settlement ?? .max, $0.id.ordinal) < ($1.candidate.settlement ?? .max, $1.id.ordinal)
    }
    var entries: [SearchRecord.Entry] = []
    for judged in ordered { entries.append(try await entry(judged)) }
    return SearchRecord(entries: entries, spending: try Self.spending(stored.spent))
  }

  private func entry(_ judged: JudgedCandidate) async throws -> SearchRecord.Entry {
    let stored = judged.candidate
    let text = try await writer.database.text(of: stored.id, in: writer.run)
    let details = try JSON.value(Details.self, from: stored.details)
    let candidate = Candidate(
      id: stored.id.ordinal, parent: stored.parent, edge: EdgeKind(rawValue: stored.edge.rawValue) ?? .sample,
      model: stored.model, seed: stored.seed ?? 0, isGreedy: details.isGreedy, prompt: text.prompt,
      answer: text.answer, source: text.source, language: details.language == "cuda" ? .cuda : .python,
      isTruncated: details.isTruncated, notes: details.notes,
      usage: Usage(
        promptTokens: stored.promptTokens, completionTokens: stored.completionTokens, cost: stored.cost ?? 0),
      time: .seconds(stored.problemSeconds ?? 0), writingTime: .seconds(stored.generationSeconds),
      sourceHash: stored.sourceHash)
    let outcome: CandidateOutcome =
      switch stored.state {
      case .generated: .unjudged
      case .duplicate(let original): .duplicate(of: original)
      case .withoutCode(let reason): .noCode(reason: reason)
      case .failed(let reason): .failed(reason: reason)
      case .judged: .judged(try await result(stored.id, isFinal: false))
      }
    let recheck = judged.finalVerdict == nil ? nil : try await result(stored.id, isFinal: true)
    return SearchRecord.Entry(candidate, outcome, recheck: recheck)
  }

  private func result(_ id: CandidateID, isFinal: Bool) async throws -> JudgeResult {
    let text = try await writer.database.judgement(of: id, in: writer.run, isFinal: isFinal) ?? ""
    let kept = try JSON.value(KeptJudgement.self, from: text)
    return JudgeResult(kept.judgement, estimatedRatio: kept.estimatedRatio, kernelHash: kept.kernelHash)
  }

  func append(_ candidate: Candidate, spending: Spending) async throws {
    let details = Details(
      isGreedy: candidate.isGreedy, language: candidate.language.rawValue, isTruncated: candidate.isTruncated,
      notes: candidate.notes)
    try await writer.append(
      StoredCandidate(
        id: id(candidate.id), parent: candidate.parent, edge: .init(rawValue: candidate.edge.rawValue) ?? .sample,
        sourceHash: candidate.sourceHash, model: candidate.model, seed: candidate.seed,
        promptTokens: candidate.usage.promptTokens, completionTokens: candidate.usage.completionTokens,
        cost: candidate.usage.cost > 0 ? candidate.usage.cost : nil,
        generationSeconds: candidate.writingTime / .seconds(1),
        createdAt: Date(),
        problemSeconds: candidate.time / .seconds(1), details: try JSON.line(details)),
      text: CandidateText(prompt: candidate.prompt, answer: candidate.answer, source: candidate.source),
      spent: try Self.spent(spending))
  }

  func settle(_ id: Int, _ outcome: CandidateOutcome, spending: Spending) async throws {
    let spent = try Self.spent(spending)
    switch outcome {
    case .unjudged: break
    case .noCode(let reason):
      try await writer.settle(self.id(id), as: .withoutCode(reason: reason), spent: spent)
    case .failed(let reason): try await writer.settle(self.id(id), as: .failed(reason: reason), spent: spent)
    case .duplicate(let original):
      try await writer.settle(self.id(id), as: .duplicate(of: original), spent: spent)
    case .judged(let result): try await record(result, of: id, isFinal: false, spending)
    }
  }

  func confirm(_ id: Int, _ result: JudgeResult, spending: Spending) async throws {
    try await record(result, of: id, isFinal: true, spending)
  }

  private func record(_ result: JudgeResult, of id: Int, isFinal: Bool, _ spending: Spending) async throws {
    let kept = KeptJudgement(
      judgement: result.judgement, estimatedRatio: result.estimatedRatio, kernelHash: result.kernelHash)
    let judgement = result.judgement
    let timing = judgement.timing
    let ratio = timing.flatMap { timing -> StoredVerdict.SpeedRatio? in
      guard timing.interval.count == 2 else { return nil }
      return .init(value: timing.ratio, low: timing.interval[0], high: timing.interval[1])
    }
    try await writer.record(
      StoredVerdict(
        judgement.verdict, reason: judgement.reason, isFinal: isFinal,
        checkSeconds: judgement.phases.totalSeconds, runtimeMilliseconds: timing.map { $0.candidate * 1e3 },
        referenceMilliseconds: timing.map { $0.eager * 1e3 }, compiledMilliseconds: timing?.compiled.map { $0 * 1e3 },
        estimateMilliseconds: judgement.estimate.map { $0 * 1e3 }, speedRatio: ratio, judgedAt: Date(),
        problemSeconds: spending.time / .seconds(1)),
      judgement: try JSON.line(kept), for: self.id(id), kernelHash: isFinal ? nil : result.kernelHash,
      spent: try Self.spent(spending))
  }

  func note(_ event: SearchEvent, spending: Spending) async throws {
    // What was spent comes first: between the two a kill loses a remark.
    try await writer.update(problem: problem, spent: try Self.spent(spending))
    try await writer.append(
      StoredEvent(problem: problem, at: Date(), kind: event.kind, detail: try JSON.line(event)))
  }

  func finish(_ end: SearchEnd, best: Int?, isConfirmed: Bool, spending: Spending) async throws {
    let spent = try Self.spent(spending)
    let state: StoredProblem.State
    var notice: String?
    switch end {
    case .stopped, .writerFailed:
      // It goes on when the run is resumed.
      return try await writer.update(problem: problem, best: best, spent: spent)
    case .notJudgeable(let reason):
      state = try await isEnough(best, isConfirmed) ? .solved : .unjudgeable
      notice = reason
    case .judgeFailed(let reason), .promptTooLong(let reason):
      // Neither is the problem's fault: a context may be made larger, a disk emptied.
      guard try await isEnough(best, isConfirmed) else {
        return try await writer.update(problem: problem, best: best, spent: spent)
      }
      (state, notice) = (.solved, reason)
    case .goalReached: state = .solved
    case .budgetSpent, .exhausted:
      state = try await isEnough(best, isConfirmed) ? .solved : .unsolved
      if isConfirmed, state == .unsolved { notice = "There is a correct kernel, and it is not what was looked for." }
    }
    try await writer.finish(problem: problem, as: state, best: best, notice: notice, spent: spent)
  }

  /// As ``SearchResult/isSolved`` has it: a goal may be met in the check that follows the budget's end.
  private func isEnough(_ best: Int?, _ isConfirmed: Bool) async throws -> Bool {
    guard isConfirmed, let best else { return false }
    return goal == .none ? true : goal.isMet(by: Score(try await result(id(best), isFinal: true)))
  }

  private func id(_ ordinal: Int) -> CandidateID { CandidateID(problem: problem, ordinal: ordinal) }

  private static func spent(_ spending: Spending) throws -> Spent {
    Spent(seconds: spending.time / .seconds(1), details: try JSON.line(spending))
  }

  private static func spending(_ spent: Spent) throws -> Spending {
    guard spent.details != "{}" else { return Spending(time: .seconds(spent.seconds)) }
    return try JSON.value(Spending.self, from: spent.details)
  }
}

/// A judgement as `basic check --format json` gives it, with two members more.
struct KeptJudgement: Codable {
  var judgement: Judgement
  var estimatedRatio: Double?
  var kernelHash: String?

  private enum CodingKeys: String, CodingKey { case estimatedRatio, kernelHash }

  init(judgement: Judgement, estimatedRatio: Double? = nil, kernelHash: String? = nil) {
    self.judgement = judgement
    self.estimatedRatio = estimatedRatio
    self.kernelHash = kernelHash
  }

  init(from decoder: any Decoder) throws {
    judgement = try Judgement(from: decoder)
    let container = try decoder.container(keyedBy: CodingKeys.self)
    estimatedRatio = try container.decodeIfPresent(Double.self, forKey: .estimatedRatio)
    kernelHash = try container.decodeIfPresent(String.self, forKey: .kernelHash)
  }

  func encode(to encoder: any Encoder) throws {
    try judgement.encode(to: encoder)
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encodeIfPresent(estimatedRatio, forKey: .estimatedRatio)
    try container.encodeIfPresent(kernelHash, forKey: .kernelHash)
  }
}

extension SearchEvent {
  /// The event's name in a store.
  fileprivate var kind: String {
    switch self {
    case .asked: "asked"
    case .written: "written"
    case .checking: "checking"
    case .judged: "judged"
    case .duplicate: "duplicate"
    case .notWritten: "not-written"
    case .writerPaused: "writer-paused"
    case .checkFailed: "check-failed"
    case .confirming: "confirming"
    case .confirmed: "confirmed"
    case .notRefinable: "not-refinable"
    }
  }
}
