extension Comparison {
  /// What is known of the outputs as wholes before their elements are compared.
  private struct Overview {
    /// The half-power mean of the expected elements that are not zero.
    var size = 0.0
    /// The half-power mean of the reference's own errors.
    var error = 0.0
    var mean = 0.0
    /// The sum of squared distances from the mean.
    var squares = 0.0
    var count = 0.0
    var errorSquares = 0.0
    var expectedSquares = 0.0
  }

  /// Buffers for the elements of one stretch.
  private struct Stretch {
    let candidate: UnsafeMutableBufferPointer<Double>
    let expected: UnsafeMutableBufferPointer<Double>
    let reference: UnsafeMutableBufferPointer<Double>
    var count = 0
  }

  mutating func compare(_ outputs: Outputs, _ tolerance: Tolerance, _ collector: inout MismatchCollector) {
    let type = outputs.candidate.type
    let step = Self.stretchLength(outputs.candidate)
    withUnsafeTemporaryAllocation(of: Double.self, capacity: 3 * step) { memory in
      var stretch = Stretch(
        candidate: .init(rebasing: memory[0..<step]), expected: .init(rebasing: memory[step..<2 * step]),
        reference: .init(rebasing: memory[2 * step..<3 * step]))
      let overview = Self.overview(outputs, &stretch)
      isOnlyRounding = overview.error > overview.size / 2
      var state = State(
        t: tolerance.relative(for: type), noiseFactor: tolerance.noiseFactor, size: overview.size,
        // What is flushed to zero is right; float16's subnormal numbers are not flushed by hardware.
        floor: overview.size == 0
          ? Tolerance.spreadUnits * type.unitRoundoff
          : type.component == .float16 ? type.leastPositive : type.leastNormal,
        largest: type.largest, limitsNoise: !isOnlyRounding)
      for start in Swift.stride(from: 0, to: elementCount, by: step) {
        stretch.count = min(step, elementCount - start)
        let range = start..<start + stretch.count
        outputs.candidate.convert(range, into: stretch.candidate)
        outputs.expected.convert(range, into: stretch.expected)
        outputs.reference.convert(range, into: stretch.reference)
        compare(stretch, start: start, &state, &collector)
      }
      allow(jumps: state.jumps)
      referenceError = (state.relativeErrorSquares / max(overview.count, 1)).squareRoot()
      judgeSpread(overview, state, type)
    }
  }

  /// Whole rows, as many as make a stretch, or a part of a row.
  private static func stretchLength(_ tensor: TensorElements) -> Int {
    let row = max((tensor.shape.last ?? 1) * tensor.type.componentCount, 1)
    if row >= Tolerance.largestStretch { return Tolerance.largestStretch }
    if row >= Tolerance.leastStretch { return row }
    return (Tolerance.leastStretch + row - 1) / row * row
  }

  private static func overview(_ outputs: Outputs, _ stretch: inout Stretch) -> Overview {
    var overview = Overview()
    var roots = 0.0
    var errorRoots = 0.0
    var nonZero = 0.0
    let total = outputs.expected.componentCount
    let step = stretch.expected.count
    for start in Swift.stride(from: 0, to: total, by: step) {
      let count = min(step, total - start)
      outputs.expected.convert(start..<start + count, into: stretch.expected)
      outputs.reference.convert(start..<start + count, into: stretch.reference)
      var sum = 0.0
      var finite = 0.0
      for index in 0..<count {
        let e = stretch.expected[index]
        let error = stretch.reference[index] - e
        // False where either is not finite.
        guard abs(error) < .infinity else { continue }
        finite += 1
        sum += e
        roots += abs(e).squareRoot()
        nonZero += e == 0 ? 0 : 1
        errorRoots += abs(error).squareRoot()
        overview.errorSquares += error * error
        overview.expectedSquares += e * e
      }
      guard finite > 0 else { continue }
      let mean = sum / finite
      var squares = 0.0
      for index in 0..<count where abs(stretch.reference[index] - stretch.expected[index]) < .infinity {
        let distance = stretch.expected[index] - mean
        squares += distance * distance
      }
      // Chan, Golub, LeVeque: two means and sums of squares give those of both together without cancellation.
      let difference = mean - overview.mean
      let all = overview.count + finite
      overview.squares += squares + difference * difference * overview.count * finite / all
      overview.mean += difference * finite / all
      overview.count = all
    }
    let rootMean = roots / max(nonZero, 1)
    let errorRootMean = errorRoots / max(overview.count, 1)
    overview.size = rootMean * rootMean
    overview.error = errorRootMean * errorRootMean
    return overview
  }

