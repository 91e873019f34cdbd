import SpeculativeDecoding

/// The model that guesses, on libllama: for one text, or for several that began as one prompt.
///
/// Each text has a *sequence* of its own. A tree grows level by level, so the leaves under a node are not known when it is scored. A
/// node's first scored child goes on in its parent's sequence; every further child gets a free one, into which the path down to the parent is
/// copied. All texts live in one cache, in which they share the prompt's cells.
final class LlamaDraft: BatchDraftModel {
  let context: LlamaContext
  let capacity: PassCapacity
  /// The target's vocabulary, in whose numbers everything outside speaks.
  let vocabularySize: Int
  let width: Int
  var mayGoOn: () throws -> Void = {}

  /// One of the texts, and the tree that grows from it.
  private struct Text {
    var tokens: [Token] = []
    /// The sequence of each scored node, and its place in the latest batch where it is in that.
    var sequences: [Int: Int32] = [:]
    var batchIndices: [Int: Int] = [:]
    /// The nodes of which a child went on in their sequence.
    var heirs: Set<Int> = []
    /// The sequences of the tree beside the text's own.
    var branches: [Int32] = []
  }

  private var texts: [Text]
  private var freeSequences: [Int32]
  private let ownSize: Int
  /// A row of the target's length, where the draft's is shorter.
  private let padded: UnsafeMutableBufferPointer<Float>

  /// - Parameters:
  ///   - vocabularySize: the length of the target's rows. Models of one family pad their vocabularies to different
  ///     lengths; what the draft knows beyond the target is cut off, what it does not know is impossible to it.
  ///   - width: the most texts; more than one of a model that takes trees only.
  ///   - textLimit: the longest text.
  ///   - cells: the tokens of all texts together; nil for those of one.
  ///   - nodeLimit: the most nodes of a level, of all texts together.
  init(
    model: LlamaModel, vocabularySize: Int, width: Int = 1, textLimit: Int, cells: Int? = nil, nodeLimit: Int,
    threads: ComputeThreads
  ) throws {
    precondition(width == 1 || model.takesTrees)
    let branches = model.takesTrees ? 200 : 0
    let nodes = model.takesTrees ? min(max(1, nodeLimit), 64) : 1
    capacity = PassCapacity(nodes: nodes, leaves: max(1, branches), text: textLimit)
    context = try LlamaContext(
      model: model, cells: (cells ?? textLimit) + 512, passLimit: 512, sequenceLimit: width + branches, threads: threads
    )
    self.width = width
    self.vocabularySize = vocabularySize
    texts = [Text](repeating: Text(), count: width)
    freeSequences = (0..<branches).map { Int32(width + branches - 1 - $0) }
    ownSize = model.vocabulary.count
    padded = .allocate(capacity: ownSize < vocabularySize ? vocabularySize : 0)
    padded.initialize(repeating: -.infinity)
  }

  deinit { padded.deallocate() }

  func textCount(of text: Int) -> Int { texts[text].tokens.count }

  func prepare(_ prompt: ArraySlice<Token>, count: Int) throws {
    precondition((1...width).contains(count))
    for text in texts.indices { forgetTree(of: text) }
    // All texts begin as one, so that what is shared with the prompt before is what the first one has.
    for text in 1..<width { cut(text, to: 0) }
    var shared = zip(texts[0].tokens, prompt).prefix { $0 == $1 }.count
    if !capacity.takesTrees && shared < texts[0].tokens.count { shared = 0 }
    cut(0, to: shared)
    try append(prompt.dropFirst(shared), to: 0)
    for text in 1..<count {
      context.copy(0, to: Int32(text), positions: 0..<prompt.count)
      texts[text].tokens = texts[0].tokens
    }
  }

  func begin(_ unread: [(text: Int, tokens: ArraySlice<Token>)]) throws {
    try mayGoOn()
    // What one pass has no room for is read before.
    let part = context.passLimit / unread.count
    for (text, tokens) in unread {
      forgetTree(of: text)
      if tokens.count > part { try append(tokens.dropLast(part), to: text) }
    }
    beginPass()
    for (text, tokens) in unread {
      for (place, token) in tokens.suffix(part).enumerated() {
        context.add(
          mapped(token), position: texts[text].tokens.count + place, sequences: Int32(text)..<Int32(text) + 1,
          wantsLogits: place == min(tokens.count, part) - 1)
      }
      texts[text].sequences[0] = Int32(text)
      texts[text].batchIndices[0] = context.lastIndex
    }
    try context.runPass()
    for (text, tokens) in unread { texts[text].tokens += tokens.suffix(part) }
  }

