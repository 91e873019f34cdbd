#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// What a comparison of strategies came to.
struct ComparisonReport: Encodable, Sendable {
  /// One problem's search with one strategy.
  struct Outcome: Encodable, Sendable {
    var problem: String
    var name: String
    /// `solved`, `unsolved`, `unjudgeable`, `failed`, and `pending` or `active` for one that has not ended.
    var state: String
    var notice: Nullable<String>
    /// Seconds of search until the first correct kernel; nil where there is none.
    var secondsToCorrect: Nullable<Double>
    /// Seconds of search.
    var seconds: Double
    var candidates: Int
    var duplicates: Int
    var withoutCode: Int
    var tokensRead: Int
    var tokensWritten: Int
  }

  /// How many problems had a correct kernel after so many seconds of search.
  struct Point: Encodable, Sendable, Hashable {
    var seconds: Double
    var solved: Int
  }

  /// Where the middle of some values lies.
  struct Spread: Encodable, Sendable, Hashable {
    var median: Double
    var lowerQuartile: Double
    var upperQuartile: Double
  }

  /// A strategy.
  struct Row: Encodable, Sendable {
    var strategy: String
    /// The run in the store; nil where it was never begun.
    var run: Nullable<String>
    /// The problems that count: those that can be judged.
    var problems: Int
    var solvedAfter: [Point]
    /// Of the problems with a correct kernel: the seconds of search until the first; nil where there is none.
    var secondsToCorrect: Nullable<Spread>
    var seconds: Double
    var candidates: Int
    var duplicates: Int
    var withoutCode: Int
    var tokensRead: Int
    var tokensWritten: Int
    var outcomes: [Outcome]

    /// Sums outcomes up. O(outcomes × marks).
    init(strategy: String, run: String?, outcomes: [Outcome], marks: [Double]) {
      self.strategy = strategy
      self.run = Nullable(run)
      self.outcomes = outcomes
      let counted = outcomes.filter { $0.state != "unjudgeable" }
      problems = counted.count
      let times = counted.compactMap(\.secondsToCorrect.value)
      // What was under way when the time was up may have come a moment later; it was taken, and counts at the end.
      let end = marks.last ?? 0
      solvedAfter = marks.map { mark in Point(seconds: mark, solved: times.count { $0 <= mark || mark == end }) }
      let spread = Statistics.quartiles(times, decimals: 3)
      secondsToCorrect = Nullable(
        times.isEmpty
          ? nil : Spread(median: spread.median, lowerQuartile: spread.lower, upperQuartile: spread.upper))
      seconds = outcomes.map(\.seconds).reduce(0, +).rounded(to: 3)
      candidates = outcomes.map(\.candidates).reduce(0, +)
      duplicates = outcomes.map(\.duplicates).reduce(0, +)
      withoutCode = outcomes.map(\.withoutCode).reduce(0, +)
      tokensRead = outcomes.map(\.tokensRead).reduce(0, +)
      tokensWritten = outcomes.map(\.tokensWritten).reduce(0, +)
    }
  }

  var schemaVersion = 1
  var name: String
  var model: String
  var device: String
  var gpu: String
  var goal: String
  var budgetSeconds: Double
  var seed: UInt64
  /// How many candidates were checked at once.
  var jobs: Int
  var level: Nullable<Int>
  var strategies: [Row]

  /// The seconds at which problems are counted: rounder and rounder ones, and the budget.
  static func marks(upTo budget: Double) -> [Double] {
    var marks: [Double] = [5, 10, 20, 30, 45, 60, 90, 120, 180, 300, 450, 600]
    // From here on ever twice as far.
    var mark = 900.0
    while mark < budget {
      marks.append(mark)
      mark *= 2
    }
    return marks.filter { $0 < budget } + [budget]
  }
}

extension ComparisonReport {
  /// Tables in Markdown, so that they can go where they are reported.
  var text: String {
    let marks = strategies.first?.solvedAfter.map(\.seconds) ?? []
    let level = level.value.map { " of level \($0)" } ?? ""
    let count = strategies.first?.outcomes.count ?? 0
    var lines = [
      "\(model), judged on \(device) (\(gpu)), \(jobs) at once; \(count) problem\(count == 1 ? "" : "s")\(level), "
        + "\(Self.seconds(budgetSeconds)) each, until \(goal), seed \(seed); comparison \(name)", "",
      "Problems with a correct kernel after so many seconds of search:", "",
    ]
    lines += Self.table(
      ["strategy"] + marks.map(Self.seconds)
        + [
          "first correct, median (quartiles)", "candidates", "duplicates", "no code", "tokens read", "written", "time",
        ],
      strategies.map { row in
        [row.strategy] + row.solvedAfter.map { "\($0.solved)/\(row.problems)" } + [
          row.secondsToCorrect.value.map {
            "\($0.median.fixed(1)) s (\($0.lowerQuartile.fixed(1))–\($0.upperQuartile.fixed(1)))"
          } ?? "–", "\(row.candidates)", "\(row.duplicates)", "\(row.withoutCode)", "\(row.tokensRead)",
          "\(row.tokensWritten)", Self.seconds(row.seconds.rounded()),
        ]
      })
    lines += ["", "Seconds of search until the first correct kernel:", ""]
    lines += Self.table(
      ["problem"] + strategies.map(\.strategy),
      (strategies.first?.outcomes ?? []).map { outcome in
        [Self.cell("\(outcome.problem) \(outcome.name)")]
          + strategies.map { row in
            row.outcomes.first { $0.problem == outcome.problem }.map(Self.time) ?? "–"
          }
      })
    let notices = strategies.flatMap { row in
      row.outcomes.compactMap { outcome in outcome.notice.value.map { (row.strategy, outcome, $0) } }
    }
    if !notices.isEmpty {
      lines.append("")
      for (strategy, outcome, notice) in notices {
        lines.append("- \(outcome.problem), \(strategy): \(outcome.state). \(Self.cell(notice))")
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func time(_ outcome: Outcome) -> String {
    if let seconds = outcome.secondsToCorrect.value { return seconds.fixed(1) }
    return outcome.state == "unsolved" || outcome.state == "solved" ? "–" : outcome.state
  }

  /// `90 s`, `0.5 s`.
  private static func seconds(_ number: Double) -> String {
    "\(number.fixed(number == number.rounded() ? 0 : 2)) s"
  }

  private static func table(_ head: [String], _ rows: [[String]]) -> [String] {
    let rule = "|---|" + String(repeating: "---:|", count: head.count - 1)
    return [row(head), rule] + rows.map(row)
  }

  private static func row(_ cells: [String]) -> String { "| \(cells.joined(separator: " | ")) |" }

  private static func cell(_ text: String) -> String {
    text.split(whereSeparator: \.isNewline).joined(separator: " ").replacing("|", with: "\\|")
  }
}
