import SpeculativeDecoding
import Testing

/// What the decoder finds out about passes whose costs are known, because they are simulated.
@Suite struct CostProbeTests {
  func costs(
    of simulated: SimulatedCosts, vocabulary: Int = 23,
    capacity: PassCapacity = .init(nodes: 201, leaves: 64, text: 4096),
    prompts: [[Token]] = [[3, 1, 4, 1, 5]]
  ) throws -> (verification: PassCosts, draft: PassCosts?)? {
    let model = ContextModel(vocabulary: vocabulary, seed: 2)
    let target = TableTarget(model, capacity: capacity)
    let decoder = try SpeculativeDecoder.forTests(
      target, TableDraft(vocabulary: vocabulary, model.logits), costs: simulated)
    for prompt in prompts {
      _ = try decoder.decode(
        prompt: prompt.map { $0 % Token(vocabulary) }, maximumTokens: 6, endTokens: [], options: .init(mode: .auto)
      ) { _ in true }
    }
    return decoder.passCosts
  }

  @Test func `the curve is the simulated one`() throws {
    let found = try #require(try costs(of: .generous))
    for size in 1...201 {
      #expect(abs(found.verification.milliseconds(size) - SimulatedCosts.generous.target(size)) < 1e-3)
    }
    let draft = try #require(found.draft)
    for size in 1...64 { #expect(abs(draft.milliseconds(size) - SimulatedCosts.generous.draft(size)) < 1e-3) }
  }

  @Test func `costs that are known are not measured, and are learnt from as before`() throws {
    let found = try #require(try costs(of: .generous))
    let model = ContextModel(vocabulary: 23, seed: 2)
    let target = TableTarget(model, capacity: .init(nodes: 100, leaves: 64, text: 4096))
    let decoder = try SpeculativeDecoder.forTests(target, TableDraft(vocabulary: 23, model.logits))
    let options = SpeculativeDecoder.Options(mode: .auto)
    // Nothing is said of the draft model that there is.
    decoder.assume(verification: found.verification.samples, draft: nil)
    #expect(decoder.passCosts == nil)
    decoder.assume(verification: found.verification.samples, draft: found.draft?.samples)
    let assumed = try #require(decoder.passCosts)
    #expect(assumed.verification.limit == 100 && assumed.draft?.limit == 64)
    for size in 1...100 {
      #expect(abs(assumed.verification.milliseconds(size) - SimulatedCosts.generous.target(size)) < 1e-3)
    }
    for size in 1...64 {
      #expect(abs((assumed.draft?.milliseconds(size) ?? 0) - SimulatedCosts.generous.draft(size)) < 1e-3)
    }
    let summary = try decoder.decode(prompt: [3, 1, 4], maximumTokens: 40, endTokens: [], options: options) { _ in true
    }
    #expect(summary.probeTime == 0 && target.passes == summary.passes)
    // What was kept of another machine is put right by the passes themselves.
    decoder.assume(
      verification: found.verification.samples.map { .init(size: $0.size, milliseconds: 2 * $0.milliseconds) },
      draft: found.draft?.samples)
    for seed in 0..<40 {
      _ = try decoder.decode(
        prompt: [3, Token(seed % 23)], maximumTokens: 40, endTokens: [], options: options
      ) { _ in true }
    }
    let learnt = try #require(decoder.passCosts).verification
    let typical = SimulatedCosts.generous.target(20)
    #expect(abs(learnt.milliseconds(20) / typical - 1) < 0.1, "\(learnt.milliseconds(20)) for \(typical)")
  }

  @Test func `steps at the probed sizes are found`() throws {
    let stairs = SimulatedCosts(target: { Double(($0 + 7) / 8) }, draft: { 0.1 * Double($0) })
    let found = try #require(try costs(of: stairs))
    for size in [1, 2, 4, 8, 12, 16, 24, 32, 48, 64] {
      #expect(abs(found.verification.milliseconds(size) - stairs.target(size)) < 0.05)
    }
  }

  @Test func `a slow model is measured at few sizes`() throws {
    let slow = SimulatedCosts(target: { 400 + Double($0) }, draft: { 100 + Double($0) })
    let found = try #require(try costs(of: slow))
    #expect(found.verification.probe.count == 4)
    #expect(abs(found.verification.milliseconds(100) - 500) < 1)
  }

  @Test func `of a slow model it is seen where reading its weights no longer bounds a pass`() throws {
    let bent = SimulatedCosts(target: { max(300, 60 + 24 * Double($0)) }, draft: { 4 + Double($0) / 10 })
    let found = try #require(try costs(of: bent))
    #expect(found.verification.probe.count == 4)
    for size in [1, 4, 8, 16, 24, 32, 64, 128] {
      #expect(abs(found.verification.milliseconds(size) / bent.target(size) - 1) < 0.02, "\(size)")
    }
  }

  @Test func `a first text that nearly fills the context leaves the next ones free`() throws {
    let found = try #require(
      try costs(
        of: .generous, capacity: .init(nodes: 100, leaves: 8, text: 64),
        prompts: [[Token](repeating: 1, count: 61), [1, 2]]))
    #expect(found.verification.limit == 100)
  }

  @Test(arguments: [2, 3, 40])
  func `the probe uses tokens that the vocabulary has`(vocabulary: Int) throws {
    // The engine refuses others.
    let model = ContextModel(vocabulary: vocabulary, seed: 2)
    let target = StrictTarget(model)
    let decoder = try SpeculativeDecoder(
      target: target, draft: TableDraft(vocabulary: vocabulary, model.logits),
      stopwatch: Stopwatch(clock: SimulatedClock()))
    _ = try decoder.decode(prompt: [1, 0], maximumTokens: 20, endTokens: [], options: .init(mode: .tree)) { _ in true }
    #expect(target.largestTree >= 48)
  }
}

/// A target that, as libllama does, refuses tokens that it does not know.
private final class StrictTarget: TargetModel {
  private let table: TableTarget
  private(set) var largestTree = 0
  var vocabularySize: Int { table.vocabularySize }
  var capacity: PassCapacity { table.capacity }

  init(_ model: ContextModel) { table = TableTarget(model) }

  func prepare(_ text: ArraySlice<Token>) { table.prepare(text) }
  func evaluate(_ tree: TokenTree) {
    precondition(tree.tokens.allSatisfy { $0 >= 0 && Int($0) < vocabularySize })
    largestTree = max(largestTree, tree.count)
    table.evaluate(tree)
  }
  func logits(of node: Int) -> UnsafeBufferPointer<Float> { table.logits(of: node) }
  func keep(_ path: [Int], of tree: TokenTree) { table.keep(path, of: tree) }
}
