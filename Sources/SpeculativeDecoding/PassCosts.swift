/// What a pass over `n` tokens costs on this machine, in milliseconds.
///
/// The curve starts from a probe of a few sizes and is corrected by every pass that is made. It is a staircase in
/// reality (engines process columns in blocks); between measured sizes it is interpolated, and it never falls.
public struct PassCosts: Sendable {
  /// One measured size.
  public struct Point: Sendable, Equatable, Codable {
    /// The number of tokens in the pass.
    public let size: Int
    /// Its time.
    public let milliseconds: Double

    /// Makes a point.
    public init(size: Int, milliseconds: Double) {
      self.size = size
      self.milliseconds = milliseconds
    }
  }

  /// The sizes that were probed, in ascending order.
  public let probe: [Point]
  /// The cost of each size from 1 on, as it is believed now.
  private var curve: [Double]
  private let prior: [Double]
  private var means: [Double]
  private var weights: [Double]
  /// How much dearer passes are now than when they were probed: a longer context, a busier machine.
  private var drift = 1.0
  private var recordsSinceFit = 0

  /// A curve through probed points for passes of up to `limit` tokens.
  ///
  /// - Parameter probe: at least one point.
  public init(probe: [Point], limit: Int) {
    precondition(!probe.isEmpty && limit >= 1)
    self.probe = Self.tidied(probe)
    prior = (1...limit).map { [probe = self.probe] size in Self.interpolate(probe, at: size) }
    means = [Double](repeating: 0, count: limit)
    weights = means
    curve = prior
    fit()
  }

  /// The largest size that the curve covers.
  public var limit: Int { curve.count }

  /// The expected time of a pass over `size` tokens.
  ///
  /// - Complexity: O(1).
  public func milliseconds(_ size: Int) -> Double {
    curve[min(max(size, 1), curve.count) - 1]
  }

  /// The curve as it is believed now, at some sizes up to the largest that was measured: what another one can begin with.
  public var samples: [Point] {
    let measured = max(probe.last?.size ?? 1, (weights.lastIndex { $0 > 0 } ?? 0) + 1)
    return CostProbe.sizes.filter { $0 <= min(limit, measured) }.sorted().map {
      Point(size: $0, milliseconds: milliseconds($0))
    }
  }

  /// What one more token adds to a pass of `size` tokens, averaged over the next eight.
  public func marginal(at size: Int) -> Double {
    let next = min(size + 8, curve.count)
    guard next > size else { return .infinity }
    return max(0, milliseconds(next) - milliseconds(size)) / Double(next - size)
  }

  /// What a pass costs one of `count` texts that share it and have equally many tokens in it: `count`-th parts of passes
  /// that are `count` times as large.
  ///
  /// - Complexity: O((limit / count)²).
  public func divided(among count: Int) -> PassCosts {
    guard count > 1 else { return self }
    let limit = max(1, self.limit / count)
    return PassCosts(
      probe: (1...limit).map { Point(size: $0, milliseconds: milliseconds($0 * count) / Double(count)) }, limit: limit)
  }

  /// Takes a pass that was made into account.
  ///
  /// - Complexity: O(1), and O(limit) at every eighth call.
  public mutating func record(size: Int, milliseconds: Double) {
    guard size >= 1, size <= curve.count, milliseconds > 0, milliseconds.isFinite else { return }
    let index = size - 1
    // A pass that a busy machine held up says little about the pass.
    let bounded = min(milliseconds, 4 * curve[index])
    let rate = max(0.05, 1 / (weights[index] + 1))
    means[index] += (bounded - means[index]) * rate
    weights[index] = min(weights[index] + 1, 20)
    drift += (bounded / prior[index] - drift) * 0.05
    recordsSinceFit += 1
    if recordsSinceFit >= 8 { fit() }
  }

  /// Blends probe and passes, then makes the curve monotone (pool adjacent violators, Ayer et al. 1955).
  private mutating func fit() {
    recordsSinceFit = 0
    var blocks: [(mean: Double, weight: Double, count: Int)] = []
    for index in prior.indices {
      let live = weights[index] / (weights[index] + 3)
      let value = live * means[index] + (1 - live) * prior[index] * drift
      blocks.append((value, weights[index] + 1, 1))
      while blocks.count > 1, blocks[blocks.count - 2].mean > blocks[blocks.count - 1].mean {
        let last = blocks.removeLast()
        let before = blocks.removeLast()
        let weight = before.weight + last.weight
        let mean = (before.mean * before.weight + last.mean * last.weight) / weight
        blocks.append((mean, weight, before.count + last.count))
      }
    }
    var index = 0
    for block in blocks {
      for _ in 0..<block.count {
        curve[index] = block.mean
        index += 1
      }
    }
  }

  /// Ascending sizes, each once, with the least of its times. A clock too coarse for a pass reads zero, which nothing could
  /// be compared with.
  private static func tidied(_ points: [Point]) -> [Point] {
    var tidied: [Point] = []
    for point in points.sorted(by: { ($0.size, $0.milliseconds) < ($1.size, $1.milliseconds) })
    where point.size >= 1 && point.size != tidied.last?.size {
      tidied.append(Point(size: point.size, milliseconds: max(point.milliseconds, 1e-6)))
    }
    return tidied.isEmpty ? [Point(size: 1, milliseconds: 1)] : tidied
  }

  /// Linear between points; after the last one on with the slope from its predecessor.
  private static func interpolate(_ points: [Point], at size: Int) -> Double {
    guard let after = points.firstIndex(where: { $0.size >= size }) else {
      guard points.count > 1 else { return points[0].milliseconds * Double(size) / Double(points[0].size) }
      let (a, b) = (points[points.count - 2], points[points.count - 1])
      let slope = max(0, (b.milliseconds - a.milliseconds) / Double(b.size - a.size))
      return b.milliseconds + slope * Double(size - b.size)
    }
    guard after > 0, points[after].size != size else { return points[after].milliseconds }
    let (a, b) = (points[after - 1], points[after])
    let share = Double(size - a.size) / Double(b.size - a.size)
    return a.milliseconds + share * (b.milliseconds - a.milliseconds)
  }
}
