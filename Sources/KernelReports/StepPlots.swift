/// The two plots of a page: how many problems are solved by when, and how fast the kernels are. Both are steps over problems.
struct StepPlots {
  let runs: [SuiteReport.Run]

  /// The share of judgeable problems that are solved, over the time that each problem was given.
  var solveRateOverTime: Markup {
    let ends = runs.map(Self.lastSecond)
    guard let end = ends.max(), end > 0, runs.contains(where: { $0.scores.solveRate != nil }) else {
      return "<p>No problem was tried.</p>"
    }
    let inMinutes = end >= 180
    let unit = inMinutes ? 60.0 : 1.0
    let drawings = PlotSize.allCases.map { size -> Markup in
      let ticks = PlotAxis.roundSteps(to: end / unit, atMost: size == .wide ? 10 : 5)
      var frame = PlotFrame(size, values: 0...(ticks.last ?? 1) * unit)
      frame.xTicks = ticks.map { ($0 * unit, Self.plain($0)) }
      frame.xTitle = "\(inMinutes ? "minutes" : "seconds") since the search for a problem began"
      let lines = runs.indices.map { place -> Markup in
        let run = runs[place]
        let judgeable = run.problems.count { $0.state != .unjudgeable }
        guard judgeable > 0 else { return "" }
        var path = "M\(Markup.place(frame.x.place(0))) \(Markup.place(frame.y.place(0)))"
        for (count, time) in run.problems.compactMap(\.solvedAtSeconds).sorted().enumerated() {
          path += "H\(Markup.place(frame.x.place(time)))"
          path += "V\(Markup.place(frame.y.place(Double(count + 1) / Double(judgeable))))"
        }
        path += "H\(Markup.place(frame.x.place(ends[place])))"
        return """
          <path class="line run\(place % 6)" d="\(path)"><title>\(run.name)</title></path>
          """
      }
      return frame.svg(
        title: "Solve rate over time. " + runs.map(Self.summary).joined(separator: "; "), id: "over-time",
        content: Markup(lines))
    }
    return Markup(drawings) + legend(runs.indices.map { ($0, Self.summary(runs[$0])) })
  }

  /// The share of judgeable problems that beat the better baseline by more than a ratio: fast_p for every p. Nil where nothing
  /// was timed.
  var speeds: Markup? {
    let timed = runs.indices.filter { runs[$0].scores.speed?[.better] != nil }
    let all = timed.flatMap { Self.steps(runs[$0]).map(\.ratio) }
    guard let least = all.min(), let most = all.max() else { return nil }
    var (low, high) = (0.5, 2.0)
    while low > least, low > 1.0 / 1024 { low /= 2 }
    while high < most, high < 1024 { high *= 2 }
    let drawings = PlotSize.allCases.map { size -> Markup in
      var frame = PlotFrame(size, values: low...high, isLogarithmic: true)
      var tick = low
      while tick <= high {
        frame.xTicks.append((tick, Self.plain(tick)))
        tick *= high / low > (size == .wide ? 600 : 40) ? 4 : 2
      }
      frame.xTitle = "times as fast as the better of eager and compiled"
      let one = frame.x.place(1)
      var content: Markup = """
        <line class="one" x1="\(at: one)" y1="\(at: frame.y.places.1)" x2="\(at: one)" y2="\(at: frame.y.places.0)"/>
        """
      for place in timed { content += Self.curve(runs[place], place, in: frame) }
      return frame.svg(
        title: "Share of judgeable problems by how fast their kernels are", id: "speeds", content: content)
    }
    let notes = timed.map { place in
      let mean = runs[place].scores.speed?[.better]?.geometricMean.map(NumberText.ratio) ?? ScoreLines.notTimed
      return (place, "\(runs[place].name): geometric mean \(mean)")
    }
    let silent = runs.indices.filter { !timed.contains($0) }.map { ($0, "\(runs[$0].name): \(ScoreLines.notTimed)") }
    return Markup(drawings) + legend(notes + silent)
  }

  /// A problem's step: where it stops to count. A tie above 1 counts up to 1 only.
  private struct Step {
    var ratio: Double
    var text: String
    var isTie: Bool
  }

  private static func steps(_ run: SuiteReport.Run) -> [Step] {
    run.problems.compactMap { problem in
      guard let best = problem.best, let ratio = best.ratioToBetter else { return nil }
      let isTie = best.isTie(with: .better)
      return Step(
        ratio: isTie ? min(ratio, 1) : ratio,
        text: "\(problem.id) \(problem.name): \(NumberText.ratio(ratio)), \(best.speedText)", isTie: isTie)
    }.sorted { $0.ratio < $1.ratio }
  }

  private static func curve(_ run: SuiteReport.Run, _ place: Int, in frame: PlotFrame) -> Markup {
    let judgeable = Double(run.problems.count { $0.state != .unjudgeable })
    let steps = steps(run)
    var path = "M\(Markup.place(frame.x.places.0)) \(Markup.place(frame.y.place(Double(steps.count) / judgeable)))"
    var dots: [Markup] = []
    for (count, step) in steps.enumerated() {
      let x = frame.x.place(step.ratio)
      let y = frame.y.place(Double(steps.count - count) / judgeable)
      path += "H\(Markup.place(x))V\(Markup.place(frame.y.place(Double(steps.count - count - 1) / judgeable)))"
      dots.append(
        """
        <circle class="dot\(step.isTie ? " tie" : "") run\(place % 6)" cx="\(at: x)" cy="\(at: y)" r="3.5">\
        <title>\(step.text)</title></circle>
        """)
    }
    path += "H\(Markup.place(frame.x.places.1))"
    return "<path class=\"line run\(place % 6)\" d=\"\(path)\"><title>\(run.name)</title></path>\(dots)"
  }

  private func legend(_ entries: [(run: Int, text: String)]) -> Markup {
    let items = entries.map { entry -> Markup in
      """
      <li><svg class="swatch" viewBox="0 0 30 8" aria-hidden="true">\
      <path class="line run\(entry.run % 6)" d="M1 4H29"/></svg> \(entry.text)</li>
      """
    }
    return "<ul class=\"legend\">\(items)</ul>"
  }

  private static func summary(_ run: SuiteReport.Run) -> String {
    guard let rate = run.scores.solveRate else { return "\(run.name): no judgeable problem" }
    return "\(run.name): \(rate.count) of \(rate.total), \(NumberText.percent(rate.value))"
  }

  /// Until when a run's line goes on: its budget, or the longest that a problem took.
  private static func lastSecond(_ run: SuiteReport.Run) -> Double {
    let longest = run.problems.compactMap(\.solvedAtSeconds).max() ?? 0
    return max(longest, run.budgetSeconds ?? run.problems.map(\.secondsSpent).max() ?? 0)
  }

  /// A tick's number without zeros at its end.
  private static func plain(_ value: Double) -> String {
    var text = NumberText.fixed(value, 4)
    while text.hasSuffix("0") { text.removeLast() }
    if text.hasSuffix(".") { text.removeLast() }
    return text
  }
}

extension Markup {
  static func + (first: Markup, second: Markup) -> Markup { Markup([first, second]) }
}
