import KernelVerdicts
import RunStore

/// A problem's candidates as an indented tree: children below what they were made from, siblings by number.
struct CandidateTreeText {
  var candidates: [JudgedCandidate]
  /// The ordinal of the best one.
  var best: Int?
  /// The columns of the terminal; nil where nothing is to be cut.
  var width: Int?
  let palette: Palette

  /// Deeper levels are not moved in further: a long chain would run out of the terminal. Each line names its parent.
  private static let deepest = 8

  /// The lines, each with its end.
  var text: String {
    var table = ColumnTable(
      columns: [
        .init(title: "candidate"), .init(title: "verdict"), .init(title: "tokens", isNumeric: true),
        .init(title: "seconds", isNumeric: true), .init(title: "speed"),
      ], width: width, palette: palette)
    for (judged, depth) in Self.order(candidates) {
      let candidate = judged.candidate
      let indent = 2 * min(depth, Self.deepest)
      let isBest = candidate.id.ordinal == best
      let edge = candidate.parent.map { "\(candidate.edge.rawValue) of #\($0)" } ?? candidate.edge.rawValue
      let verdict = judged.lastVerdict
      let weight: (String) -> String = if isBest { palette.bold } else { { $0 } }
      let colour: (String) -> String = if let verdict { verdict.verdict.style(palette) } else { palette.dim }
      let seconds =
        [candidate.generationSeconds].filter { $0 > 0 }
        + [judged.verdict, judged.finalVerdict].compactMap { $0?.checkSeconds }
      table.add(
        [
          .init(
            text: String(repeating: " ", count: indent) + "\(isBest ? "*" : " ") #\(candidate.id.ordinal) \(edge)",
            style: weight),
          .init(text: outcome(judged), style: colour),
          .init(text: "\(candidate.promptTokens)+\(candidate.completionTokens)"),
          .init(text: seconds.map { $0.fixed(1) }.joined(separator: "+")),
          .init(text: verdict?.speedText(isLong: false) ?? ""),
        ], note: reason(judged), indent: indent + 4)
    }
    return table.text
  }

  private func outcome(_ judged: JudgedCandidate) -> String {
    switch judged.candidate.state {
    case .generated: "waiting"
    case .duplicate(let original): "same as #\(original)"
    case .withoutCode: "without code"
    case .failed: "not judgeable"
    case .judged: judged.lastVerdict?.verdict.rawValue ?? "judged"
    }
  }

  private func reason(_ judged: JudgedCandidate) -> String {
    let reason = judged.lastVerdict?.reason ?? judged.candidate.state.reason ?? ""
    guard let final = judged.finalVerdict, let first = judged.verdict, final.verdict != first.verdict else {
      return reason
    }
    return "\(first.verdict.rawValue) at first, not when it was checked again: \(reason)"
  }

  /// The candidates in depth-first order, each with its depth. O(*n* log *n*).
  ///
  /// Whatever the parents say, each stands there once: one whose parent is missing, or has no smaller number, is at the top.
  static func order(_ candidates: [JudgedCandidate]) -> [(candidate: JudgedCandidate, depth: Int)] {
    let all = candidates.sorted { $0.id.ordinal < $1.id.ordinal }
    let places = Dictionary(all.indices.map { (all[$0].id.ordinal, $0) }) { first, _ in first }
    var children: [[Int]] = Array(repeating: [], count: all.count)
    var waiting: [(place: Int, depth: Int)] = []
    for place in all.indices.reversed() {
      if let parent = all[place].candidate.parent.flatMap({ places[$0] }), parent < place {
        children[parent].append(place)
      } else {
        waiting.append((place, 0))
      }
    }
    var order: [(JudgedCandidate, Int)] = []
    while let next = waiting.popLast() {
      order.append((all[next.place], next.depth))
      for child in children[next.place] { waiting.append((child, next.depth + 1)) }
    }
    return order
  }
}
