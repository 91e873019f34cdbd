import Synchronization

/// Texts that were written before, ready to be drafted from: kernels of earlier runs, and what a search has written so far.
///
/// A model that writes for the same problem again, or for one like it, writes much of the same. Where the latest tokens of a text
/// stood in a corpus, what followed them there is a guess at what follows here; it needs no draft model (SuffixDecoding,
/// arXiv 2411.04975). A corpus changes how fast a text is written, and never the text.
///
/// It may be shared by decoders, and used from several threads.
public final class DraftCorpus: Sendable {
  private struct Contents {
    var automaton = SuffixAutomaton()
    var texts: [[Token]] = []
    /// Changes with every change of the texts.
    var version = 0
  }

  private let contents = Mutex(Contents())
  /// The most tokens that it holds.
  public let tokenLimit: Int

  /// A corpus without texts.
  ///
  /// - Parameter tokenLimit: how many tokens it holds at most, at about 90 bytes each. Where one more text would exceed it, the
  ///   oldest are forgotten, down to half of it.
  public init(tokenLimit: Int = 1 << 20) { self.tokenLimit = tokenLimit }

  /// The tokens that it holds.
  public var tokenCount: Int { contents.withLock { $0.automaton.tokenCount } }

  /// Adds a text. One that is longer than all that the corpus may hold is left out.
  ///
  /// - Complexity: O(tokens), and now and then O(``tokenLimit``), when the oldest texts are forgotten.
  public func add(_ text: [Token]) {
    guard !text.isEmpty, text.count <= tokenLimit else { return }
    contents.withLock { contents in
      if contents.automaton.tokenCount + text.count > tokenLimit {
        var room = tokenLimit / 2
        let kept = contents.texts.reversed().prefix {
          room -= $0.count
          return room >= 0
        }
        contents.texts = kept.reversed()
        contents.automaton = SuffixAutomaton()
        for text in contents.texts { contents.automaton.add(text) }
        // Half of it is free now, which a very long text does not fit.
        if contents.automaton.tokenCount + text.count > tokenLimit {
          contents.texts = []
          contents.automaton = SuffixAutomaton()
        }
      }
      contents.texts.append(text)
      contents.automaton.add(text)
      contents.version += 1
    }
  }

  /// Looks at the texts, which nobody adds to meanwhile.
  func read<Result>(_ body: (borrowing SuffixAutomaton, _ version: Int) -> sending Result) -> sending Result {
    contents.withLock { body($0.automaton, $0.version) }
  }
}
