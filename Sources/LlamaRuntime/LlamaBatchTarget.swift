import SpeculativeDecoding

/// The model whose texts are wanted, on libllama: several answers to one prompt, with a tree of each in one pass.
///
/// All texts live in one cache. Each has a range of *sequences* of its own, one for each leaf that its tree may have, of
/// which the first always holds the text; the prompt's cells are shared by all of them. As in ``LlamaTarget``, attention
/// sums up in the order of the cells, so the cells of each text have to be in the order of its tokens. Cells that
/// are free are filled from the lowest on, and one that a text gives back may lie before the end of another. Hence none
/// is given back: what was rejected is handed to a sequence that nobody reads, new cells always come last, and when
/// the cache is full everything but the prompt is dropped and the texts are read again, one after the other.
final class LlamaBatchTarget: BatchTargetModel {
  let context: LlamaContext
  let capacity: PassCapacity
  let vocabularySize: Int
  let width: Int
  /// How many tokens the cache holds.
  let cells: Int
  /// Asked between passes; throws to stop.
  var mayGoOn: () throws -> Void = {}
  /// Called while a prompt is read, with the tokens read and all of them.
  var onRead: (Int, Int) -> Void = { _, _ in }
  /// How many times texts were read again because the cache was full.
  private(set) var compactions = 0

  /// One of the texts.
  private struct Text {
    var tokens: [Token]
    /// How many tokens are in the cache, in order; the text's first sequence holds them all.
    var cached: Int
    /// How much of the cached text each of its sequences holds.
    var held: [Int]
    var isLive = true
    // The tree evaluated last.
    var ranges: [Range<Int32>] = []
    var spine: [Int] = []
    var batchIndices: [Int] = []
  }

  private var texts: [Text] = []
  /// What all texts begin with; it has the first cells.
  private var prompt: [Token] = []
  /// How much of the prompt each sequence holds.
  private var promptHeld: [Int]
  /// All cells before this one are taken, and none after it.
  private var usedCells = 0

  /// The sequence of what was rejected.
  private static let rejects: Int32 = 0

  /// - Parameters:
  ///   - width: the most texts.
  ///   - textLimit: the longest of them.
  ///   - cells: the tokens that the cache holds, of prompt, texts and trees together.
  ///   - nodeLimit: the most nodes of a pass.
  ///   - leafLimit: the most leaves of a tree.
  init(
    model: LlamaModel, width: Int, textLimit: Int, cells: Int, nodeLimit: Int, leafLimit: Int,
    threads: ComputeThreads
  ) throws {
    precondition(model.takesTrees && (1...Self.widthLimit).contains(width))
    let leaves = min(max(1, leafLimit), (256 - 1) / width)
    let nodes = max(width, nodeLimit)
    capacity = PassCapacity(nodes: nodes, leaves: leaves, text: textLimit)
    self.width = width
    self.cells = cells
    let passLimit = max(512, 2 * nodes)
    // libllama wants room for a pass in any case.
    context = try LlamaContext(
      model: model, cells: max(cells, passLimit), passLimit: passLimit, sequenceLimit: 1 + width * leaves,
      threads: threads)
    promptHeld = [Int](repeating: 0, count: width * leaves)
    vocabularySize = model.vocabulary.count
  }

  /// The most texts of any batch: each has to have some branches.
  static let widthLimit = 16

  func backlog(of text: Int) -> Int { texts[text].tokens.count - texts[text].cached }

  func prepare(_ newPrompt: ArraySlice<Token>, count: Int) throws {
    precondition((1...width).contains(count))
    // A prompt that was not read to its end is not in order with what its texts have added.
    let shared = zip(prompt, newPrompt).prefix { $0 == $1 }.count
    dropAll(from: shared)
    prompt.removeSubrange(shared...)
    texts = []
    let rest = newPrompt.dropFirst(shared)
    for start in stride(from: rest.startIndex, to: rest.endIndex, by: context.passLimit) {
      let part = rest[start..<min(start + context.passLimit, rest.endIndex)]
      try context.read(part, at: prompt.count, sequence: first(0), mayGoOn: mayGoOn)
      prompt += part
      promptHeld[0] = prompt.count
      usedCells = prompt.count
      onRead(prompt.count, newPrompt.count)
    }
    // Another text may have been the one that held what is shared.
    texts = (0..<count).map { text in
      hand(text: text, upTo: prompt.count)
      return Text(
        tokens: prompt, cached: prompt.count,
        held: (0..<capacity.leaves).map { promptHeld[text * capacity.leaves + $0] })
    }
  }

