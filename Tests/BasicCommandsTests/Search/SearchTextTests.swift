import KernelEvaluation
import KernelVerdicts
import RunStore
import Testing

@testable import BasicCommands
@testable import KernelSearch

struct SearchTextTests {
  private static func score(_ verdict: Verdict, ratio: Double? = nil, estimate: Double? = nil) throws -> Score {
    Score(try SearchDoubles.result(verdict, ratio: ratio, estimate: estimate))
  }

  private static func events() throws -> [(SearchEvent, String?)] {
    [
      (.asked(first: 3, count: 1, edge: .sample, parent: nil), nil),
      (.written(id: 3, hasCode: true), nil),
      (.written(id: 3, hasCode: false), "1:05  candidate 3: no code in the answer"),
      (.checking(id: 3), nil),
      (
        .judged(id: 3, verdict: .incorrect, score: try score(.incorrect), isImprovement: false),
        "1:05  candidate 3: incorrect"
      ),
      (
        .judged(id: 3, verdict: .correct, score: try score(.correct, ratio: 1.518), isImprovement: true),
        "1:05  candidate 3: correct, 1.52 times as fast as PyTorch, the best so far"
      ),
      (
        .judged(id: 3, verdict: .correct, score: try score(.correct, estimate: 0.0000125), isImprovement: false),
        "1:05  candidate 3: correct, estimated 12.5 µs"
      ),
      (.duplicate(id: 4, of: 3), "1:05  candidate 4: the same as candidate 3"),
      (.notWritten(id: 5, reason: "Too long."), "1:05  candidate 5 was not written: Too long."),
      (
        .writerPaused(reason: "Busy.", pause: .seconds(90)),
        "1:05  the model cannot be asked, waiting 1m30s: Busy."
      ),
      (
        .checkFailed(id: 5, reason: "Full.", willRetry: true),
        "1:05  candidate 5 could not be checked, trying again: Full."
      ),
      (.checkFailed(id: 5, reason: "Full.", willRetry: false), "1:05  candidate 5 could not be checked: Full."),
      (.confirming(id: 3), nil),
      (.confirmed(id: 3, verdict: .incorrect), "1:05  candidate 3 checked once more, from scratch: incorrect"),
      (.notRefinable(id: 3, reason: "Too long."), nil),
    ]
  }

  @Test func `each event that lasts has a line`() throws {
    for (event, line) in try Self.events() {
      #expect(SearchText.line(event, Spending(time: .milliseconds(65_900))) == line)
    }
  }

  @Test(arguments: [
    (SearchEvent.asked(first: 3, count: 1, edge: .sample, parent: nil), "writing candidate 3" as String?),
    (.asked(first: 3, count: 4, edge: .variant, parent: 2), "writing candidates 3 to 6, a variant of 2"),
    (.asked(first: 3, count: 1, edge: .repair, parent: 0), "writing candidate 3, a repair of 0"),
    (.checking(id: 3), "checking candidate 3"),
    (.confirming(id: 3), "checking candidate 3 once more, from scratch"),
    (.written(id: 3, hasCode: true), nil), (.duplicate(id: 4, of: 3), nil),
    (.confirmed(id: 3, verdict: .correct), nil),
  ])
  func `what is being done is said`(event: SearchEvent, text: String?) {
    #expect(SearchText.activity(event) == text)
  }

  @Test(arguments: [
    (Duration.zero, "0:00"), (.milliseconds(7_999), "0:07"), (.seconds(59), "0:59"), (.seconds(750), "12:30"),
    (.seconds(3600), "1:00:00"), (.seconds(3723), "1:02:03"), (.seconds(360_000), "100:00:00"),
  ])
  func `times are those of a clock`(duration: Duration, text: String) {
    #expect(SearchText.clock(duration) == text)
  }

  @Test(arguments: [
    (1.25e-6, "1.3 µs"), (0.5e-3, "500.0 µs"), (1e-3, "1.00 ms"), (0.01234, "12.34 ms"), (2, "2000.00 ms"),
  ])
  func `short times have the unit that suits them`(seconds: Double, text: String) {
    #expect(SearchText.microseconds(seconds) == text)
  }

  @Test(arguments: [
    (SearchEnd.goalReached, "the goal is reached"), (.budgetSpent(.tokens), "the budget is spent (tokens)"),
    (.exhausted, "the strategy has nothing more to do"), (.stopped, "stopped"),
    (.notJudgeable(reason: "R."), "no candidate can be judged: R."),
    (.writerFailed(reason: "R."), "the model could not be asked any more: R."),
    (.judgeFailed(reason: "R."), "judging failed: R."),
    (.promptTooLong(reason: "R."), "the problem does not fit the model: R."),
  ])
  func `an end is said in words`(end: SearchEnd, text: String) {
    #expect(SearchText.end(end) == text)
  }
}

