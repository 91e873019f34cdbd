import SpeculativeDecoding
import Testing

/// The whole loop, over models whose logits are a function of the text.
@Suite struct DecoderTests {
  struct Case: CustomTestStringConvertible {
    var mode: SpeculationMode
    var temperature: Double
    var seed: UInt64
    var likeness: Float
    var testDescription: String { "\(mode) at \(temperature), seed \(seed), likeness \(likeness)" }
  }

  static let cases: [Case] = SpeculationMode.allCases.flatMap { mode in
    [(0.0, 0.95), (0.0, 0.3), (0.8, 0.9), (1.3, 0.5)].flatMap { temperature, likeness in
      [UInt64(1), 2].map { Case(mode: mode, temperature: temperature, seed: $0, likeness: Float(likeness)) }
    }
  }

  func decode(
    _ mode: SpeculationMode, sampling: SamplingParameters, likeness: Float, limits: TreeLimits = .init(),
    tokens: Int = 60, rule: VerificationRule = .sampleAndWalk, endTokens: Set<Token> = [],
    capacity: PassCapacity = .init(nodes: 256, leaves: 64, text: 4096), costs: SimulatedCosts = .generous,
    passes: (PassRecord) -> Void = { _ in }
  ) throws -> (summary: DecodingSummary, target: TableTarget) {
    let model = ContextModel(vocabulary: 23, seed: sampling.seed &+ 11)
    let target = TableTarget(model, capacity: capacity)
    let draft = TableDraft(vocabulary: 23) { [noise = ContextModel(vocabulary: 23, seed: 99)] text in
      BlendedModel(target: model, noise: noise, likeness: likeness).logits(after: text)
    }
    let decoder = try SpeculativeDecoder.forTests(target, draft, costs: costs)
    let summary = try decoder.decode(
      prompt: [3, 1, 4, 1, 5], maximumTokens: tokens, endTokens: endTokens,
      options: .init(mode: mode, limits: limits, sampling: sampling, rule: rule)
    ) { record in
      passes(record)
      return true
    }
    return (summary, target)
  }

  @Test(arguments: cases)
  func `the text is plain decoding's, token for token`(test: Case) throws {
    let sampling = SamplingParameters(
      temperature: test.temperature, topK: test.seed == 2 ? 12 : 0, topP: test.seed == 2 ? 0.95 : 1,
      repetitionPenalty: test.seed == 2 ? 1.2 : 1, seed: test.seed)
    let plain = try decode(.off, sampling: sampling, likeness: test.likeness)
    let speculative = try decode(test.mode, sampling: sampling, likeness: test.likeness)
    #expect(speculative.summary.tokens == plain.summary.tokens)
    #expect(plain.summary.passes == 60)
    #expect(plain.summary.tokensPerPass == 1)
  }

  @Test func `a draft that knows the target saves passes`() throws {
    let greedy = SamplingParameters()
    for mode in [SpeculationMode.tree, .chain] {
      let found = try decode(mode, sampling: greedy, likeness: 1)
      #expect(found.summary.passes < 30)
      #expect(found.summary.acceptedTokens + found.summary.passes >= 60)
    }
  }

  @Test func `where speculation cannot pay, auto leaves it`() throws {
    // A draft model that costs nearly what the target costs, and no discount for several columns: every node is a loss.
    var nodes = 0
    let found = try decode(.auto, sampling: .init(), likeness: 0.2, tokens: 200, costs: .strict) {
      nodes += $0.tree.count - 1
    }
    let plain = try decode(.off, sampling: .init(), likeness: 0.2, tokens: 200, costs: .strict)
    #expect(found.summary.tokens == plain.summary.tokens)
    #expect(nodes < 20)
    #expect(found.summary.times.total < 1.35 * plain.summary.times.total)
  }

