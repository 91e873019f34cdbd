import KernelBench
import KernelVerdicts
import Testing

@testable import KernelReports

@Suite struct ScoresTests {
  /// 1 − C(n−c, k)/C(n, k), by counting.
  @Test(
    arguments: [
      (10, 3, 1, 0.3), (10, 3, 2, 1 - 21.0 / 45), (10, 3, 8, 1), (10, 0, 10, 0), (10, 10, 1, 1), (4, 1, 4, 1),
      (1, 0, 1, 0),
      (200, 1, 100, 0.5),
    ] as [(Int, Int, Int, Double)])
  func `pass at k is that of Chen et al`(_ n: Int, _ c: Int, _ k: Int, _ value: Double) throws {
    let estimate = try #require(PassAtK.estimate(.init(samples: n, correct: c), k: k))
    #expect(abs(estimate - value) < 1e-12)
  }

  @Test func `pass at k is what drawing k of n samples gives`() throws {
    // All 2^n ways to be correct and all subsets of k: the estimator is their share.
    for n in 1...7 {
      for c in 0...n {
        for k in 1...n {
          let subsets = (0..<(1 << n)).filter { $0.nonzeroBitCount == k }
          let hits = subsets.count { $0 & ((1 << c) - 1) != 0 }
          let share = Double(hits) / Double(subsets.count)
          let estimate = try #require(PassAtK.estimate(.init(samples: n, correct: c), k: k))
          #expect(abs(estimate - share) < 1e-12)
        }
      }
    }
  }

  @Test(
    arguments: [
      (81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0, 0.1611), (1, 29, 0.0061, 0.1718),
      (20, 20, 0.8389, 1),
    ] as [(Int, Int, Double, Double)])
  // Newcombe, Two-Sided Confidence Intervals for the Single Proportion (1998), table I, method 3.
  func `Wilson's interval is that of the literature`(_ count: Int, _ total: Int, _ lower: Double, _ upper: Double)
    throws
  {
    let share = try #require(Proportion(count, of: total))
    #expect(abs(share.lower - lower) < 5.1e-5)
    #expect(abs(share.upper - upper) < 5.1e-5)
  }

  @Test func `there is no share of nothing`() {
    #expect(Proportion(0, of: 0) == nil)
    #expect(Proportion(3, of: 2) == nil)
  }

  @Test func `the bootstrap repeats, holds the mean, and narrows with more values`() throws {
    func estimate(_ count: Int, seed: UInt64) throws -> IntervalEstimate {
      var generator = ReportGenerator(seed: seed)
      return try #require(
        IntervalEstimate(meanOf: (0..<count).map { Double($0 % 4) }, resamples: 2000, using: &generator))
    }
    let few = try estimate(8, seed: 1)
    let many = try estimate(800, seed: 1)
    #expect(try estimate(8, seed: 1) == few)
    let widths = try [few, many].map { try #require($0.upper) - #require($0.lower) }
    #expect(few.value == 1.5 && many.value == 1.5)
    // The standard error is sqrt(1.25/n): 0.395 and 0.0395, times 3.92.
    #expect(abs(widths[0] - 1.55) < 0.2)
    #expect(abs(widths[1] - 0.155) < 0.02)
  }

  @Test func `equal values have no interval`() throws {
    var generator = ReportGenerator(seed: 1)
    let estimate = try #require(IntervalEstimate(meanOf: [1, 1, 1], resamples: 100, using: &generator))
    #expect(estimate.lower == nil && estimate.upper == nil)
    #expect(IntervalEstimate(meanOf: [], resamples: 100, using: &generator) == nil)
    #expect(IntervalEstimate(geometricMeanOf: [1, 0], resamples: 100, using: &generator) == nil)
  }

  @Test(arguments: [(0, 0, 1.0), (5, 0, 0.0625), (0, 5, 0.0625), (8, 2, 0.109375), (3, 3, 1)] as [(Int, Int, Double)])
  func `the sign test is exact`(_ first: Int, _ second: Int, _ p: Double) {
    #expect(abs(RunComparison.signTest(first, second) - p) < 1e-9)
  }

