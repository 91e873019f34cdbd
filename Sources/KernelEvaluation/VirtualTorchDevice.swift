import CUDAToolchain
import VirtualGPU

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// The CUDA device for PyTorch's CPU build: a C++ library, compiled once for a PyTorch and kept.
enum VirtualTorchDevice {
  /// How long the compiler may take: it reads PyTorch's headers.
  static let timeLimit = Duration.seconds(600)

  /// The library out of the cache, or compiled now.
  static func library(
    _ pytorch: PyTorchEnvironment, toolchain: Toolchain, worker: String, cache: BuildCache, scratch: String,
    announce: @Sendable (String) -> Void
  ) async throws -> String {
    let sources = EmbeddedWorker.files.filter { $0.path.hasPrefix("virtual_cuda/") || $0.path == "build_device.py" }
    let parts = ["1", pytorch.version, pytorch.package] + sources.flatMap { [$0.path, $0.text] }
    let key = SHA256.hex(parts.joined(separator: "\0"))
    if let known = cache.entry("torch-device", key) { return known + "/device.so" }
    announce("compiling the virtual GPU's PyTorch device (once, half a minute)")
    let entry = try await cache.make("torch-device", key, fallback: scratch) { folder in
      let result = try await Command(
        executable: pytorch.python, arguments: ["-I", worker + "/build_device.py", folder + "/device.so"],
        folder: folder, environment: toolchain.quietEnvironment(folder: folder), timeLimit: timeLimit
      ).run()
      guard result.ending == .exited(0) else {
        throw KernelEvaluationError(
          .missingTool,
          "The virtual GPU's PyTorch device could not be compiled for PyTorch \(pytorch.version).\n"
            + String((result.standardError + result.standardOutput).suffix(3000)))
      }
    }
    return entry + "/device.so"
  }
}
