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
  let device: Device

  /// What the workers' GPU needs.
  enum Device: Sendable {
    /// The virtual GPU's runtime, and PyTorch's device over it.
    case virtual(runtime: String, library: String)
    /// The clock and gate of a real one.
    case real(RealGPU, clock: String)

    /// Files that a candidate's process reads.
    var files: [String] {
      switch self {
      case .virtual(let runtime, let library): [runtime, library]
      case .real(let gpu, let clock): [clock, gpu.driverFolder]
      }
    }
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
    if let gpu = tools.gpu {
      let clock = try await GPUClockLibrary.library(
        tools.buildTools, worker: folder + "/worker", cache: cache, scratch: scratch)
      return WorkerStart(tools: tools, options: options, folder: folder, device: .real(gpu, clock: clock))
    }
    let runtime = try await RuntimeLibrary.shared(tools.buildTools, cache: cache, scratch: scratch)
    let library = try await VirtualTorchDevice.library(
      tools.pytorch, toolchain: tools.toolchain, worker: folder + "/worker", cache: cache, scratch: scratch,
      announce: announce)
    return WorkerStart(
      tools: tools, options: options, folder: folder, device: .virtual(runtime: runtime, library: library))
  }

  /// What a worker is told of its device. The reference's needs the virtual one for nothing.
  private var description: JSONValue {
    switch device {
    case .virtual(let runtime, let library):
      return [
        "kind": "virtual", "runtime": .string(runtime), "library": .string(library),
        "gpu": GPUDescription.json(options.gpu),
      ]
    case .real(let gpu, let clock):
      // Twice the cache, so that nothing of before is left in it.
      return ["kind": "cuda", "clock": .string(clock), "flushBytes": .integer(max(2 * gpu.level2Bytes, 32 << 20))]
    }
  }

  /// Starts the reference's process.
  func reference() async throws -> ReferenceSide {
    let own = try makeFolder("reference")
    var readable = [shared]
    if case .real = device { readable += device.files }
    let process = try await WorkerProcess.start(launch(own, readable: readable))
    do {
      _ = try await process.call(
        ["command": "start", "role": "reference", "folder": .string(own), "device": description],
        timeLimit: Self.startLimit)
    } catch {
      await process.stop()
      throw Self.failure(error, "reference")
    }
    return ReferenceSide(
      process: process, folder: own, shared: shared, precision: options.precision, timeLimit: .seconds(600),
      sharesGPU: tools.device == .cuda)
  }

  /// Starts the candidate's process. Nothing of the candidate's has run then.
  func candidate(_ number: Int) async throws -> CandidateSide { try await candidate("\(number)") }

  /// Starts one more process of the candidate's, under a profiler.
  func profiled(by profiler: NsightCompute) async throws -> CandidateSide {
    try await candidate("profiled", profiler: profiler)
  }

  /// What the profiler writes into the process's folder.
  static let profileLog = "ncu.csv"

  private func candidate(_ number: String, profiler: NsightCompute? = nil) async throws -> CandidateSide {
    let own = try makeFolder("candidate-\(number)")
    let report = own + "/report.jsonl"
    try Folders.write("", to: report)
    var launch = launch(own, readable: [shared] + device.files)
    if case .virtual = device {
      launch.environment["BASIC_VGPU_GPU"] = options.gpu.name
      launch.environment["BASIC_VGPU_CHECK"] = "all"
      launch.environment["BASIC_VGPU_REPORT"] = report
    }
    if let profiler {
      launch.wrapper = profiler.command(log: "\(own)/\(Self.profileLog)")
      launch.readable += profiler.readable
    }
    let settings: [String: JSONValue] = [
      "command": "start", "role": "candidate", "folder": .string(own), "device": description,
    ]
    let process = try await WorkerProcess.start(launch)
    do {
      _ = try await process.call(settings, timeLimit: Self.startLimit)
    } catch {
      await process.stop()
      throw Self.failure(error, "candidate")
    }
    var builder = ExtensionBuilder(
      tools: tools.buildTools, gpu: options.gpu, options: ProgramRunner.Check.all.options,
      cache: options.buildsAnew ? nil : tools.cache,
      fullHeaders: options.usesFullHeaders)
    builder.device = tools.device == .cuda ? .cuda : .virtual
    let scratch = "\(folder)/scratch/candidate-\(number)"
    try FileManager.default.createDirectory(atPath: scratch, withIntermediateDirectories: true)
    return CandidateSide(
      process: process, folder: own,
      extensions: ExtensionService(builder: builder, shared: shared, scratch: scratch), options: options,
      reportPath: report, sharesGPU: tools.device == .cuda)
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
      environment: environment.merging(["OMP_NUM_THREADS": "\(threads)"]) { $1 },
      limits: limits, sandbox: tools.sandbox, device: tools.device == .cuda ? .cuda : .virtual,
      startLimit: Self.startLimit)
  }

  private var limits: WorkerLimits {
    var limits = WorkerLimits(memoryBytes: Int(ProcessInfo.processInfo.physicalMemory / 2))
    // The problem's own sizes, and torch.compile.
    if tools.device == .cuda { (limits.fileBytes, limits.folderBytes, limits.cpuSeconds) = (8 << 30, 16 << 30, 3600) }
    return limits
  }

  private var environment: [String: String] {
    var environment = ["PYTHONDONTWRITEBYTECODE": "1", "LC_ALL": "C.UTF-8"]
    if case .real(let gpu, _) = device {
      for name in RealGPU.passedOn { environment[name] = tools.toolchain.environment[name] }
      // torch.compile compiles in the process itself, and Triton need not search for the driver.
      environment["TORCHINDUCTOR_COMPILE_THREADS"] = "1"
      environment["TRITON_LIBCUDA_PATH"] = gpu.driverFolder
    }
    return environment
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
