/// Guesses that the text goes on as it did before, where its latest tokens stood before.
///
/// Kernels repeat themselves and their prompt: parameter lists, index arithmetic, names of the problem. Every earlier
/// place that ends in the same tokens votes for what followed it; for each length of match the votes make a tree,
/// expanded best first, and the tree that promises most is taken (SuffixDecoding, arXiv 2411.04975). The probabilities of
/// one class of match are calibrated against what the target said.
public final class SuffixSource: DraftSource {
  /// Suffix nodes carry this mark.
  public let origin = DraftOrigin.suffix

  /// The shortest match that counts.
  private static let shortestMatch = 2
  private static let longestMatch = 32
  /// Only the latest places are asked, so that a long text costs no more than a short one.
  private static let placeLimit = 96
  /// Branches below this probability are not followed (the paper's constant).
  private static let leastProbability = 0.1

  private var text: [Token] = []
  /// For each index the latest earlier index whose two tokens are the same; −1 where there is none.
  private var previous: [Int32] = []
  private var latest: [UInt64: Int32] = [:]
  /// Guesses are told apart by the length of the match, and the most frequent continuation from the others.
  private var calibration = AcceptanceCalibration(kinds: 8)
  private var proposals: [Int: (probability: Double, kind: Int)] = [:]

  /// A source with no text.
  public init() {}

  /// Starts on a new text.
  ///
  /// - Complexity: O(text).
  public func prepare(_ text: ArraySlice<Token>) {
    self.text.removeAll(keepingCapacity: true)
    previous.removeAll(keepingCapacity: true)
    latest.removeAll(keepingCapacity: true)
    proposals.removeAll(keepingCapacity: true)
    for token in text { append(token) }
  }

  /// Adds what followed the latest tokens before.
  ///
  /// - Complexity: O(places · match) for the search, O(nodes · places) for the tree; places and match are bounded.
  public func propose(into tree: inout TokenTree, guidance: DraftGuidance) {
    proposals.removeAll(keepingCapacity: true)
    let places = matches()
    guard !places.isEmpty else { return }
    var best: [Guess] = []
    var bestScore = 0.0
    // Places sorted by length: the ones that match at least as long as the n-th are the first n.
    for end in places.indices where end == places.count - 1 || places[end + 1].length < places[end].length {
      let guesses = expand(places[0...end], guidance: guidance)
      let score = guesses.reduce(0) { $0 + $1.weight }
      // Ties go to the longer match, which comes first.
      if score > bestScore + 1e-9 {
        best = guesses
        bestScore = score
      }
    }
    insert(best, into: &tree, guidance: guidance)
  }

  /// Learns from a pass: the new tokens join the text.
  public func learn(_ outcome: PassOutcome) {
    for (node, token) in zip(outcome.visited, outcome.tokens) {
      for child in outcome.proposed.children(of: node) {
        guard let proposal = proposals[child] else { continue }
        calibration.record(
          probability: proposal.probability, kind: proposal.kind, isHit: outcome.proposed.tokens[child] == token)
      }
    }
    for token in outcome.tokens { append(token) }
  }

  /// A node that is not in a tree yet.
  private struct Guess {
    var token: Token
    var parent: Int
    var depth: Int
    var probability: Double
    var weight: Double
    var kind: Int
    /// The indices in the text of the tokens that vote for this guess.
    var votes: [Int32]
  }

  /// A place where the latest tokens stood before: the index after them, and how many tokens agree.
  private struct Place {
    var next: Int32
    var length: Int
  }

  private func append(_ token: Token) {
    text.append(token)
    let index = text.count - 1
    guard index >= 1 else {
      previous.append(-1)
      return
    }
    let pair = UInt64(UInt32(bitPattern: text[index - 1])) << 32 | UInt64(UInt32(bitPattern: token))
    previous.append(latest[pair] ?? -1)
    latest[pair] = Int32(index)
  }

  /// Earlier places that end in the same tokens, the longest match first and of equal ones the latest first.
  private func matches() -> [Place] {
    guard text.count > Self.shortestMatch else { return [] }
    let last = text.count - 1
    var places: [Place] = []
    var index = Int(previous[last])
    while index >= 1 && places.count < Self.placeLimit {
      var length = Self.shortestMatch
      while length < Self.longestMatch, length <= index, text[index - length] == text[last - length] { length += 1 }
      places.append(Place(next: Int32(index + 1), length: length))
      index = Int(previous[index])
    }
    return places.sorted { $0.length != $1.length ? $0.length > $1.length : $0.next > $1.next }
  }

  /// The tree that the votes of `places` make, best first, as guesses whose parents come before them; −1 is the root.
  private func expand(_ places: ArraySlice<Place>, guidance: DraftGuidance) -> [Guess] {
    let matchClass = Self.matchClass(places.last?.length ?? 0)
    var guesses: [Guess] = []
    var queue = children(
      of: -1, votes: places.map(\.next), depth: 1, weight: 1, matchClass: matchClass)
    while !queue.isEmpty && guesses.count < guidance.limits.totalNodes {
      let index = queue.indices.max { queue[$0].weight < queue[$1].weight } ?? 0
      let guess = queue.remove(at: index)
      if guess.weight < guidance.minimumWeight { break }
      guesses.append(guess)
      if guess.depth < guidance.limits.depth && !guidance.endTokens.contains(guess.token) {
        queue += children(
          of: guesses.count - 1, votes: guess.votes.map { $0 + 1 }, depth: guess.depth + 1, weight: guess.weight,
          matchClass: matchClass)
      }
    }
    return guesses
  }

  private func children(
    of parent: Int, votes: [Int32], depth: Int, weight: Double, matchClass: Int
  ) -> [Guess] {
    var found: [Guess] = []
    var total = 0
    for vote in votes where Int(vote) < text.count {
      total += 1
      let token = text[Int(vote)]
      if let index = found.firstIndex(where: { $0.token == token }) {
        found[index].votes.append(vote)
      } else {
        found.append(
          Guess(
            token: token, parent: parent, depth: depth, probability: 0, weight: 0, kind: 0, votes: [vote]))
      }
    }
    let most = found.map(\.votes.count).max() ?? 0
    return found.compactMap { guess in
      var guess = guess
      guess.kind = 2 * matchClass + (guess.votes.count == most ? 0 : 1)
      let share = Double(guess.votes.count) / Double(total)
      guard share >= Self.leastProbability else { return nil }
      // One place that agrees is not certainty: Laplace's rule keeps the first word from being "always".
      guess.probability = Double(guess.votes.count) / (Double(total) + 0.5)
      guess.weight = weight * calibration.probability(for: guess.probability, kind: guess.kind)
      return guess
    }
  }

  private func insert(_ guesses: [Guess], into tree: inout TokenTree, guidance: DraftGuidance) {
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

  private static func matchClass(_ length: Int) -> Int {
    switch length {
    case ..<4: 0
    case ..<8: 1
    case ..<16: 2
    default: 3
    }
  }
}
