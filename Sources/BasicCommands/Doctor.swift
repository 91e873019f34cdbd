import ArgumentParser
import CUDAToolchain
import KernelBench
import KernelEvaluation
import LlamaRuntime
import VirtualGPU

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// `basic doctor`: what was found, what is missing, and the command that mends it.
struct Doctor: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Say what basic found on this machine, what is missing, and what mends it.",
    discussion: """
      The status is 0 if kernels can be written and compiled, 1 if something is missing. Also measured is what passes \
      of a model over several tokens take here, with our matrix products and with libllama's own, and what the machine allows: in some seconds for the \
      bundled target, in half a minute for a model of 1.5 B, which is loaded for each of both.

      Examples:
        basic doctor
        basic doctor --model model-q8_0.gguf
        basic doctor --quick --format json
      """)

  @Option(help: ArgumentHelp("How the findings are shown.", valueName: "format"))
  var format: OutputFormat = .text

  @Option(
    help: ArgumentHelp("The model whose passes are measured. Default: the bundled target.", valueName: "file"),
    completion: .file(extensions: ["gguf"]))
  var model: String?

  @Flag(help: "Measure nothing.")
  var quick = false

  func validate() throws {
    if quick, model != nil { throw ValidationError("--quick measures nothing, and --model names what is measured.") }
  }

  struct Finding: Encodable {
    enum State: String, Encodable {
      case ok, missing
      /// Not there, and not needed by everybody.
      case optional
    }

    var name: String
    var state: State
    var detail: String
    var remedy: String?
  }

  struct Report: Encodable {
    var schemaVersion = 1
    var basic = Basic.version
    var findings: [Finding]
    /// What passes take; nil where nothing was measured.
    var passes: PassesReport?
  }

  func run() async throws {
    let context = ProcessContext.current
    var findings = machine()
    findings += await models(context)
    findings += try await toolchain(context)
    findings.append(kernelBench(context))
    let console = Console.standardOutput
    if format == .text { try console.deliver(text(findings), isPrintable: true) }
    let (passes, failure) = try await passes(context)
    if let failure { findings.append(failure) }
    switch format {
    case .json: try console.deliver(try JSON.document(Report(findings: findings, passes: passes)))
    case .text:
      try console.deliver(
        failure.map { text([$0]) } ?? passes.map { "\n" + $0.text(console.palette) } ?? "", isPrintable: true)
    }
    if findings.contains(where: { $0.state == .missing }) { throw CommandFailure(.badResult) }
  }

  private func machine() -> [Finding] {
    let process = ProcessInfo.processInfo
    let features = LlamaLibrary.systemInformation
      .split(separator: "|").map { $0.trimmed }.filter { $0.hasSuffix("= 1") }
      .map { $0.replacing("CPU : ", with: "").replacing(" = 1", with: "") }.joined(separator: " ")
    return [
      Finding(name: "basic", state: .ok, detail: Basic.version),
      Finding(
        name: "processors", state: .ok,
        detail: "\(process.activeProcessorCount), "
          + "\((Double(process.physicalMemory) / 1e9).fixed(1)) GB of memory"),
      Finding(name: "engine", state: .ok, detail: "libllama, \(features)"),
      Finding(
        name: "accelerator", state: .ok,
        detail: Accelerator.instructions.map {
          "\($0), for weights in \(Accelerator.types.joined(separator: ", ")), and attention"
        } ?? "none for this processor; libllama's own products"),
    ]
  }

  private func models(_ context: ProcessContext) async -> [Finding] {
    guard let files = ModelFiles.find(environment: context.environment, executable: context.executable) else {
      return [
        Finding(
          name: "models", state: .missing, detail: "the bundled pair was not found",
          remedy: "set BASIC_MODELS to the folder Models of a checkout, or run make install")
      ]
    }
    var findings: [Finding] = []
    for (name, path) in [("target model", files.target), ("draft model", files.draft)] {
      do {
        let model = try await LlamaLoader().load(path: path)
        findings.append(Finding(name: name, state: .ok, detail: "\(model.name), \(model.summary), \(path)"))
      } catch {
        findings.append(
          Finding(name: name, state: .missing, detail: "\(error)", remedy: "restore the file: git checkout Models"))
      }
    }
    return findings
  }

  /// What passes take, of the model that was named, or of the bundled one where it is there; or why that is not known.
  private func passes(_ context: ProcessContext) async throws -> (report: PassesReport?, failure: Finding?) {
    let bundled = ModelFiles.find(environment: context.environment, executable: context.executable)?.target
    guard !quick, let measured = model ?? bundled else { return (nil, nil) }
    let measurement = PassMeasurement(
      models: try ModelOptions.parse(["--model=\(measured)"]), sizes: [1, 2, 4, 8, 16, 32, 64], text: 200, rounds: 3)
    // A large model takes its time.
    let isLarge = model != nil
    do {
      let report = try await Interruption.cancels {
        try await measurement.report(
          context, announce: { if isLarge { Console.standardError.write($0 + "\n") } })
      }
      return (report, nil)
    } catch let error as LlamaRuntimeError {
      return (
        nil,
        Finding(
          name: "passes", state: model == nil ? .optional : .missing, detail: "not measured: \(error)",
          remedy: model == nil ? "restore the file: git checkout Models" : "name another model with --model")
      )
    }
  }

  private func toolchain(_ context: ProcessContext) async throws -> [Finding] {
    let compiler = CandidateCompiler(environment: context.environment, executable: context.executable)
    let found = try await Toolchain.find(environment: context.environment, roots: compiler.roots)
    let missing = Set(found.missing.map(\.what))
    let clang =
      Clang.find(environment: context.environment).map {
        Finding(name: "clang", state: .ok, detail: "\($0.path) (by \($0.origin)), for the virtual GPU")
      }
      ?? {
        let missing = Clang.missing(environment: context.environment)
        return Finding(name: missing.what, state: .optional, detail: missing.reason, remedy: missing.remedy)
      }()
    let compilers =
      found.summary.filter { !missing.contains($0.name) }.map {
        Finding(name: $0.name, state: .ok, detail: $0.text)
      }
      + found.missing.map {
        Finding(name: $0.what, state: .missing, detail: $0.reason, remedy: $0.remedy)
      }
    return compilers + [clang] + (try await judging(found))
  }

  /// What `basic check` needs beside the compilers.
  private func judging(_ toolchain: Toolchain) async throws -> [Finding] {
    do {
      let pytorch = try await PyTorchEnvironment.find(toolchain)
      return [
        Finding(name: "PyTorch", state: .ok, detail: "\(pytorch.version), \(pytorch.python), for basic check"),
        Finding(name: "sandbox", state: .ok, detail: try await KernelJudge.sandbox(pytorch)),
        await gpu(pytorch, toolchain),
      ]
    } catch let error as KernelEvaluationError {
      return [
        Finding(
          name: "PyTorch", state: .optional, detail: error.message,
          remedy: "make setup, or set BASIC_PYTHON to a Python that has PyTorch")
      ]
    }
  }

  /// Where `basic check` runs kernels.
  private func gpu(_ pytorch: PyTorchEnvironment, _ toolchain: Toolchain) async -> Finding {
    guard let gpu = await RealGPU.find(toolchain) else {
      return Finding(
        name: "GPU", state: .optional, detail: "none answers; kernels run on the virtual GPU",
        remedy: "where there is one, NVIDIA's driver")
    }
    let driver = "CUDA \(gpu.driverVersion / 1000).\(gpu.driverVersion % 1000 / 10)"
    guard pytorch.cuda != nil else {
      return Finding(
        name: "GPU", state: .optional, detail: "\(gpu.name), which this PyTorch is not built for",
        remedy: "set BASIC_PYTHON to a Python whose PyTorch has CUDA")
    }
    return Finding(name: "GPU", state: .ok, detail: "\(gpu.name), driver for \(driver), for basic check")
  }

  private func kernelBench(_ context: ProcessContext) -> Finding {
    do {
      let catalog = try ProblemLoader(directory: nil, environment: context.environment).catalog()
      return Finding(
        name: "KernelBench", state: .ok, detail: "\(catalog.entries.count) problems in \(catalog.directory)")
    } catch {
      return Finding(
        name: "KernelBench", state: .optional, detail: "no checkout found; Examples/ has problems to try",
        remedy: "make kernelbench, or set KERNELBENCH_DIR")
    }
  }

  private func text(_ findings: [Finding]) -> String {
    let console = Console.standardOutput
    var lines = LabelledLines(width: console.isTerminal ? console.width : nil, palette: console.palette)
    for finding in findings {
      let (mark, style): (String, (String) -> String) =
        switch finding.state {
        case .ok: ("ok     ", lines.palette.green)
        case .missing: ("missing", lines.palette.red)
        case .optional: ("none   ", lines.palette.magenta)
        }
      lines.add(finding.name, "  " + finding.detail, lead: mark, style: style)
      if let remedy = finding.remedy { lines.add("", "→ " + remedy) }
    }
    return lines.text
  }
}

extension Substring {
  fileprivate var trimmed: String {
    String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
  }
}
