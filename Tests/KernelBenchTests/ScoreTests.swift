import Foundation
import Testing

@testable import KernelBench

@Suite struct `pass@k` {
  /// C(n, k), exactly.
  private static func binomial(_ n: Int, _ k: Int) -> UInt64 {
    guard k <= n else { return 0 }
    return (0..<k).reduce(1) { $0 * UInt64(n - $1) / UInt64($1 + 1) }
  }

  @Test(arguments: 1...30)
  func `is what counting gives`(samples: Int) throws {
    for correct in 0...samples {
      for k in 1...samples {
        let estimate = try #require(PassAtK.estimate(.init(samples: samples, correct: correct), k: k))
        let all = Self.binomial(samples, k)
        let exact = Double(all - Self.binomial(samples - correct, k)) / Double(all)
        #expect(abs(estimate - exact) <= 1e-14 * max(exact, 1e-300))
      }
    }
  }

  @Test(arguments: 1...9)
  func `is the part of all choices that has a correct sample`(samples: Int) throws {
    for correct in 0...samples {
      for k in 1...samples {
        let choices = (0..<(1 << samples)).filter { $0.nonzeroBitCount == k }
        let good = choices.count { $0 & ((1 << correct) - 1) != 0 }
        let estimate = try #require(PassAtK.estimate(.init(samples: samples, correct: correct), k: k))
        #expect(abs(estimate - Double(good) / Double(choices.count)) < 1e-13)
      }
    }
  }

  @Test func `keeps its digits where they are few or many`() throws {
    let tiny = try #require(PassAtK.estimate(.init(samples: 1_000_000_000, correct: 1), k: 1))
    #expect(abs(tiny / 1e-9 - 1) < 1e-14)
    let large = try #require(PassAtK.estimate(.init(samples: 100_000, correct: 50_000), k: 1000))
    #expect(large == 1)
    #expect(PassAtK.estimate(.init(samples: 5, correct: 0), k: 2) == 0)
    #expect(PassAtK.estimate(.init(samples: 5, correct: 0), k: 2)?.sign == .plus)
    #expect(PassAtK.estimate(.init(samples: 5, correct: 4), k: 2) == 1)
    #expect(PassAtK.estimate(.init(samples: 5, correct: 4), k: 6) == nil)
    #expect(PassAtK.estimate(.init(samples: 5, correct: 4), k: 0) == nil)
  }

  @Test func `grows with the correct ones and with k`() throws {
    for samples in [7, 40] {
      for k in 1..<samples {
        let row = try (0...samples).map { correct in
          try #require(PassAtK.estimate(.init(samples: samples, correct: correct), k: k))
        }
        #expect(row == row.sorted() && row.first == 0 && row.last == 1)
        let next = try #require(PassAtK.estimate(.init(samples: samples, correct: 3), k: k + 1))
        #expect(next >= row[3])
      }
    }
  }

  @Test func `over problems is their mean, in an interval that repeats for a seed`() throws {
    let problems = (0..<40).map { PassAtK.Problem(samples: 8, correct: $0 % 9) } + [.init(samples: 2, correct: 2)]
    var generator = SeededGenerator(seed: 4)
    let score = try #require(PassAtK(problems, k: 4, using: &generator))
    let estimates = problems.prefix(40).compactMap { PassAtK.estimate($0, k: 4) }
    #expect(score.problems == 40 && score.k == 4)
    #expect(abs(score.value - estimates.reduce(0, +) / 40) < 1e-14)
    #expect(score.interval.contains(score.value) && score.interval.lowerBound < score.interval.upperBound)
    var again = SeededGenerator(seed: 4)
    #expect(PassAtK(problems, k: 4, using: &again) == score)
    #expect(PassAtK(problems, k: 9, using: &again) == nil)
    #expect(PassAtK([], k: 1, using: &again) == nil)
    let all = try #require(PassAtK(Array(repeating: .init(samples: 3, correct: 3), count: 5), k: 1, using: &again))
    #expect(all.interval == 1...1)
  }

