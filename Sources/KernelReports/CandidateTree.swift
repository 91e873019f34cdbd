import KernelVerdicts

/// A problem's candidates in the order of their tree, each with its depth: parents before their children, siblings by number.
///
/// Whatever the parents say, every candidate appears exactly once: one whose parent is missing, or has no smaller number,
/// stands at the top.
struct CandidateTree {
  /// A candidate in its place.
  struct Node {
    var candidate: SuiteResults.Candidate
    /// 0 at the top.
    var depth: Int
    /// The place of its parent in ``CandidateTree/nodes``.
    var parent: Int?
  }

  /// The candidates, in depth-first order.
  private(set) var nodes: [Node] = []
  /// How many there are that are not among ``nodes``.
  private(set) var omitted = 0

  /// Orders candidates.
  ///
  /// - Parameters:
  ///   - candidates: In any order.
  ///   - limit: How many are kept: the path to the best one first, then those with the least numbers.
  /// - Complexity: O(*n* log *n*), without recursion.
  init(_ candidates: [SuiteResults.Candidate], limit: Int) {
    let all = candidates.sorted { $0.ordinal < $1.ordinal }
    let places = Dictionary(all.enumerated().map { ($1.ordinal, $0) }) { first, _ in first }
    // A parent is older than its child, so following numbers downwards can go in no circle.
    let parents = all.enumerated().map { place, candidate in
      candidate.parent.flatMap { places[$0] }.flatMap { $0 < place ? $0 : nil }
    }
    let kept = Self.kept(all, parents, limit: limit)
    omitted = kept.count { !$0 }
    var children: [[Int]] = Array(repeating: [], count: all.count)
    var waiting: [(place: Int, depth: Int, parent: Int?)] = []
    for place in all.indices.reversed() where kept[place] {
      if let parent = parents[place] { children[parent].append(place) } else { waiting.append((place, 0, nil)) }
    }
    while let next = waiting.popLast() {
      nodes.append(Node(candidate: all[next.place], depth: next.depth, parent: next.parent))
      for child in children[next.place] { waiting.append((child, next.depth + 1, nodes.count - 1)) }
    }
  }

  private static func kept(_ all: [SuiteResults.Candidate], _ parents: [Int?], limit: Int) -> [Bool] {
    guard all.count > limit else { return Array(repeating: true, count: all.count) }
    var kept = Array(repeating: false, count: all.count)
    var count = 0
    var place = all.firstIndex(where: \.isBest) ?? all.firstIndex { $0.verdict == .correct }
    var path: [Int] = []
    while let current = place {
      path.append(current)
      place = parents[current]
    }
    // From the top, so that whoever is kept has its parent kept.
    for place in path.reversed() where count < limit {
      kept[place] = true
      count += 1
    }
    for place in all.indices where count < limit && !kept[place] && (parents[place].map { kept[$0] } ?? true) {
      kept[place] = true
      count += 1
    }
    return kept
  }
}
