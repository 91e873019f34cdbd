import KernelBench

extension SuiteReport {
  /// The report for a terminal or a file: plain lines, no wider than `width` where no name is wider by itself.
  ///
  /// - Parameter width: The columns that there are; fewer than 80 count as 80.
  public func text(width: Int = 80) -> String {
    let width = max(80, width)
    var text = ""
    for run in runs { text += Self.facts(ScoreLines(run: run).facts, width: width) + "\n" }
    text += "Scores (95 % intervals)\n"
    text += scoreTables(width: width)
    text += "\n" + fastTables(width: width)
    if !comparisons.isEmpty {
      text += "\nProblem by problem\n"
      for comparison in comparisons { text += Self.paragraph(comparison.sentence(runs), width: width) }
    }
    for run in runs {
      let title = runs.count > 1 ? ", \(PlainText.line(run.name))" : ""
      text += "\nFamilies\(title)\n" + Self.families(run, width: width)
      text += "\nProblems\(title)\n" + Self.problems(run, width: width)
      text += Self.notices(run, width: width)
    }
    return text + "\n" + Self.paragraph(methodSentence, width: width)
  }

  /// How the numbers came about.
  var methodSentence: String {
    "Solve rate and fast_p: Wilson score intervals. pass@k (unbiased, over judged independent samples) and geometric means: "
      + "percentile bootstrap over problems, \(method.resamples) draws, seed \(method.seed). fast_p: share of all judgeable "
      + "problems with a ratio above p, strictly; from p = 1 on ties do not count. better: the better of eager and "
      + "compiled. An estimate is no measurement and is part of no score."
  }

  private static func paragraph(_ text: String, width: Int) -> String {
    PlainText.wrapped(PlainText.line(text), to: width - 2).map { "  \($0)\n" }.joined()
  }

  private static func facts(_ lines: [ScoreLines.Line], width: Int) -> String {
    let indent = (lines.map(\.label.count).max() ?? 0) + 2
    return lines.map { line in
      let wrapped = PlainText.wrapped(line.text, to: width - indent)
      let label = line.label + String(repeating: " ", count: indent - line.label.count)
      return label + wrapped.joined(separator: "\n" + String(repeating: " ", count: indent)) + "\n"
    }.joined()
  }

  /// The runs in groups of as many as fit beside one another.
  private static func groups(_ runs: [Run], width: Int, label: Int, cell: Int) -> [ArraySlice<Run>] {
    let size = max(1, (width - 2 - label) / (cell + 2))
    return stride(from: 0, to: runs.count, by: size).map { runs[$0..<min($0 + size, runs.count)] }
  }

  private func scoreTables(width: Int) -> String {
    Self.groups(runs, width: width, label: 24, cell: 24).map { group in
      var table = TextTable(
        columns: [TextTable.Column(title: "")]
          + group.map { TextTable.Column(title: PlainText.line($0.name), isFlexible: group.count > 1) })
      for row in ScoreLines.table(group) { table.rows.append([row.label] + row.cells.map { $0?.text ?? "-" }) }
      return table.text(width: width)
    }.joined(separator: "\n")
  }

  private func fastTables(width: Int) -> String {
    let timed = runs.filter { $0.scores.speed != nil }
    guard !timed.isEmpty else { return "fast_p: \(ScoreLines.notTimed)\n" }
    var text = "fast_p (of all judgeable problems, strictly faster than p times)\n"
    text += Self.groups(timed, width: width, label: 4, cell: 46).map { group in
      var table = TextTable(columns: [TextTable.Column(title: "p", isNumeric: true)])
      for run in group {
        let name = runs.count > 1 ? PlainText.cut(PlainText.line(run.name), to: 14) + ", " : "than "
        for baseline in SpeedTable.Baseline.allCases {
          table.columns.append(TextTable.Column(title: name + baseline.label))
        }
      }
      for p in SpeedTable.thresholds {
        let cells = group.flatMap { run in SpeedTable.Baseline.allCases.map { ScoreLines(run: run).fast(p, $0).text } }
        table.rows.append([NumberText.threshold(p)] + cells)
      }
      return table.text(width: width)
    }.joined(separator: "\n")
    for run in runs where run.scores.speed == nil {
      text += Self.paragraph("\(PlainText.line(run.name)): \(ScoreLines.notTimed)", width: width)
    }
    return text
  }

  private static func families(_ run: Run, width: Int) -> String {
    var table = TextTable(columns: [
      TextTable.Column(title: "family"), TextTable.Column(title: "solved", isNumeric: true),
      TextTable.Column(title: "solve rate"), TextTable.Column(title: "fast_1"),
      TextTable.Column(title: "geometric mean"),
    ])
    for family in run.scores.families {
      table.rows.append([
        family.family.rawValue, "\(family.solveRate.count)/\(family.solveRate.total)",
        NumberText.wholePercent(family.solveRate),
        family.fasterThanBetter.map { "\($0.count)/\($0.total)" } ?? ScoreLines.notTimed,
        family.geometricMean.map(NumberText.ratio) ?? (run.scores.speed == nil ? ScoreLines.notTimed : "-"),
      ])
    }
    return table.text(width: width)
  }

  private static func problems(_ run: Run, width: Int) -> String {
    var table = TextTable(columns: [
      TextTable.Column(title: "id"), TextTable.Column(title: "problem", isFlexible: true),
      TextTable.Column(title: "state"), TextTable.Column(title: "tried", isNumeric: true),
      TextTable.Column(title: "solved at", isNumeric: true), TextTable.Column(title: "ms", isNumeric: true),
      TextTable.Column(title: "ratio", isNumeric: true),
      TextTable.Column(title: "est. ms", isNumeric: true),
    ])
    for problem in run.problems where problem.state != .unjudgeable {
      let best = problem.best
      table.rows.append([
        PlainText.line(problem.id), PlainText.line(problem.name), problem.state.rawValue, "\(problem.candidateCount)",
        problem.solvedAtSeconds.map(NumberText.duration) ?? "-",
        best?.runtimeMilliseconds.map(NumberText.short) ?? "-", best?.ratioText ?? "-",
        best?.estimateMilliseconds.map(NumberText.short) ?? "-",
      ])
    }
    return table.text(width: width)
  }

  private static func notices(_ run: Run, width: Int) -> String {
    let noticed = run.problems.filter { $0.notice != nil && $0.state != .unjudgeable }
    let left = run.problems.filter { $0.state == .unjudgeable }
    func lines(_ problems: [ProblemOutcome]) -> String {
      problems.map { problem in
        paragraph("\(problem.id) \(problem.name): \(problem.notice ?? "no reason given")", width: width)
      }.joined()
    }
    return (noticed.isEmpty ? "" : "\n" + lines(noticed))
      + (left.isEmpty ? "" : "\nUnjudgeable, in no score\n" + lines(left))
  }
}

extension ProblemOutcome.Best {
  /// The ratio to the better baseline; a tie says so.
  var ratioText: String? {
    ratioToBetter.map { (isTie(with: .better) ? "tie, " : "") + NumberText.ratio($0) }
  }

  /// What the timing says, in words.
  var speedText: String {
    speed == .notTimed && ratioToBetter != nil
      ? "no verdict" : speed == .notTimed ? ScoreLines.notTimed : speed.rawValue
  }
}
