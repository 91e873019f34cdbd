public import CUDAToolchain
public import VirtualGPU

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Everything that judging needs on this machine.
public struct EvaluationTools: Sendable {
  /// The compilers' and Python's whereabouts.
  public let toolchain: Toolchain
  /// The compilers.
  public let buildTools: BuildTools
  /// The Python with PyTorch.
  public let pytorch: PyTorchEnvironment
  /// Where builds are kept.
  public let cache: BuildCache?

  /// Looks for all of it.
  ///
  /// - Throws: ``KernelEvaluationError`` or `VirtualGPUError`, with what is missing and what mends it.
  public static func find(
    _ toolchain: Toolchain, environment: [String: String]? = nil, cache: BuildCache? = BuildCache()
  ) async throws -> EvaluationTools {
    EvaluationTools(
      toolchain: toolchain, buildTools: try BuildTools(toolchain: toolchain, environment: environment),
      pytorch: try await PyTorchEnvironment.find(toolchain), cache: cache)
  }
}
