/// Guesses that the text goes on as texts of a corpus do, where its latest tokens stood there.
///
/// The longest stretch of a corpus that the text ends in is known at each moment, since reading one more token in the corpus's
/// automaton finds it. That stretch, and the shorter ones that occur more often, each make a tree of what followed them,
/// expanded best first; the tree that promises most is taken (SuffixDecoding, arXiv 2411.04975).
final class CorpusSource: DraftSource {
  let origin = DraftOrigin.corpus

  /// The shortest match that counts.
  private static let shortestMatch = 2
  /// How many lengths of match are compared.
  private static let lengthLimit = 8
  /// How many tokens are read again where the corpus has changed.
  private static let window = 64

  private let corpus: DraftCorpus
  private var text: [Token] = []
  private var state = SuffixAutomaton.root
  /// How many of the latest tokens the state has read.
  private var length = 0
  /// The corpus's version when the state was found: in another one it may stand for something else.
  private var version = -1
  /// How many of the latest tokens have not been read.
  private var unread = 0
  private var guesses: RepetitionGuesses

  init(corpus: DraftCorpus, calibration: AcceptanceCalibration? = nil) {
    self.corpus = corpus
    guesses = RepetitionGuesses(calibration: calibration)
  }

  /// How often guesses were right so far.
  var calibration: AcceptanceCalibration { guesses.calibration }

  /// Starts on a new text.
  func prepare(_ text: ArraySlice<Token>) {
    self.text = Array(text.suffix(Self.window))
    version = -1
    guesses.clear()
  }

  /// Adds what followed the latest tokens in the corpus.
  ///
  /// - Complexity: O(nodes · different continuations) for each of a few lengths.
  func propose(into tree: inout TokenTree, guidance: DraftGuidance) {
    guesses.clear()
    let best = corpus.read { automaton, version -> [RepetitionGuesses.Guess<SuffixAutomaton.State>] in
      match(in: automaton, version: version)
      var best: [RepetitionGuesses.Guess<SuffixAutomaton.State>] = []
      var bestScore = 0.0
      var (place, length) = (state, self.length)
      var compared = 0
      while length >= Self.shortestMatch && compared < Self.lengthLimit {
        let found = guesses.expand(place, length: length, guidance: guidance) { state in
          var found = RepetitionGuesses.Continuations<SuffixAutomaton.State>()
          automaton.forEachEdge(from: state) { token, next in
            found.tokens.append((token, automaton.count(next), next))
            found.total += automaton.count(next)
          }
          return found
        }
        let score = found.reduce(0) { $0 + $1.weight }
        // Ties go to the longer match, which comes first.
        if score > bestScore + 1e-9 { (best, bestScore) = (found, score) }
        place = automaton.link(place)
        guard place >= 0 else { break }
        length = automaton.length(place)
        compared += 1
      }
      return best
    }
    guesses.insert(best, into: &tree, origin: origin, guidance: guidance)
  }

  /// Learns from a pass: the new tokens are read.
  func learn(_ outcome: PassOutcome) {
    guesses.learn(outcome)
    text += outcome.tokens
    unread += outcome.tokens.count
    if text.count > 4 * Self.window { text.removeFirst(text.count - Self.window) }
  }

  /// Reads what has not been read.
  private func match(in automaton: borrowing SuffixAutomaton, version: Int) {
    if version != self.version {
      state = SuffixAutomaton.root
      length = 0
      self.version = version
      unread = min(text.count, Self.window)
    }
    for token in text.suffix(unread) {
      while state != SuffixAutomaton.root && automaton.next(state, token) == nil {
        state = automaton.link(state)
        length = automaton.length(state)
      }
      if let next = automaton.next(state, token) {
        state = next
        length += 1
      }
    }
    unread = 0
  }
}