struct SuiteProgressTests {
  private static func result(
    _ end: SearchEnd, candidates: Int = 2, seconds: Int = 60, ratio: Double? = nil, isSolved: Bool = false
  ) throws -> SearchResult {
    var tree = SearchTree()
    for id in 0..<candidates {
      tree.add(Candidate(id: tree.ask(1, of: nil), model: "m", answer: "", source: "\(id)"))
      let isBest = id == 0 && (isSolved || ratio != nil)
      tree.settle(id, .judged(try SearchDoubles.result(isBest ? .correct : .incorrect, ratio: isBest ? ratio : nil)))
    }
    return SearchResult(
      end: end, best: tree.best.flatMap { tree[$0] }, isConfirmed: tree.best != nil, isSolved: isSolved, tree: tree,
      spending: Spending(time: .seconds(seconds), candidates: candidates))
  }

  @Test func `each problem has a line with the state of the whole`() throws {
    let problems = (0..<8).map { SearchStore.problem("1/\($0 + 19)", $0) }
    var progress = SuiteProgress(problems)
    #expect(progress.head(problems[2]) == "[3/8] 1/21 ReLU")
    #expect(
      progress.ended(problems[0], try Self.result(.goalReached, ratio: 1.5, isSolved: true))
        == "[1/8] 1/19 ReLU: solved, 1.50 times as fast as PyTorch (1:00, 2 candidates); "
        + "1 of 1 solved, 7 to go, about 7:00 left")
    #expect(
      progress.ended(problems[1], try Self.result(.budgetSpent(.time), candidates: 1, seconds: 120))
        == "[2/8] 1/20 ReLU: not solved (2:00, 1 candidate); 1 of 2 solved, 6 to go, about 9:00 left")
    #expect(
      progress.ended(problems[2], try Self.result(.exhausted, seconds: 0, ratio: 0.5))
        == "[3/8] 1/21 ReLU: a correct kernel, 0.50 times as fast as PyTorch, not what was looked for "
        + "(0:00, 2 candidates); 1 of 3 solved, 5 to go, about 5:00 left")
    let expected = "[4/8] 1/22 ReLU: could not be worked on; 1 of 4 solved, 4 to go, about 4:00 left"
    #expect(progress.ended(problems[3], nil) == expected)
    #expect(
      progress.ended(problems[4], try Self.result(.notJudgeable(reason: "Constant."), candidates: 0, seconds: 0))
        == "[5/8] 1/23 ReLU: cannot be judged: Constant. (0:00, 0 candidates); 1 of 5 solved, 3 to go, about 2:15 left")
    // What stopped is not done.
    #expect(
      progress.ended(problems[5], try Self.result(.stopped))
        == "[6/8] 1/24 ReLU: stopped; 1 of 5 solved, 3 to go, about 2:15 left")
    #expect(
      progress.ended(problems[5], try Self.result(.writerFailed(reason: "Gone.")))
        == "[6/8] 1/24 ReLU: the model could not be asked any more: Gone.; 1 of 5 solved, 3 to go, about 2:15 left")
  }

  @Test func `a run that is gone on with counts what was done before, and guesses nothing from it`() async throws {
    try await SampleStore.with { (_, database) async throws in
      let problems = (0..<3).map { SearchStore.problem("1/\($0)", $0) }
      let writer = try await database.create(SearchStore.run(), problems: problems, driver: SearchStore.driver)
      try await writer.append(SampleStore.candidate("1/0", 0), text: SampleStore.text("1/0", 0))
      try await writer.record(
        SampleStore.verdict(.correct, ""), judgement: "{}", for: CandidateID(problem: "1/0", ordinal: 0))
      try await writer.finish(problem: "1/0", as: .solved, best: 0)
      let stored = try await database.problems(of: writer.run)
      var progress = SuiteProgress(stored)
      #expect(progress.ended(stored[1], nil) == "[2/3] 1/1 ReLU: could not be worked on; 1 of 2 solved")
      #expect(
        progress.ended(stored[2], try Self.result(.exhausted))
          == "[3/3] 1/2 ReLU: not solved (1:00, 2 candidates); 1 of 3 solved")
    }
  }
}
