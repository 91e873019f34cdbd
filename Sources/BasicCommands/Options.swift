public import ArgumentParser
import CUDAToolchain
import KernelBench
public import KernelPrompting
public import SpeculativeDecoding

/// Which problem.
struct ProblemOptions: ParsableArguments {
  @Argument(
    help: """
      LEVEL/ID or a file name out of a KernelBench checkout (1/19), a file in KernelBench's format or with a plain \
      prompt, or - for standard input.
      """)
  var problem: String

  @Option(help: "The KernelBench checkout. Default: $KERNELBENCH_DIR, or ./KernelBench.")
  var kernelbench: String?

  func load(_ context: ProcessContext) throws -> Problem {
    let reference = try ProblemReference(problem)
    return try ProblemLoader(directory: kernelbench, environment: context.environment).load(reference)
  }
}

/// Which models, and what they run on.
struct ModelOptions: ParsableArguments {
  @Option(help: "The target model, a GGUF file. Default: the bundled pair.")
  var model: String?

  @Option(help: "The draft model, a GGUF file with the target's vocabulary.")
  var draft: String?

  @Option(name: .customLong("chat-template"), help: "A chat template by name, instead of the model's own.")
  var chatTemplate: String?

  @Option(help: "The context in tokens, prompt and answer together. Default: what the problem needs.")
  var context: Int?

  @Option(help: "The number of threads that compute. Default: the fastest, measured, up to one per processor.")
  var threads: Int?

  func validate() throws {
    if let context, context < 16 { throw ValidationError("--context must be at least 16.") }
    if let threads, !(1...512).contains(threads) { throw ValidationError("--threads must be between 1 and 512.") }
  }
}

/// What is speculated with.
struct SpeculationOptions: ParsableArguments {
  @Option(help: "How to speculate: \(SpeculationMode.allCases.map(\.rawValue).joined(separator: ", ")).")
  var speculation: SpeculationMode = .auto

  @Option(name: .customLong("nodes-per-level"), help: "The most nodes on one level of a token tree.")
  var nodesPerLevel = 25

  @Option(name: .customLong("tree-nodes"), help: "The most nodes of a token tree.")
  var treeNodes = 200

  @Option(name: .customLong("tree-depth"), help: "The greatest depth of a token tree.")
  var treeDepth = 24

  @Option(name: .customLong("tree-time"), help: "The longest time for drafting one tree, in milliseconds.")
  var treeTime: Double?

  @Option(help: "How drafts are accepted: sample-and-walk, or without-replacement (for trees at a temperature).")
  var verification: VerificationRule = .sampleAndWalk

  var limits: TreeLimits {
    TreeLimits(
      nodesPerLevel: nodesPerLevel, totalNodes: treeNodes, depth: treeDepth,
      time: treeTime.map { .nanoseconds(Int64($0 * 1e6)) })
  }

  func validate() throws {
    if nodesPerLevel < 1 { throw ValidationError("--nodes-per-level must be at least 1.") }
    if treeNodes < 1 || treeNodes > 1000 { throw ValidationError("--tree-nodes must be between 1 and 1000.") }
    if treeDepth < 1 { throw ValidationError("--tree-depth must be at least 1.") }
    if let treeTime, treeTime <= 0 || !treeTime.isFinite { throw ValidationError("--tree-time must be above 0.") }
    if verification == .withoutReplacement && speculation == .suffix {
      throw ValidationError("--verification without-replacement needs a draft model's trees; use --speculation tree.")
    }
  }
}

/// How tokens are chosen.
struct SamplingOptions: ParsableArguments {
  @Option(help: "0 takes the likeliest token always.")
  var temperature = 0.0

  @Option(name: .customLong("top-p"), help: "Keep the smallest set of tokens that reaches this probability.")
  var topP = 1.0

  @Option(name: .customLong("top-k"), help: "Keep this many of the likeliest tokens; 0 for all.")
  var topK = 0

  @Option(name: .customLong("min-p"), help: "Keep tokens at least this many times as likely as the likeliest.")
  var minP = 0.0

  @Option(name: .customLong("repeat-penalty"), help: "Disfavour recent tokens; 1 for not at all.")
  var repeatPenalty = 1.0

  @Option(help: "One seed, one text, whatever is speculated with.")
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
  @Option(help: "The GPU that the kernel is for: h100, a100, l40s, rtx4090 or t4.")
  var gpu = "h100"

  @Option(help: "The precision that the kernel is for: fp32, fp16 or bf16.")
  var precision: KernelPrecision = .fp32

  func architecture() throws -> GPUArchitecture { try GPUArchitecture(parsing: gpu) }

  func target() throws -> TargetGPU {
    let architecture = try architecture()
    guard let target = TargetGPU.all.first(where: { $0.key == architecture.name }) else {
      throw CommandFailure(.usage, "There is no GPU named “\(gpu)”.")
    }
    return target
  }
}

/// How results are shown.
enum OutputFormat: String, ExpressibleByArgument, CaseIterable {
  case text, json
}

extension SpeculationMode: ExpressibleByArgument {}
extension VerificationRule: ExpressibleByArgument {}
extension KernelPrecision: ExpressibleByArgument {}
