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

/// Durations as the report writes them.
enum RunDuration {
  static func text(_ seconds: Double) -> String {
    seconds >= 1 ? "\((seconds * 100).rounded() / 100) s" : "\((seconds * 100_000).rounded() / 100) ms"
  }
}