  @Test func `the small run's scores are those one counts`() throws {
    let scores = try SuiteReport([Sample.small]).runs[0].scores
    #expect([scores.problems, scores.solved, scores.unsolved, scores.failed, scores.unjudgeable] == [5, 3, 1, 0, 1])
    #expect(scores.solveRate?.count == 3 && scores.solveRate?.total == 4)
    let sampling = try #require(scores.sampling)
    #expect([sampling.problems, sampling.leastSamples, sampling.mostSamples] == [4, 2, 2])
    #expect(sampling.passAt.map(\.k) == [1, 2])
    #expect(sampling.passAt.map(\.estimate.value) == [0.375, 0.75])

    // Ratios to the better one, the compiled: 2, 1.005 (tie), 0.8. To eager: 4, 2.01, 1.6.
    let speed = try #require(scores.speed)
    #expect(speed.timed == 3 && speed.untimed == 0)
    #expect(SpeedTable.thresholds.map { speed.fast($0, .better)?.count } == [3, 3, 2, 1, 1, 0])
    #expect(SpeedTable.thresholds.map { speed.fast($0, .eager)?.count } == [3, 3, 3, 3, 3, 2])
    #expect(speed[.better]?.ties == 1 && speed[.eager]?.ties == 0)
    let mean = try #require(speed[.better]?.geometricMean)
    #expect(abs(mean.value * mean.value * mean.value - 2 * (1 / 0.995) * 0.8) < 1e-12)

    // Eight candidates of 100 + 50 tokens and a cent each, for three solved problems.
    let spending = scores.spending
    #expect([spending.inputTokens, spending.outputTokens, spending.unpriced] == [800, 400, 0])
    #expect(spending.tokensPerSolved == 400)
    #expect(try abs(#require(spending.costPerSolved) - 0.08 / 3) < 1e-12)
    #expect(spending.seconds == 300 && spending.secondsPerSolved == 100)
    #expect(scores.families.map(\.family) == [.matrixProduct, .normalization, .softmax, .activation])
    #expect(scores.families.map { "\($0.solveRate.count)/\($0.solveRate.total)" } == ["1/1", "0/1", "1/1", "1/1"])
    #expect(scores.families.map(\.fasterThanBetter?.count) == [0, 0, 0, 1])
  }

  private func candidate(
    runtime: Double?, eager: Double? = 1, compiled: Double? = nil, speed: SuiteResults.Candidate.Speed = .notTimed,
    ratio: SuiteResults.Candidate.Ratio? = nil
  ) -> SuiteResults.Candidate {
    SuiteResults.Candidate(
      ordinal: 1, verdict: .correct, runtimeMilliseconds: runtime, eagerMilliseconds: eager,
      compiledMilliseconds: compiled,
      ratio: ratio, speed: speed)
  }

  @Test func `a ratio that equals the threshold is not above it`() {
    let best = ProblemOutcome.Best(candidate(runtime: 0.5))
    #expect(best.ratioToBetter == 2)
    #expect(best.beats(.better, by: 1.5) && !best.beats(.better, by: 2))
  }

  @Test func `a tie counts below 1 and not from 1 on, however large its ratio`() {
    let wide = SuiteResults.Candidate.Ratio(value: 1.7, lower: 0.8, upper: 3)
    let best = ProblemOutcome.Best(candidate(runtime: 0.6, speed: .tie, ratio: wide))
    #expect([0, 0.5, 0.8, 1, 1.5, 2].map { best.beats(.better, by: $0) } == [true, true, true, false, false, false])
    // Eager is the better one, so the verdict is about it too.
    #expect(!best.beats(.eager, by: 1))
  }

  @Test func `a tie with the compiled reference may be faster than the eager one`() {
    let best = ProblemOutcome.Best(candidate(runtime: 0.5, eager: 1, compiled: 0.5, speed: .tie))
    #expect(!best.beats(.better, by: 1))
    #expect(best.beats(.eager, by: 1.5))
    let near = ProblemOutcome.Best(candidate(runtime: 0.985, eager: 1, compiled: 0.99, speed: .tie))
    #expect(!near.beats(.eager, by: 1))
  }

  @Test func `without a verdict the margin of two percent decides`() {
    #expect(!ProblemOutcome.Best(candidate(runtime: 0.99)).beats(.better, by: 1))
    #expect(ProblemOutcome.Best(candidate(runtime: 0.97)).beats(.better, by: 1))
  }

