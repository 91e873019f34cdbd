import SpeculativeDecoding
import Testing

/// A target over tables that goes on with several texts, and checks that it is used as an engine has to be.
final class TableBatchTarget: BatchTargetModel {
  let capacity: PassCapacity
  let width: Int
  var vocabularySize: Int { model.vocabulary }
  private let model: ContextModel
  private let members: [TableTarget]
  private var live: Set<Int> = []
  private var scored: Set<Int> = []
  private(set) var passes = 0
  private(set) var ended: [Int] = []
  var onPass: (Int) -> Void = { _ in }

  init(_ model: ContextModel, width: Int, capacity: PassCapacity) {
    self.model = model
    self.width = width
    self.capacity = capacity
    members = (0..<width).map { _ in TableTarget(model, capacity: capacity) }
  }

  func backlog(of text: Int) -> Int { 0 }

  func prepare(_ prompt: ArraySlice<Token>, count: Int) {
    precondition((1...width).contains(count))
    live = Set(0..<count)
    ended = []
    for member in members.prefix(count) { member.prepare(prompt) }
  }

  func evaluate(_ trees: [(text: Int, tree: TokenTree)]) {
    let size = trees.reduce(0) { $0 + $1.tree.count }
    precondition(!trees.isEmpty && size <= capacity.nodes && live.isSuperset(of: trees.map(\.text)))
    precondition(Set(trees.map(\.text)).count == trees.count)
    passes += 1
    onPass(size)
    for (text, tree) in trees { members[text].evaluate(tree) }
    scored = Set(trees.map(\.text))
  }

  func logits(of node: Int, in text: Int) -> UnsafeBufferPointer<Float> {
    precondition(scored.contains(text))
    return members[text].logits(of: node)
  }

  func keep(_ path: [Int], of tree: TokenTree, in text: Int) { members[text].keep(path, of: tree) }

  func end(_ text: Int) {
    precondition(live.remove(text) != nil)
    ended.append(text)
  }
}

/// A draft model over tables that guesses for several texts, and checks that it is used as an engine has to be.
final class TableBatchDraft: BatchDraftModel {
  let capacity: PassCapacity
  var width: Int { members.count }
  var vocabularySize: Int { members[0].vocabularySize }
  private let members: [TableDraft]
  private var live: Set<Int> = []
  /// The texts that the latest pass scored something of.
  private var scored: Set<Int> = []
  /// How many texts each pass scored something of.
  private(set) var passes: [Int] = []
  var onPass: (Int) -> Void = { _ in }

  init(_ members: [TableDraft], nodes: Int = 64) {
    self.members = members
    capacity = PassCapacity(nodes: nodes, leaves: 64, text: 4096)
  }

  func textCount(of text: Int) -> Int { members[text].textCount }

  func prepare(_ prompt: ArraySlice<Token>, count: Int) {
    precondition((1...width).contains(count))
    live = Set(0..<count)
    for member in members.prefix(count) { member.prepare(prompt) }
  }

  func begin(_ unread: [(text: Int, tokens: ArraySlice<Token>)]) {
    pass(unread.map(\.text), size: unread.reduce(0) { $0 + $1.tokens.count })
    for (text, tokens) in unread { members[text].begin(with: tokens) }
  }

  func evaluate(_ levels: [(text: Int, nodes: [Int], tree: TokenTree)]) {
    let size = levels.reduce(0) { $0 + $1.nodes.count }
    precondition(size <= capacity.nodes && levels.allSatisfy { !$0.nodes.isEmpty })
    pass(levels.map(\.text), size: size)
    for (text, nodes, tree) in levels { members[text].evaluate(nodes, of: tree) }
  }

  func logits(of node: Int, in text: Int) -> UnsafeBufferPointer<Float> {
    precondition(scored.contains(text))
    return members[text].logits(of: node)
  }

  func keep(_ path: [Int], of tree: TokenTree, in text: Int) { members[text].keep(path, of: tree) }

  func end(_ text: Int) { precondition(live.remove(text) != nil) }

