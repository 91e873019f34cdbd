import KernelEvaluation
import KernelVerdicts
import Testing

@testable import KernelSearch

@Suite struct `The simple strategies` {
  private var generator = SeededGenerator(seed: 1)

  @Test mutating func `ask for one greedy answer`() {
    let strategy = GreedyStrategy()
    #expect(strategy.next(in: SearchTree(), using: &generator) == .write(.samples(1, isGreedy: true)))
    #expect(World().tree(strategy, count: 10, seed: 3).nodes.count == 1)
  }

  @Test(arguments: [1, 8, 20]) func `ask for as many samples as they are told to`(count: Int) {
    let tree = World().tree(BestOfStrategy(count), count: 100, seed: 4)
    #expect(tree.nodes.count == count && tree.nodes.allSatisfy { $0.candidate.edge == .sample })
  }

  @Test func `repair one chain until it is right, and then vary the best`() {
    var world = World(sample: 0, repair: 1, variant: 1)
    let tree = world.tree(LinearStrategy(), count: 6, seed: 5)
    #expect(tree.nodes.map(\.candidate.edge) == [.sample, .repair, .variant, .variant, .variant, .variant])
    #expect(tree.nodes.map(\.candidate.parent) == [nil, 0, 1, 2, 3, 4])
    world.variant = 0
    #expect(world.tree(LinearStrategy(), count: 5, seed: 5).nodes.map(\.candidate.parent) == [nil, 0, 1, 1, 1])
  }

  @Test func `leave a chain that comes to nothing`() {
    let tree = World(sample: 0, repair: 0).tree(LinearStrategy(maximumRepairs: 3), count: 12, seed: 6)
    #expect(
      tree.nodes.map(\.candidate.edge)
        == [.sample, .repair, .repair, .repair, .sample, .repair, .repair, .repair, .sample, .repair, .repair, .repair])
  }

  @Test(arguments: ["greedy", "best-of", "best-of-16", "linear", "adaptive"])
  func `are known by their names`(name: String) throws {
    #expect(try StrategyChoice.strategy(named: name).name == name)
  }

  @Test(arguments: ["linear", "adaptive"])
  mutating func `begin with the likeliest tokens where that is asked for`(name: String) throws {
    let strategy = try StrategyChoice.strategy(named: name, startsGreedily: true)
    #expect(strategy.next(in: SearchTree(), using: &generator) == .write(.samples(1, isGreedy: true)))
    for count in 1...6 {
      let next = strategy.next(in: World().tree(strategy, count: count, seed: 3), using: &generator)
      guard case .write(let expansion) = next else { continue }
      #expect(!expansion.isGreedy, "after \(count)")
    }
  }

  @Test mutating func `keep independent samples independent`() throws {
    let strategy = try StrategyChoice.strategy(named: "best-of-8", startsGreedily: true)
    #expect(strategy.next(in: SearchTree(), using: &generator) == .write(.samples(8)))
  }

  @Test(arguments: ["", "best-of-", "best-of-0", "best-of--1", "tree", "Greedy "])
  func `have no other names`(name: String) {
    #expect(throws: KernelSearchError.self) { try StrategyChoice.strategy(named: name) }
  }
}

@Suite struct `The adaptive tree` {
  private let seeds = (1...40).map { UInt64($0) }

  /// The candidates that it takes to a correct one, on average.
  private func effort(_ strategy: any SearchStrategy, _ world: World) -> Double {
    let counts = seeds.map { seed in
      Double(world.tree(strategy, count: 200, seed: seed, until: { $0.best != nil }).nodes.count)
    }
    return counts.reduce(0, +) / Double(counts.count)
  }

  @Test func `repairs where repairs pay`() {
    let world = World(sample: 0.02, repair: 0.4)
    let adaptive = effort(AdaptiveStrategy(firstSamples: 1), world)
    let sampling = effort(BestOfStrategy(nil), world)
    #expect(adaptive < sampling / 3, "\(adaptive) beside \(sampling)")
  }

  @Test func `samples where repairs do not pay`() {
    let world = World(sample: 0.1, repair: 0)
    let adaptive = effort(AdaptiveStrategy(), world)
    let sampling = effort(BestOfStrategy(nil), world)
    #expect(adaptive < 2.5 * sampling, "\(adaptive) beside \(sampling)")
    // A strategy that only repairs is far worse: the test can fail.
    #expect(effort(LinearStrategy(), world) > 2 * sampling)
  }

  @Test(arguments: [(0.35, 0.0, EdgeKind.variant), (0.0, 0.35, .sample)])
  func `spends its second half on what has yielded faster kernels`(
    variant: Double, betterSample: Double, better: EdgeKind
  ) {
    let world = World(sample: 0.5, repair: 0.3, variant: variant, betterSample: betterSample)
    var late = 0
    var all = 0
    for seed in seeds {
      let tree = world.tree(AdaptiveStrategy(), count: 80, seed: seed)
      late += tree.nodes.suffix(40).count { $0.candidate.edge == better }
      all += 40
    }
    #expect(Double(late) > 0.6 * Double(all), "\(late) of \(all)")
  }

