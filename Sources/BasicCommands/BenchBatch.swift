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

  @Option(
    name: .customLong("problems"),
    help: ArgumentHelp(
      "A problem, as for generate; may be given several times. Default: the problems in Examples.", valueName: "problem"
    ),
    completion: .file(extensions: ["py", "txt"]))
  var problems: [String] = []

  @Option(
    help: ArgumentHelp("The KernelBench checkout. Default: $KERNELBENCH_DIR, or ./KernelBench.", valueName: "dir"),
    completion: .directory)
  var kernelbench: String?

  @Option(
    help: ArgumentHelp("How many are written together, separated by commas, at most 16 each.", valueName: "numbers"))
  var widths = "1,2,4,8,16"

  @Option(help: ArgumentHelp("How many kernels are written for a problem each time.", valueName: "n"))
  var kernels = 16

  @Option(help: ArgumentHelp("How freely tokens are drawn.", valueName: "t"))
  var temperature = 0.8

  @Option(help: ArgumentHelp("The seed of the first kernel; the others have those after it.", valueName: "n"))
  var seed: UInt64 = 0

  @Option(help: ArgumentHelp("How often everything is measured.", valueName: "n"))
  var rounds = 3

  @Option(name: .customLong("max-tokens"), help: ArgumentHelp("The most tokens of one text.", valueName: "n"))
  var maxTokens = 1024

  @Option(help: ArgumentHelp("How the result is shown.", valueName: "format"))
  var format: OutputFormat = .text

  @Flag(help: "Show nothing but the result.")
  var quiet = false

  /// The widths in ascending order, one among them: it is what the others are compared with.
  var widthList: [Int] {
    get throws {
      let parts = widths.split(separator: ",", omittingEmptySubsequences: false)
      let found = parts.compactMap { Int($0) }.filter { SettingChecks.together.contains($0) }
      guard !parts.isEmpty, found.count == parts.count else {
        throw ValidationError(
          "--widths must be numbers between 1 and \(SettingChecks.together.upperBound), such as 1,4,8.")
      }
      return Set(found + [1]).sorted()
    }
  }

  func validate() throws {
    _ = try widthList
    if !(1...10_000).contains(rounds) { throw ValidationError("--rounds must be between 1 and 10000.") }
    if !(1...1000).contains(kernels) { throw ValidationError("--kernels must be between 1 and 1000.") }
    if !(temperature >= 0 && temperature <= 100) { throw ValidationError("--temperature must be between 0 and 100.") }
    try Generate.check(maxTokens: maxTokens)
  }

  func run() async throws {
    let command = self
    let report = try await Interruption.cancels { try await BatchBenchmark(command: command, context: .current).run() }
    switch format {
    case .json: try Console.standardOutput.deliver(try JSON.document(report))
    case .text: try Console.standardOutput.deliver(report.text(Console.standardOutput.palette), isPrintable: true)
    }
  }
}