  private func pass(_ texts: [Int], size: Int) {
    precondition(!texts.isEmpty && Set(texts).count == texts.count && live.isSuperset(of: texts))
    scored = Set(texts)
    passes.append(texts.count)
    onPass(size)
  }
}

/// Several texts written together: each is the one that is written for its seed alone.
@Suite struct BatchDecoderTests {
  struct Outcome {
    var summaries: [DecodingSummary]
    var passes: Int
    var time: Double
  }

  /// Draft models for a setting of the fuzz tests.
  static func draft(_ setting: DecodeFuzzTests.Setting) -> TableDraft? {
    let model = setting.model
    switch setting.draft {
    case .none: return nil
    case .likeness(let likeness):
      return TableDraft(vocabulary: model.vocabulary) {
        BlendedModel(target: model, noise: ContextModel(vocabulary: model.vocabulary, seed: 5), likeness: likeness)
          .logits(after: $0)
      }
    case .broken(let value):
      return TableDraft(vocabulary: model.vocabulary) {
        [Float](repeating: $0.count % 3 == 0 ? value : 1, count: model.vocabulary)
      }
    }
  }

  /// Writes a text for each seed, together.
  static func decode(
    _ setting: DecodeFuzzTests.Setting, seeds: [UInt64], prompt: [Token], stops: [Int?] = [],
    using decoder: (BatchDecoder, TableBatchTarget, SimulatedClock)
  ) throws -> Outcome {
    let (decoder, target, clock) = decoder
    var summaries = [DecodingSummary?](repeating: nil, count: seeds.count)
    var counts = [Int](repeating: 0, count: seeds.count)
    let (passes, start) = (target.passes, clock.now)
    try decoder.decode(
      prompt: prompt, seeds: seeds, maximumTokens: setting.maximumTokens, endTokens: setting.endTokens,
      options: setting.options,
      onPass: { text, record in
        #expect(record.index == counts[text] && summaries[text] == nil)
        counts[text] += 1
        return !stops.indices.contains(text) || stops[text].map { counts[text] < $0 } ?? true
      },
      onEnd: { text, summary in
        #expect(summaries[text] == nil && summary.passes == counts[text])
        summaries[text] = summary
      })
    #expect(Set(target.ended) == Set(seeds.indices))
    return Outcome(
      summaries: summaries.compactMap(\.self), passes: target.passes - passes,
      time: Double((clock.now.offset - start.offset).components.attoseconds) / 1e15
        + Double((clock.now.offset - start.offset).components.seconds) * 1e3)
  }

  static func decoder(
    _ setting: DecodeFuzzTests.Setting, width: Int, nodes: Int? = nil
  ) throws -> (BatchDecoder, TableBatchTarget, SimulatedClock) {
    let clock = SimulatedClock()
    let target = TableBatchTarget(
      setting.model, width: width,
      capacity: PassCapacity(
        nodes: max(width, nodes ?? setting.capacity.nodes), leaves: setting.capacity.leaves,
        text: setting.capacity.text))
    target.onPass = { [costs = setting.costs] in clock.advance(milliseconds: costs.target($0)) }
    let draft = Self.batchDraft(setting, width: width)
    draft?.onPass = { [costs = setting.costs] in clock.advance(milliseconds: costs.draft($0)) }
    return (try BatchDecoder(target: target, draft: draft, stopwatch: Stopwatch(clock: clock)), target, clock)
  }

  static func batchDraft(_ setting: DecodeFuzzTests.Setting, width: Int) -> TableBatchDraft? {
    let members = (0..<width).compactMap { _ in draft(setting) }
    // With many texts there is room for few nodes of each.
    return members.isEmpty ? nil : TableBatchDraft(members, nodes: max(width, 12))
  }

  static let batches = Requested.isLong ? 200 : 8
  static let casesPerBatch = isOptimized ? 30 : 8

