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
      number: 0,
      variables: randomSeed.map { ["BASIC_VGPU_SCHEDULE": "random", "BASIC_VGPU_SEED": "\($0)"] } ?? [:])
    tee.stop()
    var report = RunReport(program: name, gpu: gpu, events: events, layout: program.layout, result: result)
    if events.unreadable > 0 {
      report.notes.append("\(events.unreadable) lines of the program's own report were cut off.")
    }
    let open = report.findings.filter { $0.kind == .race || $0.kind == .uninitializedRead }
    guard !open.isEmpty, result.stop == nil, otherSchedules > 0 else { return report }
    try await judge(
      &report, program, arguments, environment, replayed(kind, tee), scratch, result,
      hasRaces: open.contains { $0.kind == .race },
      hasReads: open.contains { $0.kind == .uninitializedRead }, announce)
    return report
  }

  /// Runs the program with nothing to read and its output kept, once.
  ///
  /// - Returns: what its kernels did, and its standard output.
  /// - Throws: as ``run(_:name:arguments:environment:scratch:announce:)``.
  public func capture(
    _ program: BuiltProgram, name: String, arguments: [String] = [], scratch: String
  ) async throws -> (report: RunReport, output: String) {
    let path = scratch + "/captured-" + UUID().uuidString
    defer { try? FileManager.default.removeItem(atPath: path) }
    let (result, events) = try await once(
      program, arguments, ProcessInfo.processInfo.environment, input: .none, output: .file(path), errors: .none,
      scratch: scratch, number: Int.random(in: 1_000...1_000_000_000),
      variables: randomSeed.map { ["BASIC_VGPU_SCHEDULE": "random", "BASIC_VGPU_SEED": "\($0)"] } ?? [:])
    let output = (try? Data(contentsOf: URL(filePath: path))).map { String(decoding: $0, as: UTF8.self) } ?? ""
    return (RunReport(program: name, gpu: gpu, events: events, layout: program.layout, result: result), output)
  }

  /// Kills every program that runs now: for a process that is about to end without waiting for them.
  public static func killAll() { ProcessStart.killAll() }

  // MARK: Whether the output depends on it

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

  private func judge(
    _ report: inout RunReport, _ program: BuiltProgram, _ arguments: [String], _ environment: [String: String],
    _ input: (Int) -> ChildProgram.Stream?, _ scratch: String, _ first: ChildProgram.Result, hasRaces: Bool,
    hasReads: Bool,
    _ announce: @Sendable (String) -> Void
  ) async throws {
    // What the first run printed went to the user and was not kept: a run like the first one is what others are held against.
    var trials: [[String: String]] = [
      randomSeed.map { ["BASIC_VGPU_SCHEDULE": "random", "BASIC_VGPU_SEED": "\($0)"] } ?? [:]
    ]
    if hasRaces {
      trials += (1...otherSchedules).map { ["BASIC_VGPU_SCHEDULE": "random", "BASIC_VGPU_SEED": "\($0 &* 7919)"] }
    }
    if hasReads { trials += ["00000000", "3f9d70a4", "c2280000"].map { ["BASIC_VGPU_POISON": $0] } }
    var expected: String?
    var changed: Set<Finding.Kind> = []
    for (number, variables) in trials.enumerated() {
      guard let stream = input(number) else {
        report.notes.append(
          "Standard input was too long to be given again, so it was not tried whether the output depends on what was found."
        )
        return
      }
      announce("trying schedule \(number + 1) of \(trials.count)")
      defer { try? FileManager.default.removeItem(atPath: temporary(number)) }
      let output = "\(scratch)/output-\(number)"
      let (result, events) = try await once(
        program, arguments, environment, input: stream, output: .file(output), errors: .none, scratch: scratch,
        number: number + 1, variables: variables)
      let text = (try? Data(contentsOf: URL(filePath: output))).map { String(decoding: $0, as: UTF8.self) } ?? ""
      try? FileManager.default.removeItem(atPath: output)
      let seen = "\(result.ending) \(result.stop?.rawValue ?? "") \(events.outputHash)\n\(text)"
      if let expected {
        report.schedulesTried += 1
        if seen != expected { changed.insert(variables["BASIC_VGPU_POISON"] == nil ? .race : .uninitializedRead) }
      } else {
        expected = seen
        // A program that prints what differs by itself, such as times, says nothing by differing.
        if number == 0, let again = try await repeated(program, arguments, environment, input, scratch, variables),
          again != seen
        {
          expected = nil
          report.notes.append(
            "The program's output differs from one run to the next, so it was only compared what it copied from the GPU."
          )
          try await judgeByHash(&report, program, arguments, environment, input, scratch, trials, &changed)
          break
        }
      }
    }
    for index in report.findings.indices where changed.contains(report.findings[index].kind) {
      report.findings[index].changesOutput = true
    }
    report.sortFindings()
  }

  private func repeated(
    _ program: BuiltProgram, _ arguments: [String], _ environment: [String: String],
    _ input: (Int) -> ChildProgram.Stream?, _ scratch: String, _ variables: [String: String]
  ) async throws -> String? {
    guard let stream = input(900) else { return nil }
    defer { try? FileManager.default.removeItem(atPath: temporary(900)) }
    let output = "\(scratch)/output-again"
    let (result, events) = try await once(
      program, arguments, environment, input: stream, output: .file(output), errors: .none, scratch: scratch,
      number: 900,
      variables: variables)
    let text = (try? Data(contentsOf: URL(filePath: output))).map { String(decoding: $0, as: UTF8.self) } ?? ""
    try? FileManager.default.removeItem(atPath: output)
    return "\(result.ending) \(result.stop?.rawValue ?? "") \(events.outputHash)\n\(text)"
  }

  private func judgeByHash(
    _ report: inout RunReport, _ program: BuiltProgram, _ arguments: [String], _ environment: [String: String],
    _ input: (Int) -> ChildProgram.Stream?, _ scratch: String, _ trials: [[String: String]],
    _ changed: inout Set<Finding.Kind>
  ) async throws {
    for (number, variables) in trials.enumerated().dropFirst() {
      guard let stream = input(number) else { return }
      defer { try? FileManager.default.removeItem(atPath: temporary(number)) }
      let (_, events) = try await once(
        program, arguments, environment, input: stream, output: .none, errors: .none, scratch: scratch,
        number: number + 1,
        variables: variables)
      report.schedulesTried += 1
      if events.outputHash != report.outputHash {
        changed.insert(variables["BASIC_VGPU_POISON"] == nil ? .race : .uninitializedRead)
      }
    }
  }

  // MARK: One run

  private func once(
    _ program: BuiltProgram, _ arguments: [String], _ environment: [String: String], input: ChildProgram.Stream,
    output: ChildProgram.Stream, errors: ChildProgram.Stream, scratch: String, number: Int, variables: [String: String]
  ) async throws -> (ChildProgram.Result, RunEvents) {
    let path = "\(scratch)/report-\(number).jsonl"
    var all = environment.filter { !$0.key.hasPrefix("BASIC_VGPU_") }
    all["BASIC_VGPU_GPU"] = gpu.name
    all["BASIC_VGPU_CHECK"] = check.rawValue
    all["BASIC_VGPU_REPORT"] = path
    // A little less than ours, so that the program itself says where it was.
    all["BASIC_VGPU_TIMEOUT"] = "\(max(0.05, timeLimit / .seconds(1) - 0.5))"
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
