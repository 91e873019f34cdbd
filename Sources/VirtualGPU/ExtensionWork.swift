import CUDAToolchain
import GPUModels

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// One extension on its way through the compilers.
struct ExtensionWork: Sendable {
  let builder: ExtensionBuilder
  let request: ExtensionRequest
  let sources: ExtensionSources
  let flags: ExtensionFlags
  let folder: String
  let cache: BuildCache
  let usesFull: Bool
  /// What lets the light headers leave something out.
  let omissions: [String]

  private struct Object: Sendable {
    var files: [String]
    var layout: BuiltProgram.Layout?
  }

  private var tools: BuildTools { builder.tools }
  private var compiler: Toolchain.Compiler { builder.tools.compiler }
  private var timeLimit: Duration { usesFull ? builder.timeLimit * 5 : builder.timeLimit }

  /// What PyTorch passes to nvcc in every build.
  private static let pytorchFlags = [
    "-D__CUDA_NO_HALF_OPERATORS__", "-D__CUDA_NO_HALF_CONVERSIONS__", "-D__CUDA_NO_BFLOAT16_CONVERSIONS__",
    "-D__CUDA_NO_HALF2_OPERATORS__", "--expt-relaxed-constexpr",
  ]

  /// Compiles and links `library.so` into the folder; a layout for each file of CUDA.
  func run() async throws -> [BuiltProgram.Layout] {
    try sources.write(into: folder)
    let resources = try ResourceFolder(environment: tools.toolchain.environment, fallback: folder)
    let full = usesFull ? FullHeaders.find(builder) : nil
    let includes = full?.includes ?? [resources.includes]
    // At the first build this takes a while; later it is there.
    let runtime = try await runtimeLibrary()
    async let bridge = LightHeaders.bridge(
      tools, resources: resources, cache: cache, scratch: folder, parts: bridgeParts)
    let objects = try await withThrowingTaskGroup(of: (Int, Object).self) { group in
      for (index, unit) in sources.units.enumerated() {
        group.addTask {
          (
            index,
            unit.isCUDA
              ? try await compileCUDA(unit, index, includes, runtime) : try await compileHost(unit, index, includes)
          )
        }
      }
      var found: [Int: Object] = [:]
      for try await (index, object) in group { found[index] = object }
      return sources.units.indices.compactMap { found[$0] }
    }
    try await link(objects.flatMap(\.files) + (try await bridge), runtime, full)
    return objects.compactMap(\.layout)
  }

  /// The parts of the bridge that are linked: none of PyTorch's where its own headers are used; on a real GPU what
  /// observes launches.
  private var bridgeParts: [String] {
    (usesFull ? [] : LightHeaders.parts) + (builder.device == .cuda ? [LightHeaders.observer] : [])
  }

  /// Nil where the GPU is real.
  private func runtimeLibrary() async throws -> RuntimeLibrary? {
    guard builder.device == .virtual else { return nil }
    return try await RuntimeLibrary.build(tools, cache: cache, scratch: folder)
  }

  // MARK: The host's half

  private var definitions: [String] {
    ["-DTORCH_EXTENSION_NAME=\(request.name)", "-DTORCH_API_INCLUDE_EXTENSION_H"] + omissions
  }

  private func standard(_ flags: [String]) -> [String] {
    flags.contains { $0.hasPrefix("-std=") } ? [] : ["-std=c++17"]
  }

  private func compileHost(_ unit: ExtensionSources.Unit, _ index: Int, _ includes: [String]) async throws -> Object {
    let optimisation = flags.host.contains { $0.hasPrefix("-O") } ? [] : ["-O1"]
    let list = "unit\(index).d"
    try await host(
      definitions + standard(flags.host) + optimisation + flags.host
        + (includes + [compiler.includes]).flatMap { ["-isystem", $0] }
        + ["-MD", "-MF", list, "-S", unit.file, "-o", "unit\(index).s"])
    try checkRead(dependencies(Folders.read("\(folder)/\(list)", limit: 1 << 24) ?? ""), unit.file, includes)
    return Object(files: [try await assemble(index)])
  }

  private func host(_ arguments: [String]) async throws {
    let all = ["-fPIC", "-fvisibility=hidden", "-w", "-fmax-errors=30"] + arguments
    try judge(try await tools.run(compiler.hostCompiler, all, in: folder, timeLimit: timeLimit), compiler.hostCompiler)
  }

