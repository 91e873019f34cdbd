public import ArgumentParser
import GPUModels
import KernelEvaluation
import KernelPrompting
public import KernelSearch

/// A length of time on the command line: `90s`, `15m`, `1h30m`, or a number of seconds.
struct TimeArgument: ExpressibleByArgument {
  var duration: Duration

  init(_ duration: Duration) { self.duration = duration }

  init?(argument: String) {
    guard let duration = DurationText.duration(argument), duration > .zero else { return nil }
    self.duration = duration
  }

  var defaultValueDescription: String { DurationText.text(duration) }
}

extension Goal: ExpressibleByArgument {
  /// Reads what ``init(_:)`` reads.
  public init?(argument: String) {
    guard let goal = try? Goal(argument) else { return nil }
    self = goal
  }

  /// As help shows it.
  public var defaultValueDescription: String { description }
}

/// How a search goes about it.
struct SearchOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "How to search: greedy, best-of-N, linear or adaptive. Default: adaptive.", valueName: "name"),
    completion: .list(StrategyChoice.names.map(\.name)))
  var strategy: String?

  @Option(
    help: ArgumentHelp(
      "Stop a problem when there is a correct kernel, a faster one, or one this many times as fast. Default: none.",
      valueName: "goal"),
    completion: .list(["correct", "faster", "none"]))
  var until: Goal?

  @OptionGroup var candidates: CandidateOptions

  func validate() throws { if let strategy { try Self.check(strategy: strategy) } }

  static func check(strategy: String) throws {
    do {
      _ = try StrategyChoice.strategy(named: strategy)
    } catch {
      throw ValidationError(error.message)
    }
  }
}

/// How many candidates there may be, how they are written, and what for.
struct CandidateOptions: ParsableArguments {
  @Option(help: ArgumentHelp("The most candidates of a problem.", valueName: "n"))
  var samples: Int?

  @Option(
    name: .customLong("token-budget"),
    help: ArgumentHelp("The most tokens of a problem, read and written together.", valueName: "n"))
  var tokenBudget: Int?

  @Option(
    name: .customLong("money-budget"),
    help: ArgumentHelp("The most money of a problem, at the endpoint's price.", valueName: "amount"))
  var moneyBudget: Double?

  @Option(
    name: .customLong("max-tokens"), help: ArgumentHelp("The most tokens of one answer. Default: 2048.", valueName: "n")
  )
  var maxTokens: Int?

  @Option(
    help: ArgumentHelp(
      "How freely tokens are drawn. Default: 0.8 for a local model; an endpoint's own.", valueName: "t"))
  var temperature: Double?

  @Option(
    name: .customLong("top-p"),
    help: ArgumentHelp("Keep the smallest set of tokens that reaches this probability.", valueName: "p"))
  var topP: Double?

  @Option(
    help: ArgumentHelp("What everything random follows from. Default: a new one, which is shown.", valueName: "n"))
  var seed: UInt64?

  @Option(
    help: ArgumentHelp("How many candidates are checked at once. Default: one for two processors.", valueName: "n"))
  var jobs: Int?

  @Option(
    help: ArgumentHelp(
      "How many answers to one prompt a model on this machine writes together, at most 16. Default: 1.", valueName: "n")
  )
  var together: Int?

  func validate() throws {
    if let maxTokens { try Generate.check(maxTokens: maxTokens) }
    if let samples, samples < 1 { throw ValidationError("--samples must be at least 1.") }
    if let tokenBudget, tokenBudget < 1 { throw ValidationError("--token-budget must be at least 1.") }
    if let moneyBudget, !(moneyBudget > 0) { throw ValidationError("--money-budget must be above 0.") }
    if let temperature, !(temperature >= 0 && temperature <= 100) {
      throw ValidationError("--temperature must be between 0 and 100.")
    }
    if let topP, !(topP > 0 && topP <= 1) { throw ValidationError("--top-p must be above 0 and at most 1.") }
    if let together, !SettingChecks.together.contains(together) {
      throw ValidationError("--together must be between 1 and \(SettingChecks.together.upperBound).")
    }
    if let jobs, !(1...256).contains(jobs) { throw ValidationError("--jobs must be between 1 and 256.") }
  }
}

/// How candidates are judged.
struct JudgingOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Where to judge: this machine's GPU (cuda), the virtual one, or the former where PyTorch can use it (auto). Default: auto.",
      valueName: "device"))
  var device: DeviceChoice?

  @Option(help: ArgumentHelp("The GPU that the kernel is for. Default: h100.", valueName: "name"))
  var gpu: GPUModel?

  @Option(help: ArgumentHelp("The precision that the kernel is for. Default: fp32.", valueName: "name"))
  var precision: KernelPrecision?

  @Option(help: ArgumentHelp("How many sets of inputs are tried. Default: 5.", valueName: "n"))
  var trials: Int?

  @Option(help: ArgumentHelp("How long one call of a candidate, or its import, may take. Default: 60.", valueName: "s"))
  var timeout: Double?

  func validate() throws {
    if let trials, !(1...1000).contains(trials) { throw ValidationError("--trials must be between 1 and 1000.") }
    if let timeout, !(timeout >= 1 && timeout <= 1e6) {
      throw ValidationError("--timeout must be between 1 and 1000000 seconds.")
    }
  }
}
