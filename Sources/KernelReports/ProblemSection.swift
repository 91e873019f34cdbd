import KernelBench
import KernelVerdicts

/// A problem on the page: a line that opens to its search tree.
struct ProblemSection {
  let problem: SuiteResults.Problem
  let outcome: ProblemOutcome
  let currency: String?
  /// The identifier of its element, unique on the page.
  let id: String

  /// The element.
  func markup(room: inout PageRoom) -> Markup {
    let tree = CandidateTree(problem.candidates, limit: room.candidatesPerProblem)
    let shown = room.sourceBytes(for: tree.nodes.map(\.candidate))
    let nodes = tree.nodes.enumerated().map { place, node in
      CandidateSection(
        node: node, parent: node.parent.map { tree.nodes[$0].candidate.ordinal }, currency: currency,
        id: "\(id)-c\(place)", shownBytes: shown[place]
      ).markup
    }
    let omitted: Markup =
      tree.omitted == 0
      ? "" : "<p class=\"notice\">Not on this page: \(NumberText.count(tree.omitted)) more.</p>"
    let list: Markup =
      nodes.isEmpty ? "<p>No candidate was written.</p>" : "<ol class=\"nodes\">\(nodes)</ol>"
    return """
      <details class="problem" id="\(id)" data-state="\(problem.state.rawValue)"><summary>\(summary)</summary>
      <div class="inside">\(notice)\(facts)\(TreePlot(tree: tree, prefix: "\(id)-c").svg)\(list)\(omitted)</div></details>

      """
  }

  private var notice: Markup? { outcome.notice.map { "<p class=\"notice\">\($0)</p>" } }

  private var summary: Markup {
    let best = outcome.best
    let chips = ([nil] + Verdict.allCases.map { $0 }).map { VerdictSign($0) }.compactMap { sign in
      outcome.verdictCounts[sign.name].map { (sign, $0) }
    }
    // What solved it first, what went wrong then, what was not judged last.
    let ordered =
      chips.filter { $0.0.name == "correct" } + chips.filter { !["correct", "not-judged"].contains($0.0.name) }
      + chips.filter { $0.0.name == "not-judged" }
    let time: Markup =
      best.flatMap(\.runtimeMilliseconds).map { "\(NumberText.short($0)) ms" }
      ?? (best == nil ? "–" : "<span class=\"muted\">not timed</span>")
    let ratio: Markup? = best?.ratioToBetter.map { ratio in
      "<b>\(NumberText.ratio(ratio))</b> <span class=\"muted\">\(best?.speedText ?? "")</span>"
    }
    return """
      <span class="cell title"><span class="muted">\(outcome.id)</span> \(Markup.name(outcome.name))</span>\
      <span class="cell"><span class="chip state-\(outcome.state.rawValue)">\(outcome.state.rawValue)</span></span>\
      <span class="cell chips">\(ordered.map { $0.0.chip($0.1) })</span>\
      <span class="cell number"><span class="key">solved at</span> \(outcome.solvedAtSeconds.map(NumberText.duration) ?? "–")</span>\
      <span class="cell number"><span class="key">measured</span> \(time) \(ratio)</span>\
      <span class="cell number estimate"><span class="key">estimate</span> \
      \(best?.estimateMilliseconds.map { "\(NumberText.short($0)) ms" } ?? "–")</span>
      """
  }

  private var facts: Markup {
    var facts: [(String, String)] = [
      ("family", outcome.family.rawValue), ("candidates", NumberText.count(outcome.candidateCount)),
      ("independent samples", "\(outcome.correctSampleCount) of \(outcome.sampleCount) correct"),
      ("time", NumberText.duration(outcome.secondsSpent)),
      ("tokens", "\(NumberText.count(outcome.inputTokens)) read, \(NumberText.count(outcome.outputTokens)) written"),
    ]
    if let cost = outcome.cost {
      facts.append(("money", NumberText.money(cost, currency, isPartial: outcome.unpricedCount > 0)))
    }
    if let best = outcome.best { facts.append(("best", "#\(best.ordinal), a \(best.edge.rawValue)")) }
    return Markup.facts(facts)
  }
}

extension Markup {
  /// A name, which may be broken after an underscore.
  static func name(_ name: String) -> Markup {
    let parts = name.split(separator: "_", omittingEmptySubsequences: false)
    return Markup(parts.enumerated().map { place, part in place == 0 ? "\(part)" : "_<wbr>\(part)" })
  }

  /// Labels and what there is to say.
  static func facts(_ facts: [(label: String, text: String)]) -> Markup {
    let items = facts.map { fact -> Markup in "<div><dt>\(fact.label)</dt><dd>\(fact.text)</dd></div>" }
    return "<dl class=\"facts\">\(items)</dl>"
  }
}
