import CUDAToolchain
public import GPUModels
import KernelVerdicts

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Runs a built program on the virtual GPU, in a process of its own, and tells what its kernels did.
public struct ProgramRunner: Sendable {
  /// What the run looks for.
  public enum Check: String, Sendable, Hashable, CaseIterable, Codable {
    /// Nothing: the program runs as fast as it can.
    case none
    /// Bounds, alignment, memory that nobody wrote.
    case memory
    /// Accesses that nothing orders.
    case races
    /// Everything.
    case all

    /// What kernels are translated with.
    public var options: TranslationOptions {
      TranslationOptions(
        checksMemory: self == .memory || self == .all, checksRaces: self == .races || self == .all,
        counts: self != .none)
    }
  }

  /// The GPU whose limits hold.
  public var gpu: GPUModel
  /// What is looked for; the program must have been built for it.
  public var check: Check
  /// Which order blocks and warps run in: with a seed at random, or the fixed one.
  public var randomSeed: UInt64?
  /// How long the program may run.
  public var timeLimit: Duration
  /// The bytes of memory that the program may hold.
  public var memoryLimit: Int
  /// How many other orders, and other contents of unwritten memory, are tried where a finding's meaning depends on them.
  public var otherSchedules = 4

  /// Whether memory on the GPU that the program never frees is a finding, a warning.
  public var checksLeaks = false

  /// Makes a runner.
  public init(
    gpu: GPUModel, check: Check, randomSeed: UInt64? = nil, timeLimit: Duration = .seconds(300), memoryLimit: Int? = nil
  ) {
    self.gpu = gpu
    self.check = check
    self.randomSeed = randomSeed
    self.timeLimit = timeLimit
    self.memoryLimit = memoryLimit ?? MachineMemory.mostOfFree
  }

  /// Runs the program with our standard streams.
  ///
  /// Where races or reads of unwritten memory were found, it runs again under other schedules and with other contents of
  /// unwritten memory, with its output kept back: only if the output differs are they errors.
  ///
  /// - Parameter scratch: a folder of the caller's.
  /// - Throws: ``VirtualGPUError``, or `CancellationError` when the task is cancelled (the process is gone then).
  public func run(
    _ program: BuiltProgram, name: String, arguments: [String], environment: [String: String], scratch: String,
    announce: @Sendable (String) -> Void = { _ in }
  ) async throws -> RunReport {
    let tee = InputTee()
    var input = ChildProgram.Stream.inherited
    let kind = InputTee.kind()
    if case .stream = kind, let descriptor = tee.start() { input = .descriptor(descriptor) }
    let (result, events) = try await once(
      program, arguments, environment, input: input, output: .inherited, errors: .inherited, scratch: scratch,
      number: 0, variables: ownSchedule)
    tee.stop()
    var report = RunReport(program: name, gpu: gpu, events: events, layout: program.layout, result: result)
    if events.unreadable > 0 {
      report.notes.append("\(events.unreadable) lines of the program's own report were cut off.")
    }
    let open = report.findings.filter { $0.kind == .race || $0.kind == .uninitializedRead }
    guard !open.isEmpty, result.stop == nil, otherSchedules > 0 else { return report }
    let given = replayed(kind, tee)
    try await judge(&report, announce) { number, variables in
      guard let stream = given(number) else { return nil }
      defer { try? FileManager.default.removeItem(atPath: temporary(number)) }
      let output = "\(scratch)/output-\(number)"
      let (result, events) = try await once(
        program, arguments, environment, input: stream, output: .file(output), errors: .none, scratch: scratch,
        number: number + 1, variables: variables)
      defer { try? FileManager.default.removeItem(atPath: output) }
      return Observation(end: result, events: events, text: Folders.read(output, limit: .max) ?? "")
    }
    return report
  }

