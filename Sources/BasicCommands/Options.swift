public import ArgumentParser
public import GPUModels
import KernelBench
public import KernelPrompting
import LlamaRuntime
public import SpeculativeDecoding

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Which problem.
struct ProblemOptions: ParsableArguments {
  @Argument(
    help: """
      LEVEL/ID or a file name out of a KernelBench checkout (1/19), a file in KernelBench's format or with a plain \
      prompt, or - for standard input.
      """,
    completion: .file(extensions: ["py", "txt"]))
  var problem: String

  @Option(
    help: ArgumentHelp("The KernelBench checkout. Default: $KERNELBENCH_DIR, or ./KernelBench.", valueName: "dir"),
    completion: .directory)
  var kernelbench: String?

  func load(_ context: ProcessContext) throws -> Problem {
    let reference = try ProblemReference(problem)
    return try ProblemLoader(directory: kernelbench, environment: context.environment).load(reference)
  }
}

/// Which models, and what they run on.
struct ModelOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("The target model, a GGUF file. Default: the bundled pair.", valueName: "file"),
    completion: .file(extensions: ["gguf"]))
  var model: String?

  @Option(
    help: ArgumentHelp("The draft model, a GGUF file with the target's vocabulary.", valueName: "file"),
    completion: .file(extensions: ["gguf"]))
  var draft: String?

  @Option(
    name: .customLong("chat-template"),
    help: ArgumentHelp("A chat template by name, instead of the model's own.", valueName: "name"),
    completion: .list(ChatTemplate.names))
  var chatTemplate: String?

  @Option(
    help: ArgumentHelp(
      "The context in tokens, prompt and answer together. Default: what the problem needs.", valueName: "n"))
  var context: Int?

  @Option(
    help: ArgumentHelp(
      "The number of threads that compute. Default: the fastest, measured, up to one per processor.", valueName: "n"))
  var threads: Int?

  @Flag(
    name: .customLong("no-accelerator"), help: "Multiply with libllama's own matrix products alone.")
  var noAccelerator = false

  func validate() throws {
    if let context, !(16...1_048_576).contains(context) {
      throw ValidationError("--context must be between 16 and 1048576.")
    }
    if let threads, !(1...512).contains(threads) { throw ValidationError("--threads must be between 1 and 512.") }
    if let chatTemplate, !ChatTemplate.names.contains(chatTemplate) {
      throw ValidationError(
        "There is no chat template “\(chatTemplate)”. Name one of \(ChatTemplate.names.joined(separator: ", ")).")
    }
  }

  /// What is allowed and hardly meant.
  var notices: [String] {
    let processors = ProcessInfo.processInfo.activeProcessorCount
    guard let threads, threads > processors else { return [] }
    return ["--threads \(threads): there are \(processors) processors here, and no more threads are used."]
  }

  /// Refuses a draft model where none is used. A default of the settings is left out then.
  func checkNoDraft() throws {
    if draft != nil { throw ValidationError("No draft model is used here: leave --draft out.") }
  }

  /// The number of threads, as far as there are processors: a pass whose threads wait for each other's turn takes
  /// hundreds of times as long.
  var usableThreads: Int? { threads.map { min($0, ProcessInfo.processInfo.activeProcessorCount) } }
}

/// What is speculated with.
struct SpeculationOptions: ParsableArguments {
  @Option(help: ArgumentHelp("How to speculate.", valueName: "mode"))
  var speculation: SpeculationMode = .auto

  @Option(
    name: .customLong("nodes-per-level"),
    help: ArgumentHelp("The most nodes on one level of a token tree.", valueName: "n"))
  var nodesPerLevel = 25

  @Option(name: .customLong("tree-nodes"), help: ArgumentHelp("The most nodes of a token tree.", valueName: "n"))
  var treeNodes = 200

  @Option(name: .customLong("tree-depth"), help: ArgumentHelp("The greatest depth of a token tree.", valueName: "n"))
  var treeDepth = 24

  @Option(
    name: .customLong("tree-time"),
    help: ArgumentHelp("The longest time for drafting one tree, in milliseconds.", valueName: "ms"))
  var treeTime: Double?

