import KernelVerdicts
import RunStore

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// A candidate in JSON.
struct CandidatePart: Encodable {
  struct VerdictPart: Encodable {
    var verdict: String
    var reason: String
    var checkSeconds: Double
    var judged: String
    var speed: SpeedPart

    init(_ verdict: StoredVerdict) {
      self.verdict = verdict.verdict.rawValue
      reason = verdict.reason
      checkSeconds = verdict.checkSeconds.rounded(to: 3)
      judged = verdict.judgedAt.formatted(.iso8601)
      speed = SpeedPart(verdict)
    }
  }

  /// What the store keeps beside a candidate; only where one candidate is asked for.
  struct Texts: Encodable {
    var prompt: String
    var answer: String
    var source: Nullable<String>
    var judgement: Nullable<RawJSON>
    var finalJudgement: Nullable<RawJSON>
  }

  var ordinal: Int
  var parent: Nullable<Int>
  /// `sample`, `variant` or `repair`.
  var edge: String
  /// `generated`, `judged`, `duplicate`, `without-code` or `failed`.
  var state: String
  /// Of which candidate it is a duplicate.
  var duplicateOf: Nullable<Int>
  /// Why it has no code, or could not be judged.
  var stateReason: Nullable<String>
  var isBest: Bool
  var verdict: Nullable<VerdictPart>
  /// The verdict of a second check from scratch. Where there is one, it is the one that counts.
  var finalVerdict: Nullable<VerdictPart>
  var model: String
  var seed: Nullable<UInt64>
  var promptTokens: Int
  var cachedTokens: Int
  var completionTokens: Int
  var cost: Nullable<Double>
  var generationSeconds: Double
  var created: String
  var sourceHash: Nullable<String>
  var kernelHash: Nullable<String>
  var details: RawJSON
  var texts: Texts?

  init(_ judged: JudgedCandidate, isBest: Bool) {
    let candidate = judged.candidate
    ordinal = candidate.id.ordinal
    parent = .init(candidate.parent)
    edge = candidate.edge.rawValue
    state = candidate.state.name
    duplicateOf = .init(candidate.state.original)
    stateReason = .init(candidate.state.reason)
    self.isBest = isBest
    verdict = .init(judged.verdict.map(VerdictPart.init))
    finalVerdict = .init(judged.finalVerdict.map(VerdictPart.init))
    model = candidate.model
    seed = .init(candidate.seed)
    promptTokens = candidate.promptTokens
    cachedTokens = candidate.cachedTokens
    completionTokens = candidate.completionTokens
    cost = .init(candidate.cost)
    generationSeconds = candidate.generationSeconds.rounded(to: 3)
    created = candidate.createdAt.formatted(.iso8601)
    sourceHash = .init(candidate.sourceHash)
    kernelHash = .init(candidate.kernelHash)
    details = RawJSON(reading: candidate.details)
  }
}

extension StoredCandidate.State {
  /// A word for it.
  var name: String {
    switch self {
    case .generated: "generated"
    case .judged: "judged"
    case .duplicate: "duplicate"
    case .withoutCode: "without-code"
    case .failed: "failed"
    }
  }

  /// The ordinal of the candidate that it is a duplicate of.
  var original: Int? { if case .duplicate(let original) = self { original } else { nil } }

  /// Why there is no verdict.
  var reason: String? {
    switch self {
    case .withoutCode(let reason), .failed(let reason): reason
    case .generated, .judged, .duplicate: nil
    }
  }
}

extension StoredCandidate {
  /// Whether it is a whole CUDA program, as the answer to a plain prompt is, and no Python module.
  var isProgram: Bool {
    if case .object(let members) = RawJSON(reading: details) { members["language"] == .string("cuda") } else { false }
  }
}
