public import KernelVerdicts

/// The candidates for a problem, how they came about, and what is under way: all that a strategy decides by.
///
/// A value without I/O. Adding and settling a candidate take O(1), a correct one O(log *n*) comparisons to find its place.
public struct SearchTree: Sendable {
  /// What yields are counted for: an edge, the verdict of the candidate that it goes on from, and whether anything correct was
  /// known.
  ///
  /// Until something is correct an edge pays if it leads to a correct candidate; from then on only if it leads to a better one than
  /// the best. The two are counted apart: what finds a first kernel need not be what finds a faster one.
  public struct EdgeClass: Sendable, Hashable {
    /// The edge.
    public var edge: EdgeKind
    /// The verdict of the parent; nil for a sample.
    public var parent: Verdict?
    /// Whether something correct was known when it was settled.
    public var hasBest: Bool

    /// Makes a class.
    public init(edge: EdgeKind, parent: Verdict? = nil, hasBest: Bool) {
      self.edge = edge
      self.parent = parent
      self.hasBest = hasBest
    }
  }

  /// The edges that the model can do: one that reads no feedback can do samples only.
  public let edges: Set<EdgeKind>
  /// The candidates by number; numbers of answers that never came are missing.
  public private(set) var nodes: [SearchNode] = []
  /// The best candidate that is correct and not demoted; nil where there is none.
  public private(set) var best: Int?
  /// How many answers are being written.
  public private(set) var writing = 0
  /// How many candidates wait for a verdict.
  public private(set) var unjudged = 0
  /// How many samples are being written or wait for their verdict.
  public private(set) var pendingSamples = 0
  /// The number that the next candidate will get.
  public private(set) var nextID = 0
  /// The candidate that was settled last; nil at first.
  public private(set) var lastSettled: Int?
  /// The correct candidates that are not demoted, the best first; of equals the earlier one.
  public private(set) var correct: [Int] = []
  /// The candidates that can be repaired, in the order in which they were settled.
  public private(set) var repairable: [Int] = []
  private var places: [Int: Int] = [:]
  private var yields: [EdgeClass: Yield] = [:]
  private var refinementsBeforeBest = Yield()
  private var refinementsSinceBest = Yield()

  /// Makes an empty tree.
  public init(edges: Set<EdgeKind> = Set(EdgeKind.allCases)) { self.edges = edges }

  /// A candidate; nil where there is none of that number. O(1).
  public subscript(id: Int) -> SearchNode? { places[id].map { nodes[$0] } }

  /// What edges of a class have yielded. O(1).
  public func yield(of edge: EdgeClass) -> Yield { yields[edge] ?? Yield() }

  /// What variants and repairs have yielded together, before anything was correct or since. O(1).
  public func refinements(hasBest: Bool) -> Yield { hasBest ? refinementsSinceBest : refinementsBeforeBest }

  /// How many answers have come or are being written.
  public var asked: Int { nodes.count + writing }

  /// How many answers are being written or wait for a verdict.
  public var underWay: Int { writing + unjudged }

  // MARK: What happens

  /// Takes numbers for answers that are asked for, and returns the first.
  mutating func ask(_ count: Int, of parent: Int?) -> Int {
    defer { nextID += count }
    writing += count
    addPending(count, parent)
    return nextID
  }

  /// An answer that was asked for will not come.
  mutating func giveUp(on parent: Int?) {
    writing -= 1
    addPending(-1, parent)
  }

  /// An answer that was asked for has come.
  mutating func add(_ candidate: Candidate) {
    writing -= 1
    insert(candidate)
  }

  /// A candidate of an earlier run.
  mutating func restore(_ candidate: Candidate) {
    addPending(1, candidate.parent)
    insert(candidate)
    nextID = max(nextID, candidate.id + 1)
  }