  /// Runs the program with nothing to read and its output kept, and under other schedules as
  /// ``run(_:name:arguments:environment:scratch:announce:)`` does.
  ///
  /// - Returns: what its kernels did, and its standard output.
  /// - Throws: as ``run(_:name:arguments:environment:scratch:announce:)``.
  public func capture(
    _ program: BuiltProgram, name: String, arguments: [String] = [], scratch: String
  ) async throws -> (report: RunReport, output: String) {
    let folder = scratch + "/captured-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    return try await capture(program, name: name) { variables in
      let output = folder + "/output"
      let (result, events) = try await once(
        program, arguments, ProcessInfo.processInfo.environment, input: .none, output: .file(output), errors: .none,
        scratch: folder, number: 0, variables: variables)
      return Observation(end: result, events: events, text: Folders.read(output, limit: .max) ?? "")
    }
  }

  /// The same in an enclosure.
  ///
  /// - Returns: what its kernels did, and what it printed.
  package func capture(
    _ program: BuiltProgram, name: String, arguments: [String] = [], in enclosure: some ProgramEnclosure
  ) async throws -> (report: RunReport, output: String) {
    try await capture(program, name: name) { variables in
      let (end, output, report) = try await enclosure.run(
        program, arguments: arguments, variables: self.variables.merging(variables) { $1 },
        limits: ProgramLimits(time: timeLimit, memory: memoryLimit))
      return Observation(end: end, events: RunEvents(report), text: output)
    }
  }

  private func capture(
    _ program: BuiltProgram, name: String, once: ([String: String]) async throws -> Observation
  ) async throws -> (report: RunReport, output: String) {
    let first = try await once(ownSchedule)
    var report = RunReport(
      program: name, gpu: gpu, events: first.events, layout: program.layout, result: first.end)
    let isOpen = report.findings.contains { $0.kind == .race || $0.kind == .uninitializedRead }
    if isOpen, first.end.stop == nil, otherSchedules > 0 {
      try await judge(&report, { _ in }) { _, variables in try await once(variables) }
    }
    return (report, first.text)
  }

  /// Kills every program that runs now: for a process that is about to end without waiting for them.
  public static func killAll() { ProcessStart.killAll() }

  // MARK: The input, again

  /// What another run gets as its standard input; nil where that is not known any more.
  private func replayed(_ kind: InputTee.Kind, _ tee: InputTee) -> (Int) -> ChildProgram.Stream? {
    switch kind {
    case .terminal, .empty: return { _ in ChildProgram.Stream.none }
    case .file(let offset):
      return { _ in
        lseekInput(offset)
        return .inherited
      }
    case .stream:
      guard let bytes = tee.kept else { return { _ in nil } }
      return { number in
        let path = self.temporary(number)
        return (try? Data(bytes).write(to: URL(filePath: path))) == nil ? nil : .file(path)
      }
    }
  }

  private func temporary(_ number: Int) -> String {
    FileManager.default.temporaryDirectory.path + "/basic-input-\(ProcessInfo.processInfo.processIdentifier)-\(number)"
  }

  // MARK: One run

  /// What the runtime is told of every run.
  private var variables: [String: String] {
    [
      "BASIC_VGPU_GPU": gpu.name, "BASIC_VGPU_CHECK": check.rawValue, "BASIC_VGPU_LEAKS": checksLeaks ? "1" : "0",
      // A little less than ours, so that the program itself says where it was.
      "BASIC_VGPU_TIMEOUT": "\(max(0.05, timeLimit / .seconds(1) - 0.5))",
    ]
  }

  /// The order of a run that is like the first one.
  var ownSchedule: [String: String] { randomSeed.map(Self.schedule) ?? [:] }

  static func schedule(_ seed: UInt64) -> [String: String] {
    ["BASIC_VGPU_SCHEDULE": "random", "BASIC_VGPU_SEED": "\(seed)"]
  }

  private func once(
    _ program: BuiltProgram, _ arguments: [String], _ environment: [String: String], input: ChildProgram.Stream,
    output: ChildProgram.Stream, errors: ChildProgram.Stream, scratch: String, number: Int, variables: [String: String]
  ) async throws -> (ProgramEnd, RunEvents) {
    let path = "\(scratch)/report-\(number).jsonl"
    var all = environment.filter { !$0.key.hasPrefix("BASIC_VGPU_") }
    all["BASIC_VGPU_REPORT"] = path
    all.merge(self.variables) { $1 }
    all.merge(variables) { $1 }
    let result = try await ChildProgram(
      path: program.path, arguments: arguments, environment: all, input: input, output: output, errors: errors,
      limits: .init(time: timeLimit, memory: memoryLimit)
    ).run()
    let text = Folders.read(path, limit: 256 << 20) ?? ""
    try? FileManager.default.removeItem(atPath: path)
    return (result, RunEvents(text))
  }
}

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Turns our standard input back to where the program found it.
private func lseekInput(_ offset: Int) { _ = lseek(STDIN_FILENO, off_t(offset), SEEK_SET) }
