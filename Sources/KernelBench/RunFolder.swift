#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// A run in KernelBench's form: a folder `runs/{run}` with kernels, prompts, and what became of them.
///
/// It may have been filled by anybody. Links are not followed, nothing is read beyond a limit, and what is missing or
/// strange is told in ``notes`` and spoils nothing else.
public struct RunFolder: Sendable {
  /// A kernel in the folder.
  public struct Sample: Sendable, Hashable {
    /// The problem.
    public let id: ProblemID
    /// The sample's index, from 0.
    public let sample: Int
    /// Whether its prompt lies beside it.
    public let hasPrompt: Bool
  }

  /// The names of the other files.
  package static let configurationName = "generation_config.yaml"
  package static let resultsName = "eval_results.json"
  package static let passAtKName = "pass_at_k_results.json"

  /// The folder's path.
  public let path: String
  /// The kernels, by problem and sample.
  public let samples: [Sample]
  /// What the samples were made with, where that is there.
  public let configuration: GenerationConfiguration?
  /// What became of the samples, where that is there.
  public let results: EvaluationResults?
  /// What was unusual, as sentences for a person.
  public let notes: [String]

  /// The run's name, which is the folder's.
  public var name: String { String(lastComponents(of: path).name) }

  /// The level of the kernels; nil where there are none. A run has one level, as its results do not say which.
  public var level: Int? { samples.first?.id.level }

  /// Looks at a folder. Kernels and prompts are read when they are asked for.
  ///
  /// - Throws: ``KernelBenchError``: `runFolderNotFound` where there is no folder, or nothing of a run in it; `unreadable`.
  public init(path: String) throws(KernelBenchError) {
    let names = try Self.names(in: path)
    var remarks = Remarks()
    var kernels: Set<RunFileName> = []
    var prompts: Set<RunFileName> = []
    var strange: [String] = []
    for name in names {
      if [Self.configurationName, Self.resultsName, Self.passAtKName].contains(name) { continue }
      // Only the exact form: another file name would be read in its place.
      if let file = RunFileName(name), file.description == name {
        if file.content == .kernel { kernels.insert(file) } else { prompts.insert(file) }
      } else if !name.hasPrefix(".") {
        strange.append(name)
      }
    }
    let levels = Dictionary(grouping: kernels, by: \.id.level)
    let level = levels.max { ($0.value.count, $1.key) < ($1.value.count, $0.key) }?.key
    for other in levels.keys.sorted() where other != level {
      let count = levels[other]?.count ?? 0
      remarks.add(
        "\(count) kernels of level \(other) were left out: a run has one level, and most are of level \(level ?? 0).")
    }
    let kept = level.flatMap { levels[$0] } ?? []
    samples = kept.map { file in
      let prompt = RunFileName(file.id, sample: file.sample, content: .prompt)
      return Sample(id: file.id, sample: file.sample, hasPrompt: prompts.contains(prompt))
    }.sorted { ($0.id, $0.sample) < ($1.id, $1.sample) }
    for prompt in prompts.sorted(by: { ($0.id, $0.sample) < ($1.id, $1.sample) }) {
      let kernel = RunFileName(prompt.id, sample: prompt.sample, content: .kernel)
      if !kernels.contains(kernel) { remarks.add("\(prompt) has no kernel beside it.") }
    }
    if !strange.isEmpty {
      let some = strange.sorted().prefix(5).map { shortened($0) }.joined(separator: ", ")
      remarks.add("\(strange.count) files are none of KernelBench's and were left out: \(some).")
    }
    self.path = path
    configuration = Self.readConfiguration(names, path, &remarks)
    let results = Self.readResults(names, path, &remarks)
    self.results = results
    guard !samples.isEmpty || results != nil || configuration != nil else {
      throw KernelBenchError(
        .runFolderNotFound,
        "\(path) is no run of KernelBench: it has no level_1_problem_1_sample_0_kernel.py or the like, and no results.")
    }
    Self.compare(results, samples, &remarks)
    notes = remarks.sentences + (results?.notes ?? [])
  }

  /// The source of a kernel.
  ///
  /// - Throws: ``KernelBenchError``: `unreadable` for a link and whatever else is no plain file, `tooLarge` above
  ///   ``Problem/maximumByteCount``, `notUTF8`.
  public func kernel(of sample: Sample) throws(KernelBenchError) -> String {
    try text(RunFileName(sample.id, sample: sample.sample, content: .kernel))
  }

  /// The prompt of a kernel; nil where there is none.
  ///
  /// - Throws: As ``kernel(of:)``.
  public func prompt(of sample: Sample) throws(KernelBenchError) -> String? {
    guard sample.hasPrompt else { return nil }
    return try text(RunFileName(sample.id, sample: sample.sample, content: .prompt))
  }

  private func text(_ file: RunFileName) throws(KernelBenchError) -> String {
    let bytes = try FileBytes.readRegular(path: "\(path)/\(file)", limit: Problem.maximumByteCount)
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw KernelBenchError(.notUTF8, "\(path)/\(file) is not UTF-8 text.")
    }
    return text
  }

  private static func names(in path: String) throws(KernelBenchError) -> [String] {
    var isFolder = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder else {
      throw KernelBenchError(.runFolderNotFound, "There is no folder \(path) with a run in it.")
    }
    do {
      return try FileManager.default.contentsOfDirectory(atPath: path)
    } catch {
      throw KernelBenchError(.unreadable, "The folder \(path) cannot be listed.", underlyingError: error)
    }
  }

  private static func readConfiguration(
    _ names: [String], _ path: String, _ remarks: inout Remarks
  ) -> GenerationConfiguration? {
    guard names.contains(configurationName) else { return nil }
    do throws(KernelBenchError) {
      let bytes = try FileBytes.readRegular(
        path: "\(path)/\(configurationName)", limit: GenerationConfiguration.maximumByteCount)
      return GenerationConfiguration(reading: String(decoding: bytes, as: UTF8.self))
    } catch {
      remarks.add(error.message)
      return nil
    }
  }

  private static func readResults(
    _ names: [String], _ path: String, _ remarks: inout Remarks
  ) -> EvaluationResults? {
    guard names.contains(resultsName) else { return nil }
    do throws(KernelBenchError) {
      let bytes = try FileBytes.readRegular(
        path: "\(path)/\(resultsName)", limit: EvaluationResults.maximumByteCount)
      return try EvaluationResults(reading: bytes, name: resultsName)
    } catch {
      remarks.add(error.message)
      return nil
    }
  }

  /// Tells of results without kernels. Kernels without results are only not judged yet.
  private static func compare(_ results: EvaluationResults?, _ samples: [Sample], _ remarks: inout Remarks) {
    guard let results else { return }
    let known = Dictionary(grouping: samples, by: \.id.problem).mapValues { Set($0.map(\.sample)) }
    let missing = results.problems.reduce(0) { count, problem in
      count + problem.value.count { known[problem.key]?.contains($0.sample) != true }
    }
    if missing > 0 { remarks.add("\(missing) results are of samples whose kernels are not there.") }
  }
}
