import KernelVerdicts

/// What a page has room for, shared among its problems.
struct PageRoom {
  /// The candidates that a problem may show.
  let candidatesPerProblem: Int
  private let oneSource: Int
  private let share: Int
  private var left = 0

  /// Shares the room out among so many problems.
  init(_ limits: SuitePage.Limits, problems: Int) {
    let share = limits.allCandidates / max(1, problems)
    candidatesPerProblem = max(0, min(limits.candidatesPerProblem, max(10, share)))
    oneSource = max(0, limits.sourceBytes)
    self.share = max(0, limits.allSourceBytes) / max(1, problems)
  }

  /// How many bytes of each candidate's source the next problem shows: the best one's first, then those of the correct ones,
  /// then the others' in their order. What is left over is for the problems that follow.
  ///
  /// - Complexity: O(*n* log *n*).
  mutating func sourceBytes(for candidates: [SuiteResults.Candidate]) -> [Int] {
    left += share
    func rank(_ place: Int) -> Int { candidates[place].isBest ? 0 : candidates[place].verdict == .correct ? 1 : 2 }
    let order = candidates.indices.sorted { (rank($0), $0) < (rank($1), $1) }
    var shown = Array(repeating: 0, count: candidates.count)
    for place in order {
      shown[place] = min(candidates[place].source?.utf8.count ?? 0, oneSource, left)
      left -= shown[place]
    }
    return shown
  }
}
