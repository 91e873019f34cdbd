import SpeculativeDecoding

/// What `basic bench engines` found.
struct EngineReport: Encodable {
  /// A way of decoding, on prompts of one kind.
  struct Row: Encodable {
    var engine: String
    var mode: String
    /// What the program was told besides models and threads.
    var settings: String
    /// Medians over prompts and rounds, with the quartiles of the speed.
    var tokensPerSecond: Double
    var lowerQuartile: Double
    var upperQuartile: Double
    var tokensPerPass: Double
    /// How long the texts are.
    var tokens: Int
    /// Over llama.cpp's plain decoding, over its fastest speculative way of that prompt and round which writes the same as that, and
    /// over our plain decoding: medians of paired ratios.
    var overLlamaPlain: DecodeReport.Ratio?
    var overLlamaBest: DecodeReport.Ratio?
    var overOwnPlain: DecodeReport.Ratio?
    /// Texts that are our plain decoding's, and llama.cpp's.
    var equalsOwnPlain: Int
    var equalsLlamaPlain: Int
    var texts: Int
  }

  struct Trial: Encodable {
    var mode: LlamaMode
    var settings: String
    var tokensPerSecond: Double
    var tokens: Int
  }

  /// Prompts of one kind.
  struct Kind: Encodable {
    var kind: PromptKind
    var prompts: [String]
    var rows: [Row]
    var trials: [Trial]
  }

  var schemaVersion = 1
  var target: String
  var draft: String?
  var threads: Int
  var draftThreads: Int?
  var rounds: Int
  var maxTokens: Int
  var kinds: [Kind]

  func text(_ palette: Palette) -> String {
    var lines = [
      palette.bold(target.printable) + (draft.map { " with \($0.printable)" } ?? "")
        + ", \(threads) threads\(draftThreads.map { " (our draft \($0))" } ?? ""), \(rounds) rounds, "
        + "up to \(maxTokens) tokens, greedy"
    ]
    for kind in kinds {
      lines += ["", palette.bold(kind.kind.rawValue) + ", \(kind.prompts.count) prompts", ""]
      let titles = [
        "engine", "mode", "tokens/s", "(quartiles)", "per pass", "tokens", "to llama.cpp plain (95 %)", "to its best",
        "to our plain",
        "= ours", "= llama.cpp's",
      ]
      var table = ColumnTable(
        columns: titles.enumerated().map { .init(title: $1, isNumeric: $0 > 1) }, palette: palette)
      for row in kind.rows {
        table.add(
          [
            row.engine, row.mode, row.tokensPerSecond.fixed(1),
            "(\(row.lowerQuartile.fixed(1))–\(row.upperQuartile.fixed(1)))", row.tokensPerPass.fixed(2),
            "\(row.tokens)", row.overLlamaPlain?.text ?? "", row.overLlamaBest?.text ?? "",
            row.overOwnPlain?.text ?? "",
            "\(row.equalsOwnPlain)/\(row.texts)", "\(row.equalsLlamaPlain)/\(row.texts)",
          ].map { .init(text: $0) }, note: row.settings, indent: 11)
      }
      lines += table.text.split(separator: "\n").map(String.init)
    }
    return lines.joined(separator: "\n") + "\n"
  }
}

extension EngineReport.Kind {
  init(
    _ kind: PromptKind, prompts: [String], best: [EngineContest.Trial], trials: [EngineContest.Trial],
    runs: [EngineContest.Run]
  ) {
    self.kind = kind
    self.prompts = prompts
    self.trials = trials.map {
      .init(
        mode: $0.mode, settings: $0.arguments.joined(separator: " "), tokensPerSecond: $0.speed.rounded(to: 1),
        tokens: $0.tokens)
    }
    func speed(_ run: EngineContest.Run, _ way: EngineContest.Way) -> Double? {
      runs.first { $0.way == way && $0.prompt == run.prompt && $0.round == run.round }?.speed
    }
    // Who writes another text than plain decoding does may have had less to do.
    func fastest(_ run: EngineContest.Run) -> Double? {
      runs.filter {
        guard case .llama(let mode) = $0.way else { return false }
        return mode != .plain && $0.equalsLlama && $0.prompt == run.prompt && $0.round == run.round
      }.map(\.speed).max()
    }
    func ratio(_ mine: [EngineContest.Run], _ other: (EngineContest.Run) -> Double?) -> DecodeReport.Ratio? {
      let ratios = mine.compactMap { run in other(run).flatMap { $0 > 0 ? run.speed / $0 : nil } }
      return ratios.isEmpty ? nil : .init(ratios)
    }
    func row(_ way: EngineContest.Way, _ engine: String, _ mode: String, _ settings: String) -> EngineReport.Row? {
      let mine = runs.filter { $0.way == way }
      guard !mine.isEmpty else { return nil }
      let speeds = Statistics.quartiles(mine.map(\.speed), decimals: 1)
      return EngineReport.Row(
        engine: engine, mode: mode, settings: settings,
        tokensPerSecond: speeds.median, lowerQuartile: speeds.lower, upperQuartile: speeds.upper,
        tokensPerPass: Statistics.median(mine.map(\.tokensPerPass)).rounded(to: 3),
        tokens: Int(Statistics.median(mine.map { Double($0.tokens) })),
        overLlamaPlain: ratio(mine) { speed($0, .llama(.plain)) }, overLlamaBest: ratio(mine, fastest),
        overOwnPlain: ratio(mine) { speed($0, .own(.off)) },
        equalsOwnPlain: mine.filter(\.equalsOwn).count, equalsLlamaPlain: mine.filter(\.equalsLlama).count,
        texts: mine.count)
    }
    rows =
      best.compactMap { row(.llama($0.mode), "llama.cpp", $0.mode.rawValue, $0.arguments.joined(separator: " ")) }
      + SpeculationMode.allCases.compactMap { row(.own($0), "bASIC", $0.rawValue, "") }
  }
}