  @Test(arguments: [nil, 0, -1, .nan, .infinity] as [Double?])
  func `a time that is none leaves the kernel untimed`(_ runtime: Double?) {
    let best = ProblemOutcome.Best(candidate(runtime: runtime))
    #expect(best.ratioToBetter == nil && best.ratioToEager == nil && best.runtimeMilliseconds == nil)
    #expect(!best.beats(.better, by: 0))
  }

  @Test func `an estimate is part of no score`() throws {
    let estimated = SuiteResults.Candidate(ordinal: 1, verdict: .correct, estimateMilliseconds: 0.001)
    var run = Sample.small
    run.problems = [Sample.problem("1/1", "A", .solved, [estimated])]
    let report = try SuiteReport([run])
    #expect(report.runs[0].scores.speed == nil)
    #expect(report.text().contains("fast_p: not timed"))
  }

  @Test func `solved problems without a time count at p = 0 alone`() throws {
    var run = Sample.small
    run.problems = [
      Sample.problem("1/1", "A", .solved, [candidate(runtime: 0.25)]),
      Sample.problem("1/2", "B", .solved, [candidate(runtime: nil)]),
    ]
    let speed = try #require(try SuiteReport([run]).runs[0].scores.speed)
    #expect(speed.timed == 1 && speed.untimed == 1)
    #expect(SpeedTable.thresholds.map { speed.fast($0, .better)?.count } == [2, 1, 1, 1, 1, 1])
  }

  @Test func `variants, repairs and what was not judged are no independent samples`() throws {
    var run = Sample.small
    let verdicts: [(SuiteResults.Candidate.Edge, String)] = [
      (.sample, "correct"), (.sample, "unsupported"), (.sample, ""), (.variant, "correct"), (.repair, "incorrect"),
    ]
    run.problems = [
      Sample.problem(
        "1/1", "A", .solved,
        verdicts.enumerated().map { place, entry in
          SuiteResults.Candidate(ordinal: place, parent: 0, edge: entry.0, verdict: .init(rawValue: entry.1))
        })
    ]
    let problem = try SuiteReport([run]).runs[0].problems[0]
    #expect([problem.sampleCount, problem.correctSampleCount] == [1, 1])
    #expect(problem.verdictCounts == ["correct": 2, "unsupported": 1, "not-judged": 1, "incorrect": 1])
  }

  @Test func `a correct candidate does not solve a problem whose state says otherwise`() throws {
    var run = Sample.small
    run.problems = [Sample.problem("1/1", "A", .unsolved, [candidate(runtime: 0.1)])]
    let scored = try SuiteReport([run]).runs[0]
    #expect(scored.scores.solved == 0 && scored.scores.speed == nil)
    #expect(scored.problems[0].best == nil && scored.problems[0].solvedAtSeconds == nil)
  }

  @Test func `a run beside another counts the problems on which they differ`() throws {
    var other = Sample.small
    other.problems[0].state = .unsolved
    other.problems[3].state = .solved
    other.problems[2].state = .unjudgeable
    let comparison = try #require(try SuiteReport([Sample.small, other]).comparisons.first)
    #expect(
      [comparison.common, comparison.both, comparison.onlyRun, comparison.onlyReference] == [3, 1, 1, 1])
    #expect(comparison.signTest == 1)
  }

  @Test func `a report of no runs is an error`() {
    let error = #expect(throws: KernelReportsError.self) { try SuiteReport([]) }
    #expect(error?.code == .noRuns)
  }

  @Test func `a run's numbers do not depend on what stands beside it`() throws {
    let alone = try SuiteReport([Sample.sampled]).runs[0]
    let beside = try SuiteReport([Sample.timed, Sample.sampled]).runs[1]
    #expect(alone == beside)
  }

  @Test func `a search that chose how many samples it took has no pass at k`() throws {
    var run = Sample.sampled
    let sampled = try SuiteReport([run])
    #expect(sampled.runs[0].scores.sampling != nil)
    run.hasFixedSampleCount = false
    let report = try SuiteReport([run])
    #expect(report.runs[0].scores.sampling == nil)
    #expect(report.text().contains("no fixed number of independent samples"))
    #expect(!report.text().contains("pass@1"))
  }
}