  @Test func `has an interval that covers the mean about 95 times in a hundred`() throws {
    var generator = SeededGenerator(seed: 11)
    let isCovered = try (0..<400).map { _ in
      // Problems are solved with a chance that is itself drawn evenly from 0...1, so that the mean of pass@1 is 1/2.
      let problems = (0..<60).map { _ in
        let chance = Double.random(in: 0...1, using: &generator)
        return PassAtK.Problem(
          samples: 10, correct: (0..<10).count { _ in Double.random(in: 0..<1, using: &generator) < chance })
      }
      return try #require(PassAtK(problems, k: 1, resamples: 400, using: &generator)).interval.contains(0.5)
    }
    #expect((360...396).contains(isCovered.count { $0 }))
  }

  @Test func `is written as KernelBench's evaluation writes it`() {
    func samples(_ correct: Int, of count: Int) -> [SampleResult] {
      (0..<count).map { SampleResult(sample: $0, compiled: true, isCorrect: $0 < correct) }
    }
    var results = EvaluationResults([10: samples(0, of: 2), 9: samples(1, of: 4)])
    // Correct but not compiled does not count.
    results.problems[10]?[0].isCorrect = true
    results.problems[10]?[0].compiled = false
    #expect(
      PassAtKResults(results, ks: [1, 4]).text == """
        {
          "averages": {
            "avg_pass@1": 0.125,
            "avg_pass@4": 0.5
          },
          "metadata": {
            "total_problems": 2,
            "problems_with_samples": 2,
            "total_evaluated_samples": 6,
            "total_correct_samples": 1,
            "pass@1_count": 2,
            "pass@4_count": 1
          },
          "problems": {
            "9": {
              "total_samples": 4,
              "correct_samples": 1,
              "pass@1": 0.25,
              "pass@4": 1.0
            },
            "10": {
              "total_samples": 2,
              "correct_samples": 0,
              "pass@1": 0.0,
              "pass@2": 0.0
            }
          }
        }
        """)
    #expect(PassAtKResults(EvaluationResults(), ks: [1]).text.contains("\"averages\": {}"))
  }
}

@Suite struct `Speed scores` {
  private static let scores = FastP([
    .incorrect, .correct(speedRatio: 1), .correct(speedRatio: 2), .correct(speedRatio: 0.5), .correct(speedRatio: nil),
  ])

  @Test(arguments: [(0, 0.8), (0.5, 0.4), (0.8, 0.4), (1, 0.2), (1.5, 0.2), (2, 0)])
  func `count what is faster than p, and no tie`(p: Double, part: Double) {
    #expect(Self.scores.score(p) == part)
  }

  @Test func `have a solve rate and a geometric mean of those that were timed`() throws {
    #expect(Self.scores.solveRate == 0.8 && Self.scores.score(0) == Self.scores.solveRate)
    #expect(try abs(#require(Self.scores.geometricMean) - 1) < 1e-15)
    #expect(FastP([]).solveRate == 0 && FastP([]).score(0) == 0 && FastP([]).geometricMean == nil)
    #expect(FastP([.incorrect]).geometricMean == nil)
  }

  @Test(arguments: [0, -1, Double.nan, .infinity])
  func `take no ratio that is none`(ratio: Double) {
    let scores = FastP([.correct(speedRatio: ratio)])
    #expect(scores.score(0) == 1 && scores.score(0.5) == 0 && scores.geometricMean == nil)
  }

  @Test(arguments: 0..<50)
  func `fall with p and never pass the solve rate`(seed: Int) throws {
    var generator = SeededGenerator(seed: UInt64(seed))
    let ratios = (0..<Int.random(in: 1...100, using: &generator)).map { _ in
      exp(Double.random(in: -3...3, using: &generator))
    }
    let scores = FastP(ratios.map { .correct(speedRatio: $0) } + [.incorrect])
    let values = FastP.thresholds.map { scores.score($0) }
    #expect(values == values.sorted(by: >) && values[0] == scores.solveRate)
    let mean = try #require(scores.geometricMean)
    let lowest = try #require(ratios.min())
    let highest = try #require(ratios.max())
    #expect(mean >= lowest * (1 - 1e-12) && mean <= highest * (1 + 1e-12))
    // Turning every ratio over turns the mean over.
    let turned = FastP(ratios.map { .correct(speedRatio: 1 / $0) })
    #expect(try abs(#require(turned.geometricMean) * mean - 1) < 1e-12)
  }
}