  @Test(arguments: 0..<batches)
  func `each text and its end are those of its seed alone`(batch: Int) throws {
    for index in 0..<Self.casesPerBatch {
      let seed = UInt64(200_000 + batch * Self.casesPerBatch + index)
      let setting = DecodeFuzzTests.setting(seed)
      var generator = SeededGenerator(seed: seed)
      let width = Int.random(in: 1...7, using: &generator)
      let made = try Self.decoder(setting, width: width)
      // The same decoder for one prompt after the other, with fewer texts than it could take.
      for prompt in setting.prompts {
        let seeds = (0..<Int.random(in: 1...width, using: &generator)).map { _ in generator.next() }
        let found = try Self.decode(setting, seeds: seeds, prompt: prompt, using: made)
        try #require(found.summaries.count == seeds.count, "\(setting)")
        for (seed, summary) in zip(seeds, found.summaries) {
          var options = setting.options
          options.mode = .off
          options.sampling.seed = seed
          let alone = try SpeculativeDecoder.forTests(TableTarget(setting.model, capacity: setting.capacity)).decode(
            prompt: prompt, maximumTokens: setting.maximumTokens, endTokens: setting.endTokens, options: options
          ) { _ in true }
          #expect(summary.tokens == alone.tokens, "\(setting)")
          #expect(summary.end == alone.end, "\(setting)")
        }
      }
    }
  }

  /// A setting in which little is left to chance.
  static func plain(
    mode: SpeculationMode, likeness: Float?, costs: SimulatedCosts, tokens: Int = 60, nodes: Int = 201
  ) -> DecodeFuzzTests.Setting {
    DecodeFuzzTests.Setting(
      model: ContextModel(vocabulary: 23, seed: 4), draft: likeness.map { .likeness($0) } ?? .none,
      capacity: .init(nodes: nodes, leaves: 16, text: 4096),
      options: .init(mode: mode, sampling: .init(temperature: 0.8)), prompts: [[3, 1, 4, 1, 5]], maximumTokens: tokens,
      endTokens: [], costs: costs)
  }

  @Test func `texts share passes: as many as one text alone takes, and no more`() throws {
    let setting = Self.plain(mode: .off, likeness: nil, costs: .generous)
    let found = try Self.decode(
      setting, seeds: [1, 2, 3, 4], prompt: setting.prompts[0], using: Self.decoder(setting, width: 4))
    #expect(found.passes == 60 && found.summaries.allSatisfy { $0.passes == 60 && $0.tokens.count == 60 })
    // 10 ms and 0.2 for each node: what each of the texts is charged adds up to what went by.
    #expect(abs(found.time - 60 * 10.8) < 1e-6)
    #expect(abs(found.summaries.reduce(0) { $0 + $1.times.verifying } - found.time) < 1e-6)
  }

