import SpeculativeDecoding

/// The model whose text is wanted, on libllama.
///
/// A branch of a tree is a *sequence* of libllama's; a node belongs to the sequences of all leaves under it. Sequence 0
/// always holds the whole text. The others are brought up to it only when a tree has that many leaves, and that costs no
/// computation: it only marks cells as shared.
final class LlamaTarget: TargetModel {
  let context: LlamaContext
  let capacity: PassCapacity
  let vocabularySize: Int
  /// Asked between passes; throws to stop.
  var mayGoOn: () throws -> Void = {}
  /// Called while a prompt is read, with the tokens read and all of them.
  var onRead: (Int, Int) -> Void = { _, _ in }

  private var text: [Token] = []
  /// How much of the text each sequence holds.
  private var held: [Int]
  private var ranges: [Range<Int32>] = []
  /// How many sequences the tree evaluated last is in; 0 once it was kept or forgotten.
  private var treeLeaves = 0

  /// - Parameters:
  ///   - textLimit: the longest text.
  ///   - nodeLimit: the most nodes of a tree, its root included.
  ///   - leafLimit: the most leaves of a tree.
  init(model: LlamaModel, textLimit: Int, nodeLimit: Int, leafLimit: Int, threads: ComputeThreads) throws {
    let leaves = model.takesTrees ? min(max(1, leafLimit), 256) : 1
    // Without trees there is no taking back either: a recurrent state cannot forget a rejected token.
    let nodes = model.takesTrees ? max(1, nodeLimit) : 1
    capacity = PassCapacity(nodes: nodes, leaves: leaves, text: textLimit)
    context = try LlamaContext(
      model: model, cells: textLimit + nodes, passLimit: max(512, nodes), sequenceLimit: leaves, threads: threads)
    held = [Int](repeating: 0, count: leaves)
    vocabularySize = model.vocabulary.count
  }

  func prepare(_ newText: ArraySlice<Token>) throws {
    var shared = zip(text, newText).prefix { $0 == $1 }.count
    // What cannot be taken back token by token has to be read anew.
    if !capacity.takesTrees && shared < text.count { shared = 0 }
    for sequence in held.indices where held[sequence] > 0 || sequence < treeLeaves {
      // Even a sequence that holds no more than what is shared may still have a tree that was never kept: an error or a
      // cancellation came between.
      held[sequence] = min(held[sequence], shared)
      context.remove(Int32(sequence), from: held[sequence])
    }
    treeLeaves = 0
    text.removeSubrange(shared...)
    let rest = newText.dropFirst(shared)
    for start in stride(from: rest.startIndex, to: rest.endIndex, by: context.passLimit) {
      let part = rest[start..<min(start + context.passLimit, rest.endIndex)]
      try context.read(part, at: text.count, sequence: 0, wantsLastLogits: false, mayGoOn: mayGoOn)
      text += part
      held[0] = text.count
      onRead(text.count, newText.count)
    }
  }

  func evaluate(_ tree: TokenTree) throws {
    try mayGoOn()
    ranges = tree.leafRanges()
    let leaves = Int(ranges[0].upperBound)
    precondition(leaves <= capacity.leaves && tree.count <= capacity.nodes, "the tree is larger than the capacity")
    for sequence in 0..<leaves where held[sequence] < text.count {
      context.copy(0, to: Int32(sequence), positions: held[sequence]..<text.count)
      held[sequence] = text.count
    }
    treeLeaves = leaves
    context.beginPass()
    for node in 0..<tree.count {
      context.add(
        tree.tokens[node], position: text.count + Int(tree.depths[node]), sequences: ranges[node], wantsLogits: true)
    }
    try context.runPass()
  }

  func logits(of node: Int) -> UnsafeBufferPointer<Float> { context.logits(at: node) }

  func keep(_ path: [Int], of tree: TokenTree) throws {
    let base = text.count
    let leaves = treeLeaves
    treeLeaves = 0
    // The longest stretch of the path that each sequence shares stays in it.
    for sequence in 0..<leaves {
      let shared = path.prefix { ranges[$0].contains(Int32(sequence)) }.count
      context.remove(Int32(sequence), from: base + shared)
      held[sequence] = base + shared
    }
    text += path.map { tree.tokens[$0] }
    if let last = path.last, held[0] < text.count {
      context.copy(ranges[last].lowerBound, to: 0, positions: held[0]..<text.count)
      held[0] = text.count
    }
  }
}
