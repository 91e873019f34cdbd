import KernelBench

/// A run on the page: what it was, its scores, its families, its problems.
struct RunSection {
  let run: SuiteReport.Run
  let place: Int

  private var lines: ScoreLines { ScoreLines(run: run) }

  /// The run's section around `content`.
  func element(_ content: Markup) -> Markup {
    """
    <section class="run" id="r\(place)" aria-labelledby="r\(place)-title"><h2 id="r\(place)-title">\
    <svg class="swatch" viewBox="0 0 30 8" aria-hidden="true"><path class="line run\(place % 6)" d="M1 4H29"/></svg> \
    \(run.name)</h2>
    \(content)</section>

    """
  }

  /// What the run was, and its scores.
  var overview: Markup { Markup.facts(lines.facts.map { ($0.label, $0.text) }) + tiles }

  /// Its families and its problems.
  func details(_ results: SuiteResults, room: inout PageRoom) -> Markup {
    """
    <h3>Families</h3>
    \(families)
    <h3 id="r\(place)-problems">Problems</h3>
    \(problems(results, room: &room))
    """
  }

  /// The scores that one looks for first.
  private var tiles: Markup {
    let scores = run.scores
    let rate = scores.solveRate
    var tiles = [
      tile(
        "Solved", rate.map { "\(NumberText.fixed($0.value * 100, 0)) %" } ?? "–",
        rate.map { "\($0.count) of \($0.total) (\(Self.range($0.lower, $0.upper)))" } ?? "no judgeable problem")
    ]
    if let sampling = scores.sampling, let first = sampling.passAt.first {
      let last = sampling.passAt.last ?? first
      tiles.append(
        tile(
          "pass@1", "\(NumberText.fixed(first.estimate.value * 100, 0)) %",
          last.k > 1
            ? "pass@\(last.k): \(NumberText.percent(last.estimate.value))" : "\(sampling.range) samples per problem"))
    } else {
      tiles.append(tile("pass@1", "–", "no fixed number of independent samples"))
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
        "Tokens per solved problem", spending.tokensPerSolved.map(NumberText.count) ?? "–",
        "\(NumberText.count(spending.inputTokens + spending.outputTokens)) in all"))
    let money = { NumberText.money($0, run.currency, isPartial: spending.unpriced > 0) }
    tiles.append(
      tile(
        "Money per solved problem", spending.costPerSolved.map { NumberText.money($0, run.currency) } ?? "–",
        spending.cost.map { "\(money($0)) in all" } ?? "no price known"))
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

  private static func interval(_ estimate: IntervalEstimate) -> String {
    guard let lower = estimate.lower, let upper = estimate.upper else { return "of one problem" }
    return "\(NumberText.short(lower)) to \(NumberText.short(upper))"
  }

  /// The table of families.
  private var families: Markup {
    let rows = run.scores.families.map { family -> Markup in
      """
      <tr><th scope="row">\(family.family.rawValue)</th>\
      \(Markup.cell("\(family.solveRate.count) of \(family.solveRate.total)"))\
      \(Markup.cell(NumberText.percent(family.solveRate)))\
      \(cell(family.fasterThanBetter.map { "\($0.count) of \($0.total)" }))\
      \(cell(family.geometricMean.map(NumberText.ratio)))</tr>

      """
    }
    return Markup.table(
      "Families of problems, \(run.name)",
      ["family", "solved", "solve rate (95 %)", "fast_1, better", "geometric mean, better"], rows)
  }

  private func cell(_ figure: String?) -> Markup {
    Markup.cell(figure ?? (run.scores.speed == nil ? ScoreLines.notTimed : "–"), isFigure: figure != nil)
  }

  /// The problems, each of which opens.
  private func problems(_ results: SuiteResults, room: inout PageRoom) -> Markup {
    var judgeable = Markup()
    var others = Markup()
    for (number, problem) in results.problems.sorted(by: { ProblemOrder($0.id) < ProblemOrder($1.id) }).enumerated() {
      let element = ProblemSection(
        problem: problem, outcome: ProblemOutcome(problem), currency: results.currency, id: "r\(place)-p\(number)"
      ).markup(room: &room)
      if problem.state == .unjudgeable { others += element } else { judgeable += element }
    }
    let states = [SuiteResults.Problem.State.solved, .unsolved, .failed].filter { state in
      run.problems.contains { $0.state == state }
    }
    let buttons = states.map { state -> Markup in
      "<button type=\"button\" data-show=\"\(state.rawValue)\" aria-pressed=\"false\">\(state.rawValue)</button>"
    }
    let apart: Markup =
      others.html.isEmpty
      ? "" : "<h3>Unjudgeable, in no score</h3>\n<div class=\"problems\">\(others)</div>"
    return """
      <div class="controls" hidden role="group" aria-label="Which problems of \(run.name) are shown">\
      <button type="button" data-show="" aria-pressed="true">all</button>\(buttons)\
      <button type="button" data-close="">close all</button></div>
      <div class="problems"><div class="heads" aria-hidden="true"><span>problem</span><span>state</span><span>verdicts</span>\
      <span>solved at</span><span>measured</span><span>estimate</span></div>
      \(judgeable)</div>
      \(apart)
      """
  }
}

extension Markup {
  /// A cell of a table. A line ends between a figure and its interval, if anywhere.
  static func cell(_ text: String, isFigure: Bool = true) -> Markup {
    guard isFigure else { return "<td class=\"muted\">\(text)</td>" }
    let parts = text.split(separator: " (", maxSplits: 1)
    guard parts.count == 2, text.hasSuffix(")") else { return "<td>\(text)</td>" }
    return "<td><span class=\"whole\">\(parts[0])</span> <span class=\"whole\">(\(parts[1])</span></td>"
  }

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
