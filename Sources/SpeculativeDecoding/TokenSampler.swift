/// Turns a row of logits into a token, or into the distribution that a token is drawn from.
///
/// The row is read once into a buffer that is kept between calls, and so are the buffers of top-k and top-p: only the
/// first call allocates anything.
public struct TokenSampler: Sendable {
  /// What is done to the logits.
  public let parameters: SamplingParameters
  /// Weights of all tokens, zero where a step removed one; their sum is `total`.
  private var weights: [Float]
  private var total = 0.0
  private var ranking = WeightRanking()
  private var penalized: [Float] = []

  /// A sampler for rows of `vocabularySize` logits. The parameters must be valid.
  public init(parameters: SamplingParameters, vocabularySize: Int) {
    self.parameters = parameters
    weights = [Float](repeating: 0, count: vocabularySize)
  }

  /// The token that `random` draws at an output position.
  ///
  /// - Parameter recent: the tokens that the repetition penalty applies to.
  /// - Complexity: O(vocabulary), with top-k and top-p too.
  public mutating func sample(
    _ logits: UnsafeBufferPointer<Float>, recent: ArraySlice<Token>, random: PositionKeyedRandom, position: Int
  ) -> Token {
    withPenalties(logits, recent: recent) { sampler, row in
      if sampler.parameters.isGreedy { return Token(VectorMath.maximum(of: row).index) }
      sampler.fill(row)
      return sampler.draw(random.uniform(position: position, draw: 0))
    }
  }

  /// The distribution that ``sample(_:recent:random:position:)`` draws from, in double precision.
  ///
  /// - Complexity: as for sampling.
  public mutating func distribution(_ logits: UnsafeBufferPointer<Float>, recent: ArraySlice<Token>) -> [Double] {
    withPenalties(logits, recent: recent) { sampler, row in
      if sampler.parameters.isGreedy {
        var distribution = [Double](repeating: 0, count: row.count)
        distribution[VectorMath.maximum(of: row).index] = 1
        return distribution
      }
      sampler.fill(row)
      // The running total is rounded; what is verified against has to sum to one.
      let total = sampler.weights.reduce(0.0) { $0 + Double($1) }
      return sampler.weights.map { Double($0) / total }
    }
  }

  private mutating func withPenalties<Result>(
    _ logits: UnsafeBufferPointer<Float>, recent: ArraySlice<Token>,
    _ body: (inout TokenSampler, UnsafeBufferPointer<Float>) -> Result
  ) -> Result {
    precondition(logits.count == weights.count, "the row is not as long as the vocabulary")
    guard parameters.repetitionPenalty != 1, parameters.repetitionWindow > 0, !recent.isEmpty else {
      return body(&self, logits)
    }
    var row = penalized
    penalized = []
    row.replaceSubrange(row.startIndex..., with: logits)
    let penalty = Float(parameters.repetitionPenalty)
    for token in Set(recent.suffix(parameters.repetitionWindow)) where row.indices.contains(Int(token)) {
      row[Int(token)] = row[Int(token)] > 0 ? row[Int(token)] / penalty : row[Int(token)] * penalty
    }
    defer { penalized = row }
    return row.withUnsafeBufferPointer { body(&self, $0) }
  }

  /// Temperature, top-k, top-p and min-p: fills `weights` and `total`.
  private mutating func fill(_ row: UnsafeBufferPointer<Float>) {
    let maximum = VectorMath.maximum(of: row)
    let scale = Self.scale(temperature: parameters.temperature)
    total = weights.withUnsafeMutableBufferPointer {
      VectorMath.exponentials(of: row, shift: maximum.value, scale: scale, into: $0)
    }
    guard total > 0 else {
      // An infinite logit, or a row with no number in it: what greedy decoding would take is certain.
      weights[maximum.index] = 1
      total = 1
      return
    }
    if parameters.topK > 0 && parameters.topK < weights.count { keepLikeliest(.init(count: parameters.topK)) }
    if parameters.topP < 1 { keepLikeliest(.init(mass: parameters.topP * total)) }
    if parameters.minP > 0 { keepAbove(Float(parameters.minP)) }
  }

  /// What logits are multiplied by. A temperature so small that its inverse overflows would make the likeliest token's
  /// weight 0 · ∞.
  static func scale(temperature: Double) -> Float { min(Float(1 / temperature), 1e30) }

  /// The likeliest token has weight 1.
  private mutating func keepAbove(_ least: Float) {
    total = weights.withUnsafeMutableBufferPointer { weights in
      var total = 0.0
      for index in weights.indices {
        if weights[index] >= least { total += Double(weights[index]) } else { weights[index] = 0 }
      }
      return total
    }
  }

  /// Keeps the likeliest tokens up to a limit, with `total` their sum in falling order. Of equally likely tokens at the
  /// border those with the smaller numbers stay.
  private mutating func keepLikeliest(_ limit: WeightRanking.Limit) {
    guard let border = weights.withUnsafeBufferPointer({ ranking.border(of: $0, limit) }) else { return }
    total = border.total
    weights.withUnsafeMutableBufferPointer { weights in
      for index in weights.indices { weights[index] = weights[index] >= border.weight ? weights[index] : 0 }
      var surplus = border.surplus
      var index = weights.count
      while surplus > 0 {
        index -= 1
        guard weights[index] == border.weight else { continue }
        weights[index] = 0
        surplus -= 1
      }
    }
  }

  /// Inverts the cumulative distribution, in the order of the vocabulary.
  private func draw(_ uniform: Double) -> Token {
    var rest = uniform * total
    var last = 0
    for index in weights.indices {
      let weight = Double(weights[index])
      if weight > 0 {
        if rest < weight { return Token(index) }
        rest -= weight
        last = index
      }
    }
    return Token(last)
  }
}