  @Test func `a text that the caller ends leaves the others alone`() throws {
    let setting = Self.plain(mode: .auto, likeness: 0.8, costs: .generous)
    let made = try Self.decoder(setting, width: 3)
    let whole = try Self.decode(setting, seeds: [7, 8, 9], prompt: setting.prompts[0], using: made)
    let stopped = try Self.decode(
      setting, seeds: [7, 8, 9], prompt: setting.prompts[0], stops: [nil, 2, nil], using: made)
    #expect(stopped.summaries[1].passes == 2 && stopped.summaries[1].end == .stopped)
    #expect(whole.summaries[1].tokens.starts(with: stopped.summaries[1].tokens))
    for text in [0, 2] { #expect(stopped.summaries[text].tokens == whole.summaries[text].tokens) }
  }

  @Test func `the draft model grows the trees of all texts in the same passes, and they share the time`() throws {
    // A draft model that takes as long for many nodes as for one: to ask for each text by itself would take four times as long.
    let costs = SimulatedCosts(target: { 10 + 0.2 * Double($0) }, draft: { _ in 2 })
    func drafted(_ count: Int) throws -> (passes: [Int], drafting: Double, tokens: Int) {
      let setting = Self.plain(mode: .tree, likeness: 0.97, costs: costs, tokens: 200)
      let clock = SimulatedClock()
      let target = TableBatchTarget(setting.model, width: count, capacity: setting.capacity)
      target.onPass = { clock.advance(milliseconds: costs.target($0)) }
      let draft = try #require(Self.batchDraft(setting, width: count))
      draft.onPass = { clock.advance(milliseconds: costs.draft($0)) }
      let decoder = try BatchDecoder(target: target, draft: draft, stopwatch: Stopwatch(clock: clock))
      let prompt = setting.prompts[0]
      // Costs are probed with the first texts.
      _ = try Self.decode(setting, seeds: [99], prompt: prompt, using: (decoder, target, clock))
      let before = draft.passes.count
      let found = try Self.decode(
        setting, seeds: (0..<count).map { UInt64($0) }, prompt: prompt, using: (decoder, target, clock))
      return (
        Array(draft.passes.dropFirst(before)), found.summaries.reduce(0) { $0 + $1.times.drafting },
        found.summaries.reduce(0) { $0 + $1.tokens.count }
      )
    }
    let four = try drafted(4)
    let served = four.passes.reduce(0, +)
    #expect(Double(served) > 2.5 * Double(four.passes.count), "\(served) levels in \(four.passes.count) passes")
    #expect(abs(four.drafting - 2 * Double(four.passes.count)) < 1e-6)
    let one = try drafted(1)
    #expect(one.passes.allSatisfy { $0 == 1 } && abs(one.drafting - 2 * Double(one.passes.count)) < 1e-6)
    #expect(four.drafting / Double(four.tokens) < 0.5 * one.drafting / Double(one.tokens))
  }

  @Test func `a pass of the draft model is charged to the texts that have a level in it`() throws {
    let costs = SimulatedCosts(target: { 10 + 0.2 * Double($0) }, draft: { _ in 2 })
    let setting = Self.plain(mode: .tree, likeness: 0.97, costs: costs, tokens: 200)
    let clock = SimulatedClock()
    let target = TableBatchTarget(setting.model, width: 2, capacity: setting.capacity)
    target.onPass = { clock.advance(milliseconds: costs.target($0)) }
    // For the second text nothing is ever guessed: it has part in the passes that score roots, and in no others.
    let draft = TableBatchDraft([
      try #require(Self.draft(setting)),
      TableDraft(vocabulary: setting.model.vocabulary) { _ in [Float](repeating: .nan, count: 23) },
    ])
    draft.onPass = { _ in clock.advance(milliseconds: 2) }
    let decoder = try BatchDecoder(target: target, draft: draft, stopwatch: Stopwatch(clock: clock))
    let found = try Self.decode(
      setting, seeds: [1, 2], prompt: setting.prompts[0], stops: [nil, 10], using: (decoder, target, clock))
    #expect(found.summaries[0].passes > 10 && found.summaries[1].passes == 10)
    let (first, second) = (found.summaries[0].times.drafting, found.summaries[1].times.drafting)
    #expect(second > 0 && second <= 10 * 1 + 1e-6, "\(second)")
    #expect(first > 2 * Double(found.summaries[0].passes))
  }

  @Test func `a draft model that pays for one text alone pays for several together`() throws {
    // Asked for each text by itself, it would cost four times as much, and no longer pay for what it brings.
    let costs = SimulatedCosts(target: { 10 + 0.3 * Double($0) }, draft: { 1 + 0.02 * Double($0) })
    func time(_ mode: SpeculationMode) throws -> Double {
      var setting = Self.plain(mode: mode, likeness: 0.97, costs: costs, tokens: 300)
      setting.options.sampling.temperature = 0.05
      let made = try Self.decoder(setting, width: 4)
      made.0.assume(
        verification: [1, 200].map { .init(size: $0, milliseconds: costs.target($0)) },
        draft: [1, 60].map { .init(size: $0, milliseconds: costs.draft($0)) })
      return try Self.decode(setting, seeds: [1, 2, 3, 4], prompt: setting.prompts[0], using: made).time
    }
    let (plain, auto, tree) = (try time(.off), try time(.auto), try time(.tree))
    #expect(auto < 0.7 * plain && auto < 1.15 * tree, "plain \(plain), auto \(auto), tree \(tree)")
  }

  @Test func `with more texts trees are smaller, and grow as texts end`() throws {
    // Passes whose cost rises steeply after 16 nodes: what is beyond them does not pay.
    let stairs = SimulatedCosts(target: { $0 <= 16 ? 10 : 10 * Double($0) }, draft: { _ in 0.1 })
    let setting = Self.plain(mode: .auto, likeness: 0.97, costs: stairs, tokens: 200)
    func nodesPerPass(_ count: Int) throws -> Double {
      let found = try Self.decode(
        setting, seeds: (0..<count).map { UInt64($0) }, prompt: setting.prompts[0],
        using: Self.decoder(setting, width: count))
      let passes = found.summaries.reduce(0) { $0 + $1.passes }
      return Double(found.summaries.reduce(0) { $0 + $1.verifiedNodes }) / Double(passes)
    }
    let (one, eight) = (try nodesPerPass(1), try nodesPerPass(8))
    #expect(one > 6 && eight < 2, "\(one) and \(eight)")
  }

  @Test func `together is faster where passes cost little more for more nodes, and auto is never far behind plain`()
    throws
  {
    for (costs, likeness) in [(SimulatedCosts.generous, Float(0.3)), (.strict, 0.3), (.generous, 0.97)] {
      func time(_ mode: SpeculationMode, _ width: Int) throws -> Double {
        let setting = Self.plain(mode: mode, likeness: likeness, costs: costs, tokens: 300)
        let made = try Self.decoder(setting, width: width)
        var total = 0.0
        for start in stride(from: 0, to: 8, by: width) {
          total += try Self.decode(
            setting, seeds: (start..<start + width).map { UInt64($0) }, prompt: setting.prompts[0], using: made
          ).time
        }
        return total
      }
      let (plain, auto) = (try time(.off, 8), try time(.auto, 8))
      #expect(auto < 1.35 * plain, "\(likeness): \(auto) after \(plain)")
      // 10 + 0.2 n: eight at once cost 11.6 where one after the other cost 81.6.
      if costs.target(8) < 12 { #expect(try plain < 0.2 * time(.off, 1)) }
    }
  }

  @Test func `costs that are known are not measured`() throws {
    let setting = Self.plain(mode: .auto, likeness: 0.9, costs: .generous)
    let (decoder, target, clock) = try Self.decoder(setting, width: 2)
    let sizes = [1, 8, 16, 32]
    decoder.assume(
      verification: sizes.map { .init(size: $0, milliseconds: setting.costs.target($0)) },
      draft: sizes.map { .init(size: $0, milliseconds: setting.costs.draft($0)) })
    let found = try Self.decode(
      setting, seeds: [1, 2], prompt: setting.prompts[0], using: (decoder, target, clock))
    #expect(found.summaries.allSatisfy { $0.probeTime == 0 })
    #expect(target.passes == found.summaries.map(\.passes).max())
  }

  @Test func `a draft model with another vocabulary is refused`() {
    let setting = Self.plain(mode: .auto, likeness: nil, costs: .generous)
    let target = TableBatchTarget(setting.model, width: 1, capacity: setting.capacity)
    #expect {
      try BatchDecoder(
        target: target, draft: TableBatchDraft([TableDraft(vocabulary: 5) { _ in [] }]),
        stopwatch: Stopwatch(clock: SimulatedClock()))
    } throws: {
      ($0 as? SpeculativeDecodingError)?.code == .vocabularyMismatch
    }
  }

  @Test(arguments: [1, 2, 7, 200, 500])
  func `a part of the costs is that of a pass so many times as large`(count: Int) {
    let costs = PassCosts(
      probe: [.init(size: 1, milliseconds: 3), .init(size: 8, milliseconds: 5), .init(size: 100, milliseconds: 60)],
      limit: 201)
    let part = costs.divided(among: count)
    #expect(part.limit == max(1, 201 / count))
    for size in 1...part.limit {
      #expect(abs(part.milliseconds(size) - costs.milliseconds(size * count) / Double(count)) < 1e-9)
    }
  }
}
