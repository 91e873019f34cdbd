import KernelBench

/// A run on the page: what it was, its scores, its families, its problems.
struct RunSection {
  let run: SuiteReport.Run
  let place: Int

  private var lines: ScoreLines { ScoreLines(run: run) }

  /// What the run was.
  var facts: Markup { Markup.facts(lines.facts.map { ($0.label, $0.text) }) }

  /// The scores that one looks for first.
  var tiles: Markup {
    let scores = run.scores
    let rate = scores.solveRate
    var tiles = [
      tile(
        "Solved", rate.map { "\(NumberText.fixed($0.value * 100, 0)) %" } ?? "–",
        rate.map { "\($0.count) of \($0.total), 95 %: \(Self.range($0.lower, $0.upper))" } ?? "no judgeable problem")
    ]
    if let sampling = scores.sampling, let first = sampling.passAt.first {
      let last = sampling.passAt.last ?? first
      tiles.append(
        tile(
          "pass@1", "\(NumberText.fixed(first.estimate.value * 100, 0)) %",
          last.k > 1 ? "pass@\(last.k): \(NumberText.percent(last.estimate.value))" : "one sample a problem"))
    } else {
      tiles.append(tile("pass@1", "–", "no independent samples"))
    }
    if let fast = scores.speed?.fast(1, .better) {
      tiles.append(
        tile(
          "Faster than both", "\(NumberText.fixed(fast.value * 100, 0)) %",
          "fast_1 against the better of eager and compiled, ties out"))
      let mean = scores.speed?[.better]?.geometricMean
      tiles.append(
        tile("Geometric mean", mean.map { NumberText.ratio($0.value) } ?? "–", mean.map(Self.interval) ?? "one kernel"))
    } else {
      tiles.append(tile("Speed", "not timed", "a fast_p needs a GPU; estimates are no part of it"))
    }
    let spending = scores.spending
    tiles.append(
      tile(
        "Tokens a solved problem", spending.tokensPerSolved.map(NumberText.count) ?? "–",
        "\(NumberText.count(spending.inputTokens + spending.outputTokens)) in all"))
    tiles.append(
      tile(
        "Money a solved problem", spending.costPerSolved.map { NumberText.money($0, run.currency) } ?? "–",
        spending.cost.map { "\(NumberText.money($0, run.currency)) in all" } ?? "no price known"))
    return "<div class=\"tiles\">\(tiles)</div>"
  }

  private func tile(_ title: String, _ figure: String, _ note: String) -> Markup {
    """
    <div class="tile"><span class="tile-title">\(title)</span><span class="figure">\(figure)</span>\
    <span class="muted">\(note)</span></div>
    """
  }

  private static func range(_ lower: Double, _ upper: Double) -> String {
    "\(NumberText.fixed(lower * 100, 0)) to \(NumberText.fixed(upper * 100, 0)) %"
  }

  private static func interval(_ estimate: Estimate) -> String {
    guard let lower = estimate.lower, let upper = estimate.upper else { return "of one problem" }
    return "95 %: \(NumberText.short(lower)) to \(NumberText.short(upper))"
  }

  /// The table of families.
  var families: Markup {
    let rows = run.scores.families.map { family -> Markup in
      """
      <tr><th scope="row">\(family.family.rawValue)</th><td>\(family.solveRate.count) of \(family.solveRate.total)</td>\
      <td>\(NumberText.percent(family.solveRate))</td>\
      <td>\(family.fasterThanBetter.map { "\($0.count) of \($0.total)" } ?? ScoreLines.notTimed)</td>\
      <td>\(family.geometricMean.map(NumberText.ratio) ?? (run.scores.speed == nil ? ScoreLines.notTimed : "–"))</td></tr>

      """
    }
    return Markup.table(
      "Families of problems, \(run.name)",
      ["family", "solved", "solve rate (95 %)", "fast_1, better", "geometric mean, better"], rows)
  }

  /// The problems, each of which opens. `room` is what is left for sources, in bytes.
  func problems(_ results: SuiteResults, limits: SuitePage.Limits, room: inout Int) -> Markup {
    var list = Markup()
    for (number, problem) in results.problems.sorted(by: { ProblemOrder($0.id) < ProblemOrder($1.id) }).enumerated() {
      list += ProblemSection(
        problem: problem, outcome: ProblemOutcome(problem), currency: results.currency, id: "r\(place)-p\(number)",
        limits: limits
      ).markup(room: &room)
    }
    let states = SuiteResults.Problem.State.allCases.filter { state in run.problems.contains { $0.state == state } }
    let buttons = states.map { state -> Markup in
      "<button type=\"button\" data-show=\"\(state.rawValue)\" aria-pressed=\"false\">\(state.rawValue)</button>"
    }
    return """
      <div class="controls" hidden role="group" aria-label="Which problems of \(run.name) are shown">\
      <button type="button" data-show="" aria-pressed="true">all</button>\(buttons)\
      <button type="button" data-close="">close all</button></div>
      <div class="problems"><div class="heads" aria-hidden="true"><span>problem</span><span>state</span><span>verdicts</span>\
      <span>solved at</span><span>measured</span><span>estimate</span></div>
      \(list)</div>
      """
  }
}

extension Markup {
  /// A table in a box that scrolls where the screen is too narrow for it.
  static func table(_ caption: String, _ titles: [String], _ rows: [Markup]) -> Markup {
    let heads = titles.map { title -> Markup in "<th scope=\"col\">\(title)</th>" }
    return """
      <div class="scroll" tabindex="0" role="region" aria-label="\(caption)"><table><caption>\(caption)</caption>\
      <thead><tr>\(heads)</tr></thead><tbody>
      \(rows)</tbody></table></div>
      """
  }
}
