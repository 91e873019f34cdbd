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

  private var text: [Token] = []
  /// For each index the latest earlier index whose two tokens are the same; −1 where there is none.
  private var previous: [Int32] = []
  private var latest: [UInt64: Int32] = [:]
  private var guesses: RepetitionGuesses

  /// A source with no text.
  ///
  /// - Parameter calibration: how often guesses of the kinds that it makes were right before; nil where that is not known.
  public init(calibration: AcceptanceCalibration? = nil) {
    guesses = RepetitionGuesses(calibration: calibration)
  }

  /// How often guesses were right so far.
  var calibration: AcceptanceCalibration { guesses.calibration }

  /// Starts on a new text.
  ///
  /// - Complexity: O(text).
  public func prepare(_ text: ArraySlice<Token>) {
    self.text.removeAll(keepingCapacity: true)
    previous.removeAll(keepingCapacity: true)
    latest.removeAll(keepingCapacity: true)
    guesses.clear()
    for token in text { append(token) }
  }

  /// Adds what followed the latest tokens before.
  ///
  /// - Complexity: O(places · match) for the search, O(nodes · places) for the tree; places and match are bounded.
  public func propose(into tree: inout TokenTree, guidance: DraftGuidance) {
    guesses.clear()
    let places = matches()
    guard !places.isEmpty else { return }
    var best: [RepetitionGuesses.Guess<[Int32]>] = []
    var bestScore = 0.0
    // Places sorted by length: the ones that match at least as long as the n-th are the first n.
    for end in places.indices where end == places.count - 1 || places[end + 1].length < places[end].length {
      let found = guesses.expand(
        places[0...end].map(\.next), length: places[end].length, guidance: guidance, continuations: continuations(of:))
      let score = found.reduce(0) { $0 + $1.weight }
      // Ties go to the longer match, which comes first.
      if score > bestScore + 1e-9 {
        best = found
        bestScore = score
      }
    }
    guesses.insert(best, into: &tree, origin: origin, guidance: guidance)
  }

  /// Learns from a pass: the new tokens join the text.
  public func learn(_ outcome: PassOutcome) {
    guesses.learn(outcome)
    for token in outcome.tokens { append(token) }
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

  /// What stands at some indices of the text, those behind its end not counted.
  private func continuations(of votes: [Int32]) -> RepetitionGuesses.Continuations<[Int32]> {
    var found = RepetitionGuesses.Continuations<[Int32]>()
    for vote in votes where Int(vote) < text.count {
      found.total += 1
      let token = text[Int(vote)]
      if let index = found.tokens.firstIndex(where: { $0.token == token }) {
        found.tokens[index].count += 1
        found.tokens[index].place.append(vote + 1)
      } else {
        found.tokens.append((token, 1, [vote + 1]))
      }
    }
    return found
  }
}
