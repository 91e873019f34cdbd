import CUDAToolchain
import GPUModels
import PTX

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// One program on its way through the compilers.
struct ProgramBuild: Sendable {
  let builder: ProgramBuilder
  let source: ProgramSource
  let folder: String
  let cache: BuildCache

  private var tools: BuildTools { builder.tools }

  static let kernelFlags =
    ["-std=gnu11", "-O2", "-fno-slp-vectorize"] + Clang.machineFlags + [
      "-fwrapv", "-fno-strict-aliasing", "-ffp-contract=off", "-fno-math-errno", "-fPIC", "-w",
    ]

  func run() async throws -> (executable: String, layout: BuiltProgram.Layout) {
    try FileManager.default.createDirectory(atPath: folder + "/host", withIntermediateDirectories: true)
    let runtimeTask = { try await RuntimeLibrary.build(tools, cache: cache, scratch: folder) }
    async let library = runtimeTask()
    async let host: Void = compileHost()
    // The host's half takes twice as long as the kernels' way to PTX, so clang starts before it is done.
    let ptx = try await compileToPTX()
    async let assembled = assemble()
    let translation = try translate(ptx)
    let kernels = try await compileKernels(translation.source, library)
    try await host
    let executable = try await link(kernels, library)
    return (executable, BuiltProgram.Layout(translation, assembled: await assembled))
  }

  // MARK: nvcc

  private var nvccFlags: [String] {
    let standard = builder.flags.contains { $0.hasPrefix("-std") || $0.hasPrefix("--std") } ? [] : ["-std=c++17"]
    var flags = ["-arch=\(builder.gpu.virtual)"] + standard
    flags += ["-lineinfo", "-cudart", "none", "-ccbin", tools.compiler.hostCompiler, "-allow-unsupported-compiler"]
    flags += includeFlags + builder.flags.map(absolute)
    return flags
  }

  /// The program's own folder. nvcc passes flags through a shell: a folder of a name with signs gets another one.
  private var includeFlags: [String] {
    guard let headers = source.folder else { return [] }
    guard headers.contains(where: { "\"$`\\".contains($0) || $0.isNewline }) else { return ["-I", headers] }
    try? FileManager.default.createSymbolicLink(atPath: folder + "/source", withDestinationPath: headers)
    return ["-I", "source"]
  }

  /// Folders of headers are meant from where the user is.
  private func absolute(_ flag: String) -> String {
    for name in ["-I", "-isystem=", "--include-path=", "-include="] where flag.hasPrefix(name) {
      let path = flag.dropFirst(name.count)
      guard !path.isEmpty, !path.hasPrefix("/") else { continue }
      return name + FileManager.default.currentDirectoryPath + "/" + path
    }
    return flag
  }

  private func compileToPTX() async throws -> String {
    try await nvcc(["-ptx", "program.cu", "-o", "program.ptx"])
    guard let text = Folders.read(folder + "/program.ptx", limit: PTXModule.maximumByteCount) else {
      throw VirtualGPUError(.internalFailure, "nvcc ended well and left no PTX.")
    }
    return text
  }

  private func compileHost() async throws {
    try await nvcc([
      "-code=\(builder.gpu.virtual)", "--keep", "--keep-dir", "host", "-c", "program.cu", "-o", "host.o",
    ])
  }

  private func nvcc(_ arguments: [String]) async throws {
    let (ending, log) = try await tools.run(tools.compiler.nvcc, nvccFlags + arguments, in: folder)
    switch ending {
    case .exited(0): return
    case .exited(let code) where code == 126 || code == 127:
      throw VirtualGPUError(.missingTool, "\(tools.compiler.nvcc) could not be started: \(log) Run `basic doctor`.")
    case .signalled(let signal):
      throw VirtualGPUError(.outOfTime, "nvcc ended with signal \(signal): out of memory or of its limits.")
    default: throw VirtualGPUError(.doesNotCompile, trimmed(log))
    }
  }

  private func trimmed(_ log: String) -> String {
    let text = CompilerLog.trimmed(log, hiding: hidden + [source.folder ?? ""], failed: true, limit: 6000)
    return source.quoted(in: text)
  }

