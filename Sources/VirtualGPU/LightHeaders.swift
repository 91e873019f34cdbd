import CUDAToolchain

/// The other half of the light headers, compiled once and linked into every extension; and the question whether a failed build
/// may be those headers' fault.
enum LightHeaders {
  static let flags = ["-std=c++17", "-O1", "-fPIC", "-fvisibility=hidden", "-w"]

  /// The sources that stand between an extension and Python.
  static let parts = ["casters", "devices", "extension", "messages", "tensors", "types"]
  /// The source through which an extension's launches go on a real GPU.
  static let observer = "observer"
  /// The functions of CUDA's runtime that launch something.
  static let observed = [
    "cudaLaunchKernel", "__cudaLaunchKernel", "cudaLaunchKernelExC", "cudaLaunchCooperativeKernel", "cudaGraphLaunch",
  ]

  /// The bridge's objects, out of the cache or compiled now.
  ///
  /// - Parameter parts: those that are wanted; all are compiled.
  static func bridge(
    _ tools: BuildTools, resources: ResourceFolder, cache: BuildCache, scratch: String, parts: [String]
  ) async throws -> [String] {
    guard !parts.isEmpty else { return [] }
    let compiler = tools.compiler
    let key = SHA256.hex(
      (["1", ResourceFolder.hash, compiler.hostCompiler + FileIdentity.of(compiler.hostCompiler), compiler.version]
        + flags)
        .joined(separator: "\0"))
    let sources = Self.parts + [observer]
    let folder: String
    if let known = cache.entry("bridge", key) {
      folder = known
    } else {
      folder = try await cache.make("bridge", key, fallback: scratch) { folder in
        try await withThrowingTaskGroup(of: Void.self) { group in
          for source in sources {
            group.addTask {
              let arguments =
                flags + [
                  "-isystem", resources.includes, "-isystem", compiler.includes, "-c",
                  "\(resources.bridge)/\(source).cpp",
                ]
              let (ending, log) = try await tools.run(
                compiler.hostCompiler, arguments + ["-o", "\(source).o"], in: folder)
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
    return parts.map { "\(folder)/\($0).o" }
  }

  /// Whether PyTorch's own headers might take what ours did not: something of PyTorch's that they do not have, or that is
  /// declared in them and defined nowhere.
  static func mayBeToBlame(_ error: VirtualGPUError) -> Bool {
    switch error.code {
    case .doesNotLink:
      return places.contains { error.message.contains($0) }
    case .doesNotCompile:
      if let header = CompilerLog.missingHeader(error.message), CompilerLog.isKnownElsewhere(header) { return true }
      let lines = error.message.split(separator: "\n").filter { $0.contains("error") }
      if lines.contains(where: namesMissingMacro) { return true }
      // What no header can mend: a build with others takes a minute to say the same.
      let isOwn = lines.contains { line in
        own.contains { line.contains($0) } || (line.hasPrefix("functions:") && line.contains("was not declared"))
      }
      guard !isOwn else { return false }
      return lines.contains { line in
        lacking.contains { line.contains($0) } && (places.contains { line.contains($0) } || line.contains("Tensor"))
      }
    default: return false
    }
  }

  /// Whether a line is about a name that is not known and looks like a macro of PyTorch's. What follows such a macro is no C++
  /// then, so that the lines below it do not count.
  private static func namesMissingMacro(_ line: Substring) -> Bool {
    guard lacking.contains(where: line.contains) else { return false }
    return line.split { !($0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_")) }.contains { word in
      macros.contains { word.hasPrefix($0) } && !word.contains { $0.isLowercase }
    }
  }

  private static let macros = ["AT_", "TORCH_", "C10_", "CUDA_KERNEL_", "PYBIND11_"]
  private static let own = [
    "redefinition of", "expected primary-expression before '<'", "expected a \";\"", "expected ';'",
  ]
  static let lacking = [
    "has no member", "is not a member", "no match", "no instance", "no operator", "no suitable", "convert",
    "incomplete type",
    "was not declared", "has not been declared", "is undefined", "does not name a type", "ambiguous", "more than one",
    "static assertion", "invalid use", "not a class", "no type named", "is not a template", "explicit type is missing",
  ]
  private static let places =
    ["at::", "torch::", "c10::", "caffe2::", "pybind11::", "py::", "basic::"]
    + ["at", "torch", "c10", "pybind11"].flatMap {
      ["is not a member of '\($0)'", "namespace \"\($0)\"", "'\($0)' has not been declared"]
    }
}
