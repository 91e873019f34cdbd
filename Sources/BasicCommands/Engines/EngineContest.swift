import KernelBench
import LlamaPrograms
import LlamaRuntime
import SpeculativeDecoding

/// The runs behind `basic bench engines`.
struct EngineContest {
  let command: BenchEngines
  let context: ProcessContext

  /// Who decodes.
  enum Way: Hashable {
    case own(SpeculationMode)
    case llama(LlamaMode)
  }

  /// A text that somebody wrote.
  struct Run {
    var way: Way
    var prompt: Int
    var round: Int
    var speed: Double
    var tokensPerPass: Double
    /// How many tokens it has.
    var tokens = 0
    /// Whether it is the text that our plain decoding wrote, and llama.cpp's.
    var equalsOwn = false
    var equalsLlama = false
  }

  /// Settings that were tried, and how fast they were.
  struct Trial {
    var mode: LlamaMode
    var arguments: [String]
    var speed: Double
    /// How many tokens the text had.
    var tokens: Int

    /// The fastest settings of a way. One that ended its text long before others did, as a program may that writes another text, had nothing
    /// to be timed with.
    static func best(of mode: LlamaMode, among trials: [Trial]) -> Trial? {
      let longest = trials.map(\.tokens).max() ?? 0
      let own = trials.filter { $0.mode == mode }
      let long = own.filter { 2 * $0.tokens >= longest }
      return (long.isEmpty ? own : long).max { $0.speed < $1.speed }
    }
  }

  /// How long the texts are that settings are tried with: dozens of them.
  private static let trialTokens = 160

  private struct Prompt {
    var name: String
    var tokens: [Token]
  }

  /// Measures everything.
  ///
  /// - Parameter keep: called with what there is so far: before the first kind of prompts, of which each takes half an hour, and after
  ///   each of them.
  func run(keep: (EngineReport) throws -> Void) async throws -> EngineReport {
    let announce = command.measuring.announce
    for notice in command.models.notices { announce("note: \(notice)") }
    let problems = try BenchProblems.load(command.problems, context)
    let pair = try await LocalPair.load(command.models, wantsDraft: true, context: context, announce: announce)
    let prompts = try BenchProblems.prompts(problems, for: pair).map { Prompt(name: $0.name, tokens: $0.tokens) }
    let longest = prompts.map(\.tokens.count).max() ?? 0
    // A rewrite has the prompt twice, and the text.
    let size = command.models.context ?? (2 * longest + 2 * command.maxTokens + 511) / 256 * 256
    let engine = try pair.engine(context: size, limits: command.speculation.limits)
    for notice in engine.notices { announce("note: \(notice)") }
    // The first text pays for measuring the cost of passes, and for memory that is touched for the first time.
    if let first = prompts.first { _ = try await own(first.tokens, .auto, engine) }
    let threads = await engine.threadCounts
    let common = LlamaContestant.Common(
      programs: command.programs, target: pair.target.path, draft: engine.draftModel?.path, threads: threads.target,
      context: size)
    var report = EngineReport(
      target: pair.target.name, draft: engine.draftModel?.name, threads: threads.target, draftThreads: threads.draft,
      rounds: command.measuring.rounds, maxTokens: command.maxTokens, kinds: [])
    try keep(report)
    for kind in try command.kinds {
      let asked = try await self.prompts(kind, prompts, engine)
      let trials = try await tried(kind, asked, common, engine)
      let best = LlamaMode.allCases.compactMap { Trial.best(of: $0, among: trials) }
      let runs = try await rounds(kind, asked, best, common, engine)
      report.kinds.append(.init(kind, prompts: asked.map(\.name), best: best, trials: trials, runs: runs))
      try keep(report)
    }
    return report
  }

  private func own(_ prompt: [Token], _ mode: SpeculationMode, _ engine: LlamaEngine) async throws -> DecodingSummary {
    try await engine.write(
      after: prompt, maximumTokens: command.maxTokens, options: .init(mode: mode, limits: command.speculation.limits)
    ).summary
  }

  private func prompts(_ kind: PromptKind, _ kernels: [Prompt], _ engine: LlamaEngine) async throws -> [Prompt] {
    switch kind {
    case .kernels: return kernels
    case .rewrites:
      var found: [Prompt] = []
      let end = engine.targetModel.vocabulary.endTokens.min()
      for prompt in kernels {
        let text = try await own(prompt.tokens, .off, engine).tokens
        found.append(Prompt(name: prompt.name, tokens: prompt.tokens + text + (end.map { [$0] } ?? []) + prompt.tokens))
      }
      return found
    case .noise:
      var numbers = RepeatableNumbers(seed: 0x9E37_79B9_7F4A_7C15)
      let ends = engine.targetModel.vocabulary.endTokens
      let known = Set(kernels.flatMap(\.tokens)).subtracting(ends).sorted()
      guard !known.isEmpty else { return [] }
      return kernels.indices.map { index in
        Prompt(name: "noise-\(index + 1)", tokens: (0..<64).map { _ in known[numbers.next(below: known.count)] })
      }
    }
  }

