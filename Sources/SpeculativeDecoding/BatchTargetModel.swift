/// A target model that goes on with several texts at once: answers to one prompt, a tree of each of them in one pass.
///
/// All texts begin as the same one, by ``prepare(_:count:)``, which is computed once. Then ``evaluate(_:)`` scores the trees
/// of those that still go on, and ``keep(_:of:in:)`` makes a path of its tree part of each.
public protocol BatchTargetModel: AnyObject {
  /// The length of a row of logits.
  var vocabularySize: Int { get }

  /// What a pass can take: the nodes of all its trees together, but the leaves of each tree, and the length of each text.
  var capacity: PassCapacity { get }

  /// The most texts.
  var width: Int { get }

  /// How many tokens of a text the next pass computes beside its tree.
  func backlog(of text: Int) -> Int

  /// Makes `prompt` the remembered text of `count` texts, which are numbered from 0.
  ///
  /// - Complexity: O(tokens that are new) passes' work, whatever `count` is.
  func prepare(_ prompt: ArraySlice<Token>, count: Int) throws

  /// Scores all nodes of trees whose roots follow the remembered texts, in one pass; at most one tree of each text.
  func evaluate(_ trees: [(text: Int, tree: TokenTree)]) throws

  /// The logits after `node` of a text's tree in the latest pass: `vocabularySize` of them, valid until the next pass.
  func logits(of node: Int, in text: Int) -> UnsafeBufferPointer<Float>

  /// Makes the tokens on `path` part of a remembered text and forgets the rest of its tree.
  func keep(_ path: [Int], of tree: TokenTree, in text: Int) throws

  /// Forgets a text: there will be no tree of it any more.
  func end(_ text: Int)
}
