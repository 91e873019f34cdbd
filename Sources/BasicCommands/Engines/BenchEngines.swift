import ArgumentParser

/// `basic bench engines`: this engine and llama.cpp's own programs, side by side.
struct BenchEngines: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "engines",
    abstract: "Compare decoding with every speculative way of llama.cpp's own programs.",
    discussion: """
      llama-server decodes plainly, with a draft model's chain and with its n-gram ways, and llama-speculative with branches; \
      settings are tried on the first prompt of each kind, and each way is then measured at its best one. All take \
      turns at every prompt on the same model files, prompts and threads, greedily. Each engine's time is its own clock's, the \
      prompt's reading not counted. llama.cpp's best speculative way is the fastest of that prompt and round that writes what its plain decoding does.

      `make bench-decode` builds the programs and models, and runs this.

      Examples:
        basic bench engines --llama-cpp .engine
        basic bench engines --llama-cpp .engine --prompts kernels,rewrites --rounds 5
      """)

  @OptionGroup(title: "Models") var models: ModelOptions
  @OptionGroup(title: "Speculation") var speculation: SpeculationOptions

  @Option(
    name: .customLong("llama-cpp"),
    help: ArgumentHelp("The folder of the programs llama-server and llama-speculative.", valueName: "dir"),
    completion: .directory)
  var programs: String

  @Option(
    help: ArgumentHelp(
      "Kinds of prompts, separated by commas: kernels, rewrites (a problem, its kernel, and the problem again) and noise (random tokens).",
      valueName: "kinds"))
  var prompts = "kernels"

  @Flag(name: .customLong("default-settings"), help: "Try no settings of llama.cpp's: its defaults are measured.")
  var defaultSettings = false

  @OptionGroup var problems: BenchProblemOptions

  @Option(name: .customLong("max-tokens"), help: ArgumentHelp("The most tokens of one text.", valueName: "n"))
  var maxTokens = 400

  @OptionGroup var measuring: MeasuringOptions

  @Option(
    help: ArgumentHelp(
      "Also write the result to a file, as JSON; what there is of it after each kind of prompts.", valueName: "file"),
    completion: .file())
  var json: String?

  /// The kinds in the order in which they are named.
  var kinds: [PromptKind] {
    get throws {
      let names = prompts.split(separator: ",", omittingEmptySubsequences: false)
      let found = names.compactMap { PromptKind(rawValue: String($0)) }
      guard !found.isEmpty, found.count == names.count, Set(found).count == found.count else {
        throw ValidationError(
          "--prompts must be kernels, rewrites or noise, or several of them, such as kernels,noise.")
      }
      return found
    }
  }

  func validate() throws {
    try Generate.check(maxTokens: maxTokens)
    _ = try kinds
    for program in ["llama-server", "llama-speculative"] where !Files.exists(programs + "/" + program) {
      throw ValidationError(
        "There is no \(program) in \(programs). Scripts/setup-llama-tools.sh builds both into .engine.")
    }
  }

  func run() async throws {
    let command = self
    let report = try await Interruption.cancels {
      try await EngineContest(command: command, context: .current).run { report in
        if let json = command.json { try Files.create(json, try JSON.document(report), for: json) }
      }
    }
    try measuring.deliver(report, text: report.text)
  }
}
