import CUDAToolchain

/// The other half of the light headers, compiled once and linked into every extension; and the question whether a failed build
/// may be those headers' fault.
enum LightHeaders {
  static let flags = ["-std=c++17", "-O1", "-fPIC", "-fvisibility=hidden", "-w"]

  /// The bridge's objects, out of the cache or compiled now.
  static func bridge(_ tools: BuildTools, resources: ResourceFolder, cache: BuildCache, scratch: String) async throws
    -> [String]
  {
    let compiler = tools.compiler
    let key = SHA256.hex(
      (["1", ResourceFolder.hash, compiler.hostCompiler + FileIdentity.of(compiler.hostCompiler), compiler.version] + flags)
        .joined(separator: "\0"))
    let sources = ["casters", "devices", "extension", "messages", "tensors", "types"]
    let folder: String
    if let known = cache.entry("bridge", key) {
      folder = known
    } else {
      folder = try await cache.make("bridge", key, fallback: scratch) { folder in
        try await withThrowingTaskGroup(of: Void.self) { group in
          for source in sources {
            group.addTask {
              let arguments =
                flags + ["-isystem", resources.includes, "-isystem", compiler.includes, "-c", "\(resources.bridge)/\(source).cpp"]
              let (ending, log) = try await tools.run(compiler.hostCompiler, arguments + ["-o", "\(source).o"], in: folder)
              guard ending == .exited(0) else {
                throw VirtualGPUError(
                  .internalFailure,
                  "\(compiler.hostCompiler) could not compile our own \(source).cpp (\(ending)):\n\(log.prefix(3000))")
              }
            }
          }
          try await group.waitForAll()
        }
      }
    }
    return sources.map { "\(folder)/\($0).o" }
  }

  /// Whether PyTorch's own headers might take what ours did not: something of PyTorch's that they do not have, or that is
  /// declared in them and defined nowhere.
  static func mayBeToBlame(_ error: VirtualGPUError) -> Bool {
    switch error.code {
    case .doesNotLink:
      return places.contains { error.message.contains($0) }
    case .doesNotCompile:
      if let header = CompilerLog.missingHeader(error.message), CompilerLog.isKnownElsewhere(header) { return true }
      // The first error is there with other headers too, unless it is about what they have; those behind it may come of it.
      guard let first = error.message.split(separator: "\n").first(where: { $0.contains("error") }),
        !first.contains("redefinition of")
      else { return false }
      return places.contains { first.contains($0) } || first.contains("Tensor")
    default: return false
    }
  }

  private static let places = ["at::", "torch::", "c10::", "caffe2::", "pybind11::", "py::", "basic::"]
}
