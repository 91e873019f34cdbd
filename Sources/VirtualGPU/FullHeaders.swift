import CUDAToolchain

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// PyTorch's own headers and libraries, and Python's: the build that PyTorch itself would do.
struct FullHeaders: Sendable {
  /// Folders for the host's compiler.
  let includes: [String]
  /// The folder of libtorch.
  let libraries: String

  /// Whether there is a PyTorch with headers to build against.
  static func canBuild(_ builder: ExtensionBuilder) -> Bool { find(builder) != nil }

  /// Whether a failure is PyTorch's own: a build for machines without a GPU lacks what headers and libraries for CUDA need.
  static func isIncomplete(_ error: VirtualGPUError) -> Bool {
    if error.code == .doesNotLink { return true }
    guard let header = CompilerLog.missingHeader(error.message) else { return false }
    return CompilerLog.isKnownElsewhere(header)
  }

  /// What distinguishes it from another PyTorch.
  static func identity(_ builder: ExtensionBuilder) -> String {
    guard let found = find(builder) else { return "" }
    return found.libraries + FileIdentity.of(found.libraries + "/libtorch_python.so")
  }

  /// Looks beside the Python of the toolchain: `lib/pythonX.Y/site-packages/torch` and Python's own headers.
  static func find(_ builder: ExtensionBuilder) -> FullHeaders? {
    guard let python = builder.python ?? builder.tools.toolchain.python else { return nil }
    let files = FileManager.default
    let prefix = python.split(separator: "/", omittingEmptySubsequences: false).dropLast(2).joined(separator: "/")
    let libraries = ((try? files.contentsOfDirectory(atPath: prefix + "/lib")) ?? []).filter { $0.hasPrefix("python3") }
    for library in libraries.sorted() {
      let torch = "\(prefix)/lib/\(library)/site-packages/torch"
      guard files.fileExists(atPath: torch + "/include/torch/extension.h") else { continue }
      // A virtual environment has its Python's headers where that Python is.
      let real = URL(filePath: python).resolvingSymlinksInPath().deletingLastPathComponent().deletingLastPathComponent()
        .path
      for base in [prefix, real] {
        let headers = "\(base)/include/\(library)"
        guard files.fileExists(atPath: headers + "/Python.h") else { continue }
        return FullHeaders(
          includes: ["\(torch)/include", "\(torch)/include/torch/csrc/api/include", headers], libraries: torch + "/lib")
      }
    }
    return nil
  }
}
