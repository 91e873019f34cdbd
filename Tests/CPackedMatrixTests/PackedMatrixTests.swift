import CPackedMatrix
import Foundation
import Testing

/// Numbers for property tests: the same for the same seed, on every machine.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64
  init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 1 }
  mutating func next() -> UInt64 {
    state = state &+ 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

/// A matrix of Q8_0 blocks, and columns to multiply it with.
struct Product {
  var rows: Int
  var length: Int
  var matrix: [UInt8]
  var columns: [[Float]]

  static let kernels = [PACKED_KERNEL_PORTABLE, PACKED_KERNEL_AVX512_VNNI].filter { packed_kernel_is_available($0) }

  /// What numbers are like.
  enum Kind: CaseIterable {
    /// Around one.
    case ordinary
    /// Weights and columns of every size that halves and floats have.
    case extreme
    /// Weights at their bounds, columns all the same.
    case equal
    /// Numbers below the least normal ones, and zeros.
    case tiny
  }

  init(rows: Int, length: Int, count: Int, kind: Kind, seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    self.rows = rows
    self.length = length
    var matrix: [UInt8] = []
    for _ in 0..<rows * length / 32 {
      let scale: Float16 =
        switch kind {
        case .ordinary: Float16.random(in: -0.1...0.1, using: &generator)
        case .extreme: Float16(bitPattern: UInt16.random(in: 0..<0x7C00, using: &generator))
        case .equal: 0.5
        case .tiny: Float16(bitPattern: UInt16.random(in: 0..<0x0400, using: &generator))
        }
      withUnsafeBytes(of: scale.bitPattern.littleEndian) { matrix += $0 }
      for _ in 0..<32 {
        let weight: Int8 =
          kind == .equal ? (Bool.random(using: &generator) ? 127 : -128) : .random(in: -128...127, using: &generator)
        matrix.append(UInt8(bitPattern: weight))
      }
    }
    self.matrix = matrix
    columns = (0..<count).map { _ in
      (0..<length).map { _ in
        switch kind {
        case .ordinary: Float.random(in: -2...2, using: &generator)
        case .extreme:
          Float(
            sign: .plus, exponent: Int.random(in: -60...60, using: &generator),
            significand: Float.random(in: -1...1, using: &generator))
        case .equal: 1
        case .tiny:
          Bool.random(using: &generator) ? 0 : Float(bitPattern: UInt32.random(in: 0..<0x0080_0000, using: &generator))
        }
      }
    }
  }

  /// The product by a kernel, with all columns at once: element (row, column) at [column][row].
  func product(_ kernel: packed_kernel, columns: [[Float]]? = nil, parts: Int = 1) -> [[Float]] {
    let columns = columns ?? self.columns
    let packed = UnsafeMutableRawPointer.allocate(
      byteCount: max(64, packed_matrix_bytes(Int64(rows), Int64(length))), alignment: 64)
    defer { packed.deallocate() }
    let tiles = (rows + 15) / 16
    packed_matrix_pack(matrix, Int64(rows), Int64(length), 0, Int64(tiles), packed)
    let activations = UnsafeMutableRawPointer.allocate(
      byteCount: max(64, packed_activations_bytes(Int64(length), Int64(columns.count))), alignment: 64)
    defer { activations.deallocate() }
    for (index, column) in columns.enumerated() {
      packed_activations_set(kernel, column, Int64(length), Int64(columns.count), Int64(index), activations)
    }
    // What lies between the columns must stay.
    let stride = rows + 3
    var result = [Float](repeating: 12345, count: stride * columns.count)
    for part in 0..<parts {
      packed_matrix_multiply(
        kernel, packed, Int64(rows), Int64(length), Int64(tiles * part / parts), Int64(tiles * (part + 1) / parts),
        activations,
        Int64(columns.count), &result, Int64(stride))
    }
    return columns.indices.map { column in
      #expect(result[(column * stride + rows)..<((column + 1) * stride)].allSatisfy { $0 == 12345 })
      return Array(result[(column * stride)..<(column * stride + rows)])
    }
  }

  /// The product in double precision, of the very numbers, and the sum of magnitudes, by which an error is measured.
  func exact() -> (values: [[Double]], magnitudes: [[Double]]) {
    var values: [[Double]] = []
    var magnitudes: [[Double]] = []
    for column in columns {
      var (sums, sizes) = ([Double](), [Double]())
      for row in 0..<rows {
        var (sum, size) = (0.0, 0.0)
        for block in 0..<length / 32 {
          let start = (row * length / 32 + block) * 34
          let scale = Double(Float16(bitPattern: UInt16(matrix[start]) | UInt16(matrix[start + 1]) << 8))
          // An error of half a step of the block's eight bits, in each element.
          let step = column[block * 32..<block * 32 + 32].reduce(0.0) { max($0, Double(abs($1))) } / 127
          for element in 0..<32 {
            let weight = scale * Double(Int8(bitPattern: matrix[start + 2 + element]))
            sum += weight * Double(column[block * 32 + element])
            size += abs(weight) * step
          }
        }
        sums.append(sum)
        sizes.append(size)
      }
      values.append(sums)
      magnitudes.append(sizes)
    }
    return (values, magnitudes)
  }
}

struct PackedMatrixTests {
  static let sizes = [(1, 32), (16, 32), (17, 64), (31, 96), (160, 256), (33, 1536), (5, 8960)]

  @Test(arguments: sizes, Product.Kind.allCases)
  func `products are those of the numbers, within half a step of eight bits`(size: (Int, Int), kind: Product.Kind) {
    let product = Product(rows: size.0, length: size.1, count: 5, kind: kind, seed: UInt64(size.0 * size.1))
    let (values, magnitudes) = product.exact()
    for kernel in Product.kernels {
      let found = product.product(kernel)
      for column in found.indices {
        for row in found[column].indices {
          let error = abs(Double(found[column][row]) - values[column][row])
          // Rounding of single precision comes on top.
          let allowed = 0.5001 * magnitudes[column][row] + 1e-5 * abs(values[column][row]) + 1e-37
          #expect(
            error <= allowed, "\(kind), row \(row), column \(column): \(found[column][row]) for \(values[column][row])")
        }
      }
    }
  }

  @Test(arguments: [1, 2, 3, 7, 11, 12, 13, 16, 23, 24, 25, 48, 63, 64, 65, 130])
  func `a column's product does not depend on the others, nor on the kernel, nor on how tiles are shared out`(
    count: Int
  ) {
    for kind in Product.Kind.allCases {
      let product = Product(rows: 50, length: 160, count: count, kind: kind, seed: UInt64(count))
      let alone = product.columns.map { product.product(PACKED_KERNEL_PORTABLE, columns: [$0])[0] }
      for kernel in Product.kernels {
        for parts in [1, 2, 4] {
          let found = product.product(kernel, parts: parts)
          #expect(found.map { $0.map(\.bitPattern) } == alone.map { $0.map(\.bitPattern) })
        }
      }
    }
  }

  @Test(arguments: 0..<40)
  func `random sizes`(seed: Int) {
    var generator = SeededGenerator(seed: UInt64(seed))
    let product = Product(
      rows: .random(in: 1...70, using: &generator), length: 32 * .random(in: 1...20, using: &generator),
      count: .random(in: 1...40, using: &generator),
      kind: Product.Kind.allCases.randomElement(using: &generator) ?? .ordinary,
      seed: generator.next())
    let expected = product.product(PACKED_KERNEL_PORTABLE)
    for kernel in Product.kernels {
      let found = product.product(kernel, parts: .random(in: 1...5, using: &generator))
      #expect(found.map { $0.map(\.bitPattern) } == expected.map { $0.map(\.bitPattern) })
    }
  }

  @Test(arguments: sizes)
  func `what was packed can be unpacked`(size: (Int, Int)) {
    let product = Product(rows: size.0, length: size.1, count: 0, kind: .extreme, seed: 9)
    let packed = UnsafeMutableRawPointer.allocate(
      byteCount: packed_matrix_bytes(Int64(size.0), Int64(size.1)), alignment: 64)
    defer { packed.deallocate() }
    packed_matrix_pack(product.matrix, Int64(size.0), Int64(size.1), 0, Int64((size.0 + 15) / 16), packed)
    var found = [UInt8](repeating: 0, count: product.matrix.count)
    packed_matrix_unpack(packed, Int64(size.0), Int64(size.1), &found)
    #expect(found == product.matrix)
  }

  @Test(arguments: [Float.nan, .infinity, -.infinity])
  func `what is no number, or infinite, is not hidden`(value: Float) {
    var product = Product(rows: 20, length: 64, count: 3, kind: .ordinary, seed: 4)
    product.columns[1][40] = value
    for kernel in Product.kernels {
      let found = product.product(kernel)
      #expect(found[1].allSatisfy { $0.isNaN })
      #expect((found[0] + found[2]).allSatisfy { $0.isFinite })
    }
  }

  @Test(arguments: [Float.greatestFiniteMagnitude, Float.leastNormalMagnitude, Float.leastNonzeroMagnitude])
  func `the largest and the smallest numbers are rounded as others are`(value: Float) {
    var product = Product(rows: 16, length: 32, count: 1, kind: .equal, seed: 1)
    product.columns[0] = (0..<32).map { $0 % 2 == 0 ? value : -value }
    for kernel in Product.kernels {
      let found = product.product(kernel)[0]
      let (values, magnitudes) = product.exact()
      for row in found.indices where abs(values[0][row]) < 3e38 {
        #expect(abs(Double(found[row]) - values[0][row]) <= 130 * magnitudes[0][row] + 1e-36)
      }
    }
  }

  @Test func `no columns are no work`() {
    let found = Product(rows: 3, length: 32, count: 0, kind: .ordinary, seed: 1).product(packed_kernel_best())
    #expect(found.isEmpty)
  }
}
