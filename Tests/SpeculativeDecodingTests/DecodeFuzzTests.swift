import SpeculativeDecoding
import Testing

/// The whole loop under random settings: whatever is drafted, the text is plain decoding's.
@Suite struct DecodeFuzzTests {
  struct Setting: CustomStringConvertible {
    var model: ContextModel
    var draft: Draft
    var capacity: PassCapacity
    var options: SpeculativeDecoder.Options
    var prompts: [[Token]]
    var maximumTokens: Int
    var endTokens: Set<Token>
    var costs: SimulatedCosts

    enum Draft {
      case none
      case likeness(Float)
      /// A draft model that overflowed: its logits are this.
      case broken(Float)
    }

    var description: String {
      "\(options), \(capacity), draft \(draft), vocabulary \(model.vocabulary), \(maximumTokens) tokens, end \(endTokens)"
    }
  }

  static func setting(_ seed: UInt64) -> Setting {
    var generator = SeededGenerator(seed: seed)
    func pick<Value>(_ values: [Value]) -> Value { values[Int.random(in: 0..<values.count, using: &generator)] }
    func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &generator) }
    let vocabulary = number(2...30)
    let promptLength = number(1...30)
    var sampling = SamplingParameters(temperature: pick([0, 0, 0.5, 1, 2]), seed: seed)
    if pick([true, false]) { sampling.topK = number(1...vocabulary) }
    if pick([true, false]) { sampling.topP = Double.random(in: 0.3...1, using: &generator) }
    if pick([true, false]) { sampling.minP = Double.random(in: 0...0.5, using: &generator) }
    if pick([true, false]) {
      sampling.repetitionPenalty = Double.random(in: 0.8...1.5, using: &generator)
      sampling.repetitionWindow = number(0...20)
    }
    let limits = TreeLimits(
      nodesPerLevel: pick([1, 2, 5, 25]), totalNodes: pick([1, 3, 12, 200]), depth: pick([1, 2, 6, 24]),
      time: pick([nil, nil, .zero, .milliseconds(4)]))
    let likeness = Float.random(in: 0...1, using: &generator)
    return Setting(
      model: ContextModel(vocabulary: vocabulary, seed: seed, sharpness: pick([0.5, 3, 8])),
      draft: pick([.none, .likeness(likeness), .likeness(1), .likeness(0.9), .broken(.nan), .broken(.infinity)]),
      capacity: PassCapacity(
        nodes: pick([1, 2, 9, 64, 256]), leaves: pick([1, 2, 8, 64]), text: promptLength + pick([1, 2, 10, 400])),
      options: .init(mode: pick(SpeculationMode.allCases), limits: limits, sampling: sampling),
      prompts: [promptLength, number(1...promptLength)].map { length in
        (0..<length).map { _ in Token(number(0...vocabulary - 1)) }
      },
      maximumTokens: number(0...25),
      endTokens: pick([[], [Token(number(0...vocabulary - 1))], Set((0..<3).map { _ in Token(number(0...40)) })]),
      costs: pick([
        .generous, .strict, SimulatedCosts(target: { _ in 0 }, draft: { _ in 0 }),
        SimulatedCosts(target: { Double(($0 + 7) / 8) * 5 }, draft: { _ in 0.4 }),
      ]))
  }

  /// The outcomes of decoding one prompt after the other with one decoder.
  static func decode(_ setting: Setting, _ options: SpeculativeDecoder.Options) throws -> [DecodingSummary] {
    let target = TableTarget(setting.model, capacity: setting.capacity)
    let model = setting.model
    let draft: TableDraft? =
      switch setting.draft {
      case .none: nil
      case .likeness(let likeness):
        TableDraft(vocabulary: model.vocabulary) {
          BlendedModel(target: model, noise: ContextModel(vocabulary: model.vocabulary, seed: 5), likeness: likeness)
            .logits(after: $0)
        }
      case .broken(let value):
        TableDraft(vocabulary: model.vocabulary) {
          [Float](repeating: $0.count % 3 == 0 ? value : 1, count: model.vocabulary)
        }
      }
    let decoder = try SpeculativeDecoder.forTests(target, draft, costs: setting.costs)
    return try setting.prompts.map { prompt in
      let summary = try decoder.decode(
        prompt: prompt, maximumTokens: setting.maximumTokens, endTokens: setting.endTokens, options: options
      ) { record in
        #expect(record.tree.count - 1 <= options.limits.totalNodes && record.tree.depth <= options.limits.depth)
        #expect(options.mode != .chain || record.tree.depth == record.tree.count - 1 || options.rule != .sampleAndWalk)
        return true
      }
      options.corpus?.add(summary.tokens)
      return summary
    }
  }

  static let batches = Requested.isLong ? 400 : 10
  static let casesPerBatch = isOptimized ? 50 : 20

  @Test(arguments: 0..<batches)
  func `the text and its end are plain decoding's`(batch: Int) throws {
    for index in 0..<Self.casesPerBatch {
      let setting = Self.setting(UInt64(batch * Self.casesPerBatch + index))
      var plainOptions = setting.options
      plainOptions.mode = .off
      let plain = try Self.decode(setting, plainOptions)
      var options = setting.options
      if index % 2 == 0 {
        // Of what is true, and of what is not.
        let corpus = DraftCorpus()
        corpus.add((0..<40).map { Token($0 % 7 % setting.model.vocabulary) })
        options.corpus = corpus
      }
      let found = try Self.decode(setting, options)
      for (plain, found) in zip(plain, found) {
        #expect(found.tokens == plain.tokens, "\(setting)")
        #expect(found.end == plain.end, "\(setting)")
        #expect(found.passes <= plain.passes, "\(setting)")
      }
    }
  }

  @Test(arguments: 0..<batches)
  func `sampled trees write texts of the right length, and the same ones again`(batch: Int) throws {
    for index in 0..<Self.casesPerBatch / 2 {
      let setting = Self.setting(UInt64(100_000 + batch * Self.casesPerBatch + index))
      var options = setting.options
      options.rule = .withoutReplacement
      let first = try Self.decode(setting, options)
      let second = try Self.decode(setting, options)
      #expect(first.map(\.tokens) == second.map(\.tokens), "\(setting)")
      var plainOptions = options
      plainOptions.mode = .off
      let plain = try Self.decode(setting, plainOptions)
      for (found, plain) in zip(first, plain) {
        #expect(found.tokens.allSatisfy { !setting.endTokens.contains($0) })
        if found.end == .tokenLimit { #expect(found.tokens.count == setting.maximumTokens) }
        if options.sampling.isGreedy { #expect(found.tokens == plain.tokens, "\(setting)") }
      }
    }
  }
}
