public import ArgumentParser
import GPUModels
import KernelBench
public import KernelEvaluation
import KernelVerdicts

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// `basic check`: a candidate held against its reference.
struct Check: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Judge a kernel: does it compute what the reference computes, and by the rules?",
    discussion: """
      The reference is a PyTorch module in KernelBench's format (Model, get_inputs, get_init_inputs), or LEVEL/ID; the \
      candidate is a module with ModelNew. Both run in processes of their own, enclosed and limited. Inputs are made from \
      secret seeds, expected values in float64. Without a GPU the candidate's kernels run on the virtual GPU, every access is \
      looked at, and the problem is made smaller first. With one they run there, and a correct candidate is timed against \
      PyTorch as it is and torch.compile, whichever is better.

      The verdict goes to standard output: correct, incorrect, compile-error, runtime-error, timeout, rejected (no kernel of \
      its own does the work), or unsupported. The status is 0 for correct, 1 for judged and bad, 2 for not judged, 64 for a \
      wrong call or a reference that cannot be used, 70 for a failure of ours, 130 after Ctrl-C.

      Examples:
        basic check Examples/01_swish.py candidate.py
        basic check 1/19 candidate.py --kernelbench ~/KernelBench
        basic check reference.py candidate.py --precision fp16 --trials 10
        basic check reference.py candidate.py --full-size --format json
      """)

  @Argument(
    help: ArgumentHelp("The reference: a Python file, or LEVEL/ID.", valueName: "reference"), completion: .file())
  var reference: String

  @Argument(
    help: ArgumentHelp("The candidate: a Python file, or - for standard input.", valueName: "candidate"),
    completion: .file(extensions: ["py"]))
  var candidate: String

  @Option(
    help: ArgumentHelp("Folder of KernelBench's problems, for LEVEL/ID.", valueName: "dir"), completion: .directory)
  var kernelbench: String?

  @Option(
    help: ArgumentHelp(
      "Where to run: this machine's GPU (cuda), the virtual one, or the former where PyTorch can use it (auto).",
      valueName: "device"))
  var device: DeviceChoice = .auto

  @Option(help: ArgumentHelp("The GPU whose limits hold and for which times are estimated.", valueName: "name"))
  var gpu = GPUModel.h100

  @Option(help: ArgumentHelp("The type of inputs and weights.", valueName: "type"))
  var precision: JudgeOptions.Precision = .fp32

  @Option(help: ArgumentHelp("How many sets of inputs are tried.", valueName: "n"))
  var trials = 5

  @Option(help: ArgumentHelp("What inputs and weights are made from. Default: a secret number.", valueName: "n"))
  var seed: UInt64?

  @Flag(name: .customLong("full-size"), help: "Run the problem's own sizes at once, however long it takes.")
  var isFullSize = false

  @Flag(name: .customLong("no-timing"), help: "On a GPU: judge without timing.")
  var isNotTimed = false

  @Flag(name: .customLong("no-profile"), help: "On a GPU: do not count with ncu what the kernels do.")
  var isNotProfiled = false

  @Flag(name: .customLong("full-headers"), help: "Build extensions with PyTorch's own headers (minutes).")
  var usesFullHeaders = false

  @Option(help: ArgumentHelp("How long one call of the candidate, or its import, may take.", valueName: "s"))
  var timeout: Double = 120

  @Option(help: ArgumentHelp("How the verdict is shown.", valueName: "format"))
  var format: OutputFormat = .text

  @Flag(help: "Show nothing but the verdict.")
  var quiet = false

  func validate() throws {
    if !(1...1000).contains(trials) { throw ValidationError("--trials must be between 1 and 1000.") }
    if !(timeout >= 1 && timeout <= 1e6) { throw ValidationError("--timeout must be between 1 and 1000000 seconds.") }
  }

  func run() async throws {
    let command = self
    // Outside of what Ctrl-C cancels: reading standard input may wait for ever.
    let source = try CandidateFile.read(candidate)
    let judgement = try await Interruption.cancels { try await command.judge(source) }
    switch format {
    case .json: try Console.standardOutput.deliver(try JSON.document(judgement))
    case .text: try Console.standardOutput.deliver(JudgementText.text(judgement), isPrintable: true)
    }
    switch judgement.verdict {
    case .correct: return
    case .unsupported: throw CommandFailure(.notJudged)
    default: throw CommandFailure(.badResult)
    }
  }

  private func judge(_ source: String?) async throws -> Judgement {
    guard let source else {
      return Judgement(
        notPython: "its bytes are not UTF-8", device: device == .cuda ? device.rawValue : DeviceChoice.virtual.rawValue,
        gpu: gpu)
    }
    let context = ProcessContext.current
    let problem = try ProblemLoader(directory: kernelbench, environment: context.environment)
      .load(try ProblemReference(reference))
    guard problem.kind == .module else {
      throw CommandFailure(
        .usage, "\(reference) is a prompt, not a PyTorch module; programs that answer it are run by basic run.")
    }
    let options = JudgeOptions(
      gpu: gpu, precision: precision, trials: trials, seed: seed, isFullSize: isFullSize,
      usesFullHeaders: usesFullHeaders, timeLimit: .seconds(timeout), isTimed: !isNotTimed,
      isProfiled: !isNotProfiled)
    let progress = ProgressLine(isShown: Console.standardError.isTerminal && !quiet)
    defer { progress.clear() }
    return try await Judging.judge(problem.source, source, options, context, device: device) { progress.show($0) }
  }
}

extension JudgeOptions.Precision: ExpressibleByArgument {}
