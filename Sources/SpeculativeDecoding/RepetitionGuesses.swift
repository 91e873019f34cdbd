/// Guesses that count what followed the same tokens elsewhere, as a tree that is expanded best first.
///
/// A share of what followed is no probability: how often guesses are right is learnt for each length of match, for the most
/// frequent continuation apart from the others.
struct RepetitionGuesses {
  /// Branches below this share of their parent are not followed (the constant of SuffixDecoding, arXiv 2411.04975).
  private static let leastShare = 0.1

  /// A guess that is in no tree yet. `Place` is what its continuations are found by.
  struct Guess<Place> {
    var token: Token
    /// The number of the guess before it; −1 for the root.
    var parent: Int
    var depth: Int
    var probability: Double
    var weight: Double
    var kind: Int
    var place: Place
  }

  /// What followed a place: how often anything did, and which tokens how often.
  struct Continuations<Place> {
    var total = 0
    var tokens: [(token: Token, count: Int, place: Place)] = []
  }

  private(set) var calibration: AcceptanceCalibration
  private var proposals: [Int: (probability: Double, kind: Int)] = [:]

  init(calibration: AcceptanceCalibration?) { self.calibration = calibration ?? AcceptanceCalibration(kinds: 8) }

  /// Forgets what was proposed last.
  mutating func clear() { proposals.removeAll(keepingCapacity: true) }

  /// The tree below a place that agrees with the text in `length` tokens, best first; parents come before their children.
  func expand<Place>(
    _ place: Place, length: Int, guidance: DraftGuidance, continuations: (Place) -> Continuations<Place>
  ) -> [Guess<Place>] {
    let matchClass = Self.matchClass(length)
    var guesses: [Guess<Place>] = []
    var queue = children(of: -1, place, depth: 1, weight: 1, matchClass, continuations)
    while !queue.isEmpty && guesses.count < guidance.limits.totalNodes {
      let index = queue.indices.max { queue[$0].weight < queue[$1].weight } ?? 0
      let guess = queue.remove(at: index)
      if guess.weight < guidance.minimumWeight { break }
      guesses.append(guess)
      if guess.depth < guidance.limits.depth && !guidance.endTokens.contains(guess.token) {
        queue += children(
          of: guesses.count - 1, guess.place, depth: guess.depth + 1, weight: guess.weight, matchClass, continuations)
      }
    }
    return guesses
  }

  private func children<Place>(
    of parent: Int, _ place: Place, depth: Int, weight: Double, _ matchClass: Int,
    _ continuations: (Place) -> Continuations<Place>
  ) -> [Guess<Place>] {
    let found = continuations(place)
    let most = found.tokens.map(\.count).max() ?? 0
    return found.tokens.compactMap { token, count, place in
      guard Double(count) >= Self.leastShare * Double(found.total) else { return nil }
      let kind = 2 * matchClass + (count == most ? 0 : 1)
      // One place that agrees is not certainty: Laplace's rule keeps the first word from being "always".
      let probability = Double(count) / (Double(found.total) + 0.5)
      return Guess(
        token: token, parent: parent, depth: depth, probability: probability,
        weight: weight * calibration.probability(for: probability, kind: kind), kind: kind, place: place)
    }
  }

  /// Adds guesses to a tree, as far as its levels have room.
  mutating func insert<Place>(
    _ guesses: [Guess<Place>], into tree: inout TokenTree, origin: DraftOrigin, guidance: DraftGuidance
  ) {
    var nodes: [Int] = []
    var perLevel = [Int](repeating: 0, count: guidance.limits.depth + 1)
    for guess in guesses {
      let parent = guess.parent < 0 ? 0 : nodes[guess.parent]
      // A level that is full takes no more; what hangs below the missing node goes with it.
      guard parent >= 0, perLevel[guess.depth] < guidance.limits.nodesPerLevel else {
        nodes.append(-1)
        continue
      }
      perLevel[guess.depth] += 1
      let accepted = calibration.probability(for: guess.probability, kind: guess.kind)
      let node = tree.add(
        guess.token, to: parent, logProbability: Float(accepted).naturalLogarithm, origin: origin)
      proposals[node] = (guess.probability, guess.kind)
      nodes.append(node)
    }
    tree.accumulate()
  }

  /// Learns which of the guesses inserted last were right.
  mutating func learn(_ outcome: PassOutcome) {
    guard !proposals.isEmpty else { return }
    for (node, token) in zip(outcome.visited, outcome.tokens) {
      for child in outcome.proposed.children(of: node) {
        guard let proposal = proposals[child] else { continue }
        calibration.record(
          probability: proposal.probability, kind: proposal.kind, isHit: outcome.proposed.tokens[child] == token)
      }
    }
  }

  private static func matchClass(_ length: Int) -> Int {
    switch length {
    case ..<4: 0
    case ..<8: 1
    case ..<16: 2
    default: 3
    }
  }
}
