/// A model that goes on with several texts at once: answers to one prompt, which is computed once.
///
/// All texts begin as the same one, by ``prepare(_:count:)``. ``keep(_:of:in:)`` makes a path of its tree part of each.
public protocol BatchModel: AnyObject {
  /// The length of a row of logits.
  var vocabularySize: Int { get }

  /// What a pass can take: the nodes of all texts together, at least one of each, but the leaves of each tree, and the length of each text.
  var capacity: PassCapacity { get }

  /// The most texts.
  var width: Int { get }

  /// Makes `prompt` the remembered text of `count` texts, which are numbered from 0; what it shares with the prompt before is not
  /// computed again.
  ///
  /// - Complexity: O(tokens that are new) passes' work, whatever `count` is.
  func prepare(_ prompt: ArraySlice<Token>, count: Int) throws

  /// The logits after `node` of a text's tree, which the latest pass scored: `vocabularySize` of them, valid until the next pass. The
  /// root is node 0.
  func logits(of node: Int, in text: Int) -> UnsafeBufferPointer<Float>

  /// Makes the tokens on `path`, which starts at the root, part of a remembered text as far as they were scored, and forgets the rest of
  /// its tree.
  func keep(_ path: [Int], of tree: TokenTree, in text: Int) throws

  /// Forgets a text: there will be no tree of it any more.
  func end(_ text: Int)
}

/// A target model that goes on with several texts at once, with a tree of each of them in one pass.
public protocol BatchTargetModel: BatchModel {
  /// How many tokens of a text the next pass computes beside its tree.
  func backlog(of text: Int) -> Int

  /// Scores all nodes of trees whose roots follow the remembered texts, in one pass; at most one tree of each text.
  func evaluate(_ trees: [(text: Int, tree: TokenTree)]) throws
}

/// A draft model that guesses for several texts at once, a level of each one's tree in one pass.
///
/// A pass over the next guesses of several texts costs little more than one over those of one of them.
public protocol BatchDraftModel: BatchModel {
  /// The number of tokens of a remembered text.
  func textCount(of text: Int) -> Int

  /// Appends tokens, at least one, to each of some remembered texts, and scores the last ones, which are the roots of trees.
  func begin(_ unread: [(text: Int, tokens: ArraySlice<Token>)]) throws

  /// Scores nodes of trees in one pass, for each text those of one depth. Their parents have been scored.
  func evaluate(_ levels: [(text: Int, nodes: [Int], tree: TokenTree)]) throws
}
