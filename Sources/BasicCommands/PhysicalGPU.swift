import CUDAToolchain
import KernelEvaluation
import VirtualGPU

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// The GPU of this machine: the program is built by nvcc alone and runs on it, unchecked.
enum PhysicalGPU {
  /// True where the driver's device is there.
  static var isThere: Bool { FileManager.default.fileExists(atPath: "/dev/nvidia0") }

  /// Builds for the GPU that is there, runs with our streams, and returns the program's status.
  static func run(_ source: ProgramSource, toolchain: Toolchain, command: Run, scratch: String) async throws -> Int32 {
    let ignored = withoutEffect(command)
    if !ignored.isEmpty, !command.quiet {
      Console.standardError.write(
        "On a GPU a program is not watched, and \(ignored.joined(separator: ", ")) \(ignored.count == 1 ? "has" : "have") no effect; --device virtual watches it.\n"
      )
    }
    do {
      let tools = try BuildTools(toolchain: toolchain, forRealGPU: true)
      // nvcc's own question to the driver fails under the limits that compilers have here.
      let gpu = await RealGPU.find(toolchain)
      let program = try await DeviceProgram.build(
        source, tools: tools, architecture: gpu.map { "sm_\($0.computeCapability)" }, flags: command.flags,
        scratch: scratch)
      let (status, seconds) = try await DeviceProgram.run(
        program, arguments: command.arguments, timeLimit: .seconds(command.timeout))
      if !command.quiet {
        Console.standardError.write(
          "ran on this machine's GPU in \(RunDuration.text(seconds)), whole process; nothing was checked\n")
      }
      return status
    } catch let error as VirtualGPUError {
      throw CommandFailure(error.code == .internalFailure ? .internalFailure : .usage, error.message)
    }
  }
}

extension PhysicalGPU {
  /// The options that somebody has set and that are about watching a program, which nobody does here.
  static func withoutEffect(_ command: Run) -> [String] {
    [
      ("--check", command.check != .all), ("--leak-check", command.checksLeaks),
      ("--schedule", command.schedule != .fixed),
      ("--memory", command.memory != nil),
      ("--error-exitcode", command.errorExitCode != 1), ("--format json", command.format == .json),
      ("--output", command.output != nil),
    ].filter(\.1).map(\.0)
  }
}

/// Durations as the report writes them.
enum RunDuration {
  static func text(_ seconds: Double) -> String {
    seconds >= 1 ? "\((seconds * 100).rounded() / 100) s" : "\((seconds * 100_000).rounded() / 100) ms"
  }
}
