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

/// One of the texts of a ``BatchTargetModel``, in the terms of one that has a pass to itself.
final class BatchMember: TargetModel {
  /// How many texts there are to share a pass.
  final class Share {
    var count: Int
    init(_ count: Int) { self.count = count }
  }

  private let target: any BatchTargetModel
  private let text: Int
  private let share: Share

  init(_ target: any BatchTargetModel, text: Int, share: Share) {
    self.target = target
    self.text = text
    self.share = share
  }

  var vocabularySize: Int { target.vocabularySize }

  /// An equal part of the pass.
  var capacity: PassCapacity {
    let whole = target.capacity
    return PassCapacity(nodes: max(1, whole.nodes / share.count), leaves: whole.leaves, text: whole.text)
  }

  var backlog: Int { target.backlog(of: text) }

  func prepare(_ text: ArraySlice<Token>) throws { try target.prepare(text, count: share.count) }
  func evaluate(_ tree: TokenTree) throws { try target.evaluate([(text, tree)]) }
  func logits(of node: Int) -> UnsafeBufferPointer<Float> { target.logits(of: node, in: text) }
  func keep(_ path: [Int], of tree: TokenTree) throws { try target.keep(path, of: tree, in: text) }
}
