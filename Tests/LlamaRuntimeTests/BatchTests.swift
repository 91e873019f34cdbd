import LanguageModels
import SpeculativeDecoding
import Synchronization
import Testing

@testable import LlamaRuntime

/// Several texts in one cache: none of them shows in another's logits, to the bit.
@Suite(.enabled(if: Bundled.arePresent, Bundled.missing), .serialized)
struct BatchTests {
  static func batchTarget(width: Int, cells: Int, text: Int = 1024, nodes: Int = 64) throws -> LlamaBatchTarget {
    try LlamaBatchTarget(
      model: Bundled.target, width: width, textLimit: text, cells: cells, nodeLimit: nodes, leafLimit: 64,
      threads: ComputeThreads(limit: 1))
  }

  struct Case: CustomTestStringConvertible {
    var width: Int
    var prompt: Int
    var cells: Int
    var seed: UInt64
    var testDescription: String { "\(width) texts after \(prompt) tokens in \(cells) cells, seed \(seed)" }
  }

  // With few cells the texts have to be read again now and then.
  static let cases: [Case] =
    [(1, 30, 4096), (2, 0, 4096), (3, 100, 4096), (5, 513, 4096), (8, 20, 4096), (3, 60, 320), (4, 33, 420)]
    .enumerated().flatMap { index, found in
      (0..<(isLongRun ? 20 : 2)).map {
        Case(width: found.0, prompt: found.1, cells: found.2, seed: UInt64(index * 100 + $0))
      }
    }

  @Test(arguments: cases)
  func `the logits of each tree are those of its text alone`(test: Case) throws {
    var generator = SeededGenerator(seed: test.seed)
    let batch = try Self.batchTarget(width: test.width, cells: test.cells)
    let single = try Bundled.llamaTarget()
    var comparison = RowComparison()
    for round in 0..<2 {
      // The second prompt begins as the first one did.
      var prompt = generator.tokens(test.prompt)
      if round == 1 { prompt = Array(prompt.prefix(test.prompt / 2)) + generator.tokens(7) }
      try batch.prepare(prompt[...], count: test.width)
      var texts = [[Token]](repeating: prompt, count: test.width)
      var live = Array(0..<test.width)
      for pass in 0..<24 where !live.isEmpty {
        if pass > 16, live.count > 1, Bool.random(using: &generator) {
          batch.end(live.remove(at: Int.random(in: 0..<live.count, using: &generator)))
        }
        let trees = live.map { text in
          (
            text: text,
            tree: generator.tree(root: generator.tokens(1)[0], nodes: 1 + Int.random(in: 0..<8, using: &generator))
          )
        }
        try batch.evaluate(trees)
        let rows = trees.map { text, tree in (0..<tree.count).map { Array(batch.logits(of: $0, in: text)) } }
        for (place, (text, tree)) in trees.enumerated() {
          try single.prepare(texts[text][...])
          try single.evaluate(tree)
          for node in 0..<tree.count { comparison.add(single.logits(of: node), rows[place][node]) }
          try single.keep([], of: tree)
          // Any path from the root on, not only the likeliest.
          let end = Int.random(in: 0..<tree.count, using: &generator)
          let path = tree.path(to: end)
          try batch.keep(path, of: tree, in: text)
          texts[text] += path.map { tree.tokens[$0] }
        }
      }
    }
    comparison.expectEquality()
    #expect((batch.compactions > 0) == (test.cells < 1000))
  }

