import SpeculativeDecoding

/// The model that guesses, on libllama.
///
/// A tree grows level by level, so the leaves under a node are not known when it is scored. A node's first scored child
/// goes on in its parent's sequence; every further child gets a free sequence, into which the path down to the parent is
/// copied. Sequence 0 holds the text.
final class LlamaDraft: DraftModel {
  let context: LlamaContext
  let capacity: PassCapacity
  /// The target's vocabulary, in whose numbers everything outside speaks.
  let vocabularySize: Int
  var mayGoOn: () throws -> Void = {}

  private let ownSize: Int
  /// A row of the target's length, where the draft's is shorter.
  private let padded: UnsafeMutableBufferPointer<Float>
  private var text: [Token] = []
  /// The sequence of each scored node and its place in the latest batch.
  private var sequences: [Int: Int32] = [:]
  private var batchIndices: [Int: Int] = [:]
  private var usedSequences = 1
  /// The node that went on in its parent's sequence, by parent.
  private var heirs: Set<Int> = []

  /// - Parameters:
  ///   - vocabularySize: the length of the target's rows. Models of one family pad their vocabularies to different
  ///     lengths; what the draft knows beyond the target is cut off, what it does not know is impossible to it.
  ///   - textLimit: the longest text.
  ///   - nodeLimit: the most nodes of a level.
  init(
    model: LlamaModel, vocabularySize: Int, textLimit: Int, nodeLimit: Int, threads: ComputeThreads
  ) throws {
    let leaves = model.takesTrees ? 200 : 1
    let nodes = model.takesTrees ? min(max(1, nodeLimit), 64) : 1
    capacity = PassCapacity(nodes: nodes, leaves: leaves, text: textLimit)
    context = try LlamaContext(
      model: model, cells: textLimit + 512, passLimit: 512, sequenceLimit: leaves, threads: threads)
    self.vocabularySize = vocabularySize
    ownSize = model.vocabulary.count
    padded = .allocate(capacity: ownSize < vocabularySize ? vocabularySize : 0)
    padded.initialize(repeating: -.infinity)
  }

  deinit { padded.deallocate() }

  var textCount: Int { text.count }

  func prepare(_ newText: ArraySlice<Token>) throws {
    forgetTree()
    var shared = zip(text, newText).prefix { $0 == $1 }.count
    if !capacity.takesTrees && shared < text.count { shared = 0 }
    if shared < text.count { context.remove(0, from: shared) }
    text.removeSubrange(shared...)
    try append(newText.dropFirst(shared), wantsLastLogits: false)
  }

  func begin(with tokens: ArraySlice<Token>) throws {
    forgetTree()
    try append(tokens, wantsLastLogits: true)
    sequences[0] = 0
    batchIndices = [0: context.lastIndex]
  }

  func evaluate(_ nodes: [Int], of tree: TokenTree) throws {
    try mayGoOn()
    precondition(nodes.count <= capacity.nodes)
    let rootPosition = text.count - 1
    // Paths are copied before anything is added to the sequences that they are copied from.
    for node in nodes {
      let parent = Int(tree.parents[node])
      guard let parentSequence = sequences[parent] else { preconditionFailure("a parent is scored before its child") }
      if heirs.insert(parent).inserted {
        sequences[node] = parentSequence
      } else if usedSequences < capacity.leaves {
        let free = Int32(usedSequences)
        usedSequences += 1
        context.copy(parentSequence, to: free, positions: 0..<rootPosition + Int(tree.depths[parent]) + 1)
        sequences[node] = free
      }
    }
    context.beginPass()
    batchIndices = [:]
    for node in nodes {
      guard let sequence = sequences[node] else { continue }
      batchIndices[node] = context.lastIndex + 1
      context.add(
        mapped(tree.tokens[node]), position: rootPosition + Int(tree.depths[node]), sequences: sequence..<sequence + 1,
        wantsLogits: true)
    }
    if !batchIndices.isEmpty { try context.runPass() }
  }

  func logits(of node: Int) -> UnsafeBufferPointer<Float> {
    guard let index = batchIndices[node] else { return UnsafeBufferPointer(start: nil, count: 0) }
    let row = context.logits(at: index)
    guard ownSize < vocabularySize else { return UnsafeBufferPointer(rebasing: row.prefix(vocabularySize)) }
    _ = padded.update(fromContentsOf: row)
    return UnsafeBufferPointer(padded)
  }

  func keep(_ path: [Int], of tree: TokenTree) throws {
    let scored = path.prefix { sequences[$0] != nil }
    guard let last = scored.last, let sequence = sequences[last], scored.count > 1 else {
      forgetTree()
      return
    }
    let base = text.count
    if sequence != 0 {
      context.remove(0, from: base)
      context.copy(sequence, to: 0, positions: base..<base + scored.count - 1)
    } else {
      context.remove(0, from: base + scored.count - 1)
    }
    text += scored.dropFirst().map { tree.tokens[$0] }
    forgetTree()
  }

  /// Takes all branches back. The root stays: it is part of the text.
  private func forgetTree() {
    for sequence in 1..<max(usedSequences, 1) { context.remove(Int32(sequence), from: 0) }
    context.remove(0, from: text.count)
    usedSequences = 1
    sequences.removeAll(keepingCapacity: true)
    batchIndices.removeAll(keepingCapacity: true)
    heirs.removeAll(keepingCapacity: true)
  }

  private func append(_ tokens: ArraySlice<Token>, wantsLastLogits: Bool) throws {
    let known = tokens.map(mapped)
    try context.read(
      known[...], at: text.count, sequence: 0, wantsLastLogits: wantsLastLogits, mayGoOn: mayGoOn)
    text += tokens
  }

  /// The target may know a few tokens more than the draft; they only pad its vocabulary.
  private func mapped(_ token: Token) -> Token { Int(token) < ownSize ? token : 0 }
}
