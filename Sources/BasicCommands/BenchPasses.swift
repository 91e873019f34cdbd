import ArgumentParser
import LlamaRuntime
import SpeculativeDecoding

/// `basic bench passes`: what a pass over several tokens costs.
struct BenchPasses: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "passes",
    abstract: "Time passes over several tokens, with our matrix products and with libllama's own.",
    discussion: """
      Speculation gains at most what a pass over n tokens costs less than n passes. A pass is a tree of eight chains after a text of random \
      tokens. Both ways take turns in one process, each with the model loaded for itself, and every size comes once in each round. Attention is ours \
      in both; with --no-accelerator everything is libllama's, and nothing is compared. Shown are medians with quartiles, and how many times as long as a pass over one token of the same way; and the least time that this \
      machine's memory and its products of bytes allow, whose speeds are measured in each round, of which the best counts.

      Examples:
        basic bench passes --model model-q8_0.gguf
        basic bench passes --model model-q8_0.gguf --sizes 1,8,16 --text 1000 --threads 2
      """)

  @OptionGroup(title: "Models") var models: ModelOptions

  @Option(
    help: ArgumentHelp("How many tokens passes have, separated by commas, at most 128 each.", valueName: "numbers"))
  var sizes = "1,2,4,8,12,16,24,32,64"

  @Option(help: ArgumentHelp("How many tokens there are before.", valueName: "n"))
  var text = 200

  @OptionGroup var measuring: MeasuringOptions

  /// The sizes in ascending order.
  var sizeList: [Int] { get throws { try MeasuredNumbers.ascending(sizes, within: 1...128, option: "--sizes") } }

  func validate() throws {
    _ = try sizeList
    try models.checkNoDraft()
    if !(1...65_536).contains(text) { throw ValidationError("--text must be between 1 and 65536.") }
  }

  func run() async throws {
    let command = self
    let report = try await Interruption.cancels {
      try await PassMeasurement(
        models: command.models, sizes: try command.sizeList, text: command.text, rounds: command.measuring.rounds
      ).report(.current, announce: command.measuring.announce)
    }
    try measuring.deliver(report, text: report.text)
  }
}
