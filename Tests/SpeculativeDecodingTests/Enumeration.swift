import SpeculativeDecoding

/// Takes every random decision in every possible way, one run per way, and knows how probable each run is.
///
/// Running a piece of code under this turns "is it distributed as it should be?" into a sum: no sampling, no tolerance
/// but rounding.
struct EnumeratedChoices: RandomChoices {
  /// The branch to take at each decision, in order; decisions beyond its end take their first possible branch.
  fileprivate var script: [Int] = []
  fileprivate var taken: [(branch: Int, branches: [Int])] = []
  private(set) var probability = 1.0

  mutating func accepts(withProbability probability: Double, position: Int, draw: Int) -> Bool {
    decide([1 - probability, probability]) == 1
  }

  mutating func choice(from weights: [Double], position: Int, draw: Int) -> Int {
    let sum = weights.reduce(0, +)
    return decide(weights.map { $0 / sum })
  }

  /// A decision among branches of the given probabilities; the impossible ones are not taken.
  mutating func decide(_ probabilities: [Double]) -> Int {
    let possible = probabilities.indices.filter { probabilities[$0] > 0 }
    let branch = taken.count < script.count ? script[taken.count] : possible[0]
    taken.append((branch, possible))
    probability *= probabilities[branch]
    return branch
  }
}

/// The distribution of what `run` returns, over all ways in which its decisions can go.
func enumerate<Outcome: Hashable>(_ run: (inout EnumeratedChoices) throws -> Outcome) rethrows -> [Outcome: Double] {
  var distribution: [Outcome: Double] = [:]
  var script: [Int]? = []
  while let current = script {
    var choices = EnumeratedChoices()
    choices.script = current
    let outcome = try run(&choices)
    distribution[outcome, default: 0] += choices.probability
    // The next script: the last decision that has a branch left takes it; what came after starts anew.
    script = nil
    for index in choices.taken.indices.reversed() {
      let (branch, branches) = choices.taken[index]
      guard let place = branches.firstIndex(of: branch), place + 1 < branches.count else { continue }
      script = choices.taken[..<index].map(\.branch) + [branches[place + 1]]
      break
    }
  }
  return distribution
}

/// Half the sum of the absolute differences: 0 for equal distributions, 1 for disjoint ones.
func totalVariation<Outcome: Hashable>(_ left: [Outcome: Double], _ right: [Outcome: Double]) -> Double {
  Set(left.keys).union(right.keys).reduce(0) { $0 + abs((left[$1] ?? 0) - (right[$1] ?? 0)) } / 2
}

/// Softmax in double precision.
func softmax(_ logits: [Float]) -> [Double] {
  let maximum = Double(logits.max() ?? 0)
  let weights = logits.map { exponential(Double($0) - maximum) }
  let sum = weights.reduce(0, +)
  return weights.map { $0 / sum }
}

/// The distribution of the next `length` tokens after `text`, straight from the definition.
func plainDistribution(of model: ContextModel, after text: [Token], length: Int) -> [[Token]: Double] {
  var distribution: [[Token]: Double] = [[]: 1]
  for _ in 0..<length {
    var longer: [[Token]: Double] = [:]
    for (path, probability) in distribution {
      for (token, share) in softmax(model.logits(after: text + path)).enumerated() {
        longer[path + [Token(token)], default: 0] += probability * share
      }
    }
    distribution = longer
  }
  return distribution
}
