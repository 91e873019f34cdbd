import CUDAToolchain
import GPUModels
import VirtualGPU

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Starts the processes of one judgement, each in a folder of its own.
struct WorkerStart: Sendable {
  let tools: EvaluationTools
  let options: JudgeOptions
  /// The folder of the judgement.
  let folder: String
  /// What the device consists of.
  let device: VirtualDevice

  /// The virtual GPU's libraries.
  struct VirtualDevice: Sendable {
    var runtime: String
    var library: String
  }

  var workerFolder: String { folder + "/worker" }
  /// What both processes may read.
  var shared: String { folder + "/shared" }

  /// Prepares folders and libraries.
  static func prepare(
    tools: EvaluationTools, options: JudgeOptions, folder: String, announce: @Sendable (String) -> Void
  ) async throws -> WorkerStart {
    try WorkerFiles.write(to: folder + "/worker")
    for name in ["shared", "scratch"] {
      try FileManager.default.createDirectory(atPath: "\(folder)/\(name)", withIntermediateDirectories: true)
    }
    let cache = tools.cache ?? BuildCache(folder: folder + "/cache")
    let scratch = folder + "/scratch"
    let runtime = try await RuntimeLibrary.shared(tools.buildTools, cache: cache, scratch: scratch)
    let library = try await VirtualTorchDevice.library(
      tools.pytorch, toolchain: tools.toolchain, worker: folder + "/worker", cache: cache, scratch: scratch,
      announce: announce)
    return WorkerStart(
      tools: tools, options: options, folder: folder, device: VirtualDevice(runtime: runtime, library: library))
  }

  /// Starts the reference's process.
  func reference() async throws -> ReferenceSide {
    let own = try makeFolder("reference")
    let process = try await WorkerProcess.start(launch(own, readable: [shared]))
    do {
      _ = try await process.call(
        ["command": "start", "role": "reference", "folder": .string(own)], timeLimit: Self.startLimit)
    } catch {
      await process.stop()
      throw Self.failure(error, "reference")
    }
    return ReferenceSide(
      process: process, folder: own, shared: shared, precision: options.precision, timeLimit: .seconds(600))
  }

  /// Starts the candidate's process. Nothing of the candidate's has run then.
  func candidate(_ number: Int) async throws -> CandidateSide {
    let own = try makeFolder("candidate-\(number)")
    let report = own + "/report.jsonl"
    try Folders.write("", to: report)
    var launch = launch(own, readable: [shared, device.runtime, device.library])
    launch.environment["BASIC_VGPU_GPU"] = options.gpu.name
    launch.environment["BASIC_VGPU_CHECK"] = "all"
    launch.environment["BASIC_VGPU_REPORT"] = report
    let settings: [String: JSONValue] = [
      "command": "start", "role": "candidate", "folder": .string(own),
      "device": .object([
        "runtime": .string(device.runtime), "library": .string(device.library),
        "gpu": GPUDescription.json(options.gpu),
      ]),
    ]
    let process = try await WorkerProcess.start(launch)
    do {
      _ = try await process.call(settings, timeLimit: Self.startLimit)
    } catch {
      await process.stop()
      throw Self.failure(error, "candidate")
    }
    let builder = ExtensionBuilder(
      tools: tools.buildTools, gpu: options.gpu, options: ProgramRunner.Check.all.options, cache: tools.cache,
      fullHeaders: options.usesFullHeaders)
    let scratch = "\(folder)/scratch/candidate-\(number)"
    try FileManager.default.createDirectory(atPath: scratch, withIntermediateDirectories: true)
    return CandidateSide(
      process: process, folder: own,
      extensions: ExtensionService(builder: builder, shared: shared, scratch: scratch), options: options,
      reportPath: report)
  }

  private static let startLimit = Duration.seconds(180)

  private func makeFolder(_ name: String) throws -> String {
    let path = "\(folder)/\(name)"
    try FileManager.default.createDirectory(
      atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    return path
  }

  private func launch(_ own: String, readable: [String]) -> WorkerLaunch {
    // A module's own threads and the virtual GPU's share the processors.
    let threads = ProcessInfo.processInfo.activeProcessorCount
    return WorkerLaunch(
      python: tools.pytorch.python, workerFolder: workerFolder, arguments: [workerFolder + "/worker.py"], folder: own,
      readable: readable + tools.pytorch.prefixes + [tools.pytorch.package],
      environment: ["OMP_NUM_THREADS": "\(threads)", "PYTHONDONTWRITEBYTECODE": "1", "LC_ALL": "C.UTF-8"],
      limits: WorkerLimits(memoryBytes: Int(ProcessInfo.processInfo.physicalMemory / 2)), startLimit: Self.startLimit)
  }

  /// A process that does not start before anything of anybody's has run is our failure.
  private static func failure(_ error: any Error, _ role: String) -> any Error {
    guard let error = error as? WorkerError else { return error }
    var said = error.output?.standardError ?? ""
    if case .raised(let exception) = error { said = exception.message + "\n" + exception.traceback }
    return KernelEvaluationError(
      .internalFailure, "The \(role)'s process \(error.sentence).\n\(said.suffix(2000))", underlyingError: error)
  }
}
