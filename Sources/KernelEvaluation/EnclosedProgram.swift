import CUDAToolchain
import VirtualGPU

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Runs whole programs as candidates' modules are run: each in an enclosed process of its own, which sees the machine's programs, its own
/// executable, and one folder that it can write.
struct EnclosedProgram: ProgramEnclosure {
  /// The interpreter that makes the enclosure.
  let python: String
  /// Where the worker's files are.
  let workerFolder: String
  /// Where the folders of the runs are made.
  let folder: String
  /// How it is enclosed.
  let sandbox: Sandbox.Kind
  /// Where this machine's libraries are looked for, where that is not usual.
  let libraryPath: String?

  /// Prepares the worker's files in a folder.
  ///
  /// - Throws: ``KernelEvaluationError`` where there is no Python; ``WorkerError`` where it cannot enclose anything.
  static func prepare(_ tools: BuildTools, folder: String) async throws -> EnclosedProgram {
    guard let python = tools.toolchain.python else {
      throw KernelEvaluationError(
        .missingTool,
        "A program of a model's runs enclosed, and it takes a Python 3 to enclose it: run make setup, or set BASIC_PYTHON."
      )
    }
    let workerFolder = folder + "/worker"
    try WorkerFiles.write(to: workerFolder)
    let asked = try EvaluationTools.sandbox(tools.toolchain.environment["BASIC_SANDBOX"])
    let best = try await Sandbox.best(python: python, workerFolder: workerFolder)
    return EnclosedProgram(
      python: python, workerFolder: workerFolder, folder: folder, sandbox: asked ?? best,
      libraryPath: tools.toolchain.environment["LD_LIBRARY_PATH"])
  }

  func run(
    _ program: BuiltProgram, arguments: [String], variables: [String: String], limits: ProgramLimits
  ) async throws -> (end: ProgramEnd, output: String, report: String) {
    let own = "\(folder)/run-\(UUID().uuidString)"
    try FileManager.default.createDirectory(
      atPath: own, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    defer { try? FileManager.default.removeItem(atPath: own) }
    let (output, report) = (own + "/output", own + "/report.jsonl")
    try Folders.write("", to: report)
    var variables = variables
    variables["BASIC_VGPU_REPORT"] = report
    if let libraryPath { variables["LD_LIBRARY_PATH"] = libraryPath }
    let start = ContinuousClock.now
    func end(_ ending: ProcessStart.Ending, _ stop: ProgramEnd.Stop?, _ memory: Int) -> ProgramEnd {
      ProgramEnd(ending: ending, stop: stop, seconds: start.duration(to: .now) / .seconds(1), peakMemory: memory)
    }
    let message: [String: JSONValue] = [
      "program": .string(program.path), "arguments": .array(arguments.map { .string($0) }),
      "variables": .object(variables.mapValues { .string($0) }), "output": .string(output),
    ]
    let finished = try await WorkerProcess.with(launch(program, own, limits)) { worker in
      do {
        let answer = try await worker.call(message, timeLimit: limits.time)
        let memory = max(worker.peakMemory, answer["peakMemory"]?.integer ?? 0)
        let ending = answer["signal"]?.integer.map { ProcessStart.Ending.signalled($0) }
        return end(ending ?? .exited(answer["status"]?.integer ?? 255), nil, memory)
      } catch WorkerError.outOfTime {
        return end(.signalled(9), .time, worker.peakMemory)
      } catch WorkerError.outOfMemory {
        return end(.signalled(9), .memory, worker.peakMemory)
      }
    }
    return (
      finished, HostileFile.taken(output, limit: Self.mostOutput), HostileFile.taken(report, limit: Self.mostOutput)
    )
  }

  /// The most bytes of what it prints, and of what its runtime reports, that are looked at.
  private static let mostOutput = 256 << 20

  private func launch(_ program: BuiltProgram, _ own: String, _ limits: ProgramLimits) -> WorkerLaunch {
    let seconds = Int(limits.time.components.seconds) + 3
    let folders = (libraryPath ?? "").split(separator: ":").map(String.init).filter { $0.hasPrefix("/") }
    return WorkerLaunch(
      python: python, workerFolder: workerFolder, arguments: [workerFolder + "/program.py"], folder: own,
      readable: [URL(filePath: program.path).deletingLastPathComponent().path] + folders,
      limits: WorkerLimits(
        cpuSeconds: seconds * max(1, ProcessInfo.processInfo.activeProcessorCount), memoryBytes: limits.memory,
        fileBytes: 1 << 30, folderBytes: 2 << 30),
      sandbox: sandbox)
  }
}
