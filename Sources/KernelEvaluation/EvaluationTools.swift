public import CUDAToolchain
public import VirtualGPU

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Everything that judging needs on this machine.
public struct EvaluationTools: Sendable {
  /// Which device is meant.
  public enum DeviceChoice: Sendable, Hashable {
    /// This machine's GPU where PyTorch can use it, else the virtual one.
    case automatic
    /// One of the two, and no other.
    case only(JudgeOptions.Device)
  }

  /// The compilers' and Python's whereabouts.
  public let toolchain: Toolchain
  /// The compilers.
  public let buildTools: BuildTools
  /// The Python with PyTorch.
  public let pytorch: PyTorchEnvironment
  /// The GPU that kernels run on; nil for the virtual one.
  public let gpu: RealGPU?
  /// Where builds are kept.
  public let cache: BuildCache?
  /// How workers are enclosed, by `BASIC_SANDBOX`; nil for the best that this machine has.
  let sandbox: Sandbox.Kind?

  /// Where kernels run.
  public var device: JudgeOptions.Device { gpu == nil ? .virtual : .cuda }

  /// Looks for all of it.
  ///
  /// - Throws: ``KernelEvaluationError`` or `VirtualGPUError`, with what is missing and what mends it.
  public static func find(
    _ toolchain: Toolchain, device: DeviceChoice = .only(.virtual), environment: [String: String]? = nil,
    cache: BuildCache? = BuildCache()
  ) async throws -> EvaluationTools {
    let pytorch = try await PyTorchEnvironment.find(toolchain)
    let gpu = try await gpu(device, pytorch, toolchain)
    return EvaluationTools(
      toolchain: toolchain,
      buildTools: try BuildTools(toolchain: toolchain, environment: environment, forRealGPU: gpu != nil),
      pytorch: pytorch, gpu: gpu, cache: cache, sandbox: try sandbox(toolchain.environment["BASIC_SANDBOX"]))
  }

  /// The same tools with another place for builds; nil for none.
  public func keepingBuilds(in cache: BuildCache?) -> EvaluationTools {
    EvaluationTools(
      toolchain: toolchain, buildTools: buildTools, pytorch: pytorch, gpu: gpu, cache: cache, sandbox: sandbox)
  }

  static func sandbox(_ name: String?) throws -> Sandbox.Kind? {
    guard let name, !name.isEmpty else { return nil }
    guard let kind = Sandbox.Kind(rawValue: name) else {
      let names = Sandbox.Kind.allCases.map(\.rawValue)
      throw KernelEvaluationError(.missingTool, "BASIC_SANDBOX=\(name) is none of \(Sentences.list(names)).")
    }
    return kind
  }

  private static func gpu(
    _ choice: DeviceChoice, _ pytorch: PyTorchEnvironment, _ toolchain: Toolchain
  ) async throws -> RealGPU? {
    if choice == .only(.virtual) { return nil }
    let isWanted = choice == .only(.cuda)
    guard pytorch.cuda != nil else {
      guard isWanted else { return nil }
      throw KernelEvaluationError(
        .noGPU,
        "PyTorch \(pytorch.version) of \(pytorch.python) is built for processors alone; set BASIC_PYTHON to a Python whose PyTorch has CUDA."
      )
    }
    let answer = await RealGPU.find(toolchain)
    // One who was interrupted has not been answered.
    try Task.checkCancellation()
    guard let found = answer else {
      guard isWanted else { return nil }
      throw KernelEvaluationError(
        .noGPU, "No NVIDIA GPU answers on this machine.")
    }
    guard found.architecture != nil else {
      guard isWanted else { return nil }
      throw KernelEvaluationError(
        .noGPU,
        "Kernels for the \(found.name) (compute capability \(found.computeCapability / 10).\(found.computeCapability % 10)) are not supported yet."
      )
    }
    return found
  }
}
