import ArgumentParser
import CUDAToolchain
import GPUModels
import KernelVerdicts
import VirtualGPU

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// One `basic run`: from the file to the report.
struct ProgramSession: Sendable {
  let command: Run
  let source: ProgramSource

  private var console: Console { .standardError }

  /// Runs it and returns the status to end with.
  func run() async throws -> Int32 {
    try checkOutput()
    let context = ProcessContext.current
    let toolchain = try await Toolchain.find(
      environment: context.environment,
      roots: [FileManager.default.currentDirectoryPath, Files.folder(of: context.executable)])
    let scratch = try Self.makeFolder()
    defer { try? FileManager.default.removeItem(atPath: scratch) }
    if command.device != .virtual {
      if PhysicalGPU.isThere {
        return try await PhysicalGPU.run(source, toolchain: toolchain, command: command, scratch: scratch)
      }
      guard command.device == .auto else {
        throw CommandFailure(.usage, "There is no NVIDIA GPU on this machine; use --device virtual.")
      }
    }
    do {
      return try await runVirtually(source, command.gpu, BuildTools(toolchain: toolchain), scratch)
    } catch let error as VirtualGPUError {
      throw Self.failure(error)
    }
  }

  private func runVirtually(_ source: ProgramSource, _ gpu: GPUModel, _ tools: BuildTools, _ scratch: String)
    async throws -> Int32
  {
    let progress = ProgressLine(isShown: console.isTerminal && !command.quiet)
    let builder = ProgramBuilder(tools: tools, gpu: gpu, options: command.check.options, flags: command.flags)
    let program = try await builder.build(source, scratch: scratch) { progress.show($0) }
    progress.clear()
    var runner = ProgramRunner(
      gpu: gpu, check: command.check, randomSeed: command.schedule == .random ? command.seed : nil,
      timeLimit: .seconds(command.timeout), memoryLimit: command.memory.map { $0 * 1_000_000 })
    runner.checksLeaks = command.checksLeaks
    let report = try await runner.run(
      program, name: source.name, arguments: command.arguments, environment: ProcessInfo.processInfo.environment,
      scratch: scratch
    ) { progress.show($0) }
    progress.clear()
    try deliver(report)
    if let failure = report.failure { throw CommandFailure(.internalFailure, failure) }
    if report.isIncomplete { return CommandFailure.Status.unavailable.rawValue }
    switch report.ending {
    case .exited(0) where report.hasErrors: return command.errorExitCode
    case .exited(let status): return Int32(status)
    case .signalled(let signal): return Int32(128 + signal)
    case .outOfTime: return 124
    case .outOfMemory: return 137
    }
  }

  // MARK: The report

  /// Finds out before the work whether its report can be kept.
  private func checkOutput() throws {
    guard let output = command.output else { return }
    let folder = Files.folder(of: output)
    guard !output.isEmpty, !Files.isDirectory(output), Files.isDirectory(folder) else {
      throw CommandFailure(.usage, "--output \(output): name a file in a folder that exists.")
    }
    guard access(Files.exists(output) ? output : folder, W_OK) == 0 else {
      throw CommandFailure(.usage, "--output \(output): it cannot be written (\(Files.lastReason())).")
    }
  }

  private func deliver(_ report: RunReport) throws {
    let text: String
    switch command.format {
    case .json: text = try JSON.document(report)
    case .text:
      let palette = command.output == nil ? console.palette : Palette(isOn: false)
      var shown = report
      if command.quiet { shown.kernels = [] }
      var lines = shown.lines { word, severity in severity == .error ? palette.red(word) : palette.magenta(word) }
      switch report.ending {
      case .outOfTime: lines.append("The program was ended: it ran longer than \(command.timeout) s (--timeout).")
      case .outOfMemory:
        lines.append(
          "The program was ended: it held more memory than it may\(command.memory == nil ? "; that is most of what was free" : " (--memory)")."
        )
      case .signalled(let signal): lines.append("The program was ended by signal \(signal).")
      case .exited: break
      }
      text = lines.map { $0.printableLines + "\n" }.joined()
    }
    guard let output = command.output else {
      console.write(text)
      return
    }
    do {
      try Data(text.utf8).write(to: URL(filePath: output), options: .atomic)
    } catch {
      throw FileError(description: "\(output) could not be written; check its folder's permissions and free space.")
    }
  }

  // MARK: What goes in

  /// Reads the program, and says what is wrong with the file.
  static func read(_ name: String) throws -> ProgramSource {
    let data: Data
    if name == "-" {
      data = standardInput()
    } else {
      guard
        let attributes = try? FileManager.default.attributesOfItem(
          atPath: URL(filePath: name).resolvingSymlinksInPath().path)
      else { throw CommandFailure(.usage, "There is no file \(name).") }
      guard attributes[.type] as? FileAttributeType != .typeDirectory else {
        throw CommandFailure(.usage, "\(name) is a folder; name a .cu file.")
      }
      guard let bytes = FileManager.default.contents(atPath: name) else {
        throw CommandFailure(.usage, "\(name) cannot be read; check its permissions.")
      }
      data = bytes
    }
    guard let text = String(validating: data, as: UTF8.self) else {
      throw CommandFailure(.usage, "\(name) is not UTF-8 text; a CUDA program is expected.")
    }
    guard !text.utf8.allSatisfy({ $0 <= 0x20 }) else { throw CommandFailure(.usage, "\(name) is empty.") }
    if name == "-" {
      return ProgramSource(text: text, name: "standard-input.cu", folder: FileManager.default.currentDirectoryPath)
    }
    let path = URL(filePath: name).standardizedFileURL.deletingLastPathComponent().path
    return ProgramSource(text: text, name: name, folder: path)
  }

  private static func standardInput() -> Data {
    var data = Data()
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = systemRead(STDIN_FILENO, &buffer, buffer.count)
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { return data }
      data.append(contentsOf: buffer[..<count])
    }
  }

  private static func systemRead(_ descriptor: Int32, _ bytes: UnsafeMutableRawPointer, _ count: Int) -> Int {
    #if canImport(Glibc)
      Glibc.read(descriptor, bytes, count)
    #else
      Darwin.read(descriptor, bytes, count)
    #endif
  }

  private static func makeFolder() throws -> String {
    let path = FileManager.default.temporaryDirectory.path + "/basic-run-" + UUID().uuidString
    do {
      try FileManager.default.createDirectory(
        atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    } catch {
      throw FileError(description: "A temporary folder could not be made; free some space or set TMPDIR.")
    }
    return path
  }

  private static func failure(_ error: VirtualGPUError) -> any Error {
    switch error.code {
    case .doesNotCompile, .doesNotLink: CommandFailure(.usage, "The program does not compile.\n\(error.message)")
    case .missingTool: CommandFailure(.usage, error.message)
    case .unsupported: CommandFailure(.unavailable, error.message)
    default: CommandFailure(.internalFailure, error.message)
    }
  }
}
