import LanguageModels
import SpeculativeDecoding
import Testing

@testable import LlamaRuntime

/// With real models: speculation writes the text that plain decoding writes.
@Suite(.enabled(if: Bundled.arePresent, Bundled.missing), .serialized)
struct SpeculationTextTests {
  static let examples = ["01_swish.py", "03_temperature_softmax.py", "05_tall_matmul_bias.py", "08_column_max.py"]
  static let samplings =
    [SamplingParameters()]
    + (isOptimized ? [1, 2, 3] : [1]).map {
      SamplingParameters(temperature: 0.8, topK: 40, topP: 0.95, minP: 0.05, seed: $0)
    }

  @Test(arguments: examples)
  func `every mode writes plain decoding's text, token for token`(example: String) async throws {
    let engine = try Bundled.engine()
    let prompt = try Bundled.target.tokens(of: Bundled.prompt(example: example))
    for sampling in Self.samplings {
      func write(_ mode: SpeculationMode) async throws -> WrittenText {
        try await engine.write(after: prompt, maximumTokens: 120, options: .init(mode: mode, sampling: sampling))
      }
      let plain = try await write(.off)
      for mode in SpeculationMode.allCases where mode != .off {
        let found = try await write(mode)
        #expect(found.summary.tokens == plain.summary.tokens, "\(mode), \(sampling)")
        #expect(found.text == plain.text && found.summary.end == plain.summary.end)
      }
    }
  }

  @Test func `sampled trees write a text, and for another seed another one`() async throws {
    let engine = try Bundled.engine()
    let prompt = try Bundled.target.tokens(of: Bundled.prompt(example: Self.examples[0]))
    var texts: Set<String> = []
    for seed in [1, 2] as [UInt64] {
      let options = SpeculativeDecoder.Options(
        mode: .tree, limits: TreeLimits(nodesPerLevel: 3, totalNodes: 6, depth: 2),
        sampling: .init(temperature: 3, seed: seed), rule: .withoutReplacement)
      let written = try await engine.write(after: prompt, maximumTokens: 40, options: options)
      let summary = written.summary
      #expect(summary.tokens.count == 40 || summary.end == .endToken)
      // Trees were drafted, and some of their tokens accepted.
      #expect(summary.verifiedNodes > 0 && summary.acceptedTokens > 0)
      texts.insert(written.text)
    }
    #expect(texts.count == 2)
  }

  @Test func `a stop sequence ends the text in the same place in every mode`() async throws {
    let engine = try Bundled.engine()
    let prompt = try Bundled.target.tokens(of: Bundled.prompt(example: Self.examples[1]))
    let whole = try await engine.write(after: prompt, maximumTokens: 60, options: .init(mode: .off))
    try #require(whole.text.count > 24)
    let start = whole.text.index(whole.text.startIndex, offsetBy: 20)
    let stop = String(whole.text[start..<whole.text.index(start, offsetBy: 3)])
    var tokens: [[Token]] = []
    for mode in SpeculationMode.allCases {
      let written = try await engine.write(
        after: prompt, maximumTokens: 60, options: .init(mode: mode), stopSequences: [stop])
      let expected = whole.text.firstRange(of: stop).map { String(whole.text[..<$0.lowerBound]) }
      #expect(written.text == expected && written.metStopSequence && written.summary.end == .stopped)
      #expect(written.outcome.reason == .end)
      tokens.append(written.summary.tokens)
    }
    #expect(Set(tokens).count == 1)
  }
}
