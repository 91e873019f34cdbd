/// Gathers what a pattern is recognised by while an output is compared, in memory that the output's size hardly changes.
///
/// Along each dimension it counts the wrong elements of each index. Wrong elements lie within the product of the indices
/// that have any, so if there are as many as the product, they *are* the product: a row, a tile, every k-th column. And
/// right elements lie within the product of the indices that are not wholly wrong: if they are that product, the border is
/// wrong.
struct MismatchCollector {
  let shape: [Int]
  let total: Int
  private(set) var count = 0
  private(set) var first: Int?
  private var last = 0
  /// The greatest common divisor of all distances from the first.
  private var stride = 0

  /// Wrong elements for each index of each dimension; empty where the dimension has more than ``largestDimension``.
  private var counts: [[Int32]]
  private var row = -1
  private var rowCount: Int32 = 0
  private let rowLength: Int

  private var content = ContentSums()

  /// A histogram of this many indices takes 16 MB.
  private static let largestDimension = 1 << 22

  init(shape: [Int]) {
    self.shape = shape
    total = shape.reduce(1, *)
    rowLength = max(shape.last ?? 1, 1)
    counts = shape.map { _ in [] }
  }

  mutating func add(_ index: Int, candidate: Double, expected: Double) {
    if let first {
      stride = Self.divisor(stride, index - first)
    } else {
      first = index
      counts = shape.map { $0 <= Self.largestDimension ? Array(repeating: 0, count: $0) : [] }
    }
    last = index
    count += 1
    let newRow = index / rowLength
    if newRow != row {
      finishRow()
      row = newRow
    }
    rowCount += 1
    if let dimension = shape.indices.last, !counts[dimension].isEmpty {
      counts[dimension][index - newRow * rowLength] &+= 1
    }
    content.add(candidate: candidate, expected: expected)
  }

  private mutating func finishRow() {
    guard rowCount > 0 else { return }
    var rest = row
    for dimension in shape.indices.dropLast().reversed() {
      if !counts[dimension].isEmpty { counts[dimension][rest % shape[dimension]] &+= rowCount }
      rest /= shape[dimension]
    }
    rowCount = 0
  }

  private static func divisor(_ a: Int, _ b: Int) -> Int {
    // Once it is 1 it stays so, which is nearly always after two elements.
    if a == 1 { return 1 }
    var (a, b) = (a, b)
    while b != 0 { (a, b) = (b, a % b) }
    return a
  }

  /// What was gathered; `nil` if nothing was.
  var pattern: MismatchPattern? {
    guard count > 0 else { return nil }
    var collector = self
    collector.finishRow()
    return MismatchPattern(place: collector.place, content: content.content)
  }

  /// The part of a region's elements that must be wrong for the region to be; others may be right by chance, as zeros are
  /// in what a rectifier put out.
  private static let density = 0.4

  private var place: MismatchPattern.Place {
    guard let first else { return .isolated }
    if Double(count) >= 0.9 * Double(total) { return .everywhere }
    // What is exact is believed first; what is merely dense, after it.
    for density in [1, Self.density] {
      if let place = inMemoryOrder(first, density: density) { return place }
      if let place = block(density: density) { return place }
    }
    if isBorder { return .border }
    if Double(count) >= 0.5 * Double(total) { return .everywhere }
    return count <= 16 || Double(count) < 1e-3 * Double(total) ? .isolated : .scattered
  }

  private func inMemoryOrder(_ first: Int, density: Double) -> MismatchPattern.Place? {
    let span = last - first + 1
    // A few elements together are chance, unless they are the last.
    if Double(count) >= density * Double(span), last == total - 1 || span >= 8 {
      // Whole rows are better called rows.
      let isRows = shape.count > 1 && first % rowLength == 0 && (last + 1) % rowLength == 0
      if !isRows, density == 1 || span < total / 2 {
        return last == total - 1 ? .tail(count: span) : .run(first: first, count: span)
      }
    }
    let isColumn = shape.count > 1 && rowLength % max(stride, 1) == 0
    if stride > 1, count >= 4, !isColumn, Double(count) >= density * Double((total - 1 - first) / stride + 1) {
      return .every(step: stride, first: first)
    }
    return nil
  }

