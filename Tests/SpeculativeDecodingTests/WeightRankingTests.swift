import Testing

@testable import SpeculativeDecoding

/// What top-k, top-p and min-p mean, by sorting everything.
private struct Sorted {
  var weights: [Float]
  var total: Double

  init(_ logits: [Float], _ parameters: SamplingParameters) {
    var all = [Float](repeating: 0, count: logits.count)
    let scale = TokenSampler.scale(temperature: parameters.temperature)
    let shift = logits.max() ?? 0
    total = logits.withUnsafeBufferPointer { row in
      all.withUnsafeMutableBufferPointer { VectorMath.exponentials(of: row, shift: shift, scale: scale, into: $0) }
    }
    weights = all
    if parameters.topK > 0 && parameters.topK < weights.count { keep { count, _ in count < parameters.topK } }
    if parameters.topP < 1 {
      let wanted = parameters.topP * total
      keep { count, sum in count == 0 || sum < wanted }
    }
    if parameters.minP > 0 {
      for index in weights.indices where weights[index] < Float(parameters.minP) { weights[index] = 0 }
      total = weights.reduce(0) { $0 + Double($1) }
    }
  }

  /// Takes tokens, the likeliest first and of equals the first one first, for as long as more are wanted.
  private mutating func keep(while isWanted: (_ count: Int, _ sum: Double) -> Bool) {
    let order = weights.indices.filter { weights[$0] > 0 }.sorted { (-weights[$0], $0) < (-weights[$1], $1) }
    var kept = [Float](repeating: 0, count: weights.count)
    var (count, sum) = (0, 0.0)
    while count < order.count && isWanted(count, sum) {
      kept[order[count]] = weights[order[count]]
      sum += Double(weights[order[count]])
      count += 1
    }
    (weights, total) = (kept, sum)
  }

  var distribution: [Double] {
    let sum = weights.reduce(0) { $0 + Double($1) }
    return weights.map { Double($0) / sum }
  }

  /// The token that a uniform number draws, in the order of the vocabulary.
  func draw(_ uniform: Double) -> Token {
    var rest = uniform * total
    var last = 0
    for index in weights.indices where weights[index] > 0 {
      if rest < Double(weights[index]) { return Token(index) }
      rest -= Double(weights[index])
      last = index
    }
    return Token(last)
  }
}

@Suite struct `Top-k and top-p without a comparison sort` {
  enum Shape: String, CaseIterable {
    case spread, flat, ties, twoValues, equal, peaked, oneFinite, manyInfinite, vanishing
  }

  static func logits(_ shape: Shape, _ size: Int, _ generator: inout SeededGenerator) -> [Float] {
    func row(_ range: ClosedRange<Float>) -> [Float] { (0..<size).map { _ in .random(in: range, using: &generator) } }
    switch shape {
    case .spread: return row(-10...10)
    case .flat: return row(-0.01...0.01)
    case .ties: return row(-6...6).map { $0.rounded() }
    case .twoValues: return row(-1...1).map { $0 < 0 ? -1 : 1 }
    case .equal: return [Float](repeating: 2.5, count: size)
    case .peaked:
      var values = row(-9...0)
      for _ in 0..<5 { values[.random(in: 0..<size, using: &generator)] = .random(in: 8...12, using: &generator) }
      return values
    case .oneFinite:
      var values = [Float](repeating: -.infinity, count: size)
      values[.random(in: 0..<size, using: &generator)] = -3
      return values
    case .manyInfinite:
      var values = row(-2...2).map { $0 < 0 ? -Float.infinity : $0 }
      values[0] = 1
      return values
    // Weights down to the smallest that single precision has, and below.
    case .vanishing: return row(-110...0)
    }
  }

  static func parameters(_ generator: inout SeededGenerator, size: Int) -> SamplingParameters {
    var parameters = SamplingParameters(temperature: [0.3, 0.8, 1, 2].randomElement(using: &generator) ?? 1)
    let kind = Int.random(in: 0..<5, using: &generator)
    if kind != 1 { parameters.topP = [1e-9, 0.05, 0.5, 0.95, 0.999, 1 - 1e-12].randomElement(using: &generator) ?? 1 }
    if kind == 1 || kind == 2 {
      parameters.topK = [1, 2, 40, size / 2 + 1, size - 1, size + 5].randomElement(using: &generator) ?? 1
    }
    if kind == 3 { parameters.minP = .random(in: 0...1, using: &generator) }
    return parameters
  }

  @Test(arguments: Shape.allCases, [1, 2, 3, 63, 64, 65, 300, 4097, 20_000])
  func `keeps bit for bit what sorting keeps, and draws the same`(shape: Shape, size: Int) {
    var generator = SeededGenerator(seed: UInt64(size) &* 31 &+ UInt64(Shape.allCases.firstIndex(of: shape) ?? 0))
    for round in 0..<(size > 1000 ? 12 : 60) {
      let logits = Self.logits(shape, size, &generator)
      let parameters = Self.parameters(&generator, size: size)
      let sorted = Sorted(logits, parameters)
      var sampler = TokenSampler(parameters: parameters, vocabularySize: size)
      let random = PositionKeyedRandom(seed: UInt64(round))
      logits.withUnsafeBufferPointer { row in
        #expect(sampler.distribution(row, recent: []) == sorted.distribution, "\(parameters)")
        for position in 0..<5 {
          let expected = sorted.draw(random.uniform(position: position, draw: 0))
          #expect(sampler.sample(row, recent: [], random: random, position: position) == expected, "\(parameters)")
        }
      }
    }
  }

  @Test func `leaves nothing of one row behind for the next`() {
    var generator = SeededGenerator(seed: 5)
    let parameters = SamplingParameters(temperature: 1, topK: 700, topP: 0.9)
    var sampler = TokenSampler(parameters: parameters, vocabularySize: 3000)
    for shape in Shape.allCases + Shape.allCases.reversed() {
      let logits = Self.logits(shape, 3000, &generator)
      let found = logits.withUnsafeBufferPointer { sampler.distribution($0, recent: []) }
      #expect(found == Sorted(logits, parameters).distribution, "\(shape)")
    }
  }
}