  /// How fast settings are on the first prompt. What a way does not take, such as a draft of another vocabulary, is left out.
  private func tried(
    _ kind: PromptKind, _ prompts: [Prompt], _ common: LlamaContestant.Common, _ engine: LlamaEngine
  ) async throws -> [Trial] {
    guard let prompt = prompts.first else { return [] }
    var trials: [Trial] = []
    for mode in LlamaMode.allCases where !mode.drafts || common.draft != nil {
      guard let first = mode.settings.first else { continue }
      var mine: [Trial] = []
      func best() -> Trial? { Trial.best(of: mode, among: trials + mine) }
      for threading in command.defaultSettings ? [[]] : mode.threading {
        if let trial = try await trial(mode, first + threading, kind, prompt, common, engine) { mine.append(trial) }
      }
      if !command.defaultSettings, let threading = best()?.arguments.dropFirst(first.count) {
        for arguments in mode.settings.dropFirst() {
          if let trial = try await trial(mode, arguments + threading, kind, prompt, common, engine) {
            mine.append(trial)
          }
        }
      }
      trials += mine
    }
    return trials
  }

  private func trial(
    _ mode: LlamaMode, _ arguments: [String], _ kind: PromptKind, _ prompt: Prompt, _ common: LlamaContestant.Common,
    _ engine: LlamaEngine
  ) async throws -> Trial? {
    try Task.checkCancellation()
    let announce = command.measuring.announce
    let name = "llama.cpp, \(([mode.rawValue] + arguments).joined(separator: " "))"
    let contestant: LlamaContestant
    do { contestant = try await LlamaContestant(mode, arguments, common) } catch let error as LlamaProgramTrouble {
      announce("note: \(name): \(error)")
      return nil
    }
    defer { contestant.stop() }
    // Its memory is touched for the first time.
    if mode != .branches { _ = try await write(contestant, prompt.tokens, 8, name, engine) }
    let count = min(command.maxTokens, Self.trialTokens)
    guard let written = try await write(contestant, prompt.tokens, count, name, engine) else { return nil }
    let (speed, tokens) = (written.completion.speed, written.completion.count)
    announce("\(kind.rawValue): \(name): \(speed.fixed(1)) tokens/s, \(tokens) tokens")
    return Trial(mode: mode, arguments: arguments, speed: speed, tokens: tokens)
  }

  private func write(
    _ contestant: LlamaContestant, _ prompt: [Token], _ count: Int, _ name: String, _ engine: LlamaEngine
  ) async throws -> (completion: LlamaCompletion, output: String?)? {
    let vocabulary = engine.targetModel.vocabulary
    do {
      let written = try await contestant.write(after: prompt, maximumTokens: count, vocabulary: vocabulary)
      if written == nil { command.measuring.announce("note: \(name): reads the prompt as other tokens; left out") }
      return written
    } catch let error as LlamaProgramTrouble where contestant.mode == .branches {
      // A server that fails has ended; the example is started anew for every text.
      command.measuring.announce("note: \(name): \(error.what); left out")
      return nil
    }
  }

  private func rounds(
    _ kind: PromptKind, _ prompts: [Prompt], _ best: [Trial], _ common: LlamaContestant.Common, _ engine: LlamaEngine
  ) async throws -> [Run] {
    let own = SpeculationMode.measured(hasDraft: engine.draftModel != nil)
    var runs: [Run] = []
    for round in 0..<command.measuring.rounds {
      // Started anew: some ways remember what was written, and every round writes the same.
      var contestants: [LlamaMode: LlamaContestant] = [:]
      defer { for contestant in contestants.values { contestant.stop() } }
      for trial in best {
        contestants[trial.mode] = try await LlamaContestant(trial.mode, trial.arguments, common)
      }
      let ways = own.map(Way.own) + best.map { Way.llama($0.mode) }
      for (index, prompt) in prompts.enumerated() {
        command.measuring.announce(
          "\(kind.rawValue): round \(round + 1) of \(command.measuring.rounds), \(prompt.name)")
        var written: [Way: (tokens: [Token]?, output: String?)] = [:]
        let first = runs.count
        for way in ways.shuffled(turn: round + index) {
          // The threads of who was before look out for more work for a while.
          try await Task.sleep(for: .milliseconds(300))
          var run = Run(way: way, prompt: index, round: round, speed: 0, tokensPerPass: 0)
          switch way {
          case .own(let mode):
            let summary = try await self.own(prompt.tokens, mode, engine)
            run.speed = summary.tokensPerSecond
            run.tokensPerPass = summary.tokensPerPass
            run.tokens = summary.tokens.count
            written[way] = (summary.tokens, nil)
          case .llama(let mode):
            guard let contestant = contestants[mode],
              let text = try await write(
                contestant, prompt.tokens, command.maxTokens, "llama.cpp, \(mode.rawValue)", engine)
            else { continue }
            run.speed = text.completion.speed
            run.tokensPerPass = text.completion.tokensPerPass
            run.tokens = text.completion.count
            written[way] = (text.completion.tokens, text.output)
          }
          runs.append(run)
        }
        for place in first..<runs.count {
          func equals(_ plain: Way) -> Bool {
            guard let expected = written[plain]?.tokens, let found = written[runs[place].way] else { return false }
            if let tokens = found.tokens { return tokens.elementsEqual(expected) }
            let text = expected.map(engine.targetModel.vocabulary.text(of:)).joined()
            return Self.contains(text, of: expected.count, in: found.output, of: runs[place].tokens)
          }
          runs[place].equalsOwn = equals(.own(.off))
          runs[place].equalsLlama = equals(.llama(.plain))
        }
      }
    }
    return runs
  }

  /// Whether the example, which prints its text and does not end at the same token, has written a text that has some tokens. A few words
  /// are in any text, and nothing is in all.
  static func contains(_ text: String, of tokens: Int, in output: String?, of count: Int) -> Bool {
    tokens > 0 && count >= tokens && output?.contains(text) == true
  }
}
