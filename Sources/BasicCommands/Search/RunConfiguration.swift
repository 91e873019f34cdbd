import GPUModels
import KernelEvaluation
import KernelPrompting
import KernelSearch
import SpeculativeDecoding

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Everything that a run is begun with, as the store keeps it: whoever resumes the run has to do what would have been done.
struct RunConfiguration: Codable, Sendable, Hashable {
  /// What writes.
  struct Model: Codable, Sendable, Hashable {
    /// An endpoint's name; nil for models on this machine.
    var endpoint: String?
    /// A GGUF file; nil for the bundled pair.
    var target: String?
    var draft: String?
    var chatTemplate: String?
    var context: Int?
    var threads: Int?
    /// Whether libllama's own matrix products are used alone; nil for no.
    var noAccelerator: Bool?
    /// How many answers a model on this machine writes together; nil for one at a time.
    var together: Int?
  }

  /// How the local models speculate.
  struct Speculation: Codable, Sendable, Hashable {
    var mode: String
    var nodesPerLevel: Int
    var treeNodes: Int
    var treeDepth: Int
    var verification: String
    /// Whether nothing is drafted from kernels that were written before; nil for no.
    var noCorpus: Bool?
  }

  /// That a run is one of several which are compared.
  struct Comparison: Codable, Sendable, Hashable {
    var name: String
    /// The strategies of all of them, in the order in which they are shown.
    var strategies: [String]
  }

  var model: Model
  var speculation: Speculation
  var temperature: Double?
  var topP: Double?
  var maximumTokens: Int
  var strategy: String
  var goal: String
  var budgetSeconds: Double
  var candidates: Int?
  var tokenBudget: Int?
  var moneyBudget: Double?
  var seed: UInt64
  var device: String
  var gpu: String
  var precision: String
  var trials: Int
  var timeoutSeconds: Double
  var jobs: Int
  /// The paths that the problems were read from, by their names within the run; standard input has none.
  var origins: [String: String] = [:]
  /// What the run is compared in; nil for one that stands by itself.
  var comparison: Comparison?

  /// What flags say, else what is set elsewhere, else what holds for everyone.
  ///
  /// - Parameter budgetName: under which name the time for a problem is set.
  /// - Throws: ``ConfigurationError`` where something is set elsewhere that is nothing here.
  init(
    models: ModelOptions, endpoint: String?, speculation: SpeculationOptions, search: SearchOptions,
    judging: JudgingOptions, budget: TimeArgument?, budgetName: DefaultName, corpus: CorpusOptions, settings: Settings
  ) throws(ConfigurationError) {
    try self.init(
      models: models, endpoint: endpoint, speculation: speculation, candidates: search.candidates, judging: judging,
      settings: settings)
    self.speculation.noCorpus = corpus.noCorpus ? true : nil
    strategy = try settings.value(.strategy, flag: search.strategy)?.value ?? "adaptive"
    goal = try settings.value(.until, flag: search.until)?.value.description ?? Goal.none.description
    budgetSeconds = (try settings.duration(budgetName, flag: budget?.duration)?.value ?? .seconds(900)) / .seconds(1)
  }

