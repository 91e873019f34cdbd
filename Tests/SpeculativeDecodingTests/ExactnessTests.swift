import RealModule
import SpeculativeDecoding
import Testing

func exponential(_ x: Double) -> Double { Double.exp(x) }

/// Every verification rule, run under all random decisions, gives the target's own distribution.
///
/// Texts of three tokens are compared. A pass brings between one and three of them; what it leaves open is filled by plain
/// decoding, whose exactness is the definition.
@Suite struct ExactnessTests {
  static let length = 3

  @Test(arguments: 0..<12)
  func `sample and walk is exact for any fixed tree`(seed: Int) {
    let target = ContextModel(vocabulary: 3 + seed % 3, seed: UInt64(seed))
    var generator = SeededGenerator(seed: UInt64(seed) + 100)
    let prompt: [Token] = [1, 0]
    let tree = randomTree(root: 0, vocabulary: target.vocabulary, nodes: 2 + seed, using: &generator)
    let found = enumerate { choices in
      let walk = TreeWalk(of: tree) { node in
        let text = prompt.dropLast() + tree.path(to: node).map { tree.tokens[$0] }
        return Token(choices.choice(from: softmax(target.logits(after: Array(text))), position: 0, draw: 0))
      }
      return complete(walk.tokens, of: target, after: prompt, choices: &choices)
    }
    let variation = totalVariation(found, plainDistribution(of: target, after: prompt, length: Self.length))
    #expect(variation < 1e-12)
  }

  @Test(arguments: 0..<12)
  func `sampling without replacement is exact`(seed: Int) {
    let rule = SampledRule(
      target: ContextModel(vocabulary: 3 + seed % 2, seed: UInt64(seed)),
      draft: ContextModel(vocabulary: 3 + seed % 2, seed: UInt64(seed) + 50, sharpness: 2), widths: [2, 1 + seed % 2])
    #expect(rule.variation() < 1e-12)
  }

  @Test func `drawing without replacement gives each order its probability`() {
    // The definition: draw, strike out, normalise, draw again.
    let distribution = [0.5, 0.3, 0.15, 0.05]
    var counts: [[Token]: Int] = [:]
    let trials = isOptimized ? 200_000 : 20_000
    for trial in 0..<trials {
      let random = PositionKeyedRandom(seed: 7)
      counts[
        WithoutReplacement.draw(2, from: distribution) { random.uniform(position: trial, draw: $0) }, default: 0] += 1
    }
    var statistic = 0.0
    for first in 0..<4 {
      for second in 0..<4 where second != first {
        let expected = Double(trials) * distribution[first] * distribution[second] / (1 - distribution[first])
        let difference = Double(counts[[Token(first), Token(second)]] ?? 0) - expected
        statistic += difference * difference / expected
      }
    }
    // χ² with 11 degrees of freedom: 31.3 is exceeded once in a thousand. The numbers are fixed, so this never flickers.
    #expect(statistic < 31.3)
  }

  // The tests above have to notice what goes wrong. Each of these plants one mistake and must see it.

  @Test(arguments: SampledRule.Mistake.allCases)
  func `a mistake in sampling without replacement shows`(mistake: SampledRule.Mistake) {
    let rule = SampledRule(
      target: ContextModel(vocabulary: 3, seed: 5), draft: ContextModel(vocabulary: 3, seed: 55, sharpness: 2),
      widths: [2, 1], mistake: mistake)
    #expect(rule.variation() > 1e-3)
  }

  @Test func `accepting deterministic children by p over q shows`() {
    // What llama.cpp's example does at a temperature above zero: the top-k children tried as if they had been sampled.
    let p = [0.5, 0.3, 0.2]
    let q = [0.6, 0.3, 0.1]
    let found = enumerate { choices in
      Int(
        WithoutReplacement.verify(target: p, draft: q, children: [0, 1], random: &choices, position: 0).token)
    }
    #expect(totalVariation(found, [0: 0.5, 1: 0.3, 2: 0.2]) > 0.1)
  }

  @Test func `a node that sees its sibling shows`() {
    let target = ContextModel(vocabulary: 3, seed: 9)
    let prompt: [Token] = [2]
    var tree = TokenTree(root: 2)
    let first = tree.add(0, to: 0, logProbability: -1, origin: .model)
    tree.add(1, to: 0, logProbability: -1, origin: .model)
    _ = first
    let found = enumerate { choices in
      let walk = TreeWalk(of: tree) { node in
        // The second child is scored as if the first stood before it: a wrong attention mask.
        let path: [Token] = node == 2 ? [2, 0, 1] : tree.path(to: node).map { tree.tokens[$0] }
        return Token(choices.choice(from: softmax(target.logits(after: path)), position: 0, draw: 0))
      }
      return complete(walk.tokens, of: target, after: prompt, choices: &choices)
    }
    #expect(totalVariation(found, plainDistribution(of: target, after: prompt, length: Self.length)) > 1e-3)
  }
}

/// The first three tokens: those given, and as many more as are missing, drawn from the target.
func complete(
  _ tokens: [Token], of target: ContextModel, after prompt: [Token], choices: inout EnumeratedChoices
) -> [Token] {
  var tokens = Array(tokens.prefix(ExactnessTests.length))
  while tokens.count < ExactnessTests.length {
    tokens.append(Token(choices.choice(from: softmax(target.logits(after: prompt + tokens)), position: 0, draw: 0)))
  }
  return tokens
}

/// A tree with random tokens, shapes and weights.
func randomTree(
  root: Token, vocabulary: Int, nodes: Int, using generator: inout SeededGenerator
) -> TokenTree {
  var tree = TokenTree(root: root)
  for _ in 0..<nodes {
    tree.add(
      Token(Int.random(in: 0..<vocabulary, using: &generator)), to: Int.random(in: 0..<tree.count, using: &generator),
      logProbability: Float.random(in: -3...0, using: &generator), origin: .model)
  }
  tree.accumulate()
  return tree
}
