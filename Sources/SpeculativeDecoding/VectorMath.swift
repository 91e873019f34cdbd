import RealModule

extension Float {
  /// e raised to this number.
  var exponential: Float { Float.exp(self) }

  /// The natural logarithm of this number.
  var naturalLogarithm: Float { Float.log(self) }
}

/// Passes over a row of logits, eight at a time. A row is as long as the vocabulary, and several rows are read in every
/// pass, so this is where the host's time would go.
enum VectorMath {
  /// The largest element and its first index. Not-a-number never wins; of a row of nothing else the index is 0.
  ///
  /// - Complexity: O(n).
  static func maximum(of row: UnsafeBufferPointer<Float>) -> (value: Float, index: Int) {
    let lanes = 8
    var best = SIMD8<Float>(repeating: -.infinity)
    let whole = row.count / lanes * lanes
    if let base = row.baseAddress {
      for start in stride(from: 0, to: whole, by: lanes) {
        let values = UnsafeRawPointer(base + start).loadUnaligned(as: SIMD8<Float>.self)
        best.replace(with: values, where: values .> best)
      }
    }
    var value = best.max()
    for index in whole..<row.count where row[index] > value { value = row[index] }
    let index = row.firstIndex(of: value) ?? 0
    return (value, index)
  }

  /// Writes `exp((x − shift) · scale)` of every element into `output` and returns the sum.
  ///
  /// Arguments of the exponential must not be positive: `shift` is the row's maximum and `scale` is positive.
  ///
  /// - Complexity: O(n).
  static func exponentials(
    of row: UnsafeBufferPointer<Float>, shift: Float, scale: Float, into output: UnsafeMutableBufferPointer<Float>
  ) -> Double {
    precondition(output.count >= row.count)
    guard let source = row.baseAddress, let target = output.baseAddress else { return 0 }
    var total = 0.0
    let whole = row.count / 8 * 8
    // Partial sums of 512 keep the error of single precision out of the total.
    var start = 0
    while start < whole {
      let end = min(start + 512, whole)
      var sum = SIMD8<Float>.zero
      while start < end {
        let values = UnsafeRawPointer(source + start).loadUnaligned(as: SIMD8<Float>.self)
        let result = exponential((values - shift) * scale)
        UnsafeMutableRawPointer(target + start).storeBytes(of: result, as: SIMD8<Float>.self)
        sum += result
        start += 8
      }
      total += Double(sum.sum())
    }
    for index in whole..<row.count {
      let result = exponential(SIMD8<Float>(repeating: (row[index] - shift) * scale))[0]
      output[index] = result
      total += Double(result)
    }
    return total
  }

  /// The sum of `exp((x − shift) · scale)`: what ``exponentials(of:shift:scale:into:)`` returns, with nothing written.
  ///
  /// - Complexity: O(n).
  static func sumOfExponentials(of row: UnsafeBufferPointer<Float>, shift: Float, scale: Float) -> Double {
    guard let source = row.baseAddress else { return 0 }
    var total = 0.0
    let whole = row.count / 8 * 8
    var start = 0
    while start < whole {
      let end = min(start + 512, whole)
      var sum = SIMD8<Float>.zero
      while start < end {
        let values = UnsafeRawPointer(source + start).loadUnaligned(as: SIMD8<Float>.self)
        sum += exponential((values - shift) * scale)
        start += 8
      }
      total += Double(sum.sum())
    }
    for index in whole..<row.count {
      total += Double(exponential(SIMD8<Float>(repeating: (row[index] - shift) * scale))[0])
    }
    return total
  }

  /// e^x for x ≤ 0, with a relative error below 3·10⁻⁷; 0 below −87 and for not-a-number.
  ///
  /// x = k·ln 2 + f with |f| ≤ ½·ln 2; e^f by its Taylor polynomial of degree 7, 2^k by the exponent's bits. Adding
  /// 1.5·2²³ rounds to the nearest integer and leaves that integer in the low bits, without a rounding instruction that
  /// the oldest x86-64 processors lack.
  static func exponential(_ argument: SIMD8<Float>) -> SIMD8<Float> {
    let lowest: Float = -87
    let valid = argument .>= lowest
    let x = argument.replacing(with: lowest, where: .!valid)
    let magic: Float = 12_582_912
    let shifted = x * 1.442_695_04 + magic
    let k = shifted - magic
    // ln 2 in two parts: the first has few enough bits that k times it is exact.
    let f = (x - k * 0.693_359_375) + k * 2.121_944_4e-4
    var p = SIMD8<Float>(repeating: 1.984_126_98e-4)
    p = p * f + 1.388_888_89e-3
    p = p * f + 8.333_333_33e-3
    p = p * f + 4.166_666_67e-2
    p = p * f + 1.666_666_67e-1
    p = p * f + 0.5
    p = p * f + 1
    p = p * f + 1
    let exponent = unsafeBitCast(shifted, to: SIMD8<UInt32>.self) &<< 23
    let result = unsafeBitCast(unsafeBitCast(p, to: SIMD8<UInt32>.self) &+ exponent, to: SIMD8<Float>.self)
    return SIMD8<Float>.zero.replacing(with: result, where: valid)
  }
}
