import Benchmark
import SpeculativeDecoding

// What the host does in one pass, piece by piece. A pass of the bundled target over one token takes about a millisecond,
// one of a 7 B model on a GPU ten to thirty; the host's share is to stay under 3 % of a pass or 0.2 ms.

/// A tree as wide and deep as the default limits allow.
func fullTree() -> TokenTree {
  var tree = TokenTree(root: 1)
  var state: UInt64 = 1
  func next(_ bound: Int) -> Int {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Int((state >> 33) % UInt64(bound))
  }
  while tree.count < 201 {
    tree.add(
      Token(next(3000)), to: next(tree.count), logProbability: -Float(next(300)) / 100, origin: .model)
  }
  return tree
}

/// Logits of a vocabulary as large as current models have, evenly spread over a range.
func logits(_ count: Int, over range: ClosedRange<Float>) -> [Float] {
  var state: UInt64 = 7
  return (0..<count).map { _ in
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return range.lowerBound + Float(state >> 40) / Float(1 << 24) * (range.upperBound - range.lowerBound)
  }
}

/// Logits as models have them most of the time: a bell of unlikely tokens, and a few that stand out.
func peakedLogits(_ count: Int) -> [Float] {
  let parts = [3, 5, 7, 11].map { seed in logits(count + seed, over: -3...3).dropFirst(seed) }
  var row = (0..<count).map { index in parts.reduce(0) { $0 + $1[$1.startIndex + index] } }
  for (rank, index) in [70_001, 12, 3_456, 151_000, 98_765].enumerated() { row[index] = 20 - 1.2 * Float(rank) }
  return row
}

let tree = fullTree()
let costs = PassCosts(
  probe: [1, 2, 4, 8, 16, 32, 64, 128].map { .init(size: $0, milliseconds: 10 + 0.1 * Double($0)) }, limit: 201)
let planner = TreePlanner(
  mode: .auto, limits: TreeLimits(), leafLimit: 64, verificationCosts: costs, draftCosts: costs)
let row = logits(152_064, over: -10...10)
let random = PositionKeyedRandom(seed: 1)

benchmark("planner: prune a tree of 200 nodes") {
  precondition(planner.pruned(tree).tree.count >= 1)
}

benchmark("tree: leaf ranges of 200 nodes") {
  precondition(tree.leafRanges().count == tree.count)
}

var greedy = TokenSampler(parameters: .init(), vocabularySize: row.count)
benchmark("sampler: greedy, 152,064 tokens") {
  row.withUnsafeBufferPointer { _ = greedy.sample($0, recent: [], random: random, position: 0) }
}

var plain = TokenSampler(parameters: .init(temperature: 0.8), vocabularySize: row.count)
benchmark("sampler: temperature, 152,064 tokens") {
  row.withUnsafeBufferPointer { _ = plain.sample($0, recent: [], random: random, position: 0) }
}

for (shape, row) in [
  ("peaked", peakedLogits(row.count)), ("spread", row), ("flat", logits(row.count, over: -0.1...0.1)),
] {
  for (step, parameters) in [
    ("top-p 0.95", SamplingParameters(temperature: 0.8, topP: 0.95)),
    ("top-k 40", SamplingParameters(temperature: 0.8, topK: 40)),
    ("min-p 0.05", SamplingParameters(temperature: 0.8, minP: 0.05)),
  ] {
    var sampler = TokenSampler(parameters: parameters, vocabularySize: row.count)
    benchmark("sampler: temperature and \(step), 152,064 tokens, \(shape)") {
      row.withUnsafeBufferPointer { _ = sampler.sample($0, recent: [], random: random, position: 0) }
    }
  }
}

let text = (0..<4096).map { Token(($0 * $0 / 7) % 61) }
let suffix = SuffixSource()
suffix.prepare(text[...])
let guidance = DraftGuidance(limits: TreeLimits(), stopwatch: Stopwatch(clock: ContinuousClock()))
benchmark("suffix source: propose after 4,096 tokens") {
  var tree = TokenTree(root: text[text.count - 1])
  suffix.propose(into: &tree, guidance: guidance)
}

Benchmark.main()