  @Test func `texts that do not fit are a sentence, and the next ones fit`() throws {
    let batch = try Self.batchTarget(width: 2, cells: 64, nodes: 16)
    var generator = SeededGenerator(seed: 3)
    let prompt = generator.tokens(40)
    try batch.prepare(prompt[...], count: 2)
    #expect {
      for _ in 0..<40 {
        let trees = (0..<2).map { (text: $0, tree: TokenTree(root: 7)) }
        try batch.evaluate(trees)
        for (text, tree) in trees { try batch.keep([0], of: tree, in: text) }
      }
    } throws: {
      ($0 as? LlamaRuntimeError)?.code == .passFailed && "\($0)".contains("fill the cache")
    }
    try batch.prepare(prompt[...], count: 2)
    try batch.evaluate([(0, TokenTree(root: 7))])
    let row = bits(batch.logits(of: 0, in: 0))
    let single = try Bundled.llamaTarget()
    try single.prepare(prompt[...])
    try single.evaluate(TokenTree(root: 7))
    #expect(row == bits(single.logits(of: 0)))
  }

  @Test(arguments: [2, 3, 5], 0..<(isLongRun ? 30 : 3))
  func `a draft guesses for each text what it would for that text alone`(count: Int, seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed + 900)
    func number(_ range: Range<Int>) -> Int { Int.random(in: range, using: &generator) }
    let draft = try Bundled.llamaDraft(width: 5)
    let alone = try (0..<count).map { _ in try Bundled.llamaDraft() }
    var comparison = RowComparison()
    for _ in 0..<2 {
      let prompt = generator.tokens(number(0..<70))
      try draft.prepare(prompt[...], count: count)
      for single in alone { try single.prepare(prompt[...]) }
      var texts = [[Token]](repeating: prompt, count: count)
      var live = Array(0..<count)
      for round in 0..<10 {
        if round == 7 { draft.end(live.remove(at: number(0..<count))) }
        // Some texts go on without being guessed for, and have the more to be read later: more than a pass takes of five.
        for text in live { texts[text] += generator.tokens(number(1..<6) == 1 ? 130 : 1) }
        let asking = live.filter { _ in number(0..<4) > 0 }
        guard !asking.isEmpty else { continue }
        try draft.begin(asking.map { (text: $0, tokens: texts[$0][draft.textCount(of: $0)...]) })
        let trees = asking.map { generator.tree(root: texts[$0][texts[$0].count - 1], nodes: number(1..<14)) }
        for (text, _) in zip(asking, trees) {
          try alone[text].begin(with: texts[text][alone[text].textCount...])
          comparison.add(draft.logits(of: 0, in: text), Array(alone[text].logits(of: 0)))
        }
        for depth in 1...max(1, trees.map(\.depth).max() ?? 1) {
          let levels = zip(asking, trees).map { text, tree in
            (text: text, nodes: (1..<tree.count).filter { Int(tree.depths[$0]) == depth }, tree: tree)
          }.filter { !$0.nodes.isEmpty }
          guard !levels.isEmpty else { break }
          try draft.evaluate(levels)
          for (text, nodes, tree) in levels {
            try alone[text].evaluate(nodes, of: tree)
            for node in nodes { comparison.add(draft.logits(of: node, in: text), Array(alone[text].logits(of: node))) }
          }
        }
        for (text, tree) in zip(asking, trees) {
          let path = tree.path(to: number(0..<tree.count))
          try draft.keep(path, of: tree, in: text)
          try alone[text].keep(path, of: tree)
          texts[text] += path.dropFirst().map { tree.tokens[$0] }
          #expect(draft.textCount(of: text) == texts[text].count)
        }
      }
    }
    comparison.expectLikeness()
  }

  /// The texts for seeds, together.
  static func together(
    _ engine: LlamaEngine, _ prompt: [Token], _ seeds: [UInt64], tokens: Int, _ options: SpeculativeDecoder.Options,
    stop: [String] = []
  ) async throws -> [WrittenText] {
    let written = Mutex([WrittenText?](repeating: nil, count: seeds.count))
    try await engine.write(
      after: prompt, seeds: seeds, maximumTokens: tokens, options: options, stopSequences: stop,
      onEnd: { index, text in written.withLock { $0[index] = text } })
    return written.withLock { $0.compactMap(\.self) }
  }

  @Test(arguments: [SpeculationMode.auto, .tree, .off])
  func `each text is the one that is written for its seed alone`(mode: SpeculationMode) async throws {
    let engine = try Bundled.engine()
    for (example, count) in [("01_swish.py", 5), ("05_tall_matmul_bias.py", 3), ("01_swish.py", 16)] {
      let prompt = try Bundled.target.tokens(of: Bundled.prompt(example: example))
      let sampling = SamplingParameters(temperature: 0.9, topP: 0.98)
      let seeds = (0..<count).map { UInt64($0) * 3 + 1 }
      let tokens = isOptimized ? 100 : 20
      let found = try await Self.together(
        engine, prompt, seeds, tokens: tokens, .init(mode: mode, sampling: sampling))
      try #require(found.count == count)
      for (seed, text) in zip(seeds, found) {
        var sampling = sampling
        sampling.seed = seed
        let alone = try await engine.write(
          after: prompt, maximumTokens: tokens, options: .init(mode: .off, sampling: sampling))
        #expect(text.summary.tokens == alone.summary.tokens && text.text == alone.text)
        #expect(text.summary.end == alone.summary.end && text.promptTokens == prompt.count)
      }
      #expect(Set(found.map(\.text)).count > 1)
    }
  }

  @Test func `a stop sequence ends a text in the same place, and only that text`() async throws {
    let engine = try Bundled.engine()
    let prompt = try Bundled.target.tokens(of: Bundled.prompt(example: "02_scaled_tanh.py"))
    let options = SpeculativeDecoder.Options(mode: .auto, sampling: .init(temperature: 1.2))
    let whole = try await Self.together(engine, prompt, [1, 2, 3], tokens: 60, options)
    let start = whole[1].text.index(whole[1].text.startIndex, offsetBy: 30)
    let stop = String(whole[1].text[start..<whole[1].text.index(start, offsetBy: 4)])
    let found = try await Self.together(engine, prompt, [1, 2, 3], tokens: 60, options, stop: [stop])
    #expect(found[1].metStopSequence)
    for (text, before) in zip(found, whole) {
      #expect(
        text.text == before.text.firstRange(of: stop).map { String(before.text[..<$0.lowerBound]) } ?? before.text)
    }
  }

  @Test func `a batch that is cancelled ends between two passes, and the engine goes on`() async throws {
    let engine = try Bundled.engine()
    let prompt = try Bundled.target.tokens(of: Bundled.prompt(example: "02_scaled_tanh.py"))
    let options = SpeculativeDecoder.Options(mode: .tree, sampling: .init(temperature: 0.8))
    let passes = Mutex(0)
    let task = Task {
      try await engine.write(
        after: prompt, seeds: [1, 2, 3], maximumTokens: 100, options: options,
        onPass: { _, _, _ in
          if passes.withLock({
            $0 += 1; return $0
          }) == 4 {
            withUnsafeCurrentTask { $0?.cancel() }
          }
          return true
        }, onEnd: { _, _ in })
    }
    await #expect(throws: CancellationError.self) { try await task.value }
    // The pass that was under way is taken in for all texts.
    #expect(passes.withLock { $0 } == 6)
    let after = try await Self.together(engine, prompt, [1, 2, 3], tokens: 40, options)
    let other = try await Self.together(Bundled.engine(), prompt, [1, 2, 3], tokens: 40, options)
    #expect(after.map(\.text) == other.map(\.text))
  }

  @Test func `behind the protocol that models share, answers come with their index`() async throws {
    let model = LocalLanguageModel(engine: try Bundled.engine())
    let request = try EngineTests.request(40, seed: 0)
    // More than one batch.
    let seeds = (1...18).map { UInt64($0) }
    var texts = [String](repeating: "", count: seeds.count)
    var ends = [Int](repeating: 0, count: seeds.count)
    var begun: Set<Int> = []
    for try await event in model.generate(request, seeds: seeds) {
      guard case .event(let index, let event) = event else { continue }
      switch event {
      case .progress:
        // Not one after the other: all of a batch have come somewhere before the first of them is done.
        begun.insert(index)
        if ends.allSatisfy({ $0 == 0 }) { continue }
        #expect(begun.count >= 16)
      case .text(let piece): texts[index] += piece
      case .finished: ends[index] += 1
      default: break
      }
    }
    #expect(ends.allSatisfy { $0 == 1 })
    for index in [0, 9, 17] {
      var alone = request
      alone.seed = seeds[index]
      var text = ""
      for try await event in model.generate(alone) { if case .text(let piece) = event { text += piece } }
      #expect(text == texts[index])
    }
  }
}
