import KernelVerdicts

/// A search tree as a drawing: generations from left to right, one row for each leaf; a click opens the candidate below.
struct TreePlot {
  let tree: CandidateTree
  /// What the identifiers of the candidates' elements begin with.
  let prefix: String

  private static let column = 34.0
  private static let row = 24.0
  private static let mostDrawn = 150

  /// The drawing; nil where the tree is a single candidate, or too large to be looked at.
  var svg: Markup? {
    let nodes = tree.nodes
    guard nodes.count > 1, nodes.count <= Self.mostDrawn else { return nil }
    var rows: [Double] = Array(repeating: 0, count: nodes.count)
    var leaves = 0.0
    // The first child stays in its parent's row; every further one begins a new row.
    for (place, node) in nodes.enumerated() {
      let continues = node.parent == place - 1 && place > 0
      if place > 0, !continues { leaves += 1 }
      rows[place] = leaves
    }
    let width = Self.column * Double((nodes.map(\.depth).max() ?? 0) + 1) + 8
    let height = Self.row * (leaves + 1) + 4
    func x(_ place: Int) -> Double { 20 + Self.column * Double(nodes[place].depth) }
    func y(_ place: Int) -> Double { 14 + Self.row * rows[place] }
    var content = Markup()
    for (place, node) in nodes.enumerated() {
      guard let parent = node.parent else { continue }
      let bend = x(parent) + Self.column / 2
      content += """
        <path class="edge \(node.candidate.edge.rawValue)" d="M\(at: x(parent)) \(at: y(parent))H\(at: bend)V\(at: y(place))\
        H\(at: x(place))"/>
        """
    }
    for (place, node) in nodes.enumerated() {
      let verdict = VerdictSign(node.candidate.verdict)
      let ring: Markup =
        node.candidate.isBest ? "<circle class=\"best\" cx=\"\(at: x(place))\" cy=\"\(at: y(place))\" r=\"11.5\"/>" : ""
      content += """
        <a href="#\(prefix)\(place)"><title>#\(node.candidate.ordinal) \(node.candidate.edge.rawValue), \
        \(verdict.label)</title>\(ring)\
        <circle class="node \(verdict.name)" cx="\(at: x(place))" cy="\(at: y(place))" r="9"/>\
        <text class="\(verdict.name)" x="\(at: x(place))" y="\(at: y(place) + 4)" text-anchor="middle">\(verdict.sign)</text></a>
        """
    }
    return """
      <div class="scroll tree" tabindex="0" role="region" aria-label="Search tree">\
      <svg viewBox="0 0 \(at: width) \(at: height)" width="\(at: width)" height="\(at: height)" role="group" \
      aria-label="Search tree of \(nodes.count) candidates">\(content)</svg></div>
      """
  }
}

/// How a verdict looks: a word, a sign that does not need colour, and a class of the style sheet.
struct VerdictSign {
  let name: String
  let label: String
  let sign: String

  init(_ verdict: Verdict?) {
    name = verdict?.rawValue ?? "not-judged"
    label = name.replacing("-", with: " ")
    sign =
      switch verdict {
      case .correct: "✓"
      case .incorrect: "≠"
      case .compileError: "C"
      case .runtimeError: "R"
      case .timeout: "T"
      case .rejected: "–"
      case .unsupported: "?"
      case nil: "·"
      }
  }

  /// A chip with the word, and with a number where there is one.
  func chip(_ count: Int? = nil) -> Markup {
    let text = count.map { "\($0) \(label)" } ?? label
    return "<span class=\"chip \(name)\"><span aria-hidden=\"true\">\(sign)</span> \(text)</span>"
  }
}
