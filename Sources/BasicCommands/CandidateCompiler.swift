import CUDAToolchain
import GPUModels
import KernelPrompting

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// The compile step for a model's answer.
struct CandidateCompiler {
  let environment: [String: String]
  let executable: String

  /// Where `.python` is looked for: from the working folder and from the executable upwards.
  var roots: [String] { [FileManager.default.currentDirectoryPath, Files.folder(of: executable)] }

  /// Compiles what an answer holds.
  ///
  /// - Returns: a report whose status is `not-run` where there is nothing to compile or nothing to compile it with.
  func compile(_ answer: Answer, for gpu: GPUModel) async throws -> CompileReport {
    let toolchain = try await Toolchain.find(environment: environment, roots: roots)
    let check = CompileCheck(toolchain: toolchain, cache: CompileCache(environment: environment))
    guard let code = answer.code else {
      return .notRun(because: "The answer holds no code.", for: gpu)
    }
    switch answer.language {
    case .cuda: return try await check.run(.cudaProgram(code), for: gpu)
    case .python:
      guard toolchain.python != nil else {
        return .notRun(
          because: "The candidate is a Python file, and no python3 was found to read it.", for: gpu)
      }
      return try await check.run(python: code, for: gpu)
    }
  }
}
