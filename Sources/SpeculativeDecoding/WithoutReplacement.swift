import RealModule

/// Verification of children that were *sampled* from the draft without replacement.
///
/// The children of a node are tried in the order in which they were drawn; child x is accepted with probability
/// min(1, p(x)/q(x)); on rejection p becomes the normalised positive part of p − q, x is struck from q, and q is
/// normalised again. If no child is accepted the token is drawn from what is left of p. The token so chosen is
/// distributed as p (Jeon et al., Recursive Speculative Decoding, arXiv 2402.14160; Chen et al., Sequoia,
/// arXiv 2402.12374), provided that no drawn child was left out because of its own value: how many children a node gets
/// has to be settled before they are drawn.
public enum WithoutReplacement {
  /// What verification at one node came to.
  public struct Outcome: Sendable, Equatable {
    /// The token that stands at this position.
    public let token: Token
    /// Which child was accepted, as an index into the children given; `nil` where the token is none of them.
    public let child: Int?
  }

  /// Chooses the token after a node.
  ///
  /// - Parameters:
  ///   - target: the target's distribution at the node.
  ///   - draft: the distribution that the first child was drawn from.
  ///   - children: the tokens drawn, in order, all different.
  ///   - position: the output position that is decided, for `random`.
  /// - Complexity: O(vocabulary · children).
  public static func verify(
    target: [Double], draft: [Double], children: [Token], random: inout some RandomChoices, position: Int
  ) -> Outcome {
    var p = target
    var q = draft
    for (attempt, child) in children.enumerated() {
      let x = Int(child)
      let probability = q[x] > 0 ? min(1, p[x] / q[x]) : 1
      // Draw 0 belongs to the final choice.
      if random.accepts(withProbability: probability, position: position, draw: attempt + 1) {
        return Outcome(token: child, child: attempt)
      }
      subtract(q, from: &p)
      q[x] = 0
      normalize(&q)
    }
    return Outcome(token: Token(random.choice(from: p, position: position, draw: 0)), child: nil)
  }

  /// Draws `count` different tokens from `distribution`, one after the other, without putting any back.
  ///
  /// The keys ln(w) − ln(−ln u) are as a sequence of such draws when sorted (Gumbel top-k, Vieira 2014; Kool et al.,
  /// arXiv 1903.06059); tokens of probability zero are never drawn, so fewer than `count` may come back.
  ///
  /// - Parameter uniform: a number in 0..<1 for each token.
  /// - Complexity: O(vocabulary · log count).
  public static func draw(_ count: Int, from distribution: [Double], uniform: (Int) -> Double) -> [Token] {
    var best: [(key: Double, token: Int)] = []
    for token in distribution.indices where distribution[token] > 0 {
      let u = max(uniform(token), Double.leastNormalMagnitude)
      let key = Double.log(distribution[token]) - Double.log(-Double.log(u))
      if best.count == count, let last = best.last, key <= last.key { continue }
      let place = best.firstIndex { $0.key < key } ?? best.endIndex
      best.insert((key, token), at: place)
      if best.count > count { best.removeLast() }
    }
    return best.map { Token($0.token) }
  }

  /// p ← norm((p − q)₊). Where nothing is left, which rounding alone can cause, p stays.
  private static func subtract(_ q: [Double], from p: inout [Double]) {
    var rest = p
    var sum = 0.0
    for index in rest.indices {
      rest[index] = max(0, rest[index] - q[index])
      sum += rest[index]
    }
    guard sum > 0 else { return }
    for index in rest.indices { rest[index] /= sum }
    p = rest
  }

  private static func normalize(_ q: inout [Double]) {
    let sum = q.reduce(0, +)
    guard sum > 0 else { return }
    for index in q.indices { q[index] /= sum }
  }
}
