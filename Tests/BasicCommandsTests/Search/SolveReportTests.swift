import Foundation
import KernelEvaluation
import KernelPrompting
import KernelVerdicts
import RunStore
import Testing

@testable import BasicCommands
@testable import KernelSearch

struct SolveReportTests {
  /// A tree with a candidate of each kind; the fourth is the best.
  private static func tree() throws -> SearchTree {
    var tree = SearchTree()
    func add(_ edge: EdgeKind, of parent: Int? = nil, source: String? = "x", _ outcome: CandidateOutcome) {
      let id = tree.ask(1, of: parent)
      tree.add(
        Candidate(
          id: id, parent: parent, edge: edge, model: "m", seed: 40 + UInt64(id), answer: "", source: source,
          language: .python, usage: Usage(promptTokens: 100, completionTokens: 50 + id), time: .milliseconds(1250 * id))
      )
      tree.settle(id, outcome)
    }
    add(.sample, .judged(try SearchDoubles.result(.incorrect, reason: "Half of it is wrong.")))
    add(.sample, source: nil, .noCode(reason: "The answer holds no code."))
    add(.sample, .duplicate(of: 0))
    add(.repair, of: 0, source: "the best", .judged(try SearchDoubles.result(.correct, ratio: 1.5, hash: "k")))
    add(.variant, of: 3, .failed(reason: "The disk is full."))
    add(.variant, of: 3, .unjudged)
    tree.confirm(3, try SearchDoubles.result(.correct, ratio: 1.25, estimate: 0.001, reason: "Right again."))
    return tree
  }

  private static func result(_ end: SearchEnd, isSolved: Bool) throws -> SearchResult {
    let tree = isSolved ? try tree() : SearchTree()
    return SearchResult(
      end: end, best: tree.best.flatMap { tree[$0] }, isConfirmed: isSolved, isSolved: isSolved, tree: tree,
      spending: Spending(
        time: .milliseconds(8125), usage: Usage(promptTokens: 600, completionTokens: 315, cost: 0.125), candidates: 6,
        checks: 3))
  }

  @Test func `the report of a solved problem`() throws {
    let problem = try SearchDoubles.problem()
    let report = SolveReport(
      run: SearchStore.run(), problem: problem, result: try Self.result(.budgetSpent(.time), isSolved: true))
    #expect(report.isSolved && !report.isUnjudgeable)
    try Golden.check(try JSON.document(report), "solve.json.txt")
    let files = try report.files(problem)
    let json = try JSON.document(report)
    #expect(files.map(\.0) == ["level_1_problem_19_sample_0_kernel.py", "level_1_problem_19_sample_0_report.json"])
    #expect(files[0].1 == "the best" && files[1].1 == json)
  }

  @Test func `the report of a problem that nobody can judge candidates for`() throws {
    let problem = try SearchDoubles.problem("mine.py")
    let report = SolveReport(
      run: SearchStore.run(), problem: problem,
      result: try Self.result(.notJudgeable(reason: "Its output is constant."), isSolved: false))
    #expect(!report.isSolved && report.isUnjudgeable && report.problem == "mine")
    #expect(report.end == "no candidate can be judged: Its output is constant.")
    #expect(try report.files(problem).map(\.0) == ["mine_report.json"])
    let json = try JSONSerialization.jsonObject(with: Data(try JSON.document(report).utf8)) as? [String: Any]
    #expect(json?["solved"] as? Bool == false)
    #expect((json?["candidates"] as? [Any])?.isEmpty == true)
  }
}
