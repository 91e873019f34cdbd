import SpeculativeDecoding
import Testing

@Suite struct TreePlannerTests {
  static func costs(_ seed: Int, limit: Int = 64) -> PassCosts {
    var generator = SeededGenerator(seed: UInt64(seed))
    var time = Double.random(in: 1...20, using: &generator)
    let points = [1, 2, 4, 8, 16, 32, 64].map { size in
      defer { time += Double.random(in: 0...(seed % 2 == 0 ? 2 : 12), using: &generator) }
      return PassCosts.Point(size: size, milliseconds: time)
    }
    return PassCosts(probe: points, limit: limit)
  }

  static func planner(
    _ costs: PassCosts, mode: SpeculationMode = .auto,
    limits: TreeLimits = TreeLimits(nodesPerLevel: 999, totalNodes: 999), leafLimit: Int = 999,
    draftCosts: PassCosts? = nil
  ) -> TreePlanner {
    TreePlanner(mode: mode, limits: limits, leafLimit: leafLimit, verificationCosts: costs, draftCosts: draftCosts)
  }

  @Test(arguments: [1, 64, 200, 5000])
  func `a draft model that was left is asked again, however much it has not read meanwhile`(pending: Int) {
    var planner = TreePlanner(
      mode: .auto, limits: TreeLimits(), leafLimit: 64,
      verificationCosts: PassCosts(
        probe: [.init(size: 1, milliseconds: 10), .init(size: 200, milliseconds: 50)], limit: 201),
      draftCosts: PassCosts(probe: [.init(size: 1, milliseconds: 0.5), .init(size: 64, milliseconds: 6)], limit: 64))
    let asks = planner.asksModel(given: TokenTree(root: 1), pending: pending)
    #expect(asks)
  }

  @Test(arguments: 0..<40)
  func `what is verified is the best of all sizes`(seed: Int) {
    var generator = SeededGenerator(seed: UInt64(seed) + 9)
    let costs = Self.costs(seed, limit: seed % 3 == 0 ? 20 : 64)
    let planner = Self.planner(costs)
    let tree = randomTree(root: 0, vocabulary: 4, nodes: 50, using: &generator)
    func value(_ tree: TokenTree) -> Double {
      1 + tree.expectedAcceptance - planner.rate * costs.milliseconds(tree.count)
    }
    let weights = paths(of: tree).values.sorted(by: >)
    var best = -Double.infinity
    for size in 0...min(weights.count, costs.limit - 1) {
      let gain: Double = 1 + weights.prefix(size).reduce(0, +)
      best = max(best, gain - planner.rate * costs.milliseconds(size + 1))
    }
    let pruned = planner.pruned(tree).tree
    #expect(pruned.count <= costs.limit)
    #expect(abs(value(pruned) - best) < 1e-4)
  }