  @Option(
    help: ArgumentHelp("How drafts are accepted; without-replacement is for trees at a temperature.", valueName: "rule")
  )
  var verification: VerificationRule = .sampleAndWalk

  var limits: TreeLimits {
    TreeLimits(
      nodesPerLevel: nodesPerLevel, totalNodes: treeNodes, depth: treeDepth,
      time: treeTime.map { .nanoseconds(Int64($0 * 1e6)) })
  }

  func validate() throws {
    if !(1...1000).contains(nodesPerLevel) { throw ValidationError("--nodes-per-level must be between 1 and 1000.") }
    if treeNodes < 1 || treeNodes > 1000 { throw ValidationError("--tree-nodes must be between 1 and 1000.") }
    if !(1...1000).contains(treeDepth) { throw ValidationError("--tree-depth must be between 1 and 1000.") }
    if let treeTime, !(treeTime > 0 && treeTime <= 1e6) {
      throw ValidationError("--tree-time must be above 0 and at most 1000000 milliseconds.")
    }
    if verification == .withoutReplacement && speculation == .suffix {
      throw ValidationError("--verification without-replacement needs a draft model's trees; use --speculation tree.")
    }
  }
}

/// Whether what was written before is drafted from.
struct CorpusOptions: ParsableArguments {
  @Flag(
    name: .customLong("no-corpus"), help: "Draft from the text itself, and not from kernels that were written before.")
  var noCorpus = false
}

/// How tokens are chosen.
struct SamplingOptions: ParsableArguments {
  @Option(help: ArgumentHelp("0 takes the likeliest token always.", valueName: "t"))
  var temperature = 0.0

  @Option(
    name: .customLong("top-p"),
    help: ArgumentHelp("Keep the smallest set of tokens that reaches this probability.", valueName: "p"))
  var topP = 1.0

  @Option(
    name: .customLong("top-k"), help: ArgumentHelp("Keep this many of the likeliest tokens; 0 for all.", valueName: "k")
  )
  var topK = 0

  @Option(
    name: .customLong("min-p"),
    help: ArgumentHelp("Keep tokens at least this many times as likely as the likeliest.", valueName: "p"))
  var minP = 0.0

  @Option(
    name: .customLong("repeat-penalty"),
    help: ArgumentHelp("Disfavour recent tokens; 1 for not at all.", valueName: "r"))
  var repeatPenalty = 1.0

  @Option(help: ArgumentHelp("One seed, one text, whatever is speculated with.", valueName: "n"))
  var seed: UInt64 = 0

  var parameters: SamplingParameters {
    SamplingParameters(
      temperature: temperature, topK: topK, topP: topP, minP: minP, repetitionPenalty: repeatPenalty, seed: seed)
  }

  func validate() throws {
    do {
      try parameters.validate()
    } catch let error as SpeculativeDecodingError {
      throw ValidationError(error.message)
    }
  }
}

/// What the kernel is for.
struct HardwareOptions: ParsableArguments {
  @Option(help: ArgumentHelp("The GPU that the kernel is for.", valueName: "name"))
  var gpu = GPUModel.h100

  @Option(help: ArgumentHelp("The precision that the kernel is for.", valueName: "name"))
  var precision: KernelPrecision = .fp32
}

/// How results are shown.
enum OutputFormat: String, ExpressibleByArgument, CaseIterable {
  case text, json
}

extension SpeculationMode: ExpressibleByArgument {}
extension VerificationRule: ExpressibleByArgument {}
extension KernelPrecision: ExpressibleByArgument {}

extension GPUModel: ExpressibleByArgument {
  /// By its name or its machine architecture, in any letter case: `h100`, `RTX-4090`, `sm_90`.
  public init?(argument: String) {
    try? self.init(named: argument)
  }

  /// The names, for help, for completion and for whoever misspells one.
  public static var allValueStrings: [String] { all.map(\.name) }

  /// What a shell offers.
  public static var defaultCompletionKind: CompletionKind { .list(allValueStrings) }

  /// As help shows it.
  public var defaultValueDescription: String { name }
}
