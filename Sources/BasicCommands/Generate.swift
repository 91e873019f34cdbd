import ArgumentParser

/// `basic generate`: a problem in, a kernel out.
struct Generate: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Write a CUDA kernel for a problem, and compile it.",
    discussion: """
      The kernel goes to standard output, everything else to standard error. On a terminal it streams while it is \
      written; what the draft model had right is green. The status is 0 if the kernel compiles or could not be \
      compiled here, 1 if it does not compile or the answer holds no code.

      Examples:
        basic generate Examples/01_gelu.py
        basic generate 1/23 --kernelbench ~/KernelBench --output out --trace trace.jsonl
        basic generate - --format json < problem.py
        basic generate prompt_1_12.txt --temperature 0.6 --seed 7
        basic generate 1/1 --model big.gguf --draft small.gguf --speculation tree --tree-nodes 32
      """)

  @OptionGroup var problemOptions: ProblemOptions
  @OptionGroup(title: "Models") var models: ModelOptions
  @OptionGroup(title: "Speculation") var speculation: SpeculationOptions
  @OptionGroup(title: "Sampling") var sampling: SamplingOptions
  @OptionGroup(title: "Hardware") var hardware: HardwareOptions

  @Option(name: .customLong("max-tokens"), help: "The most tokens to write.")
  var maxTokens = 2048

  @Option(name: .customLong("time-limit"), help: "Stop writing after this many seconds.")
  var timeLimit: Double?

  @Option(help: "A folder for the kernel, the raw answer and the report, under KernelBench's file names.")
  var output: String?

  @Option(help: "A file for one line of JSON per pass: its token tree and what came of it.")
  var trace: String?

  @Option(help: "How the result is shown: text or json.")
  var format: OutputFormat = .text

  @Flag(help: "Show nothing but the result.")
  var quiet = false

  func validate() throws {
    if maxTokens < 1 { throw ValidationError("--max-tokens must be at least 1.") }
    if let timeLimit, timeLimit <= 0 || !timeLimit.isFinite { throw ValidationError("--time-limit must be above 0.") }
  }

  func run() async throws {
    let command = self
    let result = try await Interruption.cancels { try await GenerationRun(command: command, context: .current).run() }
    if result.isBad { throw CommandFailure(.badResult) }
  }
}
