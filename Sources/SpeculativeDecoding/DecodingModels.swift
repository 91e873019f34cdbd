/// What a model can take in one pass and in all.
public struct PassCapacity: Sendable, Equatable {
  /// The most nodes of a pass, the root included.
  public let nodes: Int
  /// The most leaves of a tree. With 1 the model takes chains only.
  public let leaves: Int
  /// The longest text, prompt and output together, in tokens.
  public let text: Int

  /// Makes a capacity.
  public init(nodes: Int, leaves: Int, text: Int) {
    self.nodes = nodes
    self.leaves = leaves
    self.text = text
  }

  /// Whether trees with more than one branch can be scored.
  public var takesTrees: Bool { leaves > 1 }
}

extension TargetModel {
  /// None, for engines that keep what they have computed.
  public var backlog: Int { 0 }
}

/// The model whose text is wanted. It scores a whole tree of continuations in one pass.
///
/// A target remembers a *text*: the tokens before the root of the next tree. The decoder calls ``prepare(_:)`` once for
/// the prompt and then alternates ``evaluate(_:)`` and ``keep(_:of:)``.
public protocol TargetModel: AnyObject {
  /// The length of a row of logits.
  var vocabularySize: Int { get }

  /// What a pass can take.
  var capacity: PassCapacity { get }

  /// How many tokens of the remembered text the next pass computes beside its tree. An engine may find it cheaper to
  /// compute a few accepted tokens again than to put them in order.
  var backlog: Int { get }

  /// Makes `text` the remembered text; what it shares with the text remembered before is not computed again.
  ///
  /// - Complexity: O(tokens that are new) passes' work.
  func prepare(_ text: ArraySlice<Token>) throws

  /// Scores all nodes of a tree whose root follows the remembered text, in one pass.
  func evaluate(_ tree: TokenTree) throws

  /// The logits after `node` of the tree evaluated last: `vocabularySize` of them, valid until the next call.
  func logits(of node: Int) -> UnsafeBufferPointer<Float>

  /// Makes the tokens on `path` part of the remembered text and forgets the rest of the tree.
  ///
  /// - Parameter path: nodes from the root downwards, each the parent of the next; empty to forget the whole tree.
  func keep(_ path: [Int], of tree: TokenTree) throws
}

/// The small model that guesses what the target will say. It grows a tree level by level.
public protocol DraftModel: AnyObject {
  /// The length of a row of logits.
  var vocabularySize: Int { get }

  /// What a pass can take.
  var capacity: PassCapacity { get }

  /// The number of tokens of the remembered text.
  var textCount: Int { get }

  /// Makes `text` the remembered text.
  func prepare(_ text: ArraySlice<Token>) throws

  /// Appends `tokens`, at least one, to the remembered text and scores the last of them, which is the root of a tree.
  func begin(with tokens: ArraySlice<Token>) throws

  /// Scores nodes of one depth in one pass. Their parents have been scored, by this or by ``begin(with:)``.
  func evaluate(_ nodes: [Int], of tree: TokenTree) throws

  /// The logits after `node`, which the latest call scored; valid until the next call. The root is node 0.
  func logits(of node: Int) -> UnsafeBufferPointer<Float>

  /// Keeps of `path`, which starts at the root, the nodes that were scored, and forgets the rest of the tree.
  func keep(_ path: [Int], of tree: TokenTree) throws
}
