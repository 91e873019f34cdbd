import LlamaRuntime
import SpeculativeDecoding

/// The runs behind `basic bench decode`.
struct DecodeBenchmark {
  let command: BenchDecode
  let context: ProcessContext

  private struct Run {
    var problem: String
    var round: Int
    var mode: SpeculationMode
    var summary: DecodingSummary

    var speed: Double { summary.tokensPerSecond }
  }

  func run() async throws -> DecodeReport {
    let announce = command.measuring.announce
    for notice in command.models.notices { announce("note: \(notice)") }
    let problems = try BenchProblems.load(command.problems, context)
    let pair = try await LocalPair.load(command.models, wantsDraft: true, context: context, announce: announce)
    let prompts = try BenchProblems.prompts(problems, for: pair)
    let longest = prompts.map(\.tokens.count).max() ?? 0
    let size = command.models.context ?? (longest + command.maxTokens + 255) / 256 * 256
    let engine = try pair.engine(context: size, limits: command.speculation.limits)
    for notice in engine.notices { announce("note: \(notice)") }
    let modes = SpeculationMode.measured(hasDraft: engine.draftModel != nil)
    var runs: [Run] = []
    var plainTexts: [String: [Token]] = [:]
    // The first text pays for measuring the cost of passes, and for memory that is touched for the first time.
    if let first = prompts.first { _ = try await decode(first.tokens, .auto, engine) }
    for round in 0..<command.measuring.rounds {
      for (index, prompt) in prompts.enumerated() {
        announce("round \(round + 1) of \(command.measuring.rounds): \(prompt.name)")
        for mode in modes.shuffled(turn: round + index) {
          let summary = try await decode(prompt.tokens, mode, engine)
          if mode == .off { plainTexts[prompt.name] = summary.tokens }
          runs.append(Run(problem: prompt.name, round: round, mode: mode, summary: summary))
        }
      }
    }
    let divergences = try await divergences(runs, plainTexts, prompts, engine)
    return await report(runs, plainTexts, divergences, prompts.map(\.name), modes, engine, pair)
  }

  private func decode(
    _ prompt: [Token], _ mode: SpeculationMode, _ engine: LlamaEngine
  ) async throws -> DecodingSummary {
    try await engine.write(
      after: prompt, maximumTokens: command.maxTokens,
      options: .init(
        mode: mode, limits: command.speculation.limits, sampling: command.sampling.parameters,
        rule: command.speculation.verification)
    ).summary
  }

  private func divergences(
    _ runs: [Run], _ plain: [String: [Token]], _ prompts: [(name: String, tokens: [Token])], _ engine: LlamaEngine
  ) async throws -> [DecodeReport.Divergence] {
    var found: [DecodeReport.Divergence] = []
    let vocabulary = engine.targetModel.vocabulary
    for run in runs where run.round == 0 {
      guard let expected = plain[run.problem], run.summary.tokens != expected,
        let prompt = prompts.first(where: { $0.name == run.problem })
      else { continue }
      let position = zip(expected, run.summary.tokens).prefix { $0 == $1 }.count
      func token(_ tokens: [Token]) -> Token? { position < tokens.count ? tokens[position] : nil }
      let (mine, theirs) = (token(expected), token(run.summary.tokens))
      var gap: Double?
      if let mine, let theirs {
        let logits = try await engine.logits(after: prompt.tokens + expected.prefix(position), of: [mine, theirs])
        gap = Double(abs(logits[0] - logits[1]))
      }
      found.append(
        .init(
          problem: run.problem, mode: run.mode.rawValue, position: position,
          plain: mine.map(vocabulary.text(of:)) ?? "the end", other: theirs.map(vocabulary.text(of:)) ?? "the end",
          logitGap: gap))
    }
    return found
  }

  private func report(
    _ runs: [Run], _ plain: [String: [Token]], _ divergences: [DecodeReport.Divergence], _ problems: [String],
    _ modes: [SpeculationMode], _ engine: LlamaEngine, _ pair: LocalPair
  ) async -> DecodeReport {
    func speed(_ problem: String, _ round: Int, _ mode: SpeculationMode) -> Double? {
      runs.first { $0.problem == problem && $0.round == round && $0.mode == mode }?.speed
    }
    let rows = modes.map { mode -> DecodeReport.Mode in
      let mine = runs.filter { $0.mode == mode }
      let ratios = mine.compactMap { run in speed(run.problem, run.round, .off).map { run.speed / $0 } }
      let times = mine.reduce(into: PassTimes()) { sum, run in
        sum.drafting += run.summary.times.drafting
        sum.verifying += run.summary.times.verifying
        sum.host += run.summary.times.host
      }
      let total = max(times.total, 1e-9)
      let passes = mine.reduce(0) { $0 + $1.summary.passes }
      let speed = Statistics.quartiles(mine.map(\.speed), decimals: 1)
      return DecodeReport.Mode(
        mode: mode.rawValue, tokensPerSecond: speed.median, lowerQuartile: speed.lower, upperQuartile: speed.upper,
        tokensPerPass: Statistics.median(mine.map(\.summary.tokensPerPass)).rounded(to: 3),
        drafting: (times.drafting / total).rounded(to: 4), verifying: (times.verifying / total).rounded(to: 4),
        host: (times.host / total).rounded(to: 4),
        hostMillisecondsPerPass: (times.host / Double(max(passes, 1))).rounded(to: 4), ratio: .init(ratios),
        equalTexts: mine.filter { $0.summary.tokens == plain[$0.problem] }.count, texts: mine.count)
    }
    let overBest = runs.filter { $0.mode == .auto }.compactMap { run -> Double? in
      let others = modes.filter { $0 != .auto }.compactMap { speed(run.problem, run.round, $0) }
      return others.max().map { run.speed / $0 }
    }
    let costs = await engine.passCosts
    let threads = await engine.threadCounts
    return DecodeReport(
      target: pair.target.name, draft: engine.draftModel?.name, threads: threads.target, draftThreads: threads.draft,
      rounds: command.measuring.rounds,
      problems: problems, maxTokens: command.maxTokens, temperature: command.sampling.temperature,
      seed: command.sampling.seed, modes: rows, autoOverBest: overBest.isEmpty ? nil : .init(overBest),
      cost: Self.samples(costs?.verification), draftCost: Self.samples(costs?.draft), divergences: divergences)
  }

  /// What passes of some sizes cost.
  static func samples(_ costs: PassCosts?) -> [DecodeReport.Cost] {
    guard let costs else { return [] }
    return [1, 2, 4, 8, 16, 32, 64, 128].filter { $0 <= costs.limit }.map {
      .init(nodes: $0, milliseconds: costs.milliseconds($0).rounded(to: 4))
    }
  }
}

extension SpeculationMode {
  /// Those that differ: without a draft model a tree and a chain are the text's repetitions alone.
  static func measured(hasDraft: Bool) -> [SpeculationMode] {
    allCases.filter { hasDraft || ($0 != .tree && $0 != .chain) }
  }
}

extension DecodeReport.Ratio {
  /// The median of ratios with its interval.
  init(_ ratios: [Double]) {
    let interval = Statistics.medianInterval(ratios)
    self.init(
      median: interval.median.rounded(to: 4), low: interval.low.rounded(to: 4), high: interval.high.rounded(to: 4))
  }
}
