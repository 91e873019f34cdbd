public import CUDAToolchain

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// The programs that a build needs: all of them are there.
public struct BuildTools: Sendable, Hashable {
  package let toolchain: Toolchain
  package let compiler: Toolchain.Compiler
  /// What compiles kernels for this machine's processors; nil where only a real GPU is built for.
  let clang: Clang?

  /// - Parameter forRealGPU: whether nothing is to run on the virtual GPU, so that nvcc and the host's compiler suffice.
  /// - Throws: ``VirtualGPUError`` with what is missing and what mends it.
  public init(
    toolchain: Toolchain, environment: [String: String]? = nil, forRealGPU: Bool = false
  ) throws(VirtualGPUError) {
    guard let compiler = toolchain.compiler else {
      throw VirtualGPUError(
        .missingTool, "\(toolchain.reason ?? "No CUDA compiler was found.") `basic doctor` says what was looked for.")
    }
    let clang = Clang.find(environment: environment)
    guard clang != nil || forRealGPU else {
      let missing = Clang.missing(environment: environment)
      throw VirtualGPUError(.missingTool, "\(missing.reason) \(missing.remedy)")
    }
    self.toolchain = toolchain
    self.compiler = compiler
    self.clang = clang
  }

  /// How long one compiler may take.
  static let timeLimit = Duration.seconds(300)

  /// Runs a compiler in a folder.
  ///
  /// - Returns: the end and everything it said.
  package func run(
    _ program: String, _ arguments: [String], in folder: String, timeLimit: Duration = BuildTools.timeLimit
  ) async throws -> (ending: Command.Ending, log: String) {
    let result = try await Command(
      executable: program, arguments: arguments, folder: folder,
      environment: toolchain.quietEnvironment(folder: folder),
      timeLimit: timeLimit
    ).run()
    let log = [result.standardError, result.standardOutput].filter { !$0.isEmpty }.joined(separator: "\n")
    if case .outOfTime = result.ending {
      throw VirtualGPUError(.outOfTime, "\(program) did not end within \(timeLimit.components.seconds) seconds.")
    }
    return (result.ending, log)
  }

  /// clang over C of ours: where it refuses, that is our failure.
  func compile(_ arguments: [String], in folder: String) async throws {
    guard let clang else {
      throw VirtualGPUError(.internalFailure, "Something is to be built for the virtual GPU with tools for a real one.")
    }
    let (ending, log) = try await run(clang.path, arguments, in: folder)
    guard ending == .exited(0) else {
      throw VirtualGPUError(
        .internalFailure,
        "\(clang.path) could not compile the virtual GPU's own code (\(ending)); set CLANG to a newer one, or report this:\n"
          + CompilerLog.trimmed(log, hiding: [folder], failed: true, limit: 3000))
    }
  }
}
