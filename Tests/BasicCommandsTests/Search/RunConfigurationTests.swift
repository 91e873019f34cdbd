import ArgumentParser
import GPUModels
import KernelEvaluation
import KernelPrompting
import KernelSearch
import SpeculativeDecoding
import Testing

@testable import BasicCommands

struct RunConfigurationTests {
  /// What a command line comes to.
  static func configuration(_ arguments: String = "", endpoint: String? = nil) throws -> RunConfiguration {
    let words = arguments.split(separator: " ").map(String.init)
    let command = try #require(try Basic.parseAsRoot(["solve", "problem.py"] + words) as? Solve)
    return try RunConfiguration(
      models: command.models, endpoint: endpoint, speculation: command.speculation, search: command.search,
      judging: command.judging, budget: command.budget, budgetName: .budget, corpus: command.corpus,
      settings: SettingsFixture.bare())
  }

  static let everything = """
    --budget 90s --strategy best-of-8 --until 1.5 --samples 12 --token-budget 4000 --money-budget 0.5 --max-tokens 777 \
    --temperature 0.25 --top-p 0.5 --seed 18446744073709551615 --jobs 3 --device virtual --gpu a100 --precision bf16 \
    --trials 7 --timeout 9 --model /m/target.gguf --draft draft.gguf --chat-template chatml --context 4096 --threads 2 \
    --together 4 --no-accelerator --speculation tree --nodes-per-level 3 --tree-nodes 40 --tree-depth 5 \
    --verification without-replacement --no-corpus
    """

  @Test(arguments: ["", everything], [nil, "deep “seek”"])
  func `is the same after it was kept as JSON`(arguments: String, endpoint: String?) throws {
    var configuration = try Self.configuration(arguments, endpoint: endpoint)
    configuration.origins = ["1/19": "/a/level1/19_ReLU.py"]
    let text = try JSON.line(configuration)
    #expect(try JSON.value(RunConfiguration.self, from: text) == configuration)
  }

  @Test func `keeps what a command line says, and paths from the root`() throws {
    let configuration = try Self.configuration(Self.everything)
    #expect(configuration.model.target == "/m/target.gguf")
    let draft = try #require(configuration.model.draft)
    #expect(draft.hasPrefix("/") && draft.hasSuffix("/draft.gguf"))
    #expect(configuration.model.chatTemplate == "chatml" && configuration.model.context == 4096)
    #expect(configuration.model.together == 4 && configuration.model.noAccelerator == true)
    #expect(configuration.speculation.noCorpus == true)
    #expect(try Self.configuration().speculation.noCorpus == nil)
    #expect(configuration.seed == .max)
    let settings = try configuration.settings(writing: 4, seed: 11)
    #expect(settings.budget == Budget(time: .seconds(90), tokens: 4000, cost: 0.5, candidates: 12))
    #expect(settings.goal == .ratio(1.5) && settings.seed == 11 && settings.maximumTokens == 777)
    #expect(settings.writing == 4 && settings.checking == 3 && settings.underWay == 10)
    let judging = configuration.judgeOptions
    #expect(judging.gpu == configuration.gpuModel && judging.gpu.name == "a100")
    #expect(judging.precision == .init(KernelPrecision.bf16) && judging.trials == 7 && judging.timeLimit == .seconds(9))
    #expect(judging.seed == nil)
    #expect(configuration.deviceChoice == .virtual && configuration.kernelPrecision == .bf16)
    let decoding = configuration.decoderOptions
    #expect(decoding.mode == .tree && decoding.rule == .withoutReplacement)
    #expect(decoding.limits == TreeLimits(nodesPerLevel: 3, totalNodes: 40, depth: 5, time: nil))
    #expect(decoding.sampling.temperature == 0.25 && decoding.sampling.topP == 0.5 && decoding.sampling.seed == .max)
    #expect(try StrategyChoice.strategy(named: configuration.strategy) is BestOfStrategy)
  }

  @Test func `without options samples differ, and the seed is one that every reader of JSON can hold`() throws {
    let configuration = try Self.configuration()
    #expect(configuration.decoderOptions.sampling.temperature == 0.8 && configuration.decoderOptions.sampling.topP == 1)
    #expect(configuration.seed < 1 << 53 && configuration.jobs >= 1)
    let settings = try configuration.settings(writing: 1, seed: 1)
    #expect(settings.goal == .none)
    #expect(settings.budget == Budget(time: .seconds(900)))
    #expect(configuration.model == .init())
  }

  @Test(arguments: [
    ("none", Goal.none), ("correct", .correct), ("faster", .faster), ("1.5", .ratio(1.5)), ("2x", .ratio(2)),
    ("1e-3", .ratio(0.001)),
  ])
  func `goals are kept by their names`(text: String, goal: Goal) throws {
    let configuration = try Self.configuration("--until \(text)")
    #expect(try configuration.settings(writing: 1, seed: 1).goal == goal)
  }

  @Test func `a goal and a strategy of another version are refused`() throws {
    var configuration = try Self.configuration()
    configuration.goal = "most beautiful"
    let error = #expect(throws: KernelSearchError.self) { try configuration.settings(writing: 1, seed: 1) }
    #expect(error?.code == .badSetting && error?.message.contains("most beautiful") == true)
    #expect(throws: (any Error).self) { try JSON.value(RunConfiguration.self, from: #"{"strategy":"adaptive"}"#) }
  }
}
