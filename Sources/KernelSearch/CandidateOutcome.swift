public import KernelEvaluation
import KernelVerdicts

/// What became of a candidate.
public enum CandidateOutcome: Sendable, Codable {
  /// Nobody has judged it yet.
  case unjudged
  /// The answer holds no code, for the reason that is given.
  case noCode(reason: String)
  /// An earlier candidate is the same program: the same source but for comments and layout, or the same compiled kernels.
  case duplicate(of: Int)
  /// It was judged.
  case judged(JudgeResult)
  /// Judging it failed twice, for a reason that is ours. A search that goes on later tries again.
  case failed(reason: String)

  /// Whether nothing more is to happen to it.
  public var isSettled: Bool {
    if case .unjudged = self { false } else { true }
  }

  /// Whether judging it failed.
  var isFailure: Bool {
    if case .failed = self { true } else { false }
  }

  /// The judgement, where there is one.
  public var result: JudgeResult? {
    if case .judged(let result) = self { result } else { nil }
  }
}

/// What a judge says about a candidate.
public struct JudgeResult: Sendable, Codable {
  /// The verdict and its evidence.
  public var judgement: Judgement
  /// How many times as fast as the reference it is by estimate, at the sizes that it was judged at; nil without an estimate of
  /// both.
  public var estimatedRatio: Double?
  /// What the compiled kernels are known by; nil where the judge does not know them.
  public var kernelHash: String?

  /// Makes a result.
  public init(_ judgement: Judgement, estimatedRatio: Double? = nil, kernelHash: String? = nil) {
    self.judgement = judgement
    self.estimatedRatio = estimatedRatio
    self.kernelHash = kernelHash
  }

  /// Whether the verdict is `correct`.
  public var isCorrect: Bool { judgement.verdict == .correct }
}
