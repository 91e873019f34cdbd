import ArgumentParser
import KernelBench
import KernelPrompting
import LlamaRuntime
import SpeculativeDecoding

/// `basic bench replay`: what drafting without a draft model brings on texts that were written before.
struct BenchReplay: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "replay",
    abstract: "Write recorded answers once more, and measure what drafting without a draft model brings on them.",
    discussion: """
      The answers of a collection (a file as for basic bench check) are forced as the target's choice, token by token, so that real \
      texts can be judged with the passes of any model, whatever that would write itself. Compared are plain decoding, \
      repetitions of the text, and repetitions with a corpus: the other answers of the collection, those to the same problem left out.

      Examples:
        basic bench replay kernels.jsonl --model model.gguf
        basic bench replay kernels.jsonl --model model.gguf --answers 20 --max-tokens 400
      """)

  @Argument(help: ArgumentHelp("The collection.", valueName: "file"), completion: .file(extensions: ["jsonl"]))
  var file: String

  @OptionGroup(title: "Models") var models: ModelOptions

  @Option(help: ArgumentHelp("How many answers are written, evenly out of all.", valueName: "n"))
  var answers = 8

  @Option(name: .customLong("max-tokens"), help: ArgumentHelp("The most tokens of one answer.", valueName: "n"))
  var maxTokens = 512

  @OptionGroup var measuring: MeasuringOptions

  func validate() throws {
    try Generate.check(maxTokens: maxTokens)
    try models.checkNoDraft()
    if !(1...10_000).contains(answers) { throw ValidationError("--answers must be between 1 and 10000.") }
  }

  func run() async throws {
    let command = self
    let report = try await Interruption.cancels { try await command.measure(.current) }
    try measuring.deliver(report, text: report.text)
  }

  /// An answer in the model's tokens.
  private struct Recording {
    var name: String
    var prompt: [Token]
    var answer: [Token]
    /// What the others make of a corpus.
    var others: [[Token]]
  }

  private func measure(_ context: ProcessContext) async throws -> ReplayReport {
    let announce = measuring.announce
    for notice in models.notices { announce("note: \(notice)") }
    let entries = try CandidateCollection.read(file)
    guard entries.count > 1 else { throw CommandFailure(.usage, "\(file) needs two answers at least.") }
    let pair = try await LocalPair.load(models, wantsDraft: false, context: context, announce: announce)
    let recordings = try recordings(entries, pair)
    let longest = recordings.map { $0.prompt.count + $0.answer.count }.max() ?? 0
    if let context = models.context, context < longest {
      throw CommandFailure(.usage, "Prompt and answer have up to \(longest) tokens, and the context holds \(context).")
    }
    let engine = try pair.engine(context: models.context ?? (longest + 255) / 256 * 256, limits: TreeLimits())
    for notice in engine.notices { announce("note: \(notice)") }
    var runs: [ReplayReport.Run] = []
    // The first text pays for measuring the cost of passes, and for memory that is touched for the first time.
    if let first = recordings.first { _ = try await write(first, .text, nil, engine) }
    for round in 0..<measuring.rounds {
      for (index, recording) in recordings.enumerated() {
        announce("round \(round + 1) of \(measuring.rounds): \(recording.name)")
        let corpus = DraftCorpus(tokenLimit: recording.others.reduce(0) { $0 + $1.count })
        for text in recording.others { corpus.add(text) }
        for way in ReplayReport.Way.allCases.shuffled(turn: round + index) {
          let summary = try await write(recording, way, way == .corpus ? corpus : nil, engine)
          runs.append(.init(text: index, round: round, way: way, summary: summary))
        }
      }
    }
    let sizes = recordings.map { Double($0.others.reduce(0) { $0 + $1.count }) }
    return ReplayReport(
      model: engine.targetModel.name, threads: await engine.threadCounts.target, rounds: measuring.rounds,
      answers: recordings.map(\.name), corpusTokens: Int(Statistics.median(sizes)), runs: runs)
  }

  /// The answers that are written.
  private func recordings(_ entries: [CandidateCollection.Entry], _ pair: LocalPair) throws -> [Recording] {
    let vocabulary = pair.target.vocabulary
    let texts = try entries.map { try vocabulary.tokens(of: $0.candidate, addsSpecial: false, parsesSpecial: false) }
    if let empty = texts.firstIndex(of: []) {
      throw CommandFailure(.usage, "The answer on line \(empty + 1) is empty.")
    }
    let count = min(answers, entries.count)
    return try (0..<count).map { place in
      let index = place * entries.count / count
      let entry = entries[index]
      let problem = try Problem(bytes: Array(entry.reference.utf8), origin: .standardInput)
      let others = zip(entries, texts).filter { $0.0.reference != entry.reference }.map(\.1)
      let name = entry.name ?? "\(index)"
      return Recording(
        name: entry.problem.map { "\(entry.level ?? 0)/\($0)" } ?? name,
        prompt: try pair.tokens(of: PromptBuilder(form: pair.promptForm).prompt(for: problem)),
        answer: Array(texts[index].prefix(maxTokens)), others: others)
    }
  }

  private func write(
    _ recording: Recording, _ way: ReplayReport.Way, _ corpus: DraftCorpus?, _ engine: LlamaEngine
  ) async throws -> DecodingSummary {
    let summary = try await engine.replay(
      recording.answer, after: recording.prompt,
      options: .init(mode: way == .plain ? .off : .suffix, corpus: corpus))
    guard summary.tokens == recording.answer else {
      throw CommandFailure(.internalFailure, "The answer to \(recording.name) was not written as it was recorded.")
    }
    return summary
  }
}

