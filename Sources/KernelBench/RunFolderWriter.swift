#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Writes a run in KernelBench's form, so that KernelBench's own scripts read it. Each file is there whole or not at all.
public struct RunFolderWriter: Sendable {
  /// The folder's path.
  public let path: String
  /// The level of all problems.
  public let level: Int

  /// Makes the folder where there is none. Files of an earlier export of the run are replaced as they are written.
  ///
  /// - Throws: ``KernelBenchError``: `unwritable`; `invalidResults` where the folder has kernels of another level, since a
  ///   run's results do not say of which level they are.
  public init(path: String, level: Int) throws(KernelBenchError) {
    do {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    } catch {
      throw KernelBenchError(.unwritable, "The folder \(path) cannot be made.", underlyingError: error)
    }
    let names: [String]
    do {
      names = try FileManager.default.contentsOfDirectory(atPath: path)
    } catch {
      throw KernelBenchError(.unreadable, "The folder \(path) cannot be listed.", underlyingError: error)
    }
    if let other = names.lazy.compactMap({ RunFileName($0) }).first(where: { $0.id.level != level }) {
      throw KernelBenchError(
        .invalidResults,
        "\(path) has a run of level \(other.id.level), and a run has one level: name another folder for level \(level)."
      )
    }
    self.path = path
    self.level = level
  }

  /// Writes a kernel, and the prompt that it answers.
  ///
  /// - Throws: ``KernelBenchError/Code/unwritable``.
  public func write(kernel: String, prompt: String?, problem: Int, sample: Int) throws(KernelBenchError) {
    let id = ProblemID(level: level, problem: problem)
    if let prompt { try write(prompt, RunFileName(id, sample: sample, content: .prompt).description) }
    try write(kernel, RunFileName(id, sample: sample, content: .kernel).description)
  }

  /// Writes `generation_config.yaml`.
  public func write(_ configuration: GenerationConfiguration) throws(KernelBenchError) {
    try write(configuration.text, RunFolder.configurationName)
  }

  /// Writes `eval_results.json`.
  public func write(_ results: EvaluationResults) throws(KernelBenchError) {
    try write(results.text, RunFolder.resultsName)
  }

  /// Writes `pass_at_k_results.json`.
  public func write(_ results: PassAtKResults) throws(KernelBenchError) {
    try write(results.text, RunFolder.passAtKName)
  }

  private func write(_ text: String, _ name: String) throws(KernelBenchError) {
    try FileBytes.write(text, path: "\(path)/\(name)")
  }
}
