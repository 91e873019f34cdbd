import KernelEvaluation
import KernelVerdicts
import Testing

@testable import KernelSearch

@Suite struct `A score` {
  /// From the worst to the best.
  static let ladder: [JudgeResult] = [
    result(.rejected), result(.compileError), result(.timeout), result(.runtimeError), result(.incorrect),
    result(.incorrect, passed: 2), result(.correct), sized(result(.correct, estimate: 1e-9), 512),
    sized(result(.correct, estimate: 2e-3), 64), sized(result(.correct, estimate: 1e-3), 64),
    result(.correct, ratio: 0.5),
    result(.correct, ratio: 2),
  ]

  static func sized(_ result: JudgeResult, _ used: Int) -> JudgeResult {
    var result = result
    result.judgement.size = decoded(
      "{\"isFull\": false, \"reduced\": [{\"name\": \"N\", \"full\": 1024, \"used\": \(used)}]}")
    return result
  }

  @Test func `orders verdicts first, then what is measured, then what is estimated`() {
    let scores = Self.ladder.map(Score.init)
    for (place, score) in scores.enumerated() {
      for (other, otherScore) in scores.enumerated() {
        #expect((score < otherScore) == (place < other), "\(place) and \(other)")
      }
    }
  }

  @Test func `says on what its speed rests`() {
    #expect(Score(result(.correct, ratio: 2)).basis == .measured)
    #expect(Score(result(.correct, ratio: 2, estimate: 1)).basis == .measured)
    #expect(Score(result(.correct, estimate: 1)).basis == .estimated)
    #expect(Score(result(.correct)).basis == .none)
    #expect(Score(result(.incorrect, ratio: 9, estimate: 1)).basis == .none)
    for bad in [Double.nan, .infinity, 0, -1] { #expect(Score(result(.correct, estimate: bad)).basis == .none) }
  }

  @Test func `compares speeds only where they rest on the same`() {
    let measured = Score(result(.correct, ratio: 3))
    #expect(measured.speed(over: Score(result(.correct, ratio: 2))) == 1.5)
    #expect(measured.speed(over: Score(result(.correct, estimate: 1))) == nil)
    let small = Score(Self.sized(result(.correct, estimate: 1), 64))
    #expect(small.speed(over: Score(Self.sized(result(.correct, estimate: 2), 64))) == 2)
    #expect(small.speed(over: Score(Self.sized(result(.correct, estimate: 2), 512))) == nil)
    #expect(small.speed(over: Score(result(.incorrect))) == nil)
  }
}

@Suite struct `A goal` {
  @Test(arguments: [
    ("none", Goal.none), ("correct", .correct), ("Faster", .faster), ("1.5", .ratio(1.5)), ("2x", .ratio(2)),
    ("1e1", .ratio(10)),
  ]) func `is read from a text`(text: String, goal: Goal) throws {
    #expect(try Goal(text) == goal)
    #expect(try Goal(goal.description) == goal)
  }

  @Test(arguments: ["", "x", "-1", "0", "nan", "inf", "0x10", "fast", "1.5.2", "1e999", " 2"])
  func `is nothing else`(text: String) { #expect(throws: KernelSearchError.self) { try Goal(text) } }

  @Test func `of a speed is met by what is faster beyond chance, or by estimates of both sides`() {
    let tie = Score(result(.correct, ratio: 1.01))
    #expect(!Goal.faster.isMet(by: tie) && !Goal.ratio(1).isMet(by: tie) && Goal.ratio(0.9).isMet(by: tie))
    let fast = Score(result(.correct, ratio: 1.5))
    #expect(Goal.faster.isMet(by: fast) && Goal.ratio(1.5).isMet(by: fast) && !Goal.ratio(1.6).isMet(by: fast))
    let estimated = Score(result(.correct, estimate: 1e-3))
    #expect(!Goal.faster.isMet(by: estimated) && Goal.correct.isMet(by: estimated))
    #expect(Goal.faster.isMet(by: Score(result(.correct, estimate: 1e-3, estimatedRatio: 2))))
    #expect(!Goal.correct.isMet(by: Score(result(.incorrect))) && !Goal.none.isMet(by: fast))
  }
}
