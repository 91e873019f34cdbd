#if canImport(FoundationEssentials)
  public import FoundationEssentials
#else
  public import Foundation
#endif

/// The scores of one or several runs over a suite, as a value that is written as JSON as it stands.
///
/// Nothing in it was made up: what was not measured is missing. `Documentation/Reports.md` has the formulas.
public struct SuiteReport: Sendable, Hashable, Codable {
  /// The version of the JSON form.
  public static let schemaVersion = 1

  /// One run.
  public struct Run: Sendable, Hashable, Codable {
    /// The run's name.
    public var name: String
    /// The run's identifier.
    public var id: String
    /// The model that wrote the kernels.
    public var model: String
    /// How the search went about it.
    public var strategy: String
    /// What judged.
    public var device: String
    /// The GPU that ran the kernels, or that the virtual one stands for.
    public var gpu: String?
    /// The seconds that each problem was given.
    public var budgetSeconds: Double?
    /// The run's seed.
    public var seed: UInt64?
    /// When it began.
    public var started: Date?
    /// When it ended.
    public var finished: Date?
    /// The currency of the costs.
    public var currency: String?
    /// The scores.
    public var scores: RunScores
    /// The problems, by level and number.
    public var problems: [ProblemOutcome]
  }

  /// How the intervals were made.
  public struct Method: Sendable, Hashable, Codable {
    /// The intervals' confidence.
    public var confidence = 0.95
    /// Of solve rates and fast_p.
    public var proportions = "Wilson score"
    /// Of pass@k and geometric means.
    public var means = "percentile bootstrap over problems"
    /// How often the bootstrap draws.
    public var resamples: Int
    /// The seed that it draws with.
    public var seed: UInt64
    /// How pass@k is estimated.
    public var passAtK = "unbiased estimator (Chen et al. 2021) over judged independent samples"
    /// How fast_p counts.
    public var fastP =
      "ratio > p, strictly, over all judgeable problems; from p = 1 on ties do not count (Ouyang et al. 2025)"
  }

  /// The version of the form, ``SuiteReport/schemaVersion``.
  public var schemaVersion = SuiteReport.schemaVersion
  /// The runs, in the order in which they were given.
  public var runs: [Run]
  /// Each further run beside the first.
  public var comparisons: [RunComparison]
  /// How the intervals were made.
  public var method: Method

  /// Scores runs.
  ///
  /// - Parameters:
  ///   - results: The runs; the first is what the others are compared with.
  ///   - seed: Of the bootstrap: the same runs and seed give the same report.
  ///   - resamples: How often the bootstrap draws.
  /// - Throws: ``KernelReportsError`` if there is no run.
  /// - Complexity: O(*p*) for each resample of a run with *p* problems.
  public init(_ results: [SuiteResults], seed: UInt64 = 1, resamples: Int = 2000) throws(KernelReportsError) {
    guard !results.isEmpty else {
      throw KernelReportsError(.noRuns, "There is no run to report on; name at least one.")
    }
    method = Method(resamples: max(0, resamples), seed: seed)
    runs = results.map { result in
      // Every run has the generator to itself, so that its numbers do not depend on what stands beside it.
      var generator = ReportGenerator(seed: seed)
      let outcomes = result.problems.map(ProblemOutcome.init).sorted { ProblemOrder($0.id) < ProblemOrder($1.id) }
      var scores = RunScores(outcomes, resamples: max(0, resamples), using: &generator)
      if !result.hasFixedSampleCount { scores.sampling = nil }
      return Run(
        name: result.name, id: result.id, model: result.model, strategy: result.strategy, device: result.device,
        gpu: result.gpu, budgetSeconds: result.budgetSeconds.flatMap(ProblemOutcome.measured), seed: result.seed,
        started: result.started, finished: result.finished, currency: result.currency,
        scores: scores, problems: outcomes)
    }
    comparisons = []
    for (place, run) in runs.enumerated().dropFirst() {
      comparisons.append(RunComparison(run: place, run.problems, reference: 0, runs[0].problems))
    }
  }

  /// The report as JSON, indented, its names in order; dates as ISO 8601.
  ///
  /// - Throws: ``KernelReportsError`` if a value cannot be written.
  public func json() throws(KernelReportsError) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    encoder.dateEncodingStrategy = .iso8601
    do {
      return String(decoding: try encoder.encode(self), as: UTF8.self) + "\n"
    } catch {
      throw KernelReportsError(.unwritable, "The report could not be written as JSON.", underlyingError: error)
    }
  }
}

/// The order of problems: by level and number, then by name.
struct ProblemOrder: Comparable {
  private let numbers: [Int]
  private let id: String

  init(_ id: String) {
    self.id = id
    let parts = id.split(separator: "/").map { Int($0) }
    numbers = parts.contains(nil) ? [Int.max] : parts.compactMap { $0 }
  }

  static func < (a: ProblemOrder, b: ProblemOrder) -> Bool {
    a.numbers == b.numbers ? a.id < b.id : a.numbers.lexicographicallyPrecedes(b.numbers)
  }
}