  @Test func `tells compile errors, which it can repair, from wrong results, which it cannot`() {
    // Nothing but repairs of compile errors leads to anything better.
    var compileErrors = 0
    var others = 0
    for seed in seeds {
      var tree = SearchTree()
      var luck = SeededGenerator(seed: seed)
      for number in 0..<60 {
        var generator = SeededGenerator(seed: seed, purpose: "decision \(number)")
        guard case .write(let expansion) = AdaptiveStrategy().next(in: tree, using: &generator) else { break }
        let parent = expansion.parent.flatMap { tree[$0]?.verdict }
        if number >= 30, expansion.edge == .repair {
          if parent == .compileError { compileErrors += 1 } else { others += 1 }
        }
        let isBetter = number == 0 || parent == .compileError && luck.uniform() < 0.5
        let verdict: Verdict = isBetter ? .correct : luck.uniform() < 0.5 ? .compileError : .incorrect
        let id = tree.ask(1, of: expansion.parent)
        tree.add(
          Candidate(id: id, parent: expansion.parent, edge: expansion.edge, model: "", answer: "", source: "\(id)"))
        tree.settle(id, .judged(result(verdict, ratio: verdict == .correct ? 1 + Double(id) / 100 : nil)))
      }
    }
    #expect(compileErrors > 3 * others, "\(compileErrors) beside \(others)")
    #expect(compileErrors > 40 * 5)
  }

  @Test func `spreads what is decided at once`() {
    // Nearly every sample has been better than all before. Sixty decisions in a row without a result do not all go there.
    var samples = 0
    var refinements = 0
    for seed in seeds.prefix(10) {
      var tree = SearchTree()
      for number in 0..<14 {
        let id = tree.ask(1, of: nil)
        tree.add(Candidate(id: id, model: "", answer: "", source: "\(id)"))
        tree.settle(id, .judged(number % 6 == 5 ? result(.compileError) : result(.correct, ratio: 1 + Double(number))))
      }
      for _ in 0..<60 {
        var generator = SeededGenerator(seed: seed, purpose: "\(tree.nextID)")
        guard case .write(let expansion) = AdaptiveStrategy().next(in: tree, using: &generator) else { continue }
        if expansion.edge == .sample { samples += 1 } else { refinements += 1 }
        _ = tree.ask(1, of: expansion.parent)
      }
    }
    #expect(samples > 200 && refinements > 60, "\(samples) and \(refinements)")
  }

  @Test func `decides the same for the same tree and seed, and otherwise for another seed`() {
    let world = World(sample: 0.1, repair: 0.3, variant: 0.3)
    let shapes = seeds.prefix(8).map { world.tree(AdaptiveStrategy(), count: 60, seed: $0).shape }
    #expect(shapes == seeds.prefix(8).map { world.tree(AdaptiveStrategy(), count: 60, seed: $0).shape })
    #expect(Set(shapes).count == 8)
  }

  @Test func `keeps to its rules of pruning`() {
    let strategy = AdaptiveStrategy(patience: 3, maximumRepairs: 4, barren: 3, slowest: 0.7)
    for seed in seeds {
      let world = World(sample: 0.1, repair: 0.1, variant: 0.3, betterSample: 0.05)
      let tree = world.tree(strategy, count: 150, seed: seed)
      for node in tree.nodes {
        #expect(node.repairs <= 4)
        // A line that has not become better for three edges has a last one.
        #expect(node.stall <= 3)
        if node.yield.successes == 0, !node.isImprovement { #expect(node.children.count <= 3) }
      }
      #expect(tree.nodes.count == 150)
    }
  }

  @Test func `asks for no edge that the model cannot do`() {
    let world = World(sample: 0.3, repair: 1, variant: 1)
    for seed in seeds.prefix(10) {
      let tree = world.tree(AdaptiveStrategy(), count: 40, seed: seed, edges: [.sample])
      #expect(tree.nodes.count == 40 && tree.nodes.allSatisfy { $0.candidate.edge == .sample })
    }
  }

  @Test(arguments: [(1.0, 1.0), (0.2, 0.3), (5, 2), (40, 400), (0.001, 0.002)])
  func `draws from the beta distribution`(alpha: Double, beta: Double) {
    var generator = SeededGenerator(seed: 77)
    let distribution = BetaDistribution(alpha: alpha, beta: beta)
    let count = 20_000
    let draws = (0..<count).map { _ in distribution.sample(using: &generator) }
    #expect(draws.allSatisfy { (0...1).contains($0) })
    let mean = draws.reduce(0, +) / Double(count)
    let squares: [Double] = draws.map { ($0 - mean) * ($0 - mean) }
    let variance = squares.reduce(0, +) / Double(count)
    let sum = alpha + beta
    let expected = alpha * beta / (sum * sum * (sum + 1))
    // Five standard errors of the mean; the variance's own error is below a twentieth for these.
    #expect(abs(mean - distribution.mean) < 5 * (expected / Double(count)).squareRoot())
    #expect(abs(variance - expected) < 0.05 * expected)
  }
}

@Suite struct `A search tree` {
  @Test func `ranks its correct candidates, and knows the best`() {
    for seed in 1...20 {
      let world = World(sample: 0.4, repair: 0.3, variant: 0.4, betterSample: 0.1)
      var tree = world.tree(AdaptiveStrategy(), count: 60, seed: UInt64(seed))
      for _ in 0..<3 {
        let expected = tree.nodes.filter(\.isCorrect).sorted { a, b in
          guard let first = a.score, let second = b.score, first != second else { return a.id < b.id }
          return second < first
        }
        #expect(tree.correct == expected.map(\.id) && tree.best == tree.correct.first)
        #expect(Set(tree.repairable).isDisjoint(with: tree.correct))
        // One of them is demoted, another one slower than thought.
        if let best = tree.best { tree.confirm(best, result(.incorrect)) }
        if let best = tree.best { tree.confirm(best, result(.correct, ratio: 0.2)) }
      }
    }
  }
}
