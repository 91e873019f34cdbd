import SpeculativeDecoding

/// The model whose text is wanted, on libllama.
///
/// A branch of a tree is a *sequence* of libllama's; a node belongs to the sequences of all leaves under it. Sequence 0
/// always holds the cached text. The others are brought up to it only when a tree has that many leaves, and that costs no
/// computation: it only marks cells as shared.
///
/// The text's cells are kept in the order of its tokens without gaps. Attention sums up in the order of the cells, so that
/// a token that had landed behind a later one would give logits that differ in their last bits from plain decoding's, and
/// after the next rounding to eight bits not only in those. The heaviest path of a tree, its *spine*, is therefore put
/// first: what is accepted of it stays where it is. What is accepted beside it is dropped from the cache and computed
/// again, as a part of the next pass.
final class LlamaTarget: TargetModel {
  let context: LlamaContext
  let capacity: PassCapacity
  let vocabularySize: Int
  /// Asked between passes; throws to stop.
  var mayGoOn: () throws -> Void = {}
  /// Called while a prompt is read, with the tokens read and all of them.
  var onRead: (Int, Int) -> Void = { _, _ in }

  private var text: [Token] = []
  /// How many tokens of the text are in the cache, in order and without gaps; sequence 0 holds them all.
  private var cached = 0
  /// How much of the cached text each sequence holds.
  private var held: [Int]

  // The tree evaluated last.
  private var ranges: [Range<Int32>] = []
  private var spine: [Int] = []
  private var batchIndices: [Int] = []
  /// How many sequences it is in; 0 once it was kept or forgotten.
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
    // A backlog is never longer than the tree that it was accepted from.
    context = try LlamaContext(
      model: model, cells: textLimit + 2 * nodes, passLimit: max(512, 2 * nodes), sequenceLimit: leaves,
      threads: threads)
    held = [Int](repeating: 0, count: leaves)
    vocabularySize = model.vocabulary.count
  }

  var backlog: Int { text.count - cached }

  func prepare(_ newText: ArraySlice<Token>) throws {
    var shared = min(zip(text, newText).prefix { $0 == $1 }.count, cached)
    // What cannot be taken back token by token has to be read anew.
    if !capacity.takesTrees && shared < cached { shared = 0 }
    for sequence in held.indices where held[sequence] > 0 || sequence < treeLeaves {
      // Even a sequence that holds no more than what is shared may still have a tree that was never kept: an error or a
      // cancellation came between.
      held[sequence] = min(held[sequence], shared)
      context.remove(Int32(sequence), from: held[sequence])
    }
    treeLeaves = 0
    text.removeSubrange(shared...)
    cached = shared
    let rest = newText.dropFirst(shared)
    for start in stride(from: rest.startIndex, to: rest.endIndex, by: context.passLimit) {
      let part = rest[start..<min(start + context.passLimit, rest.endIndex)]
      try context.read(part, at: text.count, sequence: 0, mayGoOn: mayGoOn)
      text += part
      cached = text.count
      held[0] = cached
      onRead(text.count, newText.count)
    }
  }

  func evaluate(_ tree: TokenTree) throws {
    try mayGoOn()
    ranges = tree.leafRanges()
    let leaves = Int(ranges[0].upperBound)
    precondition(leaves <= capacity.leaves && tree.count <= capacity.nodes, "the tree is larger than the capacity")
    for sequence in 0..<leaves where held[sequence] < cached {
      context.copy(0, to: Int32(sequence), positions: held[sequence]..<cached)
      held[sequence] = cached
    }
    treeLeaves = leaves
    context.beginPass()
    for position in cached..<text.count {
      context.add(text[position], position: position, sequences: ranges[0], wantsLogits: false)
    }
    spine = tree.spine
    batchIndices = [Int](repeating: -1, count: tree.count)
    for node in spine { add(node, of: tree) }
    for node in 0..<tree.count where batchIndices[node] < 0 { add(node, of: tree) }
    try context.runPass()
  }

  func logits(of node: Int) -> UnsafeBufferPointer<Float> { context.logits(at: batchIndices[node]) }

  func keep(_ path: [Int], of tree: TokenTree) throws {
    let base = text.count
    // Cells after these are free again, and the next pass fills them in order.
    let inPlace = zip(path, spine).prefix { $0 == $1 }.count
    for sequence in 0..<treeLeaves {
      let shared = path.prefix(inPlace).prefix { ranges[$0].contains(Int32(sequence)) }.count
      context.remove(Int32(sequence), from: base + shared)
      held[sequence] = base + shared
    }
    if inPlace > 0, held[0] < base + inPlace {
      context.copy(ranges[path[inPlace - 1]].lowerBound, to: 0, positions: held[0]..<base + inPlace)
      held[0] = base + inPlace
    }
    treeLeaves = 0
    cached = base + inPlace
    text += path.map { tree.tokens[$0] }
  }

  private func add(_ node: Int, of tree: TokenTree) {
    batchIndices[node] = context.lastIndex + 1
    context.add(
      tree.tokens[node], position: text.count + Int(tree.depths[node]), sequences: ranges[node], wantsLogits: true)
  }
}