  func evaluate(_ levels: [(text: Int, nodes: [Int], tree: TokenTree)]) throws {
    try mayGoOn()
    precondition(levels.reduce(0) { $0 + $1.nodes.count } <= capacity.nodes)
    // Paths are copied before anything is added to the sequences that they are copied from.
    for (text, nodes, tree) in levels { for node in nodes { place(node, of: tree, in: text) } }
    beginPass()
    for (text, nodes, tree) in levels {
      for node in nodes {
        guard let sequence = texts[text].sequences[node] else { continue }
        texts[text].batchIndices[node] = context.lastIndex + 1
        context.add(
          mapped(tree.tokens[node]), position: texts[text].tokens.count - 1 + Int(tree.depths[node]),
          sequences: sequence..<sequence + 1, wantsLogits: true)
      }
    }
    if context.lastIndex >= 0 { try context.runPass() }
  }

  func logits(of node: Int, in text: Int) -> UnsafeBufferPointer<Float> {
    guard let index = texts[text].batchIndices[node] else { return UnsafeBufferPointer(start: nil, count: 0) }
    let row = context.logits(at: index)
    guard ownSize < vocabularySize else { return UnsafeBufferPointer(rebasing: row.prefix(vocabularySize)) }
    _ = padded.update(fromContentsOf: row)
    return UnsafeBufferPointer(padded)
  }

  func keep(_ path: [Int], of tree: TokenTree, in text: Int) throws {
    let scored = path.prefix { texts[text].sequences[$0] != nil }
    if let last = scored.last, let sequence = texts[text].sequences[last], scored.count > 1 {
      let own = Int32(text)
      let base = texts[text].tokens.count
      if sequence != own {
        context.remove(own, from: base)
        context.copy(sequence, to: own, positions: base..<base + scored.count - 1)
      }
      texts[text].tokens += scored.dropFirst().map { tree.tokens[$0] }
    }
    forgetTree(of: text)
  }

  func end(_ text: Int) {
    forgetTree(of: text)
    // The next prompt may begin as this one did.
    if text > 0 { cut(text, to: 0) }
  }

  /// Gives a node that is about to be scored its sequence, if there is one.
  private func place(_ node: Int, of tree: TokenTree, in text: Int) {
    let parent = Int(tree.parents[node])
    guard let parentSequence = texts[text].sequences[parent] else {
      preconditionFailure("a parent is scored before its child")
    }
    if texts[text].heirs.insert(parent).inserted {
      texts[text].sequences[node] = parentSequence
    } else if let free = freeSequences.popLast() {
      context.copy(parentSequence, to: free, positions: 0..<texts[text].tokens.count + Int(tree.depths[parent]))
      texts[text].branches.append(free)
      texts[text].sequences[node] = free
    }
  }

  /// Starts a pass, after which the logits of the one before are gone.
  private func beginPass() {
    for text in texts.indices { texts[text].batchIndices.removeAll(keepingCapacity: true) }
    context.beginPass()
  }

  /// Takes all branches back. The root stays: it is part of the text.
  private func forgetTree(of text: Int) {
    for branch in texts[text].branches { context.remove(branch, from: 0) }
    freeSequences += texts[text].branches
    context.remove(Int32(text), from: texts[text].tokens.count)
    texts[text].branches.removeAll(keepingCapacity: true)
    texts[text].sequences.removeAll(keepingCapacity: true)
    texts[text].batchIndices.removeAll(keepingCapacity: true)
    texts[text].heirs.removeAll(keepingCapacity: true)
  }

  /// Forgets what comes after a text's first `count` tokens.
  private func cut(_ text: Int, to count: Int) {
    guard count < texts[text].tokens.count else { return }
    context.remove(Int32(text), from: count)
    texts[text].tokens.removeSubrange(count...)
  }

  private func append(_ tokens: ArraySlice<Token>, to text: Int) throws {
    let known = tokens.map(mapped)
    try context.read(
      known[...], at: texts[text].tokens.count, sequence: Int32(text), mayGoOn: mayGoOn)
    texts[text].tokens += tokens
  }

  /// The target may know a few tokens more than the draft; they only pad its vocabulary.
  private func mapped(_ token: Token) -> Token { Int(token) < ownSize ? token : 0 }
}

/// As the draft model of its first text.
extension LlamaDraft: DraftModel {
  var textCount: Int { textCount(of: 0) }
  func prepare(_ text: ArraySlice<Token>) throws { try prepare(text, count: 1) }
  func begin(with tokens: ArraySlice<Token>) throws { try begin([(0, tokens)]) }
  func evaluate(_ nodes: [Int], of tree: TokenTree) throws { try evaluate([(0, nodes, tree)]) }
  func logits(of node: Int) -> UnsafeBufferPointer<Float> { logits(of: node, in: 0) }
  func keep(_ path: [Int], of tree: TokenTree) throws { try keep(path, of: tree, in: 0) }
}
