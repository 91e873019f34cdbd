/// What a decoder may speculate with.
public enum SpeculationMode: String, Sendable, CaseIterable {
  /// Whatever pays at the moment: a merged tree of all sources, a chain, or nothing.
  case auto
  /// Trees of the draft model; of repetitions where there is no draft model.
  case tree
  /// Trees with a single branch.
  case chain
  /// Repetitions alone, of the text and of a corpus where there is one, with no draft model.
  case suffix
  /// Plain decoding, one token per pass.
  case off

  /// Whether a draft model is asked, where there is one.
  public var usesDraftModel: Bool {
    switch self {
    case .off, .suffix: false
    case .auto, .tree, .chain: true
    }
  }

  /// Whether repetitions are drafted, of the text and of a corpus.
  public func draftsRepetitions(hasDraftModel: Bool) -> Bool {
    switch self {
    case .off: false
    case .auto, .suffix: true
    case .tree, .chain: !hasDraftModel
    }
  }
}

/// By which rule drafted tokens are accepted. Both are exact: the text is distributed as the target's own.
public enum VerificationRule: String, Sendable, CaseIterable {
  /// The target's own draw is followed as far as the tree has it. With a seed, the very text of plain decoding.
  case sampleAndWalk = "sample-and-walk"
  /// Children sampled without replacement are accepted or rejected one after the other. Accepts more where the target is
  /// undecided; the text for a seed is then not plain decoding's. Greedy decoding always uses sample-and-walk.
  case withoutReplacement = "without-replacement"
}
