/// What `basic bench batch` found.
struct BatchReport: Encodable {
  typealias Ratio = DecodeReport.Ratio
  typealias Cost = DecodeReport.Cost

  struct Row: Encodable {
    /// How many kernels were written together.
    var width: Int
    /// Medians over problems and rounds, with the quartiles.
    var kernelsPerMinute: Double
    var lowerQuartile: Double
    var upperQuartile: Double
    var tokensPerSecond: Double
    /// Tokens that a pass of the target brought, all texts together.
    var tokensPerPass: Double
    /// Over one at a time: the median of paired ratios and its 95 % interval.
    var ratio: Ratio
    /// Texts that are those written one at a time, token for token.
    var equalTexts: Int
    var texts: Int
  }

  var schemaVersion = 1
  var target: String
  var draft: String?
  var threads: Int
  var speculation: String
  var rounds: Int
  var problems: [String]
  /// Kernels for a problem in a round.
  var kernels: Int
  var maxTokens: Int
  var temperature: Double
  var seed: UInt64
  var widths: [Row]
  /// The cost of a pass over several texts by all of its nodes, as believed at the end.
  var cost: [Cost]

  func text(_ palette: Palette) -> String {
    var lines = [
      palette.bold(target.printable) + (draft.map { " with \($0.printable)" } ?? "")
        + ", \(threads) threads, speculation \(speculation), \(problems.count) problems, \(rounds) rounds, "
        + "\(kernels) kernels each, up to \(maxTokens) tokens, temperature \(temperature)",
      "",
    ]
    let titles = ["together", "kernels/min", "(quartiles)", "tokens/s", "per pass", "ratio to one (95 %)", "equal"]
    var table = ColumnTable(columns: titles.map { .init(title: $0, isNumeric: true) }, palette: palette)
    for row in widths {
      table.add(
        [
          "\(row.width)", row.kernelsPerMinute.fixed(0),
          "(\(row.lowerQuartile.fixed(0))–\(row.upperQuartile.fixed(0)))", row.tokensPerSecond.fixed(0),
          row.tokensPerPass.fixed(2), row.ratio.text, "\(row.equalTexts)/\(row.texts)",
        ].map { .init(text: $0) })
    }
    lines += table.text.split(separator: "\n").map(String.init)
    if !cost.isEmpty {
      lines.append("")
      lines.append(
        "a pass over n nodes of all texts, ms: " + DecodeReport.curve(cost))
    }
    return lines.joined(separator: "\n") + "\n"
  }
}
