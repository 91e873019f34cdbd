import CUDAToolchain
public import GPUModels
import PTX

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Makes a program for the virtual GPU out of a `.cu` file.
///
/// nvcc compiles the host's half, and at the same time the kernels to PTX. The PTX becomes C (``KernelTranslator``), which
/// clang compiles for this processor; the host's compiler links all of it with a stand-in for CUDA's runtime. What was
/// built is kept by the content of everything that went into it, the headers of the program included.
public struct ProgramBuilder: Sendable {
  /// The compilers.
  public var tools: BuildTools
  /// The GPU whose architecture the kernels are compiled for.
  public var gpu: GPUModel
  /// What the kernels watch and count.
  public var options: TranslationOptions
  /// Further flags for nvcc, passed on as they are.
  public var flags: [String]
  /// Where builds are kept; nil to build everything anew.
  public var cache: BuildCache?
  /// Whether ptxas is asked for registers and spills.
  public var asksAssembler = true

  /// Makes a builder.
  public init(
    tools: BuildTools, gpu: GPUModel, options: TranslationOptions = TranslationOptions(), flags: [String] = [],
    cache: BuildCache? = BuildCache()
  ) {
    self.tools = tools
    self.gpu = gpu
    self.options = options
    self.flags = flags
    self.cache = cache
  }

  /// Builds a program.
  ///
  /// - Parameters:
  ///   - source: the program.
  ///   - scratch: a folder of the caller's; without a cache the executable is in it.
  ///   - announce: is told what takes long, in a few words.
  /// - Throws: ``VirtualGPUError``; `CancellationError` when the task is cancelled (the compilers are gone then).
  public func build(
    _ source: ProgramSource, scratch: String, announce: @Sendable (String) -> Void = { _ in }
  ) async throws -> BuiltProgram {
    let clock = ContinuousClock()
    let start = clock.now
    let began = Date()
    let cache = cache ?? BuildCache(folder: scratch + "/cache")
    let key = key(source)
    if let program = known(key, cache) { return program }
    let runtimeIsThere = cache.entry("runtime", RuntimeLibrary.key(tools.clang)) != nil
    announce(runtimeIsThere ? "compiling" : "compiling, and the virtual GPU's runtime (once)")

    let folder = scratch + "/build"
    try Folders.write(source.numbered, to: folder + "/program.cu")
    let build = ProgramBuild(builder: self, source: source, folder: folder, cache: cache)
    let made = try await build.run()
    let dependencies = build.dependencies()
    let program = try await cache.make("program", Self.final(key, dependencies), fallback: scratch) { entry in
      try FileManager.default.moveItem(atPath: made.executable, toPath: entry + "/program")
      try Folders.write(String(decoding: JSONEncoder().encode(made.layout), as: UTF8.self), to: entry + "/layout.json")
    }
    // A header that changes while it is compiled may be either.
    if dependencies.allSatisfy({ Self.changed($0) < began }) {
      cache.keep(dependencies.joined(separator: "\n"), "headers", key)
    }
    let elapsed = start.duration(to: clock.now).components
    return BuiltProgram(
      path: program + "/program", layout: made.layout,
      seconds: Double(elapsed.seconds) + Double(elapsed.attoseconds) * 1e-18, isFromCache: false)
  }

  private func known(_ key: String, _ cache: BuildCache) -> BuiltProgram? {
    guard let list = cache.text("headers", key) else { return nil }
    let dependencies = list.split(separator: "\n").map(String.init)
    guard let entry = cache.entry("program", Self.final(key, dependencies)),
      let text = Folders.read(entry + "/layout.json", limit: 1 << 28),
      let layout = try? JSONDecoder().decode(BuiltProgram.Layout.self, from: Data(text.utf8))
    else { return nil }
    return BuiltProgram(path: entry + "/program", layout: layout, seconds: 0, isFromCache: true)
  }

  private static func changed(_ path: String) -> Date {
    let attributes = try? FileManager.default.attributesOfItem(atPath: path)
    return (attributes?[.modificationDate] as? Date) ?? .distantFuture
  }

  private static func final(_ key: String, _ dependencies: [String]) -> String {
    SHA256.hex(([key] + dependencies.map { $0 + FileIdentity.of($0) }).joined(separator: "\0"))
  }

  /// Everything but the program's headers. The first number changes when this module builds differently; the translator is
  /// a part of this very executable.
  private func key(_ source: ProgramSource) -> String {
    let compiler = tools.compiler
    return SHA256.hex(
      ([
        "1", source.text, source.name, source.folder ?? "", gpu.virtual, gpu.machine,
        "\(options.checksMemory)\(options.checksRaces)\(options.counts)\(asksAssembler)", compiler.nvcc,
        compiler.version,
        compiler.hostCompiler + FileIdentity.of(compiler.hostCompiler), RuntimeLibrary.key(tools.clang),
        Self.executable,
      ] + flags).joined(separator: "\0"))
  }

  static let executable: String = {
    let path = "/proc/self/exe"
    let named = FileManager.default.fileExists(atPath: path) ? path : CommandLine.arguments.first ?? ""
    return FileIdentity.of(named)
  }()
}
