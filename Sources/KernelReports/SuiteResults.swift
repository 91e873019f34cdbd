public import KernelBench

#if canImport(FoundationEssentials)
  public import FoundationEssentials
#else
  public import Foundation
#endif

/// What one run over a suite of problems has found: all that a report is made of.
///
/// A plain value, so that reports depend on no store: whoever keeps runs fills it.
public struct SuiteResults: Sendable, Hashable, Codable {
  /// A problem and what was tried for it.
  public struct Problem: Sendable, Hashable, Codable {
    /// How the search for a kernel ended.
    public enum State: String, Sendable, Hashable, Codable, CaseIterable {
      /// A candidate is correct, and was so again when it was checked from scratch.
      case solved
      /// The budget was spent without one.
      case unsolved
      /// No judge can tell right from wrong here: the output does not depend on the input, say. Left out of every score.
      case unjudgeable
      /// Something other than the candidates went wrong. It counts as not solved.
      case failed
    }

    /// Level and number: `1/19`.
    public var id: String
    /// Its name: `ReLU`.
    public var name: String
    /// What kind of work it is.
    public var family: ProblemFamily
    /// How the search ended.
    public var state: State
    /// Why it is unjudgeable or failed, or what else there is to know; one sentence.
    public var notice: String?
    /// How long the search took.
    public var secondsSpent: Double
    /// What was tried, in any order.
    public var candidates: [Candidate]

    /// Makes a problem.
    public init(
      id: String, name: String, family: ProblemFamily, state: State, notice: String? = nil, secondsSpent: Double,
      candidates: [Candidate]
    ) {
      self.id = id
      self.name = name
      self.family = family
      self.state = state
      self.notice = notice
      self.secondsSpent = secondsSpent
      self.candidates = candidates
    }
  }

  /// The run's name, as a person calls it.
  public var name: String
  /// The run's identifier.
  public var id: String
  /// The model that wrote the kernels.
  public var model: String
  /// How the search goes about it: `greedy`, `best-of-8`, `adaptive` …
  public var strategy: String
  /// What judged: `cuda` or `virtual`.
  public var device: String
  /// The GPU that ran the kernels, or that the virtual one stands for.
  public var gpu: String?
  /// The seconds that each problem was given.
  public var budgetSeconds: Double?
  /// The run's seed.
  public var seed: UInt64?
  /// When it began.
  public var started: Date?
  /// When it ended; nil while it runs.
  public var finished: Date?
  /// The currency of ``Candidate/cost``: `USD`.
  public var currency: String?
  /// Whether it was settled beforehand how many samples each problem gets. Where it was not, a search that stops at a success has
  /// fewer of them the luckier it is, and there is no pass@k.
  public var hasFixedSampleCount = true
  /// The problems, in any order.
  public var problems: [Problem]

  /// Makes a run's results.
  public init(
    name: String, id: String, model: String, strategy: String, device: String, gpu: String? = nil,
    budgetSeconds: Double? = nil, seed: UInt64? = nil, started: Date? = nil, finished: Date? = nil,
    currency: String? = nil, problems: [Problem]
  ) {
    self.name = name
    self.id = id
    self.model = model
    self.strategy = strategy
    self.device = device
    self.gpu = gpu
    self.budgetSeconds = budgetSeconds
    self.seed = seed
    self.started = started
    self.finished = finished
    self.currency = currency
    self.problems = problems
  }
}
