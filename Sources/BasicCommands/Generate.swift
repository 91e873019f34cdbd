import ArgumentParser

/// `basic generate`: a problem in, a kernel out.
struct Generate: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Write a CUDA kernel for a problem, compile it, and judge it.",
    discussion: """
      The kernel goes to standard output, everything else to standard error. On a terminal it streams while it is \
      written; what the draft model had right is green. With --output, files of the same names are replaced. The status is 0 if the kernel is correct or could not be \
      judged here, 1 if it is not correct, does not compile, or the answer holds no code.

      Examples:
        basic generate Examples/01_swish.py
        basic generate 1/23 --kernelbench ~/KernelBench --output out
        basic generate 2/40 --trace trace.jsonl --time-limit 30
        basic generate - --format json < problem.py
        basic generate prompt_1_12.txt --temperature 0.6 --seed 7
        basic generate 1/1 --model big.gguf --draft small.gguf --tree-nodes 32
      """)

  @OptionGroup var problemOptions: ProblemOptions
  @OptionGroup(title: "Models") var models: ModelOptions
  @OptionGroup(title: "Speculation") var speculation: SpeculationOptions
  @OptionGroup(title: "Speculation") var corpus: CorpusOptions
  @OptionGroup(title: "Sampling") var sampling: SamplingOptions
  @OptionGroup(title: "Hardware") var hardware: HardwareOptions

  @Option(name: .customLong("max-tokens"), help: ArgumentHelp("The most tokens to write.", valueName: "n"))
  var maxTokens = 2048

  @Option(name: .customLong("time-limit"), help: ArgumentHelp("Stop writing after this many seconds.", valueName: "s"))
  var timeLimit: Double?

  @Option(
    help: ArgumentHelp(
      "A folder for the kernel, the raw answer and the report, under KernelBench's file names.", valueName: "dir"),
    completion: .directory)
  var output: String?

  @Option(
    help: ArgumentHelp("A file for one line of JSON per pass: its token tree and what came of it.", valueName: "file"),
    completion: .file(extensions: ["jsonl"]))
  var trace: String?

  @Option(help: ArgumentHelp("How the result is shown.", valueName: "format"))
  var format: OutputFormat = .text

  @Flag(name: .customLong("no-check"), help: "Compile the kernel and do not judge it.")
  var skipsCheck = false

  @Flag(help: "Show nothing but the result.")
  var quiet = false

  func validate() throws {
    try Self.check(maxTokens: maxTokens)
    if let timeLimit, !(timeLimit > 0 && timeLimit <= 1e6) {
      throw ValidationError("--time-limit must be above 0 and at most 1000000 seconds.")
    }
  }

  /// What any command's `--max-tokens` may be.
  static func check(maxTokens: Int) throws {
    if !(1...1_048_576).contains(maxTokens) { throw ValidationError("--max-tokens must be between 1 and 1048576.") }
  }

  func run() async throws {
    let command = self
    let context = ProcessContext.current
    // Outside of what Ctrl-C cancels: reading standard input may wait for ever, and there is nothing to put in order.
    let problem = try problemOptions.load(context)
    let result = try await Interruption.cancels {
      try await GenerationRun(command: command, problem: problem, context: context).run()
    }
    if result.isBad { throw CommandFailure(.badResult) }
  }
}
