import Synchronization

/// Texts that were written before, ready to be drafted from: kernels of earlier runs, and what a search has written so far.
///
/// A model that writes for the same problem again, or for one like it, writes much of the same. Where the latest tokens of a text
/// stood in a corpus, what followed them there is a guess at what follows here; it needs no draft model (SuffixDecoding,
/// arXiv 2411.04975). A corpus changes how fast a text is written, and never the text.
///
/// It may be shared by decoders, and used from several threads.
public final class DraftCorpus: Sendable {
  private let automaton = Mutex(SuffixAutomaton())
  /// The most tokens that it holds.
  public let tokenLimit: Int

  /// A corpus without texts.
  ///
  /// - Parameter tokenLimit: how many tokens it takes at most, at about 90 bytes each. Texts that would exceed it are not taken.
  public init(tokenLimit: Int = 1 << 20) { self.tokenLimit = tokenLimit }

  /// The tokens that it holds.
  public var tokenCount: Int { automaton.withLock { $0.tokenCount } }

  /// Adds a text.
  ///
  /// - Returns: whether there was room for it.
  /// - Complexity: O(tokens).
  @discardableResult
  public func add(_ text: [Token]) -> Bool {
    automaton.withLock { automaton in
      guard automaton.tokenCount + text.count <= tokenLimit else { return false }
      automaton.add(text)
      return true
    }
  }

  /// Looks at the texts, which nobody adds to meanwhile.
  func read<Result>(_ body: (borrowing SuffixAutomaton) -> sending Result) -> sending Result {
    automaton.withLock { body($0) }
  }
}
