import ArgumentParser
import CUDAToolchain
import GPUModels
import KernelBench
import KernelEvaluation
import KernelPrompting
import KernelVerdicts
import LlamaRuntime
import SpeculativeDecoding

/// `basic bench kernels`: how many of a level's problems a model answers with a kernel that compiles.
struct BenchKernels: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "kernels",
    abstract: "Write a kernel for every problem of a level, and count those that compile and those that are correct.",
    discussion: """
      "Compiles" means what it means for generate: nvcc and ptxas accept the device code, and the host code and the \
      binding are accepted against light headers. With --check every kernel is judged as basic check does it.

      Examples:
        basic bench kernels --level 1 --kernelbench ~/KernelBench
        basic bench kernels --level 1 --check
        basic bench kernels --level 1 --level 2 --output out --format json
      """)

  @OptionGroup(title: "Models") var models: ModelOptions
  @OptionGroup(title: "Speculation") var speculation: SpeculationOptions
  @OptionGroup(title: "Sampling") var sampling: SamplingOptions
  @OptionGroup(title: "Hardware") var hardware: HardwareOptions

  @Option(name: .customLong("level"), help: "A level; may be given several times.")
  var levels: [Int] = [1]

  @Option(help: "The KernelBench checkout. Default: $KERNELBENCH_DIR, or ./KernelBench.")
  var kernelbench: String?

  @Option(name: .customLong("max-tokens"), help: "The most tokens of one answer.")
  var maxTokens = 2048

  @Option(help: "A folder for the kernels, under KernelBench's file names.")
  var output: String?

  @Option(help: "How the result is shown: text or json.")
  var format: OutputFormat = .text

  @Flag(name: .customLong("check"), help: "Judge each kernel that compiles.")
  var isChecked = false

  @Flag(help: "Show nothing but the result.")
  var quiet = false

  struct Row: Encodable, Sendable {
    var problem: String
    var level: Int
    var name: String
    var family: String
    /// `ok`, `failed`, `not-run` or `no-code`.
    var outcome: String
    var reason: String?
    /// What `basic check` says, with --check.
    var verdict: String?
    var verdictReason: String?
    var tokens: Int
    var tokensPerPass: Double
    var seconds: Double
    var end: String
  }

  struct Report: Encodable {
    var schemaVersion = 1
    var target: String
    var architecture: String
    var temperature: Double
    var seed: UInt64
    var problems: [Row]
  }

  func run() async throws {
    let command = self
    let report = try await Interruption.cancels { try await command.measure(.current) }
    switch format {
    case .json: try Console.standardOutput.deliver(try JSON.document(report))
    case .text: try Console.standardOutput.deliver(Self.text(report))
    }
  }

  private func measure(_ context: ProcessContext) async throws -> Report {
    let announce: @Sendable (String) -> Void = { [quiet] text in
      if !quiet { Console.standardError.write(text + "\n") }
    }
    let loader = ProblemLoader(directory: kernelbench, environment: context.environment)
    let catalog = try loader.catalog()
    let entries = levels.flatMap { catalog.entries(level: $0) }
    guard !entries.isEmpty else { throw CommandFailure(.usage, "There are no problems of these levels.") }
    let folder = try output.map(OutputFolder.init(checking:))
    let pair = try await LocalPair.load(models, wantsDraft: true, context: context, announce: announce)
    let builder = PromptBuilder(form: pair.promptForm, gpu: hardware.gpu, precision: hardware.precision)
    let engine = try pair.engine(
      context: models.context ?? pair.target.trainedContext, limits: speculation.limits)
    let compiler = CandidateCompiler(environment: context.environment, executable: context.executable)
    var rows: [Row] = []
    for entry in entries {
      let problem = try loader.load(.path(entry.path))
      let prompt = try builder.prompt(for: problem)
      let written = try await engine.write(
        after: try pair.tokens(of: prompt), maximumTokens: maxTokens,
        options: .init(
          mode: speculation.speculation, limits: speculation.limits, sampling: sampling.parameters,
          rule: speculation.verification), stopSequences: prompt.stopSequences)
      let answer = Answer(written.text, problem: problem, prompt: prompt)
      let names = OutputNames(problem)
      let kernel = answer.code.map { [(names.kernel(answer.language), $0)] } ?? []
      try folder?.keep(
        [(names.answer, written.text)] + kernel, removing: [names.kernel(.cuda), names.kernel(.python)])
      let compile = try await compiler.compile(answer, for: hardware.gpu)
      let judgement = try await judge(problem, answer, compile, context)
      let row = Row(
        problem: "\(entry.id)", level: entry.id.level, name: entry.name,
        family: ProblemFamily(name: entry.name).rawValue,
        outcome: answer.code == nil ? "no-code" : compile.status.rawValue, reason: compile.reason,
        verdict: judgement?.verdict, verdictReason: judgement?.reason, tokens: written.summary.tokens.count,
        tokensPerPass: written.summary.tokensPerPass.rounded(to: 3),
        seconds: (written.summary.times.total / 1e3).rounded(to: 4), end: written.summary.end.rawValue)
      rows.append(row)
      let verdict = row.verdict.map { ", \($0): \(row.verdictReason ?? "")" } ?? ""
      announce("\(row.problem) \(row.name): \(row.outcome)" + (row.reason.map { ", \($0)" } ?? "") + verdict)
    }
    return Report(
      target: pair.target.name, architecture: hardware.gpu.machine, temperature: sampling.temperature,
      seed: sampling.seed, problems: rows)
  }

  private func judge(
    _ problem: Problem, _ answer: Answer, _ compile: CompileReport, _ context: ProcessContext
  ) async throws -> (verdict: String, reason: String)? {
    guard isChecked, let code = answer.code, answer.language == .python, compile.status == .ok else { return nil }
    let options = JudgeOptions(
      gpu: hardware.gpu, precision: .init(hardware.precision), seed: sampling.seed)
    do {
      let judgement = try await Judging.judge(problem.source, code, options, context) { _ in }
      return (judgement.verdict.rawValue, judgement.reason)
    } catch let failure as CommandFailure {
      return ("no-verdict", failure.message ?? "")
    }
  }

  /// A table in Markdown, so that it can go where it is reported.
  static func text(_ report: Report) -> String {
    var lines = [
      "\(report.target), \(report.architecture), temperature \(report.temperature), seed \(report.seed)", "",
    ]
    for level in Set(report.problems.map(\.level)).sorted() {
      let rows = report.problems.filter { $0.level == level }
      let isChecked = rows.contains { $0.verdict != nil }
      lines += [
        "| level \(level) | problems | compile |\(isChecked ? " correct |" : "")",
        "|---|---:|---:|\(isChecked ? "---:|" : "")",
      ]
      func line(_ name: String, _ rows: [Row]) -> String {
        let correct = isChecked ? " \(rows.filter { $0.verdict == Verdict.correct.rawValue }.count) |" : ""
        return "| \(name) | \(rows.count) | \(rows.filter { $0.outcome == "ok" }.count) |\(correct)"
      }
      for family in ProblemFamily.allCases.map(\.rawValue) {
        let mine = rows.filter { $0.family == family }
        if !mine.isEmpty { lines.append(line(family, mine)) }
      }
      lines.append(line("**all**", rows))
      lines.append("")
    }
    return lines.joined(separator: "\n")
  }
}