  private func block(density: Double) -> MismatchPattern.Place? {
    guard shape.count > 1, !counts.contains(where: \.isEmpty) else { return nil }
    var volume = 1.0
    var extents: [MismatchPattern.Extent] = []
    for indices in counts {
      let wrong = indices.indices.filter { indices[$0] > 0 }
      guard let extent = Self.extent(wrong, size: indices.count) else { return nil }
      extents.append(extent)
      volume *= Double(wrong.count)
    }
    // Beyond half of the output a sparse block is scatter.
    guard Double(count) >= density * volume, density == 1 || volume <= 0.5 * Double(total) else { return nil }
    // One element is no block.
    guard count > 1, extents.contains(where: { $0 != .all }) else { return nil }
    return .block(extents)
  }

  private static func extent(_ indices: [Int], size: Int) -> MismatchPattern.Extent? {
    guard let first = indices.first, let last = indices.last else { return nil }
    if indices.count == size { return .all }
    if indices.count == last - first + 1 {
      if last == size - 1 { return .last(indices.count) }
      return indices.count == 1 ? .one(first) : .range(first..<last + 1)
    }
    guard indices.count >= 3 else { return nil }
    let step = indices[1] - first
    guard zip(indices, indices.dropFirst()).allSatisfy({ $1 - $0 == step }), last + step >= size else { return nil }
    return .every(step: step, first: first)
  }

  /// Whether the right elements are a block with wrong ones around it.
  private var isBorder: Bool {
    guard !shape.isEmpty, !counts.contains(where: \.isEmpty) else { return false }
    var volume = 1
    var hasEdge = false
    for indices in counts {
      // Rounded down: some of a wholly wrong slice may be right by chance.
      let full = Double(total / max(indices.count, 1)) * 0.9
      let right = indices.indices.filter { Double(indices[$0]) < full }
      guard let first = right.first, let last = right.last, right.count == last - first + 1 else { return false }
      volume *= right.count
      if right.count < indices.count { hasEdge = true }
    }
    return hasEdge && Double(total - count) <= 1.1 * Double(volume) && Double(total - volume) >= 0.5 * Double(count)
      && Double(count) >= 0.5 * Double(total - volume)
  }
}

/// Sums by which a simple relation between wrong elements and the expected ones is recognised.
private struct ContentSums {
  private var count = 0.0
  private var nans = 0.0
  private var least = Double.infinity
  private var greatest = -Double.infinity
  private var expected = 0.0
  private var candidate = 0.0
  private var expectedSquares = 0.0
  private var candidateSquares = 0.0
  private var products = 0.0

  mutating func add(candidate c: Double, expected e: Double) {
    if c.isNaN { nans += 1 }
    least = min(least, c)
    greatest = max(greatest, c)
    guard c.isFinite, e.isFinite else { return }
    count += 1
    candidate += c
    expected += e
    candidateSquares += c * c
    expectedSquares += e * e
    products += c * e
  }

  /// A relation must explain all but this part of the error.
  private static let unexplained = 1e-2

  var content: MismatchPattern.Content? {
    if nans > 0 { return count == 0 && least == .infinity ? .notANumber : nil }
    if least == greatest { return least == 0 ? .zero : count > 1 ? .constant(least) : nil }
    guard count >= 3 else { return nil }
    let error = candidateSquares - 2 * products + expectedSquares
    guard error > 1e-9 * (candidateSquares + expectedSquares) else { return nil }
    let factor = products / expectedSquares
    if candidateSquares - factor * products <= Self.unexplained * Self.unexplained * error {
      return .scaled(by: factor)
    }
    let offset = (candidate - expected) / count
    return error - count * offset * offset <= Self.unexplained * Self.unexplained * error ? .shifted(by: offset) : nil
  }
}
