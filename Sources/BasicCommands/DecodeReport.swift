/// What `basic bench decode` found.
struct DecodeReport: Encodable {
  struct Mode: Encodable {
    var mode: String
    /// Medians over problems and rounds, with the quartiles of the speed.
    var tokensPerSecond: Double
    var lowerQuartile: Double
    var upperQuartile: Double
    var tokensPerPass: Double
    /// Shares of the time, over all runs.
    var drafting: Double
    var verifying: Double
    var host: Double
    /// Milliseconds of ours per pass, over all runs.
    var hostMillisecondsPerPass: Double
    /// Speed over plain decoding's: the median of paired ratios and its 95 % interval.
    var ratio: Ratio
    /// Texts that are plain decoding's, token for token.
    var equalTexts: Int
    var texts: Int
  }

  struct Ratio: Encodable {
    var median: Double
    var low: Double
    var high: Double

    /// `1.66 (1.63–1.71)`.
    var text: String { "\(median.fixed(2)) (\(low.fixed(2))–\(high.fixed(2)))" }
  }

  struct Cost: Encodable {
    var nodes: Int
    var milliseconds: Double
  }

  struct Divergence: Encodable {
    var problem: String
    var mode: String
    var position: Int
    var plain: String
    var other: String
    /// How far apart the target's logits for the two tokens were in plain decoding.
    var logitGap: Double?
  }

  var schemaVersion = 1
  var target: String
  var draft: String?
  var threads: Int
  var draftThreads: Int?
  var rounds: Int
  var problems: [String]
  var maxTokens: Int
  var temperature: Double
  var seed: UInt64
  var modes: [Mode]
  /// Auto over the best other mode of each problem, in the same round.
  var autoOverBest: Ratio?
  /// The cost of a pass of the target over so many nodes, as believed at the end.
  var cost: [Cost]
  var draftCost: [Cost]
  var divergences: [Divergence]

  func text(_ palette: Palette) -> String {
    var lines = [
      palette.bold(target.printable) + (draft.map { " with \($0.printable)" } ?? "")
        + ", \(threads) threads\(draftThreads.map { " (draft \($0))" } ?? ""), \(problems.count) problems, "
        + "\(rounds) rounds, up to \(maxTokens) tokens, temperature \(temperature)",
      "",
    ]
    let titles = [
      "mode", "tokens/s", "(quartiles)", "per pass", "ratio to plain (95 %)", "draft", "verify", "host", "equal",
    ]
    var table = ColumnTable(columns: titles.map { .init(title: $0, isNumeric: $0 != "mode") }, palette: palette)
    for mode in modes {
      table.add(
        [
          mode.mode, mode.tokensPerSecond.fixed(0),
          "(\(mode.lowerQuartile.fixed(0))–\(mode.upperQuartile.fixed(0)))", mode.tokensPerPass.fixed(2),
          mode.ratio.text,
          percent(mode.drafting), percent(mode.verifying), percent(mode.host), "\(mode.equalTexts)/\(mode.texts)",
        ].map { .init(text: $0) })
    }
    lines += table.text.split(separator: "\n").map(String.init)
    lines.append("")
    if let ratio = autoOverBest {
      lines.append(
        "auto over the best other mode, per problem: \(ratio.median.fixed(3)) "
          + "(\(ratio.low.fixed(3))–\(ratio.high.fixed(3)))")
    }
    lines.append("a pass over n nodes, ms: " + Self.curve(cost))
    if !draftCost.isEmpty { lines.append("a draft pass over n nodes, ms: " + Self.curve(draftCost)) }
    for divergence in divergences {
      let gap = divergence.logitGap.map { ", logits \($0.fixed(4)) apart" } ?? ""
      lines.append(
        palette.magenta("\(divergence.mode) parts from plain on \(divergence.problem)")
          + " at token \(divergence.position): “\(divergence.other.printable)” for “\(divergence.plain.printable)”\(gap)"
      )
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// What passes cost, as one line.
  static func curve(_ costs: [Cost]) -> String {
    costs.map { "\($0.nodes): \($0.milliseconds.fixed(2))" }.joined(separator: "  ")
  }

  private func percent(_ share: Double) -> String { (share * 100).fixed(0) + "%" }
}
