import SpeculativeDecoding
import Testing

@Suite struct AcceptanceCalibrationTests {
  @Test(arguments: [0, 0.001, 0.3, 0.5, 0.97, 1])
  func `before anything is seen, the source's word counts`(probability: Double) {
    let calibration = AcceptanceCalibration(kinds: 3)
    // Certainty alone is doubted, a little.
    for kind in 0..<3 { #expect(abs(calibration.probability(for: probability, kind: kind) - probability) < 1.1e-4) }
  }

  @Test(arguments: [(0.9, 0.5), (0.5, 0.95), (0.05, 0.4), (0.3, 0.3)])
  func `each class finds its own rate`(claimed: Double, real: Double) {
    var generator = SeededGenerator(seed: 3)
    var calibration = AcceptanceCalibration(kinds: 2)
    let other = calibration.probability(for: 0.7, kind: 1)
    for _ in 0..<4000 {
      calibration.record(probability: claimed, kind: 0, isHit: Double.random(in: 0..<1, using: &generator) < real)
    }
    #expect(abs(calibration.probability(for: claimed, kind: 0) - real) < 0.08)
    #expect(calibration.probability(for: 0.7, kind: 1) == other)
  }

  @Test func `what the source tells apart within a class stays apart`() {
    var calibration = AcceptanceCalibration(kinds: 1)
    for index in 0..<300 { calibration.record(probability: 0.9992, kind: 0, isHit: index % 100 != 0) }
    let found = [0.9988, 0.9992, 0.9998].map { calibration.probability(for: $0, kind: 0) }
    #expect(found[0] < found[1] && found[1] < found[2])
    // One miss in a hundred, where the source foresaw one in a thousand.
    #expect(found[1] > 0.99 && found[1] < 0.999)
  }

  @Test func `the next text begins with what was learnt, and soon has its own`() {
    var calibration = AcceptanceCalibration(kinds: 1)
    for _ in 0..<300 { calibration.record(probability: 0.5, kind: 0, isHit: true) }
    var next = calibration.forNextText()
    #expect(next.probability(for: 0.5, kind: 0) > 0.7)
    for _ in 0..<20 {
      next.record(probability: 0.5, kind: 0, isHit: false)
      calibration.record(probability: 0.5, kind: 0, isHit: false)
    }
    #expect(next.probability(for: 0.5, kind: 0) < 0.45)
    #expect(calibration.probability(for: 0.5, kind: 0) > 0.8)
  }

  @Test func `what was long ago is forgotten`() {
    var calibration = AcceptanceCalibration(kinds: 1)
    for _ in 0..<5000 { calibration.record(probability: 0.6, kind: 0, isHit: true) }
    #expect(calibration.probability(for: 0.6, kind: 0) > 0.97)
    for _ in 0..<1200 { calibration.record(probability: 0.6, kind: 0, isHit: false) }
    #expect(calibration.probability(for: 0.6, kind: 0) < 0.12)
  }

  @Test func `what comes out is a probability, whatever goes in`() {
    var calibration = AcceptanceCalibration(kinds: 1)
    for probability in [Double.nan, -1, 0, 1e-300, 0.5, 1, 1.000001] {
      calibration.record(probability: probability, kind: 0, isHit: true)
      let found = calibration.probability(for: probability, kind: 0)
      #expect(found.isFinite && found <= 1.01 && found >= -1)
    }
  }
}
