import ArgumentParser
import SpeculativeDecoding

/// `basic bench`: measurements that anybody can repeat.
struct Bench: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Measure.",
    subcommands: [
      BenchDecode.self, BenchEngines.self, BenchBatch.self, BenchReplay.self, BenchPasses.self, BenchKernels.self,
      BenchCheck.self, BenchSearch.self,
    ])
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
        basic bench decode --problems Examples/01_swish.py --rounds 5
        basic bench decode --model target.gguf --draft draft.gguf --format json
      """)

  @OptionGroup(title: "Models") var models: ModelOptions
  @OptionGroup(title: "Speculation") var speculation: SpeculationOptions
  @OptionGroup(title: "Sampling") var sampling: SamplingOptions

  @OptionGroup var problems: BenchProblemOptions

  @Option(name: .customLong("max-tokens"), help: ArgumentHelp("The most tokens of one text.", valueName: "n"))
  var maxTokens = 512

  @OptionGroup var measuring: MeasuringOptions

  func validate() throws {
    try Generate.check(maxTokens: maxTokens)
    if speculation.speculation != .auto {
      throw ValidationError("All modes are measured here, each beside the others: leave --speculation out.")
    }
  }

  func run() async throws {
    let command = self
    let report = try await Interruption.cancels { try await DecodeBenchmark(command: command, context: .current).run() }
    try measuring.deliver(report, text: report.text)
  }
}
