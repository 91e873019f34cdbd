import RealModule
import SpeculativeDecoding
import Testing

/// The steps of a sampler, straight from their definitions.
private func reference(_ logits: [Float], recent: [Token], _ parameters: SamplingParameters) -> [Double] {
  var row = logits.map(Double.init)
  for token in Set(recent.suffix(parameters.repetitionWindow)) where row.indices.contains(Int(token)) {
    let value = row[Int(token)]
    row[Int(token)] = value > 0 ? value / parameters.repetitionPenalty : value * parameters.repetitionPenalty
  }
  let maximum = row.max() ?? 0
  if parameters.isGreedy {
    let first = row.firstIndex(of: maximum)
    return row.indices.map { $0 == first ? 1 : 0 }
  }
  var weights = row.map { exponential(($0 - maximum) / parameters.temperature) }
  let order = weights.indices.sorted { (-weights[$0], $0) < (-weights[$1], $1) }
  if parameters.topK > 0 { for index in order.dropFirst(parameters.topK) { weights[index] = 0 } }
  if parameters.topP < 1 {
    let wanted = parameters.topP * weights.reduce(0, +)
    var sum = 0.0
    for index in order {
      let weight = weights[index]
      if sum >= wanted { weights[index] = 0 }
      sum += weight
    }
  }
  for index in weights.indices where weights[index] < parameters.minP { weights[index] = 0 }
  let total = weights.reduce(0, +)
  return weights.map { $0 / total }
}

@Suite struct TokenSamplerTests {
  struct Draw {
    var parameters: SamplingParameters
    var logits: [Float]
    var recent: [Token]
  }

  static func draw(seed: Int) -> Draw {
    var generator = SeededGenerator(seed: UInt64(seed))
    func flip() -> Bool { Bool.random(using: &generator) }
    let size = [1, 2, 7, 33, 300][seed % 5]
    var parameters = SamplingParameters(temperature: [0, 0.1, 0.8, 1, 3][seed / 5 % 5])
    if flip() { parameters.topK = Int.random(in: 1...size + 2, using: &generator) }
    if flip() { parameters.topP = Double.random(in: 0.01...1, using: &generator) }
    if flip() { parameters.minP = Double.random(in: 0...1, using: &generator) }
    if flip() {
      parameters.repetitionPenalty = Double.random(in: 0.5...2, using: &generator)
      parameters.repetitionWindow = Int.random(in: 0...12, using: &generator)
    }
    // Every other row has ties: logits on a coarse grid.
    let hasTies = flip()
    return Draw(
      parameters: parameters,
      logits: (0..<size).map { _ in
        let value = Float.random(in: -8...8, using: &generator)
        return hasTies ? value.rounded() : value
      },
      recent: (0..<Int.random(in: 0...20, using: &generator)).map { _ in
        Token(Int.random(in: 0..<size + 2, using: &generator))
      })
  }

  @Test(arguments: 0..<300)
  func `the distribution is that of the definitions`(seed: Int) {
    let draw = Self.draw(seed: seed)
    var sampler = TokenSampler(parameters: draw.parameters, vocabularySize: draw.logits.count)
    let found = draw.logits.withUnsafeBufferPointer { sampler.distribution($0, recent: draw.recent[...]) }
    let expected = reference(draw.logits, recent: draw.recent, draw.parameters)
    #expect(abs(found.reduce(0, +) - 1) < 1e-9)
    for (found, expected) in zip(found, expected) {
      #expect(abs(found - expected) < 2e-6, "\(draw.parameters)")
      // Single precision ends at about 1e-38.
      #expect(expected == 0 ? found == 0 : found > 0 || expected < 1e-36, "\(draw.parameters)")
    }
  }

  @Test(arguments: 0..<12)
  func `tokens are drawn as the distribution says`(seed: Int) {
    var draw = Self.draw(seed: 5 * seed + 2)
    if draw.parameters.isGreedy { draw.parameters.temperature = 1.5 }
    var sampler = TokenSampler(parameters: draw.parameters, vocabularySize: draw.logits.count)
    let random = PositionKeyedRandom(seed: UInt64(seed))
    let trials = isOptimized ? 50_000 : 5_000
    var counts = [Double](repeating: 0, count: draw.logits.count)
    let distribution = draw.logits.withUnsafeBufferPointer { logits in
      for position in 0..<trials {
        counts[Int(sampler.sample(logits, recent: draw.recent[...], random: random, position: position))] += 1
      }
      return sampler.distribution(logits, recent: draw.recent[...])
    }
    // Tokens too rare for the statistic go together.
    var rare = (count: 0.0, expected: 0.0)
    var (common, expected): ([Double], [Double]) = ([], [])
    for (count, probability) in zip(counts, distribution) {
      if probability == 0 { #expect(count == 0) }
      if probability * Double(trials) < 8 {
        rare.count += count
        rare.expected += probability * Double(trials)
      } else {
        common.append(count)
        expected.append(probability * Double(trials))
      }
    }
    if rare.expected >= 8 {
      common.append(rare.count)
      expected.append(rare.expected)
    }
    #expect(chiSquare(common, expected: expected) < chiSquareLimit(degrees: max(1, common.count - 1)))
  }

  @Test func `of equal logits greedy decoding takes the first`() {
    var sampler = TokenSampler(parameters: .init(), vocabularySize: 20)
    for first in 0..<19 {
      var logits = [Float](repeating: -1, count: 20)
      logits[first] = 3
      logits[19] = 3
      let token = logits.withUnsafeBufferPointer {
        sampler.sample($0, recent: [], random: PositionKeyedRandom(seed: 0), position: 0)
      }
      #expect(token == Token(first))
    }
  }

  @Test(arguments: [1e-300, 1e-40, 1e-20, 1e-6])
  func `a temperature next to nothing is greedy, not broken`(temperature: Double) {
    var sampler = TokenSampler(
      parameters: .init(temperature: temperature, topP: 0.9, minP: 0.1), vocabularySize: 4)
    let logits: [Float] = [1, 7, 3, -2]
    let distribution = logits.withUnsafeBufferPointer { sampler.distribution($0, recent: []) }
    #expect(distribution == [0, 1, 0, 0])
  }

  @Test(arguments: [0, 0.7])
  func `logits that are no numbers are never drawn, and infinite ones always`(temperature: Double) {
    func distribution(_ logits: [Float]) -> [Double] {
      var sampler = TokenSampler(parameters: .init(temperature: temperature), vocabularySize: 3)
      return logits.withUnsafeBufferPointer { sampler.distribution($0, recent: []) }
    }
    #expect(distribution([.nan, 2, -.infinity]) == [0, 1, 0])
    #expect(distribution([1, .infinity, 3]) == [0, 1, 0])
    #expect(distribution([.nan, .nan, .nan]) == [1, 0, 0])
    #expect(distribution([-.infinity, -.infinity, -.infinity]) == [1, 0, 0])
  }

  @Test func `a token outside the window is not penalised`() {
    let parameters = SamplingParameters(repetitionPenalty: 10, repetitionWindow: 2)
    var sampler = TokenSampler(parameters: parameters, vocabularySize: 3)
    let logits: [Float] = [5, 4, 3]
    func best(_ recent: [Token]) -> Int? {
      logits.withUnsafeBufferPointer { sampler.distribution($0, recent: recent[...]) }.firstIndex(of: 1)
    }
    #expect(best([0, 2, 2]) == 0)
    #expect(best([2, 0, 2]) == 1)
    #expect(best([2, 0, 1]) == 2)
  }
}
