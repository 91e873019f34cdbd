public import Foundation

/// A candidate's name within its run.
public struct CandidateID: Sendable, Hashable, Comparable, CustomStringConvertible {
  /// The problem's name: `1/19`.
  public var problem: String
  /// The candidate's number within the problem, from 0, in the order in which they were asked for.
  public var ordinal: Int

  /// Makes a name.
  public init(problem: String, ordinal: Int) {
    self.problem = problem
    self.ordinal = ordinal
  }

  /// Orders by problem, as text, then by number.
  public static func < (a: CandidateID, b: CandidateID) -> Bool { (a.problem, a.ordinal) < (b.problem, b.ordinal) }

  /// `1/19#3`.
  public var description: String { "\(problem)#\(ordinal)" }
}

/// A kernel that a model wrote: everything about it but its texts, which are in a ``CandidateText``.
public struct StoredCandidate: Sendable, Hashable, Identifiable {
  /// How the model came to write it.
  public enum Edge: String, Sendable, Hashable, CaseIterable {
    /// From the problem alone.
    case sample
    /// As a variant of a good one.
    case variant
    /// As a repair of a bad one.
    case repair
  }

  /// How far a candidate has come.
  public enum State: Sendable, Hashable {
    /// It was written, and waits for its verdict.
    case generated
    /// It has its verdict.
    case judged
    /// It is the same as the candidate of the problem with that ordinal, whose verdict is its own.
    case duplicate(of: Int)
    /// The answer holds no code.
    case withoutCode(reason: String)
    /// It could not be judged, and will not be.
    case failed(reason: String)

    /// Whether nothing more is to happen to it.
    public var isSettled: Bool { self != .generated }
  }

  /// Its name.
  public var id: CandidateID
  /// The ordinal of the candidate that it was made from, where there is one.
  public var parent: Int?
  /// How the model came to write it.
  public var edge: Edge
  /// A hash of its source without what does not matter; equal for candidates that are the same. The caller says how. nil
  /// where there is no source.
  public var sourceHash: String?
  /// A hash of its kernels' PTX, where it is known.
  public var kernelHash: String?
  /// The model that wrote it.
  public var model: String
  /// The seed that the model was given, where it was given one.
  public var seed: UInt64?
  /// The tokens of the prompt.
  public var promptTokens: Int
  /// Those of them that came out of a cache.
  public var cachedTokens: Int
  /// The tokens written.
  public var completionTokens: Int
  /// What it cost, in the currency of the configuration; nil where no price is known.
  public var cost: Double?
  /// The seconds from the request to the end of the answer.
  public var generationSeconds: Double
  /// When the answer was complete.
  public var createdAt: Date
  /// The seconds that had been spent on the problem when the answer was complete.
  public var problemSeconds: Double?
  /// What else the caller wants to know of it later, as JSON.
  public var details: String
  /// How far it has come.
  public var state: State
  /// Its place in the order in which the candidates of the problem were settled, from 1; nil while it waits.
  public internal(set) var settlement: Int?

  /// Makes a candidate that waits for its verdict.
  public init(
    id: CandidateID, parent: Int? = nil, edge: Edge, sourceHash: String?, kernelHash: String? = nil, model: String,
    seed: UInt64? = nil, promptTokens: Int, cachedTokens: Int = 0, completionTokens: Int, cost: Double? = nil,
    generationSeconds: Double, createdAt: Date, problemSeconds: Double? = nil, details: String = "{}",
    state: State = .generated
  ) {
    self.id = id
    self.parent = parent
    self.edge = edge
    self.sourceHash = sourceHash
    self.kernelHash = kernelHash
    self.model = model
    self.seed = seed
    self.promptTokens = promptTokens
    self.cachedTokens = cachedTokens
    self.completionTokens = completionTokens
    self.cost = cost
    self.generationSeconds = generationSeconds
    self.createdAt = createdAt
    self.problemSeconds = problemSeconds
    self.details = details
    self.state = state
  }
}

/// The texts of a candidate. The store keeps equal texts once.
public struct CandidateText: Sendable, Hashable {
  /// What the model was asked.
  public var prompt: String
  /// What it answered.
  public var answer: String
  /// The kernel's source that was taken from the answer; nil where there is none in it.
  public var source: String?

  /// Makes texts.
  public init(prompt: String, answer: String, source: String?) {
    self.prompt = prompt
    self.answer = answer
    self.source = source
  }
}

/// A candidate with what was said about it.
public struct JudgedCandidate: Sendable, Hashable, Identifiable {
  /// The candidate.
  public var candidate: StoredCandidate
  /// Its verdict, where it has one of its own; a duplicate's is its original's.
  public var verdict: StoredVerdict?
  /// The verdict of the second check, from scratch, where there was one.
  public var finalVerdict: StoredVerdict?

  /// The candidate's name.
  public var id: CandidateID { candidate.id }

  /// The verdict that counts: that of the second check where there was one.
  public var lastVerdict: StoredVerdict? { finalVerdict ?? verdict }

  /// Makes a pair.
  public init(candidate: StoredCandidate, verdict: StoredVerdict? = nil, finalVerdict: StoredVerdict? = nil) {
    self.candidate = candidate
    self.verdict = verdict
    self.finalVerdict = finalVerdict
  }
}
