import GPUModels

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// One extension on its way through the compilers: nvcc to PTX, ptxas to machine code, the host's compiler over the binding.
struct ExtensionCompilation: Sendable {
  var source: CandidateSource.Extension
  var kind: CandidateSource.Kind
  var compiler: Toolchain.Compiler
  var toolchain: Toolchain
  var resources: ResourceFolder
  var folder: String
  var gpu: GPUModel
  var deadline: ContinuousClock.Instant
  var logLimit: Int

  struct Outcome: Sendable {
    var report: CompileReport
    /// False where another try may end otherwise.
    var isLasting: Bool
  }

  /// How one of the compilers ended.
  private enum Step: Sendable {
    case accepted(String)
    case refused(String)
    case undecided(String)
  }

  /// What PyTorch passes to nvcc in every build. Without the first four, arithmetic on __half would be accepted here that
  /// PyTorch's build refuses.
  private static let pytorchFlags = [
    "-D__CUDA_NO_HALF_OPERATORS__", "-D__CUDA_NO_HALF_CONVERSIONS__", "-D__CUDA_NO_BFLOAT16_CONVERSIONS__",
    "-D__CUDA_NO_HALF2_OPERATORS__", "--expt-relaxed-constexpr",
  ]

  func run() async throws -> Outcome {
    let flags = CompilerFlags(source.cudaFlags)
    var report = CompileReport(.ok, gpu: gpu, compilerVersion: compiler.version)
    report.findings = BindingCheck.findings(source, kind: kind)
    report.findings += flags.ignored.map {
      .init("flag-ignored", .note, "The flag \($0) is not passed on by the compile check.")
    }
    try writeSources()
    // The two compilers have nothing to do with one another.
    async let binding = checkBinding()
    var steps: [Step] = []
    if hasDeviceCode {
      let ptx = try await compileToPTX(flags)
      steps.append(ptx)
      if case .accepted = ptx {
        let (machine, output) = try await assemble(flags)
        steps.append(machine)
        report.kernels = output.kernels
        if case .accepted = machine { report.isDeviceCodeAccepted = true }
      }
    }
    steps.append(try await binding)
    return judge(report, steps)
  }

  private var hasDeviceCode: Bool { !source.cudaSources.allSatisfy { $0.text.trimmed.isEmpty } }

  /// One verdict out of the steps, the last of which is the binding's.
  private func judge(_ report: CompileReport, _ steps: [Step]) -> Outcome {
    var report = report
    var logs: [String] = []
    var undecided: String?
    var isRefused = false
    for step in steps {
      switch step {
      case .accepted(let log): logs.append(log)
      case .refused(let log):
        isRefused = true
        logs.append(log)
      case .undecided(let reason): undecided = undecided ?? reason
      }
    }
    let isDeviceCodeRefused = steps.dropLast().contains { if case .refused = $0 { true } else { false } }
    let error = report.findings.first { $0.severity == .error }
    if isRefused || error != nil {
      report.status = .failed
      report.reason =
        isDeviceCodeRefused
        ? "The CUDA source does not compile." : error?.message ?? "The C++ source or its binding does not compile."
      if let undecided { report.findings.append(.init("undecided", .note, undecided)) }
    } else if let undecided {
      report.status = .notRun
      report.reason = undecided
    }
    report.log = CompilerLog.trimmed(
      logs.filter { !$0.isEmpty }.joined(separator: "\n\n"),
      hiding: [folder, resources.includes, compiler.includes], failed: isRefused, limit: logLimit)
    return Outcome(report: report, isLasting: undecided == nil)
  }

  // MARK: The sources as load_inline would write them

  private func writeSources() throws {
    var cuda = ""
    if kind == .loadInline && !source.leavesOutHeaders {
      cuda = "#include <torch/types.h>\n#include <cuda.h>\n#include <cuda_runtime.h>\n"
    }
    cuda += numbered(source.cudaSources, as: kind == .loadInline ? "cuda_sources" : "program")
    try Folders.write(cuda, to: folder + "/cuda.cu")
    guard hasBinding else { return }
    var host = source.leavesOutHeaders ? "" : "#include <torch/extension.h>\n"
    host += numbered(source.cppSources, as: "cpp_sources")
    if let functions = source.functions {
      host += "#line 1 \"functions\"\nPYBIND11_MODULE(TORCH_EXTENSION_NAME, m) {\n"
      for name in functions { host += "m.def(\"\(name)\", torch::wrap_pybind_function(\(name)), \"\(name)\");\n" }
      host += "}\n"
    }
    try Folders.write(host, to: folder + "/main.cpp")
  }

