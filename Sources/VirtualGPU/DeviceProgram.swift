import CUDAToolchain

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// A program for a GPU that is there: nvcc's own build, linked with CUDA's own runtime.
public enum DeviceProgram {
  /// Builds a program for the GPU of this machine.
  ///
  /// - Parameter architecture: the GPU's, as nvcc names it: `sm_90`; nil for nvcc to ask the driver itself.
  /// - Returns: the executable's path, in the caller's folder.
  public static func build(
    _ source: ProgramSource, tools: BuildTools, architecture: String?, flags: [String], scratch: String
  ) async throws -> String {
    try Folders.write(source.numbered, to: scratch + "/program.cu")
    let standard = flags.contains { $0.hasPrefix("-std") || $0.hasPrefix("--std") } ? [] : ["-std=c++17"]
    let (ending, log) = try await tools.run(
      tools.compiler.nvcc,
      [
        "-arch=\(architecture ?? "native")", "-lineinfo", "-ccbin", tools.compiler.hostCompiler,
        "-allow-unsupported-compiler",
      ] + standard
        + (source.folder.map { ["-I", $0] } ?? []) + flags + ["program.cu", "-o", "program"], in: scratch)
    guard ending == .exited(0) else {
      throw VirtualGPUError(
        .doesNotCompile,
        "The program does not compile.\n" + CompilerLog.trimmed(log, hiding: [scratch], failed: true, limit: 6000))
    }
    return scratch + "/program"
  }

  /// Runs it with our standard streams.
  ///
  /// - Returns: the status, as a shell gives it, and the seconds of the whole process.
  public static func run(_ path: String, arguments: [String], timeLimit: Duration) async throws -> (
    status: Int32, seconds: Double
  ) {
    let result = try await ChildProgram(
      path: path, arguments: arguments, environment: ProcessInfo.processInfo.environment, input: .inherited,
      output: .inherited, errors: .inherited,
      limits: .init(time: timeLimit, memory: Int(ProcessInfo.processInfo.physicalMemory))
    ).run()
    switch (result.stop, result.ending) {
    case (.some, _): return (124, result.seconds)
    case (nil, .exited(let status)): return (Int32(status), result.seconds)
    case (nil, .signalled(let signal)): return (Int32(128 + signal), result.seconds)
    }
  }
}
