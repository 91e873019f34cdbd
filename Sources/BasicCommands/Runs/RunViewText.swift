import KernelVerdicts
import RunStore

/// A run for a person.
struct RunViewText {
  var view: RunView
  /// The columns of the terminal; nil where nothing is to be cut.
  var width: Int?
  let palette: Palette

  // MARK: The run

  /// The run's facts and its problems; the tree of candidates where there is one problem only.
  var run: String {
    guard view.problems.count != 1 else { return facts + "\n" + problem(view.problems[0]) }
    return view.problems.isEmpty ? facts : facts + "\n" + problemTable
  }

  private var facts: String {
    let run = view.run
    let summary = view.summary
    var lines = LabelledLines(width: width, palette: palette)
    lines.add("run", run.name.map { " (\($0))" } ?? "", lead: run.id, style: palette.bold)
    lines.add("state", stateDetail, lead: run.stateText, style: stateStyle)
    lines.add("kind", run.kind.rawValue + (run.level.map { " of level \($0)" } ?? ""))
    lines.add("model", run.model.isEmpty ? "unknown" : run.model)
    lines.add("strategy", run.strategy + (run.budgetSeconds.map { ", \(RunText.duration($0)) for each problem" } ?? ""))
    lines.add("judged on", judge)
    lines.add("seed", "\(run.seed)")
    lines.add("started", RunText.minute(run.createdAt))
    if let finished = run.finishedAt { lines.add("ended", RunText.minute(finished)) }
    lines.add("problems", problemCounts)
    let tally = CandidateTally(view.candidates)
    lines.add("candidates", "\(tally.total)" + (tally.text.isEmpty ? "" : ": \(tally.text)"))
    let cached = summary.cachedTokens > 0 ? " (\(summary.cachedTokens) of them from a cache)" : ""
    lines.add("tokens", "\(summary.promptTokens) read\(cached), \(summary.completionTokens) written")
    lines.add("cost", summary.cost.map { RunText.money($0) } ?? "no price is known")
    // Nobody may have measured how long an answer took.
    let writing = summary.generationSeconds > 0 ? ", \(RunText.duration(summary.generationSeconds)) of writing" : ""
    let checking = summary.checkSeconds > 0 ? ", \(RunText.duration(summary.checkSeconds)) of checking" : ""
    lines.add("time", "\(RunText.duration(summary.secondsSpent)) on the problems\(writing)\(checking)")
    return lines.text
  }

  private var stateDetail: String {
    let run = view.run
    if let driver = run.driver { return ", by process \(driver.process) on \(driver.host)" }
    return switch run.state {
    case .running: ": its process is gone; it can be resumed"
    case .paused: "; it can be resumed"
    case .finished, .failed: ""
    }
  }

  private var stateStyle: (String) -> String {
    switch view.run.state {
    case .finished: palette.green
    case .failed: palette.red
    case .running where view.run.isInterrupted: palette.red
    case .running, .paused: palette.magenta
    }
  }

  private var judge: String {
    let run = view.run
    if run.device.isEmpty { return "nothing yet" }
    let gpu = run.gpu.isEmpty ? "" : " (\(run.gpu))"
    return run.device == "virtual" ? "the virtual GPU\(gpu): times are estimates" : run.device + gpu
  }

  private var problemCounts: String {
    let counts = StoredProblem.State.allCases.map { (view.summary.problems[$0] ?? 0, $0.rawValue) }
    let all = view.summary.problemCount
    // What was solved is what one looks for, also where it is none.
    let solved = view.summary.problems[.solved] ?? 0
    let others = RunText.list(counts.filter { $0.1 != StoredProblem.State.solved.rawValue })
    return "\(all): \(solved) solved" + (others.isEmpty ? "" : ", \(others)")
  }

  private var problemTable: String {
    var table = ColumnTable(
      columns: [
        .init(title: "problem"), .init(title: "name", isFlexible: true), .init(title: "state"),
        .init(title: "best"), .init(title: "speed"),
      ], width: width, palette: palette)
    for problem in view.problems {
      let candidates = view.candidates(of: problem)
      let best = candidates.first { $0.id.ordinal == problem.best }
      let time = problem.spent.seconds > 0 ? RunText.duration(problem.spent.seconds) : ""
      let notes = [time, CandidateTally(candidates).text, problem.notice ?? ""].filter { !$0.isEmpty }
      table.add(
        [
          .init(text: problem.id, style: palette.bold), .init(text: problem.name),
          .init(text: problem.state.rawValue, style: style(problem.state)),
          .init(text: problem.best.map { "#\($0)" } ?? ""),
          .init(text: best?.lastVerdict?.speedText(isLong: false) ?? ""),
        ], note: notes.joined(separator: "; "))
    }
    return table.text
  }

  private func style(_ state: StoredProblem.State) -> (String) -> String {
    switch state {
    case .solved: palette.green
    case .unsolved, .failed: palette.red
    case .unjudgeable: palette.magenta
    case .pending, .active: { $0 }
    }
  }

  // MARK: A problem

  /// A problem's facts and its tree of candidates.
  func problem(_ problem: StoredProblem) -> String {
    let candidates = view.candidates(of: problem)
    var lines = LabelledLines(width: width, palette: palette)
    lines.add("problem", " \(problem.name) (\(problem.family))", lead: problem.id, style: palette.bold)
    lines.add("state", "", lead: problem.state.rawValue, style: style(problem.state))
    if let notice = problem.notice { lines.add("note", notice) }
    lines.add("time", RunText.duration(problem.spent.seconds))
    let tally = CandidateTally(candidates)
    lines.add("candidates", "\(tally.total)" + (tally.text.isEmpty ? "" : ": \(tally.text)"))
    if let best = candidates.first(where: { $0.id.ordinal == problem.best }) {
      lines.add(
        "best", best.lastVerdict?.speedText(isLong: true).map { ": \($0)" } ?? "", lead: "#\(best.id.ordinal)",
        style: palette.bold)
    }
    guard !candidates.isEmpty else { return lines.text }
    return lines.text + "\n"
      + CandidateTreeText(candidates: candidates, best: problem.best, width: width, palette: palette).text
  }
}
