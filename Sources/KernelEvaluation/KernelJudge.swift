import CUDAToolchain
import GPUModels
import KernelVerdicts
import VirtualGPU

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Judges candidates: a PyTorch module whose kernels a model wrote, against the module that it is to replace.
///
/// Three processes take part. Ours is trusted: it makes the inputs from secret seeds, holds the expected outputs, and decides.
/// The reference's process runs the problem's own model, in float64 and in the problem's precision. The candidate's process is
/// given inputs and weights, and gives outputs; what else it says is a claim.
public struct KernelJudge: Sendable {
  /// What this machine has.
  public var tools: EvaluationTools
  /// How candidates are judged.
  public var options: JudgeOptions

  /// Makes a judge.
  public init(tools: EvaluationTools, options: JudgeOptions) {
    self.tools = tools
    self.options = options
  }

  /// Judges one candidate.
  ///
  /// - Parameters:
  ///   - reference: the problem's source: `Model`, `get_inputs`, `get_init_inputs`.
  ///   - candidate: the candidate's source: `ModelNew`.
  ///   - announce: is told what takes long, in a few words.
  /// - Throws: ``KernelEvaluationError``; `CancellationError` when the task is cancelled, and then no process of it lives on.
  public func judge(
    reference: String, candidate: String, announce: @escaping @Sendable (String) -> Void = { _ in }
  ) async throws -> Judgement {
    let start = ContinuousClock.now
    let folder = try Self.makeFolder()
    defer {
      // A killed process may still have made a file while the folder was being emptied.
      for _ in 0..<3 where FileManager.default.fileExists(atPath: folder) {
        try? FileManager.default.removeItem(atPath: folder)
      }
    }
    var options = options
    if let architecture = tools.gpu?.architecture { options.gpu = architecture }
    let run = try await JudgeRun(
      tools: tools, options: options, referenceSource: reference, candidateSource: candidate, folder: folder,
      announce: announce)
    var judgement = try await run.judge()
    judgement.phases.totalSeconds = start.duration(to: .now) / .seconds(1)
    return judgement
  }

  /// How candidates are enclosed on this machine, in words.
  ///
  /// - Throws: ``KernelEvaluationError`` where the worker cannot be started at all.
  public static func sandbox(_ pytorch: PyTorchEnvironment) async throws -> String {
    try await Folders.withTemporary { folder in
      try WorkerFiles.write(to: folder)
      do {
        let kind = try await Sandbox.best(python: pytorch.python, workerFolder: folder)
        let better = try await Sandbox.obstacles(python: pytorch.python, workerFolder: folder)
        let reasons = Sandbox.Kind.allCases.prefix { $0 != kind }.compactMap { kind in
          better[kind].map { "\(kind.rawValue): \(Sentences.firstLine($0, limit: 80))" }
        }
        return kind.rawValue + (reasons.isEmpty ? "" : " (not \(reasons.joined(separator: "; ")))")
      } catch let error as WorkerError {
        throw KernelEvaluationError(
          .missingTool, "The evaluation worker \(error.sentence).", underlyingError: error)
      }
    }
  }

  /// Kills every process that runs now: for a process that is about to end without waiting for them.
  public static func killAll() { WorkerProcess.killAll() }

  private static func makeFolder() throws -> String {
    let path = FileManager.default.temporaryDirectory.path + "/basic-check-" + UUID().uuidString
    do {
      try FileManager.default.createDirectory(
        atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    } catch {
      throw KernelEvaluationError(
        .fileSystem, "A temporary folder could not be made; free some space or set TMPDIR.", underlyingError: error)
    }
    return path
  }
}
