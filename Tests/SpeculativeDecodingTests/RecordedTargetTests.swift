import SpeculativeDecoding
import Testing

@Suite struct RecordedTargetTests {
  @Test(arguments: [SpeculationMode.off, .suffix, .auto], [1, 8])
  func `it says what was recorded, however it is drafted for, one recording after the other`(
    mode: SpeculationMode, leaves: Int
  ) throws {
    var generator = SeededGenerator(seed: 3)
    let model = ContextModel(vocabulary: 30, seed: 1, sharpness: 3)
    let target = RecordedTarget(model: TableTarget(model, capacity: PassCapacity(nodes: 64, leaves: leaves, text: 300)))
    let decoder = try SpeculativeDecoder(target: target, stopwatch: Stopwatch(clock: SimulatedClock()))
    let corpus = DraftCorpus()
    for round in 0..<4 {
      let recording = (0..<120).map { _ in Token(Int.random(in: 0..<30, using: &generator)) }
      if round > 1 { corpus.add(recording) }
      target.play(recording)
      var options = SpeculativeDecoder.Options(mode: mode, corpus: corpus)
      options.sampling.repetitionPenalty = 1
      let summary = try decoder.decode(
        prompt: [1, 2, 3], maximumTokens: recording.count, endTokens: [], options: options, onPass: { _ in true })
      #expect(summary.tokens == recording)
      #expect(mode != .off || summary.passes == 120)
    }
  }
}