  @Test(arguments: 0..<40)
  func `a merged tree is cut back to the limits`(seed: Int) {
    var generator = SeededGenerator(seed: UInt64(seed) + 31)
    let limits = TreeLimits(
      nodesPerLevel: Int.random(in: 1...6, using: &generator), totalNodes: Int.random(in: 1...30, using: &generator))
    let leafLimit = Int.random(in: 1...6, using: &generator)
    let free = PassCosts(probe: [.init(size: 1, milliseconds: 1), .init(size: 64, milliseconds: 1)], limit: 64)
    let planner = Self.planner(free, limits: limits, leafLimit: leafLimit)
    let tree = randomTree(root: 0, vocabulary: 4, nodes: 60, using: &generator)
    let (pruned, originals) = planner.pruned(tree)
    #expect(pruned.count - 1 <= limits.totalNodes)
    #expect(pruned.leafCount <= leafLimit)
    for depth in 1...max(1, pruned.depth) {
      #expect(pruned.depths.filter { Int($0) == depth }.count <= limits.nodesPerLevel)
    }
    for (node, original) in originals.enumerated() {
      #expect(
        pruned.path(to: node).map { pruned.tokens[$0] } == tree.path(to: original).map { tree.tokens[$0] })
    }
    // The heaviest first child always fits, and more nodes cost nothing here.
    #expect(pruned.count > 1)
  }

  /// Each source keeps to a chain, and two of them may differ.
  @Test func `a chain stays one where sources differ`() {
    var tree = TokenTree(root: 0)
    let heavy = tree.add(1, to: 0, logProbability: -0.1, origin: .suffix)
    let light = tree.add(2, to: 0, logProbability: -0.5, origin: .corpus)
    tree.add(3, to: heavy, logProbability: -0.1, origin: .suffix)
    tree.add(3, to: light, logProbability: -0.1, origin: .corpus)
    let free = PassCosts(probe: [.init(size: 1, milliseconds: 1), .init(size: 64, milliseconds: 1)], limit: 64)
    #expect(Self.planner(free, mode: .chain).pruned(tree).tree.tokens == [0, 1, 3])
    #expect(Self.planner(free, mode: .suffix).pruned(tree).tree.count == 5)
  }

  @Test func `where no node pays, none is verified, unless trees were asked for`() {
    let strict = PassCosts(probe: [.init(size: 1, milliseconds: 5), .init(size: 2, milliseconds: 10)], limit: 64)
    var generator = SeededGenerator(seed: 1)
    let tree = randomTree(root: 0, vocabulary: 9, nodes: 30, using: &generator)
    #expect(Self.planner(strict).pruned(tree).tree.count == 1)
    for mode in [SpeculationMode.tree, .chain, .suffix] {
      #expect(Self.planner(strict, mode: mode).pruned(tree).tree.count == 2)
    }
  }

  @Test func `each mode drafts with what it names`() {
    let costs = Self.costs(2)
    for (mode, hasModel, suffix, model) in [
      (SpeculationMode.off, true, false, false), (.suffix, true, true, false), (.tree, true, false, true),
      (.tree, false, true, false), (.chain, true, false, true), (.chain, false, true, false), (.auto, true, true, true),
      (.auto, false, true, false),
    ] {
      var planner = Self.planner(costs, mode: mode, draftCosts: hasModel ? costs : nil)
      let choice = planner.choice(room: 50, depth: 10)
      #expect(choice.usesSuffix == suffix && choice.usesModel == model, "\(mode)")
      if mode == .chain { #expect(choice.limits.nodesPerLevel == 1) }
      #expect(choice.limits.depth <= 10 && choice.limits.totalNodes <= 50)
      // Nothing is drafted for the last token, or where a pass has room for the root alone.
      for choice in [planner.choice(room: 50, depth: 0), planner.choice(room: 0, depth: 10)] {
        #expect(!choice.usesSuffix && !choice.usesModel)
      }
    }
  }

  @Test func `a target without branches is asked for chains`() {
    var planner = Self.planner(Self.costs(2), mode: .tree, leafLimit: 1, draftCosts: Self.costs(4))
    #expect(planner.choice(room: 50, depth: 10).limits.nodesPerLevel == 1)
  }

  @Test func `a draft model that does not pay is asked a fiftieth of the time`() {
    let target = PassCosts(probe: [.init(size: 1, milliseconds: 10), .init(size: 64, milliseconds: 20)], limit: 64)
    let draft = PassCosts(probe: [.init(size: 1, milliseconds: 9)], limit: 64)
    var planner = Self.planner(target, draftCosts: draft)
    var (total, drafting) = (0.0, 0.0)
    for pass in 0..<4000 {
      let asks = planner.asksModel(given: TokenTree(root: 0), pending: 1)
      let time = asks ? 30.0 : 0
      planner.record(nodes: 1, tokens: 1, usedModel: asks, drafting: time, verifying: 10, host: 0.1)
      // It takes a few passes to find out.
      guard pass >= 50 else { continue }
      total += time + 10.1
      drafting += time
    }
    #expect(drafting > 0)
    #expect(drafting < 0.05 * total)
  }

  @Test func `a draft model that pays is asked always`() {
    let target = PassCosts(probe: [.init(size: 1, milliseconds: 50), .init(size: 64, milliseconds: 60)], limit: 64)
    let draft = PassCosts(probe: [.init(size: 1, milliseconds: 1)], limit: 64)
    var planner = Self.planner(target, draftCosts: draft)
    for _ in 0..<500 {
      let asks = planner.asksModel(given: TokenTree(root: 0), pending: 1)
      #expect(asks)
      planner.record(nodes: 8, tokens: 4, usedModel: true, drafting: 5, verifying: 52, host: 0.1)
    }
    #expect(abs(planner.rate - 4 / 57.1) < 1e-3)
  }

  @Test(arguments: 0..<10)
  func `a draft model that pays is not left for some passes that went worse than most`(seed: Int) {
    var generator = SeededGenerator(seed: UInt64(seed) + 70)
    let target = PassCosts(probe: [.init(size: 1, milliseconds: 0.2), .init(size: 64, milliseconds: 2)], limit: 64)
    let draft = PassCosts(probe: [.init(size: 1, milliseconds: 0.05)], limit: 64)
    var planner = Self.planner(target, draftCosts: draft)
    var asked = 0
    for _ in 0..<400 {
      // Nine tokens a millisecond on average, plain decoding five.
      let asks = planner.asksModel(given: TokenTree(root: 0), pending: 1)
      asked += asks ? 1 : 0
      planner.record(
        nodes: asks ? 24 : 1, tokens: asks ? Int.random(in: 0..<3, using: &generator) == 0 ? 3 : 25 : 1,
        usedModel: asks, drafting: asks ? 0.9 : 0, verifying: target.milliseconds(asks ? 24 : 1), host: 0)
    }
    #expect(asked >= 396, "asked \(asked) times")
  }

  @Test func `repetitions that promise more than they keep do not keep the draft model from being asked`() {
    let target = PassCosts(probe: [.init(size: 1, milliseconds: 10), .init(size: 64, milliseconds: 20)], limit: 64)
    let draft = PassCosts(probe: [.init(size: 1, milliseconds: 1)], limit: 64)
    var planner = Self.planner(target, draftCosts: draft)
    var tree = TokenTree(root: 0)
    for depth in 0..<6 { tree.add(1, to: depth, logProbability: -0.01, origin: .suffix) }
    // To read so much costs more than curiosity may.
    let before = planner.asksModel(given: tree, pending: 11)
    for _ in 0..<10 {
      planner.record(
        nodes: 7, tokens: 1, promise: tree.expectedAcceptance, usedModel: false, drafting: 0, verifying: 11, host: 0)
    }
    let after = planner.asksModel(given: tree, pending: 11)
    #expect(!before && after)
    // By and by they get their chance again.
    for _ in 0..<200 {
      planner.record(nodes: 7, tokens: 12, promise: 6, usedModel: true, drafting: 1, verifying: 11, host: 0)
    }
    let later = planner.asksModel(given: tree, pending: 64)
    #expect(!later)
  }

  @Test func `what was learnt holds where passes cost less, but not what speaks against the draft model`() {
    let target = PassCosts(probe: [.init(size: 1, milliseconds: 10), .init(size: 64, milliseconds: 20)], limit: 64)
    let quarter = PassCosts(probe: [.init(size: 1, milliseconds: 2.5), .init(size: 64, milliseconds: 5)], limit: 64)
    let draft = PassCosts(
      probe: [.init(size: 1, milliseconds: 0.1), .init(size: 64, milliseconds: 6.4)], limit: 64)
    func next(after tokens: Int) -> (before: TreePlanner, after: TreePlanner) {
      var planner = Self.planner(target, draftCosts: draft)
      for _ in 0..<100 {
        planner.record(nodes: 9, tokens: tokens, usedModel: true, drafting: 1, verifying: 11.3, host: 0)
      }
      let next = TreePlanner(
        mode: .auto, limits: TreeLimits(), leafLimit: 9, verificationCosts: quarter, draftCosts: draft,
        experience: planner.experience)
      return (planner, next)
    }
    let (good, afterGood) = next(after: 9)
    #expect(abs(afterGood.rate / good.rate - 4) < 0.1)
    // To read so much is more than curiosity may cost.
    var afterBad = next(after: 1).after
    let isAsked = afterBad.asksModel(given: TokenTree(root: 0), pending: 26)
    #expect(isAsked)
  }

  /// What reading what it had not read costs is paid once, and what it brought long ago says little.
  @Test func `a draft model that begins to pay is soon asked always`() {
    let target = PassCosts(probe: [.init(size: 1, milliseconds: 10), .init(size: 64, milliseconds: 20)], limit: 64)
    let draft = PassCosts(
      probe: [.init(size: 1, milliseconds: 1), .init(size: 64, milliseconds: 40)], limit: 64)
    var planner = Self.planner(target, draftCosts: draft)
    var (pending, asked, inARow) = (1, 0, 0)
    for pass in 0..<4000 {
      let pays = pass >= 2000
      let asks = planner.asksModel(given: TokenTree(root: 0), pending: pending)
      let tokens = asks && pays ? 3 : 1
      // Three passes of its own besides.
      planner.record(
        nodes: asks ? 5 : 1, tokens: tokens, usedModel: asks, drafting: asks ? draft.milliseconds(pending) + 3 : 0,
        verifying: asks ? 11 : 10, host: 0)
      pending = asks ? 1 : min(64, pending + 1)
      guard pays else { continue }
      asked += asks ? 1 : 0
      inARow = asks ? inARow + 1 : 0
      if inARow == 20 { break }
    }
    #expect(inARow == 20 && asked <= 24, "asked \(asked) times")
  }
}
