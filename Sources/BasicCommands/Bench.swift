import ArgumentParser

/// `basic bench`: measurements that anybody can repeat.
struct Bench: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Measure.", subcommands: [BenchDecode.self, BenchKernels.self])
}

/// `basic bench decode`: the ways of decoding, side by side.
struct BenchDecode: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "decode",
    abstract: "Compare plain, chain, tree, suffix and automatic decoding on the same problems.",
    discussion: """
      All modes run in one process, in alternation and in an order that changes from round to round. Shown are medians \
      over problems and rounds, and the ratio to plain decoding: the median of the ratios of the same problem in the \
      same round, with a 95 % interval. The text of every mode is compared with plain decoding's; the first difference \
      is reported with how close the two tokens were.

      Examples:
        basic bench decode
        basic bench decode --problems Examples/01_gelu.py --problems Examples/02_row_softmax.py --rounds 5
        basic bench decode --model target.gguf --draft draft.gguf --format json
      """)

  @OptionGroup(title: "Models") var models: ModelOptions
  @OptionGroup(title: "Speculation") var speculation: SpeculationOptions
  @OptionGroup(title: "Sampling") var sampling: SamplingOptions

  @Option(
    name: .customLong("problems"),
    help: "A problem, as for generate; may be given several times. Default: the problems in Examples.")
  var problems: [String] = []

  @Option(help: "The KernelBench checkout. Default: $KERNELBENCH_DIR, or ./KernelBench.")
  var kernelbench: String?

  @Option(help: "How often everything is measured.")
  var rounds = 3

  @Option(name: .customLong("max-tokens"), help: "The most tokens of one text.")
  var maxTokens = 512

  @Option(help: "How the result is shown: text or json.")
  var format: OutputFormat = .text

  @Flag(help: "Show nothing but the result.")
  var quiet = false

  func validate() throws {
    if rounds < 1 { throw ValidationError("--rounds must be at least 1.") }
    if maxTokens < 1 { throw ValidationError("--max-tokens must be at least 1.") }
  }

  func run() async throws {
    let command = self
    let report = try await Interruption.cancels { try await DecodeBenchmark(command: command, context: .current).run() }
    switch format {
    case .json: Console.standardOutput.write(try JSON.document(report))
    case .text: Console.standardOutput.write(report.text(Palette(isOn: Console.standardOutput.allowsColor)))
    }
  }
}
