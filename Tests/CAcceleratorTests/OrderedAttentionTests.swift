import CAccelerator
import Foundation
import Testing

/// Queries, keys and values, and which cells each query sees.
private struct Attention {
  var length: Int
  var valueLength: Int
  var cells: Int
  var heads: Int
  var keyHeads: Int
  var queries: [[Float]]
  var keys: [Float16]
  var values: [Float16]
  /// For each query the cells, in order.
  var seen: [[Int]]
  let scale: Float = 0.125

  init(
    length: Int, valueLength: Int, cells: Int, heads: Int, keyHeads: Int, count: Int, seed: UInt64, share: Double = 0.6
  ) {
    var generator = SeededGenerator(seed: seed)
    (self.length, self.valueLength, self.cells, self.heads, self.keyHeads) = (
      length, valueLength, cells, heads, keyHeads
    )
    queries = (0..<count).map { _ in (0..<heads * length).map { _ in Float.random(in: -4...4, using: &generator) } }
    keys = (0..<cells * keyHeads * length).map { _ in Float16.random(in: -2...2, using: &generator) }
    values = (0..<cells * keyHeads * valueLength).map { _ in Float16.random(in: -2...2, using: &generator) }
    seen = (0..<count).map { _ in (0..<cells).filter { _ in Double.random(in: 0..<1, using: &generator) < share } }
  }

  /// The results: element by element of each head of each query.
  func results(_ kernel: packed_kernel, rows: Int = 16) -> [[Float]] {
    let count = queries.count
    let minusInfinity = Float16(bitPattern: 0xFC00)
    var mask = [Float16](repeating: minusInfinity, count: count * cells)
    for (query, cells) in seen.enumerated() { for cell in cells { mask[query * self.cells + cell] = 0 } }
    let flat = queries.flatMap { $0 }
    var result = [Float](repeating: 777, count: count * heads * valueLength)
    flat.withUnsafeBytes { queries in
      keys.withUnsafeBytes { keys in
        values.withUnsafeBytes { values in
          mask.withUnsafeBytes { mask in
            result.withUnsafeMutableBytes { result in
              func place(_ bytes: UnsafeRawBufferPointer) -> UnsafePointer<CChar>? {
                bytes.baseAddress?.assumingMemoryBound(to: CChar.self)
              }
              var problem = ordered_attention(
                key_length: Int64(length), value_length: Int64(valueLength), queries: Int64(count), cells: Int64(cells),
                heads: Int64(heads), key_heads: Int64(keyHeads), query: place(queries),
                query_stride: Int64(heads * length * 4),
                query_head_stride: Int64(length * 4), key: place(keys), key_stride: Int64(keyHeads * length * 2),
                key_head_stride: Int64(length * 2), value: place(values),
                value_stride: Int64(keyHeads * valueLength * 2),
                value_head_stride: Int64(valueLength * 2), mask: place(mask), mask_stride: Int64(cells * 2),
                scale: scale,
                result: result.baseAddress?.assumingMemoryBound(to: CChar.self),
                result_stride: Int64(heads * valueLength * 4), result_head_stride: Int64(valueLength * 4))
              let scratch = UnsafeMutableRawPointer.allocate(
                byteCount: ordered_attention_scratch_bytes(&problem), alignment: 64)
              defer { scratch.deallocate() }
              for part in 0..<ordered_attention_parts(&problem, Int64(rows)) {
                ordered_attention_compute(kernel, &problem, Int64(rows), part, scratch)
              }
            }
          }
        }
      }
    }
    return (0..<count).map { Array(result[($0 * heads * valueLength)..<(($0 + 1) * heads * valueLength)]) }
  }

  /// In double precision.
  func exact() -> [[Double]] {
    zip(queries, seen).map { query, cells in
      (0..<heads).flatMap { head -> [Double] in
        let keyHead = head / (heads / keyHeads)
        let scores = cells.map { cell in
          (0..<length).reduce(0.0) {
            $0 + Double(query[head * length + $1]) * Double(keys[(cell * keyHeads + keyHead) * length + $1])
          } * Double(scale)
        }
        let largest = scores.max() ?? 0
        let weights = scores.map { Foundation.exp($0 - largest) }
        let total = weights.reduce(0, +)
        return (0..<valueLength).map { element in
          guard total > 0 else { return 0 }
          return zip(cells, weights).reduce(0.0) {
            $0 + $1.1 * Double(values[($1.0 * keyHeads + keyHead) * valueLength + element])
          } / total
        }
      }
    }
  }
}

struct OrderedAttentionTests {
  static let shapes: [(Int, Int, Int, Int, Int, Int)] = [
    // lengths of keys and values, cells, heads of queries and of keys, queries
    (64, 64, 50, 4, 4, 1), (64, 64, 300, 4, 4, 17), (128, 128, 33, 12, 2, 5), (16, 16, 1, 1, 1, 1),
    (80, 80, 100, 3, 1, 7),
    (96, 96, 16, 2, 2, 3), (192, 128, 64, 4, 2, 2), (256, 256, 20, 2, 1, 9), (64, 32, 17, 8, 8, 33),
    (112, 48, 75, 6, 3, 4),
  ]

