/// How many texts there are to share a pass.
final class BatchShare {
  var count: Int
  init(_ count: Int) { self.count = count }

  /// An equal part of what a pass can take.
  func part(of whole: PassCapacity) -> PassCapacity {
    PassCapacity(nodes: max(1, whole.nodes / count), leaves: whole.leaves, text: whole.text)
  }
}

/// One of the texts of a ``BatchTargetModel``, in the terms of one that has a pass to itself.
final class BatchMember: TargetModel {
  private let target: any BatchTargetModel
  private let text: Int
  private let share: BatchShare

  init(_ target: any BatchTargetModel, text: Int, share: BatchShare) {
    self.target = target
    self.text = text
    self.share = share
  }

  var vocabularySize: Int { target.vocabularySize }
  var capacity: PassCapacity { share.part(of: target.capacity) }
  var backlog: Int { target.backlog(of: text) }

  func prepare(_ text: ArraySlice<Token>) throws { try target.prepare(text, count: share.count) }
  func evaluate(_ tree: TokenTree) throws { try target.evaluate([(text, tree)]) }
  func logits(of node: Int) -> UnsafeBufferPointer<Float> { target.logits(of: node, in: text) }
  func keep(_ path: [Int], of tree: TokenTree) throws { try target.keep(path, of: tree, in: text) }
}

/// One of the texts of a ``BatchDraftModel``, in the terms of one that has a draft model to itself.
final class BatchDraftMember: DraftModel {
  private let draft: any BatchDraftModel
  private let text: Int
  private let share: BatchShare

  init(_ draft: any BatchDraftModel, text: Int, share: BatchShare) {
    self.draft = draft
    self.text = text
    self.share = share
  }

  var vocabularySize: Int { draft.vocabularySize }
  var capacity: PassCapacity { share.part(of: draft.capacity) }
  var textCount: Int { draft.textCount(of: text) }

  /// All texts begin together, so that this is every text's prompt.
  func prepare(_ text: ArraySlice<Token>) throws { try draft.prepare(text, count: share.count) }
  func begin(with tokens: ArraySlice<Token>) throws { try draft.begin([(text, tokens)]) }
  func evaluate(_ nodes: [Int], of tree: TokenTree) throws { try draft.evaluate([(text, nodes, tree)]) }
  func logits(of node: Int) -> UnsafeBufferPointer<Float> { draft.logits(of: node, in: text) }
  func keep(_ path: [Int], of tree: TokenTree) throws { try draft.keep(path, of: tree, in: text) }
}