  /// The folder as the compilers may name it.
  private var hidden: [String] {
    let real = URL(filePath: folder).resolvingSymlinksInPath().path
    return real == folder ? [folder] : [folder, real]
  }

  // MARK: Kernels

  private func translate(_ ptx: String) throws -> KernelTranslation {
    do {
      var module = try PTXModule.read(ptx)
      module.files = module.files.mapValues { source.displayed($0, hiding: hidden) }
      return try KernelTranslator.translate(module, options: builder.options)
    } catch let error as PTXError {
      throw VirtualGPUError(.unsupported, "The kernels' PTX could not be read. \(error.message)")
    } catch let error as TranslationError {
      throw VirtualGPUError(.unsupported, "The kernels could not be translated. \(error.message)")
    }
  }

  /// The kernels' object, out of the cache if the same C was compiled before.
  private func compileKernels(_ text: String, _ library: RuntimeLibrary) async throws -> String {
    let key = SHA256.hex(
      (["1", text, RuntimeLibrary.key(tools.clang)] + Self.kernelFlags).joined(separator: "\0"))
    if let known = cache.entry("kernels", key) { return known + "/kernels.o" }
    try Folders.write(text, to: folder + "/kernels.c")
    let entry = try await cache.make("kernels", key, fallback: folder) { entry in
      try await tools.compile(
        Self.kernelFlags + ["-I", library.include, "-c", "kernels.c", "-o", entry + "/kernels.o"], in: folder)
    }
    return entry + "/kernels.o"
  }

  /// What ptxas says of each kernel; nothing where it does not accept the PTX.
  private func assemble() async -> [CompileReport.Kernel] {
    guard builder.asksAssembler,
      let (ending, log) = try? await tools.run(
        tools.compiler.ptxas, ["-v", "-arch=\(builder.gpu.machine)", "program.ptx", "-o", "program.cubin"], in: folder),
      ending == .exited(0)
    else { return [] }
    return PTXASOutput(log).kernels
  }

  // MARK: Linking

  private func link(_ kernels: String, _ library: RuntimeLibrary) async throws -> String {
    let (ending, log) = try await tools.run(
      tools.compiler.hostCompiler,
      ["host.o", kernels] + library.objects + ["-o", "program", "-lpthread", "-ldl", "-lm"], in: folder)
    guard ending == .exited(0) else {
      let missing = Set(log.split(separator: "\n").compactMap(Self.undefinedName)).sorted()
      let what = missing.isEmpty ? trimmed(log) : "Nothing defines \(missing.prefix(8).joined(separator: ", "))."
      throw VirtualGPUError(.doesNotLink, what)
    }
    return folder + "/program"
  }

  /// undefined reference to `f()'
  static func undefinedName(_ line: Substring) -> String? {
    let parts = line.split(separator: "undefined reference to ", maxSplits: 1)
    guard parts.count == 2 else { return nil }
    return parts[1].filter { !"`'‘’".contains($0) }
  }

  // MARK: Headers

  /// The headers that the host's half included, but for CUDA's and the system's: lines `# 1 "path"` of what nvcc kept.
  func dependencies() -> [String] {
    guard let text = try? Data(contentsOf: URL(filePath: folder + "/host/program.cpp4.ii")) else { return [] }
    var found: Set<String> = []
    for line in text.split(separator: UInt8(ascii: "\n")) where line.starts(with: Array("# ".utf8)) {
      guard let open = line.firstIndex(of: UInt8(ascii: "\"")), let close = line.lastIndex(of: UInt8(ascii: "\"")),
        open < close
      else { continue }
      var path = String(decoding: line[line.index(after: open)..<close], as: UTF8.self)
      if path.hasPrefix("source/"), let folder = source.folder { path = folder + "/" + path.dropFirst("source/".count) }
      guard path.hasPrefix("/"), !path.hasPrefix("/usr/"), !hidden.contains(where: { path.hasPrefix($0) }) else {
        continue
      }
      found.insert(path)
    }
    let ours = tools.compiler.includes
    let wheels = ours.split(separator: "/").dropLast().joined(separator: "/")
    return found.filter { !$0.hasPrefix("/" + wheels) && FileManager.default.fileExists(atPath: $0) }.sorted()
  }
}
