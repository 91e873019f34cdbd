import KernelBench

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// What KernelBench's own script, `scripts/benchmark_eval_analysis.py`, says about a run folder and a baseline file.
///
/// The numbers are the script's, with what is peculiar about them: only sample 0 counts; a problem without results counts as
/// wrong; results and baselines are paired by their order in the two files, not by name; a correct kernel without a time has
/// the runtime −1 and so a negative ratio; thresholds are strict, and a tie that lands on the right side of 1 counts. What a
/// reader should know about that is in ``notices``. Compared with the script of revision
/// 1cd33c1344441d260bfb145915d07fcfd9170ec7 of github.com/ScalingIntelligence/KernelBench.
public struct KernelBenchAnalysis: Sendable, Hashable {
  /// fast_p for one threshold.
  public struct Threshold: Sendable, Hashable {
    /// The threshold.
    public var p: Double
    /// The share.
    public var score: Double
  }

  /// The level.
  public let level: Int
  /// The problems of the level, or of the subset.
  public let totalProblems: Int
  /// The problems that the results name.
  public let totalEvaluated: Int
  /// Those whose sample 0 compiled.
  public let compiled: Int
  /// Those whose sample 0 was correct.
  public let correct: Int
  /// The geometric mean of baseline over runtime, of the correct ones; no number where one of them has no time.
  public let geometricMean: Double
  /// fast_p for 0, 0.5, 0.8, 1, 1.5 and 2.
  public let fast: [Threshold]
  /// What a reader should know about these numbers; sentences.
  public let notices: [String]

  /// Of 1: the share that compiled.
  public var compilationRate: Double { Double(compiled) / Double(totalProblems) }
  /// Of 1: the share that is correct.
  public var correctnessRate: Double { Double(correct) / Double(totalProblems) }

  private struct Entry {
    var problem: String
    var compiled = false
    var correctness = false
    var runtime = -1.0
  }

  /// Analyses a run.
  ///
  /// - Parameters:
  ///   - evalResults: The bytes of `eval_results.json`.
  ///   - baseline: The bytes of `results/timing/{hardware}/{baseline}.json`.
  ///   - level: The level that the run is of.
  ///   - problems: The numbers of the level's problems; nil takes those that the baseline names.
  ///   - subset: The numbers of the problems that count, as the script's `subset`; nil for all.
  /// - Throws: ``KernelReportsError`` if a file cannot be read, or where the script would stop.
  public init(
    evalResults: [UInt8], baseline: [UInt8], level: Int, problems: [Int]? = nil, subset: Set<Int>? = nil
  ) throws(KernelReportsError) {
    let results = try Self.object(evalResults, "eval_results.json")
    let times = try Self.baselineTimes(baseline, level: level, subset: subset)
    let known = Set(problems ?? times.compactMap(\.number))
    let dataset = known.filter { subset?.contains($0) ?? true }.sorted()
    guard !dataset.isEmpty else {
      throw KernelReportsError(.mismatch, "Level \(level) has no problems here; name a level that the baseline has.")
    }
    var entries: [Entry] = []
    for member in results {
      if let entry = try Self.sampleZero(of: member) { entries.append(entry) }
    }
    let named = Set(entries.map(\.problem))
    entries += dataset.map(String.init).filter { !named.contains($0) }.map { Entry(problem: $0) }
    guard entries.count == times.count else {
      throw KernelReportsError(
        .mismatch,
        "There are results or gaps for \(entries.count) problems and \(times.count) baselines of level \(level); "
          + "KernelBench's script stops here. Take a baseline of the same problems, or name a subset.")
    }

    self.level = level
    totalProblems = dataset.count
    totalEvaluated = results.count
    compiled = entries.count(where: \.compiled)
    correct = entries.count(where: \.correctness)
    let ratios = zip(entries, times).filter { $0.0.correctness }.map { $0.1.mean / $0.0.runtime }
    geometricMean = ratios.isEmpty ? 0 : pow(ratios.reduce(1, *), 1 / Double(ratios.count))
    fast = SpeedTable.thresholds.map { p in
      Threshold(p: p, score: Double(ratios.count { $0 > p }) / Double(entries.count))
    }
    notices = Self.notices(entries, times, results: results.count)
  }

  private static func object(_ bytes: [UInt8], _ name: String) throws(KernelReportsError) -> [PythonJSON.Member] {
    do throws(KernelBenchError) {
      guard let members = try PythonJSON(bytes, name: name).members else {
        throw KernelBenchError(.invalidResults, "\(name) is not what KernelBench writes: it is no object.")
      }
      return members
    } catch {
      throw KernelReportsError(.unreadable, error.message)
    }
  }

  private struct Baseline {
    var number: Int?
    var mean: Double
  }

  private static func baselineTimes(
    _ bytes: [UInt8], level: Int, subset: Set<Int>?
  ) throws(KernelReportsError) -> [Baseline] {
    guard let members = try object(bytes, "The baseline").last(where: { $0.name == "level\(level)" })?.value.members
    else {
      throw KernelReportsError(.mismatch, "The baseline has no level\(level); take one that was measured for it.")
    }
    var times: [Baseline] = []
    for member in members {
      let number = member.name.split(separator: "_").first.flatMap { Int($0) }
      if let subset, !(number.map(subset.contains) ?? false) { continue }
      guard let mean = member.value["mean"]?.number else {
        throw KernelReportsError(
          .unreadable, "The baseline has no mean for \(PlainText.line(member.name)); measure it again.")
      }
      times.append(Baseline(number: number, mean: mean))
    }
    // The script walks through a subset's problems in the order of their numbers.
    return subset == nil ? times : times.sorted { ($0.number ?? 0) < ($1.number ?? 0) }
  }

  private static func sampleZero(of member: PythonJSON.Member) throws(KernelReportsError) -> Entry? {
    let name = PlainText.line(member.name)
    guard let samples = member.value.elements else {
      throw KernelReportsError(.unreadable, "eval_results.json has no list of samples for problem \(name).")
    }
    let zero = samples.filter { $0["sample_id"]?.number == 0 }
    guard zero.count <= 1 else {
      throw KernelReportsError(
        .mismatch, "eval_results.json has sample 0 of problem \(name) more than once; KernelBench's script stops here.")
    }
    guard let sample = zero.first else { return nil }
    guard let compiled = sample["compiled"]?.boolean, let correctness = sample["correctness"]?.boolean,
      let runtime = sample["runtime"]?.number
    else {
      throw KernelReportsError(
        .unreadable, "eval_results.json lacks compiled, correctness or runtime for sample 0 of problem \(name).")
    }
    return Entry(problem: member.name, compiled: compiled, correctness: correctness, runtime: runtime)
  }

  private static func notices(_ entries: [Entry], _ times: [Baseline], results: Int) -> [String] {
    var notices: [String] = []
    let mispaired = zip(entries, times).count { Int($0.0.problem) != $0.1.number }
    if mispaired > 0 {
      notices.append(
        "\(mispaired) problems are compared with another problem's baseline: the script pairs them by their order in "
          + "the two files, and problems without results come last.")
    }
    let untimed = entries.count { $0.correctness && !($0.runtime > 0) }
    if untimed > 0 {
      notices.append(
        "\(untimed) correct kernels were not timed; the script takes their runtime of -1 for a time, so they count for no "
          + "threshold and spoil the geometric mean.")
    }
    return notices
  }
}