  private mutating func insert(_ candidate: Candidate) {
    unjudged += 1
    var node = SearchNode(candidate)
    if let parent = candidate.parent.flatMap({ places[$0] }) {
      nodes[parent].children.append(candidate.id)
      node.depth = nodes[parent].depth + 1
      node.repairs = candidate.edge == .repair ? nodes[parent].repairs + 1 : 0
    }
    // Answers to one prompt may come in any order.
    let place = nodes.lastIndex { $0.id < candidate.id }.map { $0 + 1 } ?? 0
    nodes.insert(node, at: place)
    for index in place..<nodes.count { places[nodes[index].id] = index }
  }

  /// A candidate is settled. One that is settled already stays as it is.
  mutating func settle(_ id: Int, _ outcome: CandidateOutcome) {
    guard let place = places[id], !nodes[place].outcome.isSettled, outcome.isSettled else { return }
    let candidate = nodes[place].candidate
    let parent = candidate.parent.flatMap { places[$0] }
    unjudged -= 1
    addPending(-1, candidate.parent)
    lastSettled = id
    nodes[place].outcome = outcome
    let score = outcome.result.map(Score.init)
    nodes[place].score = score
    let hadBest = best != nil
    let isImprovement = score.map(isBest) ?? false
    nodes[place].isImprovement = isImprovement
    if isImprovement { best = id }
    follow(place, parent, score)
    // A failure of ours says nothing about the edge.
    if case .failed = outcome { return }
    let edge = EdgeClass(
      edge: candidate.edge, parent: parent.flatMap { nodes[$0].verdict }, hasBest: hadBest)
    yields[edge, default: Yield()].add(isImprovement)
    if candidate.edge != .sample {
      if hadBest { refinementsSinceBest.add(isImprovement) } else { refinementsBeforeBest.add(isImprovement) }
    }
    if let parent { nodes[parent].yield.add(isImprovement) }
    if nodes[place].isCorrect {
      rank(place)
    } else if nodes[place].edge == .repair, edges.contains(.repair) {
      repairable.append(id)
    }
  }

  /// A candidate was checked from scratch: the result replaces its score.
  mutating func confirm(_ id: Int, _ result: JudgeResult) {
    guard let place = places[id] else { return }
    nodes[place].recheck = result
    nodes[place].score = Score(result)
    nodes[place].isDemoted = !result.isCorrect
    correct.removeAll { $0 == id }
    if result.isCorrect {
      rank(place)
    } else if nodes[place].edge == .repair, edges.contains(.repair) {
      repairable.append(id)
    }
    best = correct.first
  }

  /// Nothing can be made from a candidate.
  mutating func close(_ id: Int) {
    guard let place = places[id] else { return }
    nodes[place].isClosed = true
    repairable.removeAll { $0 == id }
  }

  /// Puts a correct candidate in its place among the others.
  private mutating func rank(_ place: Int) {
    guard let score = nodes[place].score else { return }
    let id = nodes[place].id
    var range = correct.startIndex..<correct.endIndex
    while !range.isEmpty {
      let middle = range.lowerBound + range.count / 2
      let other = self[correct[middle]]?.score ?? score
      if score < other || !(other < score) && correct[middle] < id {
        range = (middle + 1)..<range.upperBound
      } else {
        range = range.lowerBound..<middle
      }
    }
    correct.insert(id, at: range.lowerBound)
  }

  private func isBest(_ score: Score) -> Bool {
    guard score.isCorrect else { return false }
    guard let best, let bestScore = self[best]?.score else { return true }
    return bestScore < score
  }

  /// Keeps what is known about the line that a settled candidate ends.
  private mutating func follow(_ place: Int, _ parent: Int?, _ score: Score?) {
    let before = parent.flatMap { nodes[$0].lineBest }
    let isBetter = score.map { score in before.map { $0 < score } ?? true } ?? false
    nodes[place].lineBest = isBetter ? score : before
    nodes[place].stall = isBetter ? 0 : (parent.map { nodes[$0].stall } ?? 0) + 1
  }

  private mutating func addPending(_ count: Int, _ parent: Int?) {
    guard let parent else {
      pendingSamples += count
      return
    }
    if let place = places[parent] { nodes[place].pending += count }
  }
}