  @Test(arguments: [Float(1), 0.9, 0.6, 0.2])
  func `auto keeps up with the best of the other modes`(likeness: Float) throws {
    for costs in [SimulatedCosts.generous, .strict] {
      let times = try SpeculationMode.allCases.map { mode in
        try (mode, decode(mode, sampling: .init(), likeness: likeness, tokens: 300, costs: costs).summary.times.total)
      }
      let best = times.filter { $0.0 != .auto }.map(\.1).min() ?? 0
      let auto = times.first { $0.0 == .auto }?.1 ?? 0
      #expect(auto < 1.2 * best, "\(times)")
    }
  }

  @Test func `records add up to the summary`() throws {
    var records: [PassRecord] = []
    let found = try decode(.tree, sampling: .init(temperature: 0.7, seed: 4), likeness: 0.8) { records.append($0) }
    #expect(records.count == found.summary.passes)
    #expect(records.flatMap(\.tokens) == found.summary.tokens)
    #expect(records.map(\.index) == Array(0..<records.count))
    for record in records {
      #expect(
        Array(record.tokens.prefix(record.accepted.count))
          == record.accepted.prefix(record.tokens.count).map { record.tree.tokens[$0] })
      #expect(record.times.drafting >= 0 && record.times.verifying >= 0 && record.times.host >= 0)
    }
    var position = 0
    for record in records {
      #expect(record.position == position)
      position += record.tokens.count
    }
  }

  @Test(arguments: [
    TreeLimits(nodesPerLevel: 1, totalNodes: 5, depth: 5), .init(nodesPerLevel: 4, totalNodes: 9, depth: 2),
    .init(nodesPerLevel: 3, totalNodes: 1, depth: 9),
  ])
  func `limits hold`(limits: TreeLimits) throws {
    for mode in SpeculationMode.allCases {
      _ = try decode(mode, sampling: .init(), likeness: 0.9, limits: limits) { record in
        let tree = record.tree
        #expect(tree.count - 1 <= limits.totalNodes)
        #expect(tree.depth <= limits.depth)
        for depth in 1...9 {
          #expect(tree.depths.filter { $0 == depth }.count <= limits.nodesPerLevel)
        }
      }
    }
  }

  @Test func `the longest text fits, and not a token more`() throws {
    for mode in SpeculationMode.allCases {
      let found = try decode(
        mode, sampling: .init(), likeness: 0.95, tokens: 500, capacity: .init(nodes: 32, leaves: 8, text: 40))
      #expect(found.summary.end == .contextFull)
      #expect(found.summary.tokens.count == 35)
    }
  }

  @Test func `no more tokens than asked for`() throws {
    for mode in SpeculationMode.allCases {
      for count in [0, 1, 2, 7] {
        let found = try decode(mode, sampling: .init(), likeness: 0.95, tokens: count)
        #expect(found.summary.tokens.count == count)
        #expect(found.summary.end == .tokenLimit)
      }
    }
  }

  @Test func `an end token ends the text wherever the path meets it`() throws {
    let plain = try decode(.off, sampling: .init(), likeness: 0.95).summary.tokens
    let end = plain[20]
    let expected = Array(plain.prefix { $0 != end })
    for mode in SpeculationMode.allCases {
      let found = try decode(mode, sampling: .init(), likeness: 0.95, endTokens: [end])
      #expect(found.summary.tokens == expected)
      #expect(found.summary.end == .endToken)
    }
  }

  @Test func `a target without branches gets chains`() throws {
    let found = try decode(
      .tree, sampling: .init(), likeness: 0.9, capacity: .init(nodes: 32, leaves: 1, text: 4096)
    ) { record in
      #expect(record.tree.leafCount == 1)
    }
    #expect(found.summary.tokens.count == 60)
  }

  @Test func `sampled trees write from the target's distribution`() throws {
    // Of many seeds, the first token is distributed as the target says; the loop is exercised end to end.
    let model = ContextModel(vocabulary: 5, seed: 3, sharpness: 1)
    var counts = [Double](repeating: 0, count: 5)
    let trials = 2000
    for seed in 0..<UInt64(trials) {
      let decoder = try SpeculativeDecoder.forTests(
        TableTarget(model), TableDraft(vocabulary: 5, ContextModel(vocabulary: 5, seed: 8, sharpness: 1).logits))
      let summary = try decoder.decode(
        prompt: [1, 2], maximumTokens: 2, endTokens: [],
        options: .init(mode: .tree, sampling: .init(temperature: 1, seed: seed), rule: .withoutReplacement)
      ) { _ in true }
      counts[Int(summary.tokens[1])] += 1
    }
    var expected = [Double](repeating: 0, count: 5)
    for (path, probability) in plainDistribution(of: model, after: [1, 2], length: 2) {
      expected[Int(path[1])] += probability * Double(trials)
    }
    let statistic = zip(counts, expected).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) / $1.1 }
    // χ² with 4 degrees of freedom: 18.5 is exceeded once in a thousand. The seeds are fixed.
    #expect(statistic < 18.5)
  }

  @Test func `repetitions of the prompt are drafted under the sampled rule too, where there is no draft model`() throws
  {
    let prompt = (0..<6).flatMap { _ in [3, 1, 4, 1, 5, 9, 2, 6] as [Token] }
    var drafted: [Int] = []
    let decoder = try SpeculativeDecoder.forTests(TableTarget(ContextModel(vocabulary: 23, seed: 11)))
    _ = try decoder.decode(
      prompt: prompt, maximumTokens: 9, endTokens: [],
      options: .init(mode: .suffix, sampling: .init(temperature: 1, seed: 3), rule: .withoutReplacement)
    ) { record in
      drafted.append(record.draftedNodes)
      return true
    }
    #expect(drafted[0] > 0)
  }

  @Test func `bad input gets a sentence`() throws {
    let target = TableTarget(ContextModel(vocabulary: 4, seed: 1), capacity: .init(nodes: 4, leaves: 2, text: 8))
    let decoder = try SpeculativeDecoder.forTests(target)
    func decode(_ prompt: [Token], _ sampling: SamplingParameters = .init()) throws {
      _ = try decoder.decode(
        prompt: prompt, maximumTokens: 4, endTokens: [], options: .init(sampling: sampling)
      ) { _ in true }
    }
    #expect { try decode([]) } throws: { ($0 as? SpeculativeDecodingError)?.code == .emptyPrompt }
    #expect { try decode(Array(repeating: 1, count: 8)) } throws: {
      ($0 as? SpeculativeDecodingError)?.code == .contextExceeded
    }
    for sampling in [
      SamplingParameters(temperature: -1), .init(topK: -2), .init(topP: 0), .init(minP: 2), .init(repetitionPenalty: 0),
    ] {
      #expect { try decode([1], sampling) } throws: { ($0 as? SpeculativeDecodingError)?.code == .invalidParameter }
    }
  }

  /// The draft is less sure than it may be, and what it is worth is known from the text before.
  @Test func `a decoder's second text begins with what the first one taught`() throws {
    let model = ContextModel(vocabulary: 30, seed: 4, sharpness: 4)
    func passes(_ prompts: [[Token]]) throws -> Int {
      let target = TableTarget(model, capacity: PassCapacity(nodes: 64, leaves: 8, text: 400))
      let draft = TableDraft(vocabulary: 30) { model.logits(after: $0).map { $0 * 0.4 } }
      let decoder = try SpeculativeDecoder.forTests(
        target, draft, costs: SimulatedCosts(target: { 10 + 0.5 * Double($0) }, draft: { _ in 0.2 }))
      return try prompts.map {
        try decoder.decode(
          prompt: $0, maximumTokens: 30, endTokens: [], options: .init(mode: .tree), onPass: { _ in true }
        ).passes
      }.last ?? 0
    }
    let second: [Token] = [7, 3, 9]
    let (fresh, taught) = (try passes([second]), try passes([[1, 2, 3], second]))
    #expect(taught < fresh, "\(taught) passes, and \(fresh) without")
  }
}