  private mutating func judgeSpread(_ overview: Overview, _ state: State, _ type: ElementType) {
    guard overview.count >= Double(Tolerance.leastSpreadSample) else { return }
    let spread = (overview.squares / overview.count).squareRoot()
    let error = (state.errorSquares / overview.count).squareRoot()
    let own = (overview.errorSquares / overview.count).squareRoot()
    let unit = type.unitRoundoff * (overview.expectedSquares / overview.count).squareRoot()
    // A narrow type's error is that of rounding the result, which all have alike; else algorithms differ.
    let isNarrow = type.mantissaBits < ElementType.float32.mantissaBits
    let least =
      isNarrow
      ? max(Tolerance.narrowSpreadFactor * own, Tolerance.narrowSpreadUnits * unit)
      : max(state.noiseFactor * own, Tolerance.spreadUnits * unit)
    isConstantExpected = spread <= least
    isNoBetterThanConstant =
      !isConstantExpected && state.finite == overview.count && error > Tolerance.spreadLimit * spread
  }

  /// What the comparison of one stretch leaves for the next.
  private struct State {
    let t: Double
    let noiseFactor: Double
    let size: Double
    let floor: Double
    let largest: Double
    let limitsNoise: Bool
    var jumps = 0
    var finite = 0.0
    var errorSquares = 0.0
    var relativeErrorSquares = 0.0
  }

  private mutating func compare(
    _ stretch: Stretch, start: Int, _ state: inout State, _ collector: inout MismatchCollector
  ) {
    let (size, noise) = Self.sizeAndNoise(stretch, &state)
    let t = state.t
    for index in 0..<stretch.count {
      let c = stretch.candidate[index]
      let e = stretch.expected[index]
      let r = stretch.reference[index]
      let error = abs(c - e)
      let own = abs(r - e)
      guard error < .infinity, own < .infinity else {
        if !Self.isRight(nonFinite: c, e, r, t, size, state.largest) {
          mismatchCount += 1
          if c.isFinite != e.isFinite || !c.isFinite { nonFiniteMismatchCount += 1 }
          collector.add(start + index, candidate: c, expected: e)
        }
        continue
      }
      let reach = abs(e) + size
      state.finite += 1
      state.errorSquares += error * error
      if error > maxAbsoluteError { maxAbsoluteError = error }
      if error > maxRelativeError * reach { maxRelativeError = error / max(reach, state.floor) }
      let base = t * reach + state.floor
      if own > base + state.noiseFactor * noise * reach { state.jumps += 1 }
      guard error > base else { continue }
      var allowance = state.noiseFactor * max(own, noise * reach)
      if state.limitsNoise { allowance = min(allowance, Tolerance.noiseLimit * (abs(e) + max(size, state.size))) }
      guard error > base + allowance, abs(c - r) > t * (abs(r) + size) + state.floor else { continue }
      mismatchCount += 1
      collector.add(start + index, candidate: c, expected: e)
    }
  }

  /// The size of the elements, and the root mean square of the reference's relative error.
  private static func sizeAndNoise(_ stretch: Stretch, _ state: inout State) -> (size: Double, noise: Double) {
    var roots = 0.0
    var nonZero = 0
    var finite = 0.0
    for index in 0..<stretch.count {
      let e = abs(stretch.expected[index])
      guard e < .infinity else { continue }
      roots += e.squareRoot()
      nonZero += e == 0 ? 0 : 1
    }
    let rootMean = roots / Double(max(nonZero, 1))
    let size = nonZero >= Tolerance.leastSample ? rootMean * rootMean : state.size
    var squares = 0.0
    for index in 0..<stretch.count {
      let e = stretch.expected[index]
      let own = abs(stretch.reference[index] - e)
      guard own < .infinity else { continue }
      let relative = own / max(abs(e) + size, state.floor)
      finite += 1
      squares += relative * relative
    }
    state.relativeErrorSquares += squares
    return (size, (squares / max(finite, 1)).squareRoot())
  }

  /// Whether an element is right of which at least one of the three values is not finite.
  private static func isRight(
    nonFinite c: Double, _ e: Double, _ r: Double, _ t: Double, _ size: Double, _ largest: Double
  ) -> Bool {
    if c.isNaN { return e.isNaN || r.isNaN }
    if c.isInfinite {
      // Where a number is about to overflow, rounding decides.
      return c == e || c == r || (c > 0 ? e : -e) * (1 + t) >= largest
    }
    if e.isFinite, abs(c - e) <= t * (abs(e) + size) { return true }
    return r.isFinite && abs(c - r) <= t * (abs(r) + size)
  }
}
