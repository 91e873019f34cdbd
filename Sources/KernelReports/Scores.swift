import KernelBench

/// What is counted with ties left out, which the benchmark's own `fast_p` does not.
enum Estimators {
  /// fast_p (Ouyang et al., *KernelBench: Can LLMs Write Efficient GPU Kernels?*, 2025, section 3.3): the share of all
  /// problems that are solved by a kernel whose ratio is above `p`, strictly, and from p = 1 on no tie.
  ///
  /// At p = 0 every solved problem counts, timed or not, as in the paper: fast_0 is the solve rate.
  static func fastP(
    _ outcomes: [ProblemOutcome], p: Double, against baseline: SpeedTable.Baseline
  ) -> Proportion? {
    let solved = outcomes.filter { $0.state == .solved }
    let counted = p == 0 ? solved.count : solved.count { $0.best?.beats(baseline, by: p) == true }
    return Proportion(counted, of: outcomes.count)
  }
}

extension RunScores {
  /// Scores a run's problems.
  ///
  /// - Parameters:
  ///   - all: The problems, the unjudgeable ones among them.
  ///   - resamples: How often the bootstrap draws.
  ///   - generator: Draws.
  init(_ all: [ProblemOutcome], resamples: Int, using generator: inout some RandomNumberGenerator) {
    let judgeable = all.filter { $0.state != .unjudgeable }
    problems = all.count
    solved = all.count { $0.state == .solved }
    unsolved = all.count { $0.state == .unsolved }
    failed = all.count { $0.state == .failed }
    unjudgeable = all.count { $0.state == .unjudgeable }
    solveRate = Proportion(solved, of: judgeable.count)
    sampling = Self.sampling(judgeable, resamples: resamples, using: &generator)
    speed = Self.speed(judgeable, resamples: resamples, using: &generator)
    spending = Spending(all)
    families = []
    for family in ProblemFamily.allCases {
      let members = judgeable.filter { $0.family == family }
      guard let rate = Proportion(members.count { $0.state == .solved }, of: members.count) else { continue }
      let ratios = members.compactMap { $0.best?.ratioToBetter }
      families.append(
        Family(
          family: family, solveRate: rate,
          fasterThanBetter: speed == nil ? nil : Estimators.fastP(members, p: 1, against: .better),
          geometricMean: IntervalEstimate(geometricMeanOf: ratios, resamples: resamples, using: &generator)))
    }
  }

  private static func sampling(
    _ judgeable: [ProblemOutcome], resamples: Int, using generator: inout some RandomNumberGenerator
  ) -> Sampling? {
    let sampled = judgeable.filter { $0.sampleCount > 0 }
    guard let least = sampled.map(\.sampleCount).min(), let most = sampled.map(\.sampleCount).max() else { return nil }
    var passAt: [PassAtCount] = []
    var k = 1
    while k <= least {
      let values = sampled.compactMap {
        PassAtK.estimate(.init(samples: $0.sampleCount, correct: $0.correctSampleCount), k: k)
      }
      if let estimate = IntervalEstimate(meanOf: values, resamples: resamples, using: &generator) {
        passAt.append(PassAtCount(k: k, estimate: estimate))
      }
      k *= 2
    }
    return Sampling(passAt: passAt, problems: sampled.count, leastSamples: least, mostSamples: most)
  }

  private static func speed(
    _ judgeable: [ProblemOutcome], resamples: Int, using generator: inout some RandomNumberGenerator
  ) -> SpeedTable? {
    let solved = judgeable.filter { $0.state == .solved }
    let timed = solved.count { $0.best?.ratioToBetter != nil }
    guard timed > 0 else { return nil }
    var against: [SpeedTable.AgainstBaseline] = []
    for baseline in SpeedTable.Baseline.allCases {
      let ratios = solved.compactMap { $0.best?.ratio(to: baseline) }
      let fast = SpeedTable.thresholds.compactMap { p in
        Estimators.fastP(judgeable, p: p, against: baseline).map { SpeedTable.Threshold(p: p, share: $0) }
      }
      // A ratio from paired times alone says nothing of the eager reference.
      guard !ratios.isEmpty else { continue }
      against.append(
        SpeedTable.AgainstBaseline(
          baseline: baseline, fast: fast,
          geometricMean: IntervalEstimate(geometricMeanOf: ratios, resamples: resamples, using: &generator),
          ties: solved.count { $0.best?.isTie(with: baseline) == true }))
    }
    return SpeedTable(timed: timed, untimed: solved.count - timed, against: against)
  }
}

extension RunScores.Spending {
  /// Sums up what all problems took, the unsolved and the unjudgeable ones too: they were paid for.
  init(_ outcomes: [ProblemOutcome]) {
    let solved = outcomes.count { $0.state == .solved }
    inputTokens = outcomes.reduce(0) { $0 + $1.inputTokens }
    outputTokens = outcomes.reduce(0) { $0 + $1.outputTokens }
    seconds = outcomes.reduce(0) { $0 + $1.secondsSpent }
    let costs = outcomes.compactMap(\.cost)
    cost = costs.isEmpty ? nil : costs.reduce(0, +)
    unpriced = outcomes.reduce(0) { $0 + $1.unpricedCount }
    guard solved > 0 else { return }
    tokensPerSolved = Double(inputTokens + outputTokens) / Double(solved)
    costPerSolved = cost.map { $0 / Double(solved) }
    secondsPerSolved = seconds / Double(solved)
  }
}
