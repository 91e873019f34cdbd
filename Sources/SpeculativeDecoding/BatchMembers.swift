/// How many texts there are to share a pass.
final class BatchShare {
  var count: Int
  init(_ count: Int) { self.count = count }
}

/// One of the texts of a ``BatchModel``, in the terms of one that has a pass to itself.
class BatchMember {
  private let model: any BatchModel
  fileprivate let text: Int
  private let share: BatchShare

  init(_ model: any BatchModel, text: Int, share: BatchShare) {
    self.model = model
    self.text = text
    self.share = share
  }

  final var vocabularySize: Int { model.vocabularySize }

  /// An equal part of the pass.
  final var capacity: PassCapacity {
    let whole = model.capacity
    return PassCapacity(nodes: max(1, whole.nodes / share.count), leaves: whole.leaves, text: whole.text)
  }

  /// All texts begin together, so that this is every text's prompt.
  final func prepare(_ text: ArraySlice<Token>) throws { try model.prepare(text, count: share.count) }
  final func logits(of node: Int) -> UnsafeBufferPointer<Float> { model.logits(of: node, in: text) }
  final func keep(_ path: [Int], of tree: TokenTree) throws { try model.keep(path, of: tree, in: text) }
}

/// One of the texts of a ``BatchTargetModel``.
final class BatchTargetMember: BatchMember, TargetModel {
  private let target: any BatchTargetModel

  init(_ target: any BatchTargetModel, text: Int, share: BatchShare) {
    self.target = target
    super.init(target, text: text, share: share)
  }

  var backlog: Int { target.backlog(of: text) }
  func evaluate(_ tree: TokenTree) throws { try target.evaluate([(text, tree)]) }
}

/// One of the texts of a ``BatchDraftModel``.
final class BatchDraftMember: BatchMember, DraftModel {
  private let draft: any BatchDraftModel

  init(_ draft: any BatchDraftModel, text: Int, share: BatchShare) {
    self.draft = draft
    super.init(draft, text: text, share: share)
  }

  var textCount: Int { draft.textCount(of: text) }
  func begin(with tokens: ArraySlice<Token>) throws { try draft.begin([(text, tokens)]) }
  func evaluate(_ nodes: [Int], of tree: TokenTree) throws { try draft.evaluate([(text, nodes, tree)]) }
}