  /// Looks at what an `asm` of the source's says to the assembler before it is told.
  private func assemble(_ index: Int) async throws -> String {
    let text = try Data(contentsOf: URL(filePath: "\(folder)/unit\(index).s"))
    if let forbidden = AssemblyScan.forbidden(Array(text)) {
      throw VirtualGPUError(
        .refused, "Assembly in the source uses \(forbidden), which could read files; it is not accepted.")
    }
    try await host(["-c", "unit\(index).s", "-o", "unit\(index).o"])
    return "unit\(index).o"
  }

  // MARK: The kernels

  private func compileCUDA(
    _ unit: ExtensionSources.Unit, _ index: Int, _ includes: [String], _ library: RuntimeLibrary?
  ) async throws
    -> Object
  {
    let keep = "keep\(index)"
    try FileManager.default.createDirectory(atPath: "\(folder)/\(keep)", withIntermediateDirectories: true)
    // For a GPU that is there: its machine code, and PTX for one that is newer than the one that is meant.
    let machine = ["code=\(builder.gpu.machine)", "code=\(builder.gpu.virtual)"].map {
      "-gencode=arch=\(builder.gpu.virtual),\($0)"
    }
    let architecture = library == nil ? machine : ["-arch=\(builder.gpu.virtual)"]
    let all =
      architecture + ["-lineinfo", "-ccbin", compiler.hostCompiler, "-allow-unsupported-compiler"]
      + ["--diag-suppress=177", "--diag-suppress=550", "-Xcompiler", "-fPIC,-w"] + Self.pytorchFlags + definitions
      + includes.flatMap { ["-isystem", $0] } + standard(flags.cuda) + flags.cuda
    // One run gives the PTX and the host's half, on which the host's compiler goes on.
    let translated = "unit\(index).cpp.ii"
    try judge(
      try await tools.run(
        compiler.nvcc, all + ["-cuda", "--keep", "--keep-dir", keep, unit.file, "-o", translated], in: folder,
        timeLimit: timeLimit), compiler.nvcc)
    let stem = String(unit.file.split(separator: "/").last!.dropLast(3))
    for end in ["cpp1.ii", "cpp4.ii"] {
      let text = Folders.read("\(folder)/\(keep)/\(stem).\(end)", limit: 1 << 28) ?? ""
      try checkRead(Self.entered(text), unit.file, includes)
    }
    async let host: Void = self.host(standard(flags.cuda) + ["-O1", "-S", translated, "-o", "unit\(index).s"])
    guard let library else {
      try await host
      return Object(files: [try await assemble(index)])
    }
    guard let ptx = Folders.read("\(folder)/\(keep)/\(stem).ptx", limit: 1 << 28) else {
      throw VirtualGPUError(.internalFailure, "nvcc ended well and left no PTX.")
    }
    let kernels = KernelsFromPTX(tools: tools, options: builder.options, gpu: builder.gpu, folder: folder, cache: cache)
    let built = try await kernels.build(ptx, named: "kernels\(index)", library: library) { shown($0) }
    try await host
    return Object(files: [try await assemble(index), built.object], layout: built.layout)
  }

  /// A path as a person knows it.
  private func shown(_ path: String) -> String {
    for folder in hidden where path.hasPrefix(folder + "/") { return String(path.dropFirst(folder.count + 1)) }
    return path
  }

  // MARK: Linking

  private static let exports =
    "{ global: basic_extension_attach; basic_extension_describe; basic_extension_call; local: *; };\n"