/// What `basic bench replay` found.
struct ReplayReport: Encodable {
  /// What is drafted from.
  enum Way: String, Encodable, CaseIterable { case plain, text, corpus }

  /// An answer that was written.
  struct Run {
    var text: Int
    var round: Int
    var way: Way
    var summary: DecodingSummary

    var speed: Double { summary.tokensPerSecond }
  }

  struct Row: Encodable {
    var way: Way
    /// Medians over answers and rounds, with the quartiles of the speed.
    var tokensPerSecond: Double
    var lowerQuartile: Double
    var upperQuartile: Double
    var tokensPerPass: Double
    /// Milliseconds of drafting in a pass, over all runs.
    var draftingPerPass: Double
    /// Speed over plain decoding's: the median of paired ratios and its 95 % interval.
    var ratio: DecodeReport.Ratio
  }

  var schemaVersion = 1
  var model: String
  var threads: Int
  var rounds: Int
  var answers: [String]
  /// The tokens of a corpus, the median over the answers.
  var corpusTokens: Int
  var rows: [Row]

  init(model: String, threads: Int, rounds: Int, answers: [String], corpusTokens: Int, runs: [Run]) {
    self.model = model
    self.threads = threads
    self.rounds = rounds
    self.answers = answers
    self.corpusTokens = corpusTokens
    rows = Way.allCases.map { way in
      let mine = runs.filter { $0.way == way }
      let speed = Statistics.quartiles(mine.map(\.speed), decimals: 2)
      let ratios = mine.compactMap { run in
        runs.first { $0.way == .plain && $0.text == run.text && $0.round == run.round }.map { run.speed / $0.speed }
      }
      let passes = mine.reduce(0) { $0 + $1.summary.passes }
      let drafting = mine.reduce(0) { $0 + $1.summary.times.drafting }
      return Row(
        way: way, tokensPerSecond: speed.median, lowerQuartile: speed.lower, upperQuartile: speed.upper,
        tokensPerPass: Statistics.median(mine.map(\.summary.tokensPerPass)).rounded(to: 3),
        draftingPerPass: (drafting / Double(max(passes, 1))).rounded(to: 4), ratio: .init(ratios))
    }
  }

  func text(_ palette: Palette) -> String {
    let titles = ["drafted from", "tokens/s", "(quartiles)", "per pass", "ratio to plain (95 %)", "drafting, ms"]
    var table = ColumnTable(
      columns: titles.map { .init(title: $0, isNumeric: $0 != titles[0]) }, palette: palette)
    for row in rows {
      let name =
        switch row.way {
        case .plain: "nothing"
        case .text: "the text"
        case .corpus: "the text and a corpus"
        }
      table.add(
        [
          name, row.tokensPerSecond.fixed(1), "(\(row.lowerQuartile.fixed(1))–\(row.upperQuartile.fixed(1)))",
          row.tokensPerPass.fixed(2), row.ratio.text, row.draftingPerPass.fixed(3),
        ].map { .init(text: $0) })
    }
    let title =
      "\(palette.bold(model.printable)), \(threads) threads, \(answers.count) recorded answers, \(rounds) rounds, "
    return title + "a corpus of \(corpusTokens) tokens\n\n" + table.text
  }
}
