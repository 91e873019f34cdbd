import CUDAToolchain

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// The stand-in for CUDA's runtime, compiled once for this machine's processor.
package struct RuntimeLibrary: Sendable {
  /// The folder with `include/` and the objects.
  let folder: String

  var include: String { folder + "/include" }

  var objects: [String] {
    EmbeddedRuntime.files.filter { $0.path.hasSuffix(".c") }.map { "\(folder)/\($0.path).o" }
  }

  /// All of it as one shared library, for processes that bring extensions in: it calls nothing when it is loaded.
  package var sharedLibrary: String { "\(folder)/\(Self.sharedName)" }

  /// The name by which extensions ask the loader for it.
  static let sharedName = "libvgpu.so"

  /// The shared library out of the cache, or compiled now.
  package static func shared(_ tools: BuildTools, cache: BuildCache, scratch: String) async throws -> String {
    try await build(tools, cache: cache, scratch: scratch).sharedLibrary
  }

  static let flags =
    ["-std=gnu11", "-D_GNU_SOURCE", "-O2"] + Clang.machineFlags + ["-fPIC", "-ffp-contract=off", "-w"]

  /// One hash over every source's name and text.
  static let sourceHash = SHA256.hex(
    EmbeddedRuntime.files.map { "\($0.path)\n\($0.text.utf8.count)\n\($0.text)" }.joined())

  static func key(_ clang: Clang?) -> String {
    SHA256.hex((["2", sourceHash, clang?.identity ?? "", FileIdentity.processor] + flags).joined(separator: "\0"))
  }

  /// The library out of the cache, or compiled now.
  static func build(_ tools: BuildTools, cache: BuildCache, scratch: String) async throws -> RuntimeLibrary {
    let key = key(tools.clang)
    if let known = cache.entry("runtime", key) { return RuntimeLibrary(folder: known) }
    let folder = try await cache.make("runtime", key, fallback: scratch) { folder in
      for file in EmbeddedRuntime.files { try Folders.write(file.text, to: "\(folder)/\(file.path)") }
      let sources = EmbeddedRuntime.files.map(\.path).filter { $0.hasSuffix(".c") }
      // The largest first; as many at once as there are processors.
      var waiting = sources.sorted { size($0) > size($1) }[...]
      try await withThrowingTaskGroup(of: Void.self) { group in
        @Sendable func compile(_ source: String) async throws {
          try await tools.compile(flags + ["-I", "include", "-c", source, "-o", source + ".o"], in: folder)
        }
        for _ in 0..<max(1, ProcessInfo.processInfo.activeProcessorCount) {
          if let next = waiting.popFirst() { group.addTask { try await compile(next) } }
        }
        while try await group.next() != nil {
          if let next = waiting.popFirst() { group.addTask { try await compile(next) } }
        }
      }
      // Its own calls stay its own, whatever else is loaded.
      let linking = ["-shared", "-Wl,-soname,\(sharedName)", "-Wl,-Bsymbolic", "-o", sharedName]
      try await tools.compile(linking + sources.map { $0 + ".o" } + ["-lpthread", "-ldl", "-lm"], in: folder)
    }
    return RuntimeLibrary(folder: folder)
  }

  private static func size(_ path: String) -> Int {
    EmbeddedRuntime.files.first { $0.path == path }?.text.utf8.count ?? 0
  }
}
