import CUDAToolchain
public import GPUModels

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Builds PyTorch extensions out of what a candidate hands to `load_inline` and `load`.
///
/// The host half is compiled against light headers of ours, so that a build takes seconds and not minutes; the kernels go through
/// PTX into code for this processor, or into machine code where there is a GPU. Where the light headers may be to blame for an
/// error, the build is done again with PyTorch's own. The sources are hostile: see ``SourceScan`` and ``ExtensionFlags``.
public struct ExtensionBuilder: Sendable {
  /// What runs the kernels.
  public enum Device: String, Sendable, Hashable {
    /// The virtual GPU.
    case virtual
    /// This machine's GPU.
    case cuda
  }

  /// The compilers.
  public var tools: BuildTools
  /// The GPU whose architecture the kernels are compiled for.
  public var gpu: GPUModel
  /// What the kernels watch and count on the virtual GPU.
  public var options: TranslationOptions
  /// Where builds are kept; nil to build everything anew.
  public var cache: BuildCache?
  /// True to use PyTorch's own headers at once.
  public var fullHeaders: Bool
  /// What runs the kernels.
  public var device = Device.virtual
  /// How long one compiler may take over one file; with PyTorch's own headers five times as long.
  public var timeLimit = Duration.seconds(120)
  /// The Python whose PyTorch has the full headers; nil for the one of the toolchain.
  public var python: String?

  /// Makes a builder.
  public init(
    tools: BuildTools, gpu: GPUModel, options: TranslationOptions = TranslationOptions(),
    cache: BuildCache? = BuildCache(), fullHeaders: Bool = false
  ) {
    self.tools = tools
    self.gpu = gpu
    self.options = options
    self.cache = cache
    self.fullHeaders = fullHeaders
  }

  /// Builds an extension.
  ///
  /// - Parameters:
  ///   - request: what to build.
  ///   - scratch: a folder of the caller's; without a cache the library is in it.
  /// - Throws: ``VirtualGPUError``: `doesNotCompile` and `doesNotLink` with the compilers' messages, `refused`, `unsupported`,
  ///   `outOfTime`; `CancellationError` when the task is cancelled (the compilers are gone then).
  public func build(_ request: ExtensionRequest, scratch: String) async throws -> ExtensionBuild {
    let clock = ContinuousClock()
    let start = clock.now
    let flags = try ExtensionFlags(request)
    let sources = try ExtensionSources(request)
    let cache = cache ?? BuildCache(folder: scratch + "/cache")
    var usesFull = fullHeaders
    let definitions = NeededHeaders.definitions(for: sources.files.map(\.text) + flags.host + flags.cuda)
    var leavesOut = !fullHeaders && !definitions.isEmpty
    var first: VirtualGPUError?
    while true {
      do {
        let key = try key(request, usesFull)
        if let known = known(key, cache, flags, usesFull) { return known }
        let folder = scratch + (usesFull ? "/full" : leavesOut ? "/light" : "/light-all")
        let work = ExtensionWork(
          builder: self, request: request, sources: sources, flags: flags, folder: folder, cache: cache,
          usesFull: usesFull, omissions: leavesOut ? definitions : [])
        let layouts = try await work.run()
        let entry = try await cache.make("extension", key, fallback: scratch) { entry in
          try FileManager.default.moveItem(atPath: folder + "/library.so", toPath: entry + "/library.so")
          let text = String(decoding: try JSONEncoder().encode(layouts), as: UTF8.self)
          try Folders.write(text, to: entry + "/layouts.json")
        }
        let elapsed = start.duration(to: clock.now).components
        return ExtensionBuild(
          library: entry + "/library.so", layouts: layouts,
          seconds: Double(elapsed.seconds) + Double(elapsed.attoseconds) * 1e-18, isFromCache: false,
          usedFullHeaders: usesFull, warnings: warnings(flags))
      } catch let error as VirtualGPUError where leavesOut && NeededHeaders.mayBeToBlame(error) {
        leavesOut = false
      } catch let error as VirtualGPUError
        where !usesFull && LightHeaders.mayBeToBlame(error) && FullHeaders.canBuild(self)
      {
        (usesFull, leavesOut) = (true, false)
        first = error
      } catch let error as VirtualGPUError {
        // A PyTorch without CUDA's headers has nothing to add to what ours said.
        guard let first, FullHeaders.isIncomplete(error) else { throw error }
        throw first
      }
    }
  }

  private func known(_ key: String, _ cache: BuildCache, _ flags: ExtensionFlags, _ usesFull: Bool) -> ExtensionBuild? {
    guard let entry = cache.entry("extension", key),
      let text = Folders.read(entry + "/layouts.json", limit: 1 << 28),
      let layouts = try? JSONDecoder().decode([BuiltProgram.Layout].self, from: Data(text.utf8))
    else { return nil }
    return ExtensionBuild(
      library: entry + "/library.so", layouts: layouts, seconds: 0, isFromCache: true, usedFullHeaders: usesFull,
      warnings: warnings(flags))
  }

  private func warnings(_ flags: ExtensionFlags) -> [String] {
    flags.ignored.map { "The flag \($0) is not passed on." }
  }

  /// Everything that the outcome depends on. The first number changes when this module builds differently.
  private func key(_ request: ExtensionRequest, _ usesFull: Bool) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    let compiler = tools.compiler
    return SHA256.hex(
      [
        "2", String(decoding: try encoder.encode(request), as: UTF8.self), gpu.virtual, gpu.machine,
        "\(options.checksMemory)\(options.checksRaces)\(options.counts)", "\(usesFull)", device.rawValue, compiler.nvcc,
        compiler.version, compiler.hostCompiler + FileIdentity.of(compiler.hostCompiler),
        RuntimeLibrary.key(tools.clang),
        ResourceFolder.hash, ProgramBuilder.executable, usesFull ? FullHeaders.identity(self) : "",
      ].joined(separator: "\0"))
  }
}
