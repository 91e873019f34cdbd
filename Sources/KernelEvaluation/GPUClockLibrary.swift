import CUDAToolchain
import VirtualGPU

/// The clock and the gate of a real GPU: a small C++ library, compiled once for this machine and kept.
enum GPUClockLibrary {
  private static let source = "gpu_clock.cpp"
  private static let flags = ["-std=c++17", "-O2", "-fPIC", "-shared"]

  /// The library out of the cache, or compiled now.
  static func library(_ tools: BuildTools, worker: String, cache: BuildCache, scratch: String) async throws -> String {
    let text = EmbeddedWorker.files.first { $0.path == source }?.text ?? ""
    let compiler = tools.compiler.hostCompiler
    let key = SHA256.hex(
      (["1", text, compiler + FileIdentity.of(compiler)] + flags).joined(separator: "\0"))
    if let known = cache.entry("gpu-clock", key) { return known + "/gpu_clock.so" }
    let entry = try await cache.make("gpu-clock", key, fallback: scratch) { folder in
      let (ending, log) = try await tools.run(
        compiler, flags + ["\(worker)/\(source)", "-o", folder + "/gpu_clock.so", "-ldl"], in: folder,
        timeLimit: .seconds(120))
      guard ending == .exited(0) else {
        throw KernelEvaluationError(
          .internalFailure, "\(compiler) could not compile our own \(source) (\(ending)):\n\(log.prefix(3000))")
      }
    }
    return entry + "/gpu_clock.so"
  }
}