  private func link(_ objects: [String], _ runtime: RuntimeLibrary?, _ full: FullHeaders?) async throws {
    var arguments = ["-shared"] + objects + ["-o", "library.so"] + flags.link
    if let full {
      arguments += ["-L", full.libraries, "-lc10", "-ltorch_cpu", "-ltorch", "-ltorch_python"]
      if FileManager.default.fileExists(atPath: full.libraries + "/libc10_cuda.so") {
        arguments += ["-lc10_cuda", "-ltorch_cuda"]
      }
    } else {
      try Folders.write(Self.exports, to: folder + "/exports.map")
      arguments += ["-Wl,--version-script=exports.map", "-Wl,-z,defs"]
    }
    if let runtime {
      arguments += ["-L", runtime.folder, "-l:\(RuntimeLibrary.sharedName)"]
    } else {
      let libraries = compiler.includes.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(
        separator: "/")
      arguments += ["-L", libraries + "/lib", "-L", libraries + "/lib64", "-lcudart_static", "-lrt"]
      arguments += LightHeaders.observed.map { "-Wl,--wrap=\($0)" }
    }
    let (ending, log) = try await tools.run(
      compiler.hostCompiler, arguments + ["-lpthread", "-ldl", "-lm"], in: folder, timeLimit: timeLimit)
    guard ending == .exited(0) else {
      let missing = Set(log.split(separator: "\n").compactMap(ProgramBuild.undefinedName)).sorted()
      let what = missing.isEmpty ? trimmed(log) : "Nothing defines \(missing.prefix(8).joined(separator: ", "))."
      throw VirtualGPUError(.doesNotLink, what)
    }
  }

  // MARK: What the compilers say

  private func judge(_ result: (ending: Command.Ending, log: String), _ program: String) throws {
    let name = String(program.split(separator: "/").last ?? "")
    switch result.ending {
    case .exited(0): return
    case .exited(let code) where code == 126 || code == 127:
      throw VirtualGPUError(.missingTool, "\(program) could not be started: \(result.log) Run `basic doctor`.")
    case .signalled(let signal):
      throw VirtualGPUError(.outOfTime, "\(name) ended with signal \(signal): out of memory or of its limits.")
    default:
      let signs = ["out of memory", "virtual memory exhausted", "Cannot allocate memory", "File size limit", "Killed"]
      if signs.contains(where: result.log.contains) {
        throw VirtualGPUError(.outOfTime, "\(name) ran out of its limits.\n\(trimmed(result.log))")
      }
      throw VirtualGPUError(.doesNotCompile, trimmed(result.log))
    }
  }

  private func trimmed(_ log: String) -> String {
    let light = try? ResourceFolder(environment: tools.toolchain.environment, fallback: folder).includes
    // As nvcc names CUDA's headers: from where it is itself.
    let fromCompiler = compiler.nvcc.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(
      separator: "/")
    let headers = [compiler.includes, fromCompiler + "/../include"] + [light].compactMap { $0 }
    return CompilerLog.trimmed(log, hiding: hidden + headers, failed: true, limit: 6000)
  }

  /// The folder as the compilers may name it.
  private var hidden: [String] {
    let real = URL(filePath: folder).resolvingSymlinksInPath().path
    return real == folder ? [folder] : [folder, real]
  }

  // MARK: What the compilers read

  /// The files of make's list: `unit.s: a.h \` and lines of more.
  private func dependencies(_ text: String) -> [String] {
    text.split(whereSeparator: { $0 == " " || $0.isNewline || $0 == "\\" }).map(String.init).filter {
      !$0.hasSuffix(":")
    }
  }

  /// The files that the preprocessor entered: lines `# 1 "path" 1`. No `#line` of a source's makes such a one.
  private static func entered(_ text: String) -> [String] {
    var found: Set<String> = []
    for line in text.split(separator: "\n") where line.hasPrefix("# ") {
      guard let open = line.firstIndex(of: "\""), let close = line.lastIndex(of: "\""), open < close else { continue }
      guard line[line.index(after: close)...].split(separator: " ").contains("1") else { continue }
      found.insert(String(line[line.index(after: open)..<close]))
    }
    return Array(found)
  }

  private func checkRead(_ paths: [String], _ file: String, _ includes: [String]) throws {
    let wheels = compiler.includes.split(separator: "/", omittingEmptySubsequences: false).dropLast(2).joined(
      separator: "/")
    let allowed =
      ["/usr/include", "/usr/lib", "/usr/lib64", "/usr/local/include", "/usr/local/cuda", wheels] + includes + hidden
    for path in paths where !path.hasPrefix("<") {
      let absolute = path.hasPrefix("/") ? path : "\(folder)/\(path)"
      let whole = URL(filePath: absolute).standardizedFileURL.path
      guard !allowed.contains(where: { whole.hasPrefix($0 + "/") }) else { continue }
      throw VirtualGPUError(.refused, "\(file) reads a file that is neither the compilers' nor its own.")
    }
  }
}