  @Test(arguments: shapes)
  func `is that of the numbers`(shape: (Int, Int, Int, Int, Int, Int)) {
    let attention = Attention(
      length: shape.0, valueLength: shape.1, cells: shape.2, heads: shape.3, keyHeads: shape.4, count: shape.5, seed: 3)
    let exact = attention.exact()
    for kernel in Product.kernels {
      for (found, exact) in zip(attention.results(kernel), exact) {
        for (found, exact) in zip(found, exact) { #expect(abs(Double(found) - exact) < 2e-5) }
      }
    }
  }

  @Test(arguments: shapes, [1, 2, 5, 16])
  func `is the same by every kernel, in parts of any size, and for each query alone`(
    shape: (Int, Int, Int, Int, Int, Int), rows: Int
  ) {
    let attention = Attention(
      length: shape.0, valueLength: shape.1, cells: shape.2, heads: shape.3, keyHeads: shape.4, count: shape.5, seed: 8)
    let alone = attention.queries.indices.map { query in
      var one = attention
      one.queries = [attention.queries[query]]
      one.seen = [attention.seen[query]]
      return one.results(PACKED_KERNEL_PORTABLE)[0].map(\.bitPattern)
    }
    for kernel in Product.kernels {
      #expect(attention.results(kernel, rows: rows).map { $0.map(\.bitPattern) } == alone)
    }
  }

  @Test(arguments: 0..<12)
  func `depends on the cells that are seen, in their order, and not on where they lie`(seed: Int) {
    let cells = 20 + 13 * seed
    let dense = Attention(
      length: 64, valueLength: 64, cells: cells, heads: 2, keyHeads: 1, count: 3, seed: UInt64(seed), share: 1)
    // The same cells with gaps between them, in which there is what is no number.
    var generator = SeededGenerator(seed: UInt64(seed))
    var sparse = dense
    sparse.cells = 3 * cells
    let places = Array((0..<3 * cells).shuffled(using: &generator).prefix(cells)).sorted()
    sparse.keys = [Float16](repeating: .nan, count: 3 * cells * 64)
    sparse.values = sparse.keys
    for (place, cell) in zip(places, 0..<cells) {
      sparse.keys.replaceSubrange(place * 64..<place * 64 + 64, with: dense.keys[cell * 64..<cell * 64 + 64])
      sparse.values.replaceSubrange(place * 64..<place * 64 + 64, with: dense.values[cell * 64..<cell * 64 + 64])
    }
    sparse.seen = dense.seen.map { $0.map { places[$0] } }
    for kernel in Product.kernels {
      #expect(sparse.results(kernel).map { $0.map(\.bitPattern) } == dense.results(kernel).map { $0.map(\.bitPattern) })
    }
  }

  @Test func `a query that sees nothing gets zeros, and what is no number is not hidden`() {
    var attention = Attention(length: 64, valueLength: 64, cells: 40, heads: 2, keyHeads: 2, count: 3, seed: 5)
    attention.seen[1] = []
    attention.queries[2][10] = .nan
    for kernel in Product.kernels {
      let found = attention.results(kernel)
      #expect(found[1].allSatisfy { $0 == 0 })
      #expect(found[2][..<64].allSatisfy { $0.isNaN } && found[2][64...].allSatisfy { $0.isFinite })
      #expect(found[0].allSatisfy { $0.isFinite })
    }
  }

  @Test(arguments: 1...9)
  func `what a query does not see cannot reach it, whoever else sees it`(count: Int) {
    var attention = Attention(
      length: 64, valueLength: 64, cells: 50, heads: 4, keyHeads: 1, count: count, seed: 7, share: 1)
    // Each query has a cell of its own among the last ones, as the nodes of a tree have.
    for query in 0..<count { attention.seen[query] = Array(0..<40) + [40 + query] }
    let expected = attention.results(PACKED_KERNEL_PORTABLE)
    attention.keys.replaceSubrange(40 * 64..<41 * 64, with: repeatElement(.nan, count: 64))
    attention.values.replaceSubrange(40 * 64..<41 * 64, with: repeatElement(.infinity, count: 64))
    for kernel in Product.kernels {
      let found = attention.results(kernel)
      #expect(found[0].allSatisfy { !$0.isFinite })
      #expect(found.dropFirst().map { $0.map(\.bitPattern) } == expected.dropFirst().map { $0.map(\.bitPattern) })
    }
  }

  @Test(arguments: [(0, 64), (8, 64), (64, 0), (64, 272), (64, 24), (1040, 64)])
  func `lengths that are not supported are said to be so`(lengths: (Int, Int)) {
    #expect(!ordered_attention_supports(Int64(lengths.0), Int64(lengths.1)))
  }
}
