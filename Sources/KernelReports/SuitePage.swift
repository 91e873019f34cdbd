/// A report as one HTML file that needs nothing else: no network, no library, and no script to be read.
///
/// Everything that a model, a file or an endpoint has written is escaped, and a policy in the page forbids any script but the
/// page's own, which it names by its hash.
public struct SuitePage: Sendable {
  /// How much a page holds, so that a browser can open it.
  public struct Limits: Sendable, Hashable {
    /// The bytes of one source.
    public var sourceBytes = 64 << 10
    /// The bytes of all sources together. Every problem has its share, and what the ones before it have left over; the best
    /// kernel comes first, then the correct ones.
    public var allSourceBytes = 8 << 20
    /// The candidates of a problem.
    public var candidatesPerProblem = 400
    /// The candidates of all problems together, in equal shares; but a problem has 10 at least.
    public var allCandidates = 10_000

    /// The usual limits.
    public init() {}
  }

  private let results: [SuiteResults]
  private let report: SuiteReport
  private let limits: Limits

  /// A page of runs.
  ///
  /// - Parameters:
  ///   - results: The runs.
  ///   - report: Their report: of the same runs, in the same order.
  ///   - limits: How much is shown; what is left out is said on the page.
  public init(_ results: [SuiteResults], report: SuiteReport, limits: Limits = Limits()) {
    precondition(results.count == report.runs.count, "A page's report is of the page's runs.")
    self.results = results
    self.report = report
    self.limits = limits
  }

  private var title: String {
    report.runs.count == 1 ? "Suite report: \(report.runs[0].name)" : "Suite report: \(report.runs.count) runs"
  }

  /// The page.
  ///
  /// - Throws: ``KernelReportsError`` if the report cannot be written as JSON.
  /// - Complexity: O(*n*) in the bytes of the results.
  public func html() throws(KernelReportsError) -> String {
    let data = Markup.data(json: try report.json())
    var room = PageRoom(limits, problems: results.reduce(0) { $0 + $1.problems.count })
    var sections = Markup()
    for (place, run) in report.runs.enumerated() {
      let section = RunSection(run: run, place: place)
      let details = section.details(results[place], room: &room)
      // The plots show all runs; a single one's facts come before them.
      sections +=
        report.runs.count == 1
        ? section.element(section.overview + scoreTable) + plots + "<section>\(details)</section>"
        : section.element(section.overview + details)
    }
    let page: Markup = """
      <!DOCTYPE html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; \
      img-src data:; script-src 'sha256-\(PageScript.hash)'; base-uri 'none'; form-action 'none'">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta name="color-scheme" content="light dark">
      <meta name="generator" content="bASIC">
      <title>\(title)</title>
      <link rel="icon" href="data:,">
      <style>\(Markup(trusted: PageStyle.text))</style>
      </head>
      <body>
      <a class="skip" href="#r0-problems">To the problems</a>
      <header><h1>\(title)</h1>\(navigation)</header>
      <main>
      \(report.runs.count > 1 ? comparison + plots : nil)
      \(sections)
      <section aria-labelledby="method"><h2 id="method">How the numbers came about</h2><p>\(report.methodSentence)</p></section>
      </main>
      <script type="application/json" id="report">\(data)</script>
      <script>\(Markup(trusted: PageScript.text))</script>
      </body>
      </html>

      """
    return page.html
  }

  private var navigation: Markup {
    let items = report.runs.enumerated().map { place, run -> Markup in
      "<li><a href=\"#r\(place)\">\(run.name)</a></li>"
    }
    return report.runs.count > 1 ? "<nav aria-label=\"Runs\"><ul>\(items)</ul></nav>" : ""
  }

  private var scoreTable: Markup {
    let rows = ScoreLines.table(report.runs).map { row -> Markup in
      let cells = row.cells.map { Markup.cell($0?.text ?? "–", isFigure: $0?.isFigure ?? false) }
      return "<tr><th scope=\"row\">\(row.label)</th>\(cells)</tr>\n"
    }
    return Markup.table("Scores, 95 % intervals", ["score"] + report.runs.map(\.name), rows)
  }

  private var comparison: Markup {
    let sentences = report.comparisons.map { comparison -> Markup in "<li>\(comparison.sentence(report.runs))</li>" }
    return """
      <section aria-labelledby="beside"><h2 id="beside">Runs side by side</h2>
      \(scoreTable)
      \(fastTable)
      <ul class="sentences">\(sentences)</ul></section>
      """
  }

  private var fastTable: Markup {
    guard report.runs.contains(where: { $0.scores.speed != nil }) else { return "<p>fast_p: not timed.</p>" }
    let titles = report.runs.flatMap { run in
      SpeedTable.Baseline.allCases.map { "\(report.runs.count > 1 ? "\(run.name), " : "against ")\($0.label)" }
    }
    let rows = SpeedTable.thresholds.map { p -> Markup in
      let cells = report.runs.flatMap { run in
        SpeedTable.Baseline.allCases.map { baseline -> Markup in
          let line = ScoreLines(run: run).fast(p, baseline)
          return Markup.cell(line.text, isFigure: line.isFigure)
        }
      }
      return "<tr><th scope=\"row\">\(NumberText.threshold(p))</th>\(cells)</tr>\n"
    }
    return Markup.table("fast_p: share of judgeable problems more than p times as fast", ["p"] + titles, rows)
  }

  private var plots: Markup {
    let plots = StepPlots(runs: report.runs)
    var speeds: Markup = "<p>Not timed: nothing here was measured on a GPU.</p>"
    if let plot = plots.speeds {
      speeds = """
        <figure>\(plot)</figure>
        <p class="muted">A dot is a solved problem; a hollow one is a tie, and counts up to 1 only.</p>
        \(report.runs.count > 1 ? nil : fastTable)
        """
    }
    return """
      <section aria-labelledby="time"><h2 id="time">Solve rate over time</h2>
      <figure>\(plots.solveRateOverTime)</figure></section>
      <section aria-labelledby="speed"><h2 id="speed">How fast the kernels are</h2>
      \(speeds)</section>
      """
  }
}
