import ArgumentParser

/// `basic bench batch`: several answers to one prompt, written together.
struct BenchBatch: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "batch",
    abstract: "Compare writing several kernels for a problem together with writing them one after the other.",
    discussion: """
      For each problem the same number of kernels is written, one at a time, two together, four together and so on, in an \
      order that changes from round to round. All begin with the same seeds, so that the kernels are the same; their texts are compared. \
      Shown are medians over problems and rounds, and the ratio to one at a time: the median of the ratios of the same problem in the \
      same round, with a 95 % interval. Reading the prompt counts.

      Examples:
        basic bench batch
        basic bench batch --problems 1/19 --widths 1,8 --kernels 8 --speculation off
      """)

  @OptionGroup(title: "Models") var models: ModelOptions
  @OptionGroup(title: "Speculation") var speculation: SpeculationOptions

  @OptionGroup var problems: BenchProblemOptions

  @Option(
    help: ArgumentHelp("How many are written together, separated by commas, at most 16 each.", valueName: "numbers"))
  var widths = "1,2,4,8,16"

  @Option(help: ArgumentHelp("How many kernels are written for a problem each time.", valueName: "n"))
  var kernels = 16

  @Option(help: ArgumentHelp("How freely tokens are drawn.", valueName: "t"))
  var temperature = 0.8

  @Option(help: ArgumentHelp("The seed of the first kernel; the others have those after it.", valueName: "n"))
  var seed: UInt64 = 0

  @Option(name: .customLong("max-tokens"), help: ArgumentHelp("The most tokens of one text.", valueName: "n"))
  var maxTokens = 1024

  @OptionGroup var measuring: MeasuringOptions

  /// The widths in ascending order.
  var widthList: [Int] {
    get throws { try MeasuredNumbers.ascending(widths, within: SettingChecks.together, option: "--widths") }
  }

  func validate() throws {
    _ = try widthList
    if !(1...1000).contains(kernels) { throw ValidationError("--kernels must be between 1 and 1000.") }
    if !(temperature >= 0 && temperature <= 100) { throw ValidationError("--temperature must be between 0 and 100.") }
    try Generate.check(maxTokens: maxTokens)
  }

  func run() async throws {
    let command = self
    let report = try await Interruption.cancels { try await BatchBenchmark(command: command, context: .current).run() }
    try measuring.deliver(report, text: report.text)
  }
}
