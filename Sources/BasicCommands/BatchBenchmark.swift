import LlamaRuntime
import SpeculativeDecoding
import Synchronization

/// The runs behind `basic bench batch`.
struct BatchBenchmark {
  let command: BenchBatch
  let context: ProcessContext

  private struct Run {
    var problem: Int
    var round: Int
    var width: Int
    var milliseconds: Double
    var texts: [[Token]]
    /// The most passes of any text of a batch, over all batches: what the target computed.
    var passes: Int

    var kernelsPerMinute: Double { Double(texts.count) / max(milliseconds, 1e-6) * 60_000 }
    var tokensPerSecond: Double { Double(texts.reduce(0) { $0 + $1.count }) / max(milliseconds, 1e-6) * 1000 }
  }

  func run() async throws -> BatchReport {
    let announce = command.measuring.announce
    for notice in command.models.notices { announce("note: \(notice)") }
    let widths = try command.widthList
    let problems = try BenchProblems.load(command.problems, context)
    let pair = try await LocalPair.load(command.models, wantsDraft: true, context: context, announce: announce)
    let prompts = try BenchProblems.prompts(problems, for: pair)
    let longest = prompts.map(\.tokens.count).max() ?? 0
    let size = command.models.context ?? (longest + command.maxTokens + 255) / 256 * 256
    let engine = try pair.engine(context: size, limits: command.speculation.limits)
    for notice in engine.notices { announce("note: \(notice)") }
    guard engine.batchLimit > 1 else {
      throw CommandFailure(
        .usage, "\(engine.targetModel.name) keeps a recurrent state: it writes one text at a time.")
    }
    // The first texts pay for measuring the cost of passes, and for memory that is touched for the first time. The widest come
    // first, so that there is room for all from then on.
    if let first = prompts.first {
      for width in [widths[widths.count - 1], 1] {
        _ = try await write(first.tokens, width, engine, count: width)
      }
    }
    var runs: [Run] = []
    for round in 0..<command.measuring.rounds {
      for (problem, prompt) in prompts.enumerated() {
        announce("round \(round + 1) of \(command.measuring.rounds): \(prompt.name)")
        for width in widths.shuffled(turn: round + problem) {
          var run = try await write(prompt.tokens, width, engine, count: command.kernels)
          (run.problem, run.round) = (problem, round)
          runs.append(run)
        }
      }
    }
    return report(runs, prompts.map(\.name), widths, engine, await engine.threadCounts.target, await costs(engine))
  }

  /// Writes the kernels in groups of `width`.
  private func write(_ prompt: [Token], _ width: Int, _ engine: LlamaEngine, count: Int) async throws -> Run {
    let started = ContinuousClock.now
    var texts: [[Token]] = []
    var passes = 0
    for start in stride(from: 0, to: count, by: width) {
      let seeds = (start..<min(start + width, count)).map { command.seed &+ UInt64($0) }
      let written = try await write(prompt, seeds, engine)
      texts += written.map(\.tokens)
      passes += written.map(\.passes).max() ?? 0
    }
    return Run(
      problem: 0, round: 0, width: width, milliseconds: (ContinuousClock.now - started) / .milliseconds(1),
      texts: texts,
      passes: passes)
  }

  private func write(_ prompt: [Token], _ seeds: [UInt64], _ engine: LlamaEngine) async throws -> [DecodingSummary] {
    var options = SpeculativeDecoder.Options(
      mode: command.speculation.speculation, limits: command.speculation.limits,
      sampling: SamplingParameters(
        temperature: command.temperature, topK: 0, topP: 1, minP: 0, repetitionPenalty: 1, seed: seeds[0]),
      rule: command.speculation.verification)
    guard seeds.count > 1 else {
      options.sampling.seed = seeds[0]
      return [try await engine.write(after: prompt, maximumTokens: command.maxTokens, options: options).summary]
    }
    let written = Mutex([DecodingSummary?](repeating: nil, count: seeds.count))
    try await engine.write(
      after: prompt, seeds: seeds, maximumTokens: command.maxTokens, options: options,
      onEnd: { index, text in written.withLock { $0[index] = text.summary } })
    return written.withLock { $0.compactMap(\.self) }
  }

  private func report(
    _ runs: [Run], _ problems: [String], _ widths: [Int], _ engine: LlamaEngine, _ threads: Int,
    _ costs: [BatchReport.Cost]
  ) -> BatchReport {
    let single = runs.filter { $0.width == 1 }
    func partner(of run: Run) -> Run? { single.first { $0.problem == run.problem && $0.round == run.round } }
    let rows = widths.map { width -> BatchReport.Row in
      let mine = runs.filter { $0.width == width }
      let speed = Statistics.quartiles(mine.map(\.kernelsPerMinute), decimals: 1)
      let ratios = mine.compactMap { run in partner(of: run).map { run.kernelsPerMinute / $0.kernelsPerMinute } }
      let texts = mine.reduce(0) { $0 + $1.texts.count }
      let equal = mine.reduce(0) { sum, run in
        sum + zip(run.texts, partner(of: run)?.texts ?? []).count { $0 == $1 }
      }
      let tokens = mine.reduce(0) { $0 + $1.texts.reduce(0) { $0 + $1.count } }
      return BatchReport.Row(
        width: width, kernelsPerMinute: speed.median, lowerQuartile: speed.lower, upperQuartile: speed.upper,
        tokensPerSecond: Statistics.median(mine.map(\.tokensPerSecond)).rounded(to: 1),
        tokensPerPass: (Double(tokens) / Double(max(1, mine.reduce(0) { $0 + $1.passes }))).rounded(to: 2),
        ratio: .init(ratios), equalTexts: equal, texts: texts)
    }
    return BatchReport(
      target: engine.targetModel.name, draft: engine.draftModel?.name, threads: threads,
      speculation: command.speculation.speculation.rawValue, rounds: command.measuring.rounds, problems: problems,
      kernels: command.kernels, maxTokens: command.maxTokens, temperature: command.temperature, seed: command.seed,
      widths: rows, cost: costs)
  }

  private func costs(_ engine: LlamaEngine) async -> [BatchReport.Cost] {
    DecodeBenchmark.samples(await engine.batchPassCosts)
  }
}