  /// The sources one after another; messages name the source and its own lines.
  private func numbered(_ sources: [CandidateSource.Text], as name: String) -> String {
    sources.enumerated().map { index, source in
      "#line 1 \"\(name)\(sources.count > 1 ? "[\(index)]" : "")\"\n\(source.text)\n"
    }.joined()
  }

  /// True where load_inline would compile a C++ file with something in it.
  private var hasBinding: Bool {
    kind == .loadInline && (source.functions != nil || !source.cppSources.allSatisfy { $0.text.trimmed.isEmpty })
  }

  // MARK: The compilers

  private func compileToPTX(_ flags: CompilerFlags) async throws -> Step {
    // PyTorch sets the language only where the candidate does not. C++17 is what its releases before 2.10 set.
    let standard = flags.compiler.contains { $0.hasPrefix("-std=") } ? [] : ["-std=c++17"]
    let torch = kind == .loadInline ? Self.pytorchFlags + ["-isystem", resources.includes] + [extensionName] : []
    return try await step(
      compiler.nvcc,
      [
        "-ptx", "-lineinfo", "-arch=\(gpu.virtual)", "-ccbin", compiler.hostCompiler,
        "-allow-unsupported-compiler",
      ]
        + ["--diag-suppress=177", "--diag-suppress=550"] + torch + standard + flags.compiler + [
          "cuda.cu", "-o", "cuda.ptx",
        ])
  }

  private func assemble(_ flags: CompilerFlags) async throws -> (Step, PTXASOutput) {
    let result = try await step(
      compiler.ptxas, ["-v", "-arch=\(gpu.machine)"] + flags.assembler + ["cuda.ptx", "-o", "cuda.cubin"])
    switch result {
    case .accepted(let text):
      let output = PTXASOutput(text)
      return (.accepted(output.messages.joined(separator: "\n")), output)
    case .refused(let text):
      let output = PTXASOutput(text)
      return (.refused(output.messages.joined(separator: "\n")), output)
    case .undecided: return (result, PTXASOutput(""))
    }
  }

  private func checkBinding() async throws -> Step {
    guard hasBinding else { return .accepted("") }
    return try await step(
      compiler.hostCompiler,
      [
        "-std=c++17", "-fsyntax-only", "-w", extensionName, "-isystem", resources.includes, "-isystem",
        compiler.includes,
      ]
        + ["main.cpp"])
  }

  private var extensionName: String {
    let name = source.name.filter { ($0.isLetter || $0.isNumber || $0 == "_") && $0.isASCII }
    return "-DTORCH_EXTENSION_NAME=" + (name.isEmpty || name.first?.isNumber == true ? "extension" : name)
  }

  private func step(_ program: String, _ arguments: [String]) async throws -> Step {
    let name = program[(program.lastIndex(of: "/").map(program.index(after:)) ?? program.startIndex)...]
    let left = ContinuousClock().now.duration(to: deadline)
    guard left > .zero else { return .undecided("The compilers ran out of time.") }
    let result = try await Command(
      executable: program, arguments: arguments, folder: folder,
      environment: toolchain.quietEnvironment(folder: folder),
      input: nil, timeLimit: left
    ).run()
    let said = [result.standardError, result.standardOutput].map(\.trimmed).filter { !$0.isEmpty }.joined(
      separator: "\n")
    switch result.ending {
    case .exited(0): return .accepted(said)
    case .outOfTime: return .undecided("\(name) ran out of time.")
    case .signalled(let signal):
      return .undecided("\(name) ended with signal \(signal): out of memory or of its limits.")
    case .exited(let code) where code == 126 || code == 127: return .undecided("\(name) could not be started: \(said)")
    case .exited:
      if let header = CompilerLog.missingHeader(said), CompilerLog.isKnownElsewhere(header) {
        return .undecided("The source includes \(header), which the compile check does not have.")
      }
      if said.contains("nvcc fatal") { return .undecided("nvcc itself refused: \(said.prefix(300))") }
      return .refused(said)
    }
  }
}