  func evaluate(_ trees: [(text: Int, tree: TokenTree)]) throws {
    try mayGoOn()
    let size = trees.reduce(0) { $0 + $1.tree.count + backlog(of: $1.text) }
    precondition(size <= context.passLimit, "the trees are larger than the capacity")
    if usedCells + size > cells { try compact() }
    guard usedCells + size <= cells else {
      throw LlamaRuntimeError(
        .passFailed, "A pass of \(context.model.name) failed: \(trees.count) texts and their trees fill the cache.")
    }
    context.beginPass()
    for (text, tree) in trees { add(tree, of: text) }
    try context.runPass()
    usedCells += size
  }

  func logits(of node: Int, in text: Int) -> UnsafeBufferPointer<Float> {
    context.logits(at: texts[text].batchIndices[node])
  }

  func keep(_ path: [Int], of tree: TokenTree, in text: Int) throws {
    let base = texts[text].tokens.count
    let ranges = texts[text].ranges
    // Only what was accepted along the spine is in order.
    let inPlace = zip(path, texts[text].spine).prefix { $0 == $1 }.count
    for node in 0..<tree.count where tree.isLeaf(node) {
      let leaf = Int(ranges[node].lowerBound)
      let shared = path.prefix(inPlace).prefix { ranges[$0].contains(Int32(leaf)) }.count
      let end = base + Int(tree.depths[node]) + 1
      if base + shared < end {
        context.copy(first(text) + Int32(leaf), to: Self.rejects, positions: base + shared..<end)
        context.remove(first(text) + Int32(leaf), from: base + shared)
      }
      texts[text].held[leaf] = base + shared
    }
    if inPlace > 0, texts[text].held[0] < base + inPlace {
      let source = first(text) + ranges[path[inPlace - 1]].lowerBound
      context.copy(source, to: first(text), positions: texts[text].held[0]..<base + inPlace)
      texts[text].held[0] = base + inPlace
    }
    texts[text].cached = base + inPlace
    texts[text].tokens += path.map { tree.tokens[$0] }
  }

  /// Its cells stay taken until the cache is full.
  func end(_ text: Int) { texts[text].isLive = false }

  /// A text's first sequence.
  private func first(_ text: Int) -> Int32 { Int32(1 + text * capacity.leaves) }

  private func add(_ tree: TokenTree, of text: Int) {
    let ranges = tree.leafRanges()
    let leaves = Int(ranges[0].upperBound)
    precondition(leaves <= capacity.leaves && texts[text].isLive, "the tree is larger than the capacity")
    let cached = texts[text].cached
    for leaf in 0..<leaves where texts[text].held[leaf] < cached {
      context.copy(first(text), to: first(text) + Int32(leaf), positions: texts[text].held[leaf]..<cached)
      texts[text].held[leaf] = cached
    }
    texts[text].ranges = ranges
    texts[text].spine = tree.spine
    texts[text].batchIndices = [Int](repeating: -1, count: tree.count)
    let own = { [start = first(text)] (range: Range<Int32>) in start + range.lowerBound..<start + range.upperBound }
    let tokens = texts[text].tokens
    for position in cached..<tokens.count {
      context.add(tokens[position], position: position, sequences: own(ranges[0]), wantsLogits: false)
    }
    func add(_ node: Int) {
      texts[text].batchIndices[node] = context.lastIndex + 1
      context.add(
        tree.tokens[node], position: tokens.count + Int(tree.depths[node]), sequences: own(ranges[node]),
        wantsLogits: true)
    }
    for node in texts[text].spine { add(node) }
    for node in 0..<tree.count where texts[text].batchIndices[node] < 0 { add(node) }
  }

  /// Makes a text's first sequence hold the prompt's first `count` tokens.
  private func hand(text: Int, upTo count: Int) {
    let index = text * capacity.leaves
    guard promptHeld[index] < count else { return }
    context.copy(first(0), to: first(text), positions: promptHeld[index]..<count)
    promptHeld[index] = count
  }

  /// Drops everything but the prompt's first `count` tokens.
  private func dropAll(from count: Int) {
    for text in texts.indices {
      for leaf in 0..<capacity.leaves {
        let index = text * capacity.leaves + leaf
        promptHeld[index] = min(texts[text].held[leaf], prompt.count)
      }
    }
    context.remove(Self.rejects, from: 0)
    for index in promptHeld.indices {
      context.remove(Int32(1 + index), from: count)
      promptHeld[index] = min(promptHeld[index], count)
    }
    usedCells = count
  }

  /// Drops what was rejected and what has ended, and reads the rest again so that it stands in order.
  private func compact() throws {
    compactions += 1
    dropAll(from: prompt.count)
    for text in texts.indices {
      for leaf in 0..<capacity.leaves { texts[text].held[leaf] = promptHeld[text * capacity.leaves + leaf] }
      guard texts[text].isLive else { continue }
      let own = texts[text].tokens[prompt.count..<texts[text].cached]
      try context.read(own, at: prompt.count, sequence: first(text), mayGoOn: mayGoOn)
      texts[text].held[0] = texts[text].cached
      usedCells += own.count
    }
  }
}
