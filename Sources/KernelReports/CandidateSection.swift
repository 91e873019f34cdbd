import KernelVerdicts

/// A candidate on the page: a line that opens to all that is known about it.
struct CandidateSection {
  let node: CandidateTree.Node
  /// The number of the candidate that it comes from.
  let parent: Int?
  let currency: String?
  /// The identifier of its element, unique on the page.
  let id: String
  /// How many bytes of its source are shown.
  let shownBytes: Int

  private var candidate: SuiteResults.Candidate { node.candidate }

  /// The element.
  var markup: Markup {
    """
    <li class="d\(min(node.depth, 8))"><details id="\(id)"><summary><span class="number">#\(candidate.ordinal)</span> \
    <span class="edge-kind">\(origin)</span> \(VerdictSign(candidate.verdict).chip())\(best) \
    <span class="finding">\(candidate.finding ?? "")</span> <span class="muted spent">\(spent)</span></summary>
    <div class="inside">\(finding)\(Markup.facts(facts))\(source)</div></details></li>

    """
  }

  private var best: Markup { candidate.isBest ? " <span class=\"chip best\">★ best</span>" : "" }

  private var origin: String {
    switch (candidate.edge, parent) {
    case (.sample, _): "sample"
    case (.variant, let parent?): "variant of #\(parent)"
    case (.repair, let parent?): "repair of #\(parent)"
    case (.variant, nil), (.repair, nil): candidate.edge.rawValue
    }
  }

  private var judgedAt: Double? { candidate.judgedAtSeconds.flatMap { $0.isFinite ? $0 : nil } }

  private var spent: String {
    let tokens = "\(NumberText.count(ProblemOutcome.tokens(candidate.outputTokens))) tokens"
    return [tokens, judgedAt.map(NumberText.duration)].compactMap { $0 }.joined(separator: ", ")
  }

  private var finding: Markup? {
    candidate.finding.map { "<p class=\"finding-full\">\(lines: $0)</p>" }
  }

  private var facts: [(String, String)] {
    let input = ProblemOutcome.tokens(candidate.inputTokens)
    let output = ProblemOutcome.tokens(candidate.outputTokens)
    var facts = [("tokens", "\(NumberText.count(input)) read, \(NumberText.count(output)) written")]
    facts.append(("sample index", "\(candidate.sampleIndex)"))
    if let judgedAt { facts.append(("judged at", NumberText.duration(judgedAt))) }
    if let cost = candidate.cost, cost.isFinite { facts.append(("money", NumberText.money(cost, currency))) }
    let measured = ProblemOutcome.Best(candidate)
    let eager = candidate.eagerMilliseconds.flatMap(ProblemOutcome.measured)
    let compiled = candidate.compiledMilliseconds.flatMap(ProblemOutcome.measured)
    if let runtime = measured.runtimeMilliseconds {
      facts.append(("measured", "\(NumberText.short(runtime)) ms"))
    } else if candidate.verdict == .correct {
      facts.append(("measured", ScoreLines.notTimed))
    }
    if let eager { facts.append(("eager, measured", "\(NumberText.short(eager)) ms")) }
    if let compiled { facts.append(("compiled, measured", "\(NumberText.short(compiled)) ms")) }
    if let ratio = measured.ratioToBetter {
      let estimate = IntervalEstimate(
        value: ratio, lower: measured.ratioInterval?.first, upper: measured.ratioInterval?.last)
      facts.append(("against the better", "\(NumberText.ratio(estimate)), \(measured.speedText)"))
    }
    if let estimate = measured.estimateMilliseconds {
      facts.append(("estimate, not measured", "\(NumberText.short(estimate)) ms"))
    }
    return facts
  }

  private var source: Markup {
    guard let source = candidate.source else { return "<p class=\"muted\">The source was not kept.</p>" }
    let bytes = source.utf8.count
    let shown = min(bytes, shownBytes)
    guard shown > 0 || bytes == 0 else {
      return "<p class=\"muted\">The source, \(NumberText.count(bytes)) bytes, is not on this page.</p>"
    }
    let text = shown == bytes ? source : Self.beginning(of: source, bytes: shown)
    let rest: Markup =
      shown == bytes
      ? ""
      : "<p class=\"notice\">Cut here: the source has \(NumberText.count(bytes)) bytes.</p>"
    return """
      <pre class="source" tabindex="0" role="region" aria-label="Source of candidate \(candidate.ordinal)">\
      <code>\(lines: text)</code></pre>\(rest)
      """
  }

  /// As many whole characters as fit into so many bytes.
  private static func beginning(of text: String, bytes: Int) -> String {
    var room = bytes
    var kept = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      room -= UTF8.width(scalar)
      if room < 0 { break }
      kept.append(scalar)
    }
    return String(kept)
  }
}