  /// The same without a strategy, and without a goal: who compares strategies sets them.
  init(
    models: ModelOptions, endpoint: String?, speculation: SpeculationOptions, candidates search: CandidateOptions,
    judging: JudgingOptions, settings: Settings
  ) throws(ConfigurationError) {
    // A model that is named by a flag is meant, whatever endpoint a file names.
    let usesEndpoint = endpoint != nil || models.model == nil
    model = Model(
      endpoint: usesEndpoint ? try settings.value(.endpoint, flag: endpoint)?.value : nil,
      target: try settings.value(.model, flag: models.model)?.value.nonEmpty.map(Self.absolute),
      draft: try settings.value(.draft, flag: models.draft)?.value.nonEmpty.map(Self.absolute),
      chatTemplate: models.chatTemplate, context: try settings.value(.context, flag: models.context)?.value,
      threads: try settings.value(.threads, flag: models.threads)?.value,
      noAccelerator: models.noAccelerator ? true : nil,
      together: (try settings.value(.together, flag: search.together)?.value).flatMap { $0 > 1 ? $0 : nil })
    self.speculation = Speculation(
      mode: speculation.speculation.rawValue, nodesPerLevel: speculation.nodesPerLevel,
      treeNodes: speculation.treeNodes, treeDepth: speculation.treeDepth,
      verification: speculation.verification.rawValue)
    temperature = try settings.value(.temperature, flag: search.temperature)?.value
    topP = try settings.value(.topP, flag: search.topP)?.value
    maximumTokens = try settings.value(.maxTokens, flag: search.maxTokens)?.value ?? 2048
    strategy = ""
    goal = Goal.none.description
    budgetSeconds = 900
    candidates = try settings.value(.samples, flag: search.samples)?.value
    tokenBudget = try settings.value(.tokenBudget, flag: search.tokenBudget)?.value
    moneyBudget = try settings.value(.moneyBudget, flag: search.moneyBudget)?.value
    // JSON's numbers are exact up to here in every reader.
    seed = search.seed ?? UInt64.random(in: 0..<1 << 53)
    device = try settings.value(.device, flag: judging.device)?.value.rawValue ?? DeviceChoice.auto.rawValue
    gpu = try settings.value(.gpu, flag: judging.gpu)?.value.name ?? GPUModel.h100.name
    precision = try settings.value(.precision, flag: judging.precision)?.value.rawValue ?? KernelPrecision.fp32.rawValue
    trials = try settings.value(.trials, flag: judging.trials)?.value ?? 5
    timeoutSeconds = try settings.value(.timeout, flag: judging.timeout)?.value ?? 60
    jobs =
      try settings.value(.jobs, flag: search.jobs)?.value
      ?? max(1, ProcessInfo.processInfo.activeProcessorCount / 2)
  }

  /// A run may be resumed from another folder.
  private static func absolute(_ path: String) -> String {
    path.hasPrefix("/") ? path : FileManager.default.currentDirectoryPath + "/" + path
  }

  /// A seed for a purpose, the same each time.
  func seed(of purpose: String) -> UInt64 {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in "\(seed) \(purpose)".utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    return hash & 0x1F_FFFF_FFFF_FFFF
  }

  // MARK: What the parts of a search take

  var gpuModel: GPUModel { (try? GPUModel(named: gpu)) ?? .h100 }
  var kernelPrecision: KernelPrecision { KernelPrecision(rawValue: precision) ?? .fp32 }
  var deviceChoice: DeviceChoice { DeviceChoice(rawValue: device) ?? .auto }

  var judgeOptions: JudgeOptions {
    JudgeOptions(
      gpu: gpuModel, precision: .init(kernelPrecision), trials: trials, timeLimit: .seconds(timeoutSeconds))
  }

  /// The most answers that are written at once is the writer's matter.
  func settings(writing: Int, seed: UInt64) throws -> SearchSettings {
    SearchSettings(
      budget: Budget(
        time: .seconds(budgetSeconds), tokens: tokenBudget, cost: moneyBudget, candidates: candidates),
      goal: try Goal(goal), seed: seed, maximumTokens: maximumTokens, writing: writing, checking: jobs)
  }

  var decoderOptions: SpeculativeDecoder.Options {
    .init(
      mode: SpeculationMode(rawValue: speculation.mode) ?? .auto,
      limits: TreeLimits(
        nodesPerLevel: speculation.nodesPerLevel, totalNodes: speculation.treeNodes, depth: speculation.treeDepth,
        time: nil),
      sampling: SamplingParameters(
        temperature: temperature ?? Self.localTemperature, topK: 0, topP: topP ?? 1, minP: 0, repetitionPenalty: 1,
        seed: seed), rule: VerificationRule(rawValue: speculation.verification) ?? .sampleAndWalk)
  }

  /// Samples of one prompt have to differ.
  static let localTemperature = 0.8
}

extension String {
  fileprivate var nonEmpty: String? { isEmpty ? nil : self }
}
