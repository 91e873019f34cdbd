/// The scores of a run as labels and texts, the same for the text report and for the page.
struct ScoreLines {
  /// A label and what there is to say.
  struct Line {
    var label: String
    var text: String
    /// True where the text is a figure, and not a reason why there is none.
    var isFigure = true
  }

  let run: SuiteReport.Run

  private var scores: RunScores { run.scores }

  static let notTimed = "not timed"

  /// Solve rate and what it is made of.
  var solving: [Line] {
    var lines = [
      Line(
        label: "solve rate", text: scores.solveRate.map(NumberText.percent) ?? "no judgeable problem",
        isFigure: scores.solveRate != nil),
      Line(label: "solved", text: "\(scores.solved) of \(scores.solved + scores.unsolved + scores.failed) judgeable"),
    ]
    if scores.failed > 0 { lines.append(Line(label: "failed, not solved", text: "\(scores.failed)")) }
    if scores.unjudgeable > 0 { lines.append(Line(label: "unjudgeable, left out", text: "\(scores.unjudgeable)")) }
    return lines
  }

  /// pass@k.
  var sampling: [Line] {
    guard let sampling = scores.sampling else {
      return [Line(label: "pass@k", text: "no fixed number of independent samples", isFigure: false)]
    }
    return [Line(label: "samples per problem", text: "\(sampling.range), \(sampling.problems) problems")]
      + sampling.passAt.map { Line(label: "pass@\($0.k)", text: NumberText.percent($0.estimate)) }
  }

  /// Geometric means and ties.
  var speeds: [Line] {
    var lines: [Line] = []
    for baseline in SpeedTable.Baseline.allCases {
      lines.append(
        Line(
          label: "geometric mean, \(baseline.label)",
          text: scores.speed?[baseline]?.geometricMean.map(NumberText.ratio) ?? Self.notTimed,
          isFigure: scores.speed?[baseline]?.geometricMean != nil))
    }
    guard let speed = scores.speed else { return lines }
    if let better = speed[.better] { lines.append(Line(label: "ties, better", text: "\(better.ties)")) }
    lines.append(Line(label: "timed kernels", text: "\(speed.timed) of \(speed.timed + speed.untimed) solved"))
    return lines
  }

  /// A label, and what each run has to say there; nil for a run without such a line.
  struct Row {
    var label: String
    var cells: [Line?]
  }

  /// All scores but fast_p, of several runs beside one another.
  static func table(_ runs: some Sequence<SuiteReport.Run>) -> [Row] {
    let all = runs.map(ScoreLines.init)
    return [\ScoreLines.solving, \ScoreLines.sampling, \ScoreLines.speeds, \ScoreLines.spending].flatMap { section in
      let columns = all.map { $0[keyPath: section] }
      var labels: [String] = []
      for line in columns.joined() where !labels.contains(line.label) { labels.append(line.label) }
      return labels.map { label in Row(label: label, cells: columns.map { $0.first { $0.label == label } }) }
    }
  }

  /// fast_p against a baseline, for one threshold.
  func fast(_ p: Double, _ baseline: SpeedTable.Baseline) -> Line {
    let share = scores.speed?.fast(p, baseline)
    return Line(
      label: "fast_\(NumberText.threshold(p)), \(baseline.label)", text: share.map(NumberText.percent) ?? Self.notTimed,
      isFigure: share != nil)
  }

  /// What it took.
  var spending: [Line] {
    let spending = scores.spending
    let none = "none solved"
    return [
      Line(
        label: "tokens per solved", text: spending.tokensPerSolved.map(NumberText.count) ?? none,
        isFigure: spending.tokensPerSolved != nil),
      Line(
        label: "money per solved",
        text: spending.costPerSolved.map { NumberText.money($0, run.currency, isPartial: spending.unpriced > 0) }
          ?? (spending.cost == nil ? "no price known" : none),
        isFigure: spending.costPerSolved != nil),
      Line(
        label: "time per solved", text: spending.secondsPerSolved.map(NumberText.duration) ?? none,
        isFigure: spending.secondsPerSolved != nil),
      Line(label: "tokens read", text: NumberText.count(spending.inputTokens)),
      Line(label: "tokens written", text: NumberText.count(spending.outputTokens)),
      Line(label: "time in all", text: NumberText.duration(spending.seconds)),
    ]
  }

  /// What the run was.
  var facts: [Line] {
    var lines = [
      Line(label: "run", text: "\(run.name) (\(run.id))"), Line(label: "model", text: run.model),
      Line(label: "strategy", text: run.strategy),
      Line(label: "judged on", text: [deviceName, run.gpu].compactMap { $0 }.joined(separator: ", ")),
    ]
    if let budget = run.budgetSeconds {
      lines.append(Line(label: "budget", text: "\(NumberText.duration(budget)) per problem"))
    }
    if let seed = run.seed { lines.append(Line(label: "seed", text: "\(seed)")) }
    if let started = run.started {
      lines.append(Line(label: "began", text: DateText.minutes(started)))
      lines.append(Line(label: "ended", text: run.finished.map(DateText.minutes) ?? "not yet"))
    }
    return lines.map { Line(label: $0.label, text: PlainText.line($0.text)) }
  }

  private var deviceName: String {
    switch run.device {
    case "virtual": "virtual GPU: nothing is timed, estimates are no measurements"
    case "cuda": "GPU"
    default: run.device
    }
  }
}

extension RunScores.Sampling {
  /// How many samples a problem has: `8`, `1 to 6`.
  var range: String { leastSamples == mostSamples ? "\(leastSamples)" : "\(leastSamples) to \(mostSamples)" }
}

extension SpeedTable.Baseline {
  /// As it stands in a table.
  var label: String {
    switch self {
    case .eager: "eager"
    case .better: "better"
    }
  }
}

extension NumberText {
  /// A threshold: `0.5`, `1`.
  static func threshold(_ p: Double) -> String { p == p.rounded() ? fixed(p, 0) : fixed(p, 1) }
}

extension RunComparison {
  /// A sentence: what the one run solves that the other does not.
  func sentence(_ runs: [SuiteReport.Run]) -> String {
    let name = PlainText.line(runs[run].name)
    let other = PlainText.line(runs[reference].name)
    guard common > 0 else { return "\(name) and \(other) have no judgeable problem in common." }
    let chance = signTest < 0.001 ? "p < 0.001" : "p = \(NumberText.fixed(signTest, 3))"
    return
      "\(name) beside \(other): of \(common) problems in common \(both) solved by both, \(onlyRun) by \(name) alone, "
      + "\(onlyReference) by \(other) alone (sign test, \(chance))."
  }
}
