import CAccelerator
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

/// A matrix in one of GGML's types, and columns to multiply it with.
struct Product {
  var type: packed_type
  var rows: Int
  var length: Int
  var matrix: [UInt8]
  var columns: [[Float]]

  static let kernels = [
    PACKED_KERNEL_PORTABLE, PACKED_KERNEL_AVX2, PACKED_KERNEL_AVX_VNNI, PACKED_KERNEL_AVX512_VNNI,
    PACKED_KERNEL_NEON_DOTPROD, PACKED_KERNEL_NEON_I8MM,
  ].filter { packed_kernel_is_available($0) }
  static let types = [PACKED_Q8_0, PACKED_Q4_0, PACKED_Q4_K, PACKED_Q6_K, PACKED_F16, PACKED_BF16, PACKED_F32]

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

  init(_ type: packed_type, rows: Int, length: Int, count: Int, kind: Kind, seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    self.type = type
    self.rows = rows
    self.length = length
    func scale() -> [UInt8] {
      let scale: Float16 =
        switch kind {
        case .ordinary: Float16.random(in: -0.1...0.1, using: &generator)
        // As large as leaves room for the numbers that it is multiplied with.
        case .extreme: Float16(bitPattern: UInt16.random(in: 0..<0x6C00, using: &generator))
        case .equal: 0.5
        case .tiny: Float16(bitPattern: UInt16.random(in: 0..<0x0400, using: &generator))
        }
      return [UInt8(truncatingIfNeeded: scale.bitPattern), UInt8(scale.bitPattern >> 8)]
    }
    /// Of a size between two powers of two.
    func wide(_ exponents: ClosedRange<Int>) -> Float {
      Float(
        sign: .plus, exponent: Int.random(in: exponents, using: &generator),
        significand: Float.random(in: -1...1, using: &generator))
    }
    func number() -> [UInt8] {
      let number: Float =
        switch kind {
        case .ordinary: Float.random(in: -0.1...0.1, using: &generator)
        case .extreme: wide(-40...40)
        case .equal: -0.5
        case .tiny: Float(bitPattern: UInt32.random(in: 0..<0x0080_0000, using: &generator))
        }
      return (0..<4).map { UInt8(truncatingIfNeeded: number.bitPattern >> ($0 * 8)) }
    }
    func bytes(_ count: Int) -> [UInt8] {
      (0..<count).map { _ in
        kind == .equal ? (Bool.random(using: &generator) ? 0x7F : 0x80) : UInt8.random(in: 0...255, using: &generator)
      }
    }
    var matrix: [UInt8] = []
    for _ in 0..<rows * length / Int(packed_type_elements(type)) {
      switch type {
      case PACKED_Q8_0: matrix += scale() + bytes(32)
      case PACKED_Q4_0: matrix += scale() + bytes(16)
      case PACKED_Q4_K: matrix += scale() + scale() + bytes(12 + 128)
      case PACKED_F16: for _ in 0..<32 { matrix += scale() }
      case PACKED_BF16: for _ in 0..<32 { matrix += number().suffix(2) }
      case PACKED_F32: for _ in 0..<32 { matrix += number() }
      default: matrix += bytes(128 + 64 + 16) + scale()
      }
    }
    self.matrix = matrix
    columns = (0..<count).map { _ in
      (0..<length).map { _ in
        switch kind {
        case .ordinary: Float.random(in: -2...2, using: &generator)
        case .extreme: wide(-60...60)
        case .equal: 1
        case .tiny:
          Bool.random(using: &generator) ? 0 : Float(bitPattern: UInt32.random(in: 0..<0x0080_0000, using: &generator))
        }
      }
    }
  }

  /// The weights as GGML's description of the types has them.
  func weights() -> [Double] {
    func half(_ place: Int) -> Double {
      Double(Float16(bitPattern: UInt16(matrix[place]) | UInt16(matrix[place + 1]) << 8))
    }
    let size = Int(packed_type_bytes(type))
    func number(_ place: Int, bytes: Int) -> Double {
      let bits = (0..<bytes).reduce(0) { $0 | UInt32(matrix[place + $1]) << UInt32(($1 + 4 - bytes) * 8) }
      return Double(Float(bitPattern: bits))
    }
    return (0..<matrix.count / size).flatMap { block -> [Double] in
      let start = block * size
      switch type {
      case PACKED_Q8_0:
        return (0..<32).map { half(start) * Double(Int8(bitPattern: matrix[start + 2 + $0])) }
      case PACKED_Q4_0:
        return (0..<32).map { element in
          let byte = matrix[start + 2 + element % 16]
          return half(start) * Double(Int(element < 16 ? byte & 15 : byte >> 4) - 8)
        }
      case PACKED_Q4_K:
        let scales = Array(matrix[start + 4..<start + 16])
        return (0..<256).map { element in
          let part = element / 32
          let byte = matrix[start + 16 + part / 2 * 32 + element % 32]
          let number = Double(part % 2 == 0 ? byte & 15 : byte >> 4)
          let (scale, least): (UInt8, UInt8) =
            part < 4
            ? (scales[part] & 63, scales[part + 4] & 63)
            : (
              (scales[part + 4] & 15) | (scales[part - 4] >> 6) << 4, (scales[part + 4] >> 4) | (scales[part] >> 6) << 4
            )
          return half(start) * Double(scale) * number - half(start + 2) * Double(least)
        }
      case PACKED_F16: return (0..<32).map { half(start + 2 * $0) }
      case PACKED_BF16: return (0..<32).map { number(start + 2 * $0, bytes: 2) }
      case PACKED_F32: return (0..<32).map { number(start + 4 * $0, bytes: 4) }
      default:
        return (0..<256).map { element in
          let (side, place) = (element / 128, element % 128)
          let low = matrix[start + side * 64 + place % 64]
          let high = matrix[start + 128 + side * 32 + place % 32] >> UInt8(place / 32 * 2) & 3
          let number = Int((place < 64 ? low & 15 : low >> 4) | high << 4) - 32
          return half(start + 208) * Double(Int8(bitPattern: matrix[start + 192 + element / 16])) * Double(number)
        }
      }
    }
  }

  /// Whether columns are rounded to eight bits.
  var isRounding: Bool { ![PACKED_F16, PACKED_BF16, PACKED_F32].contains(type) }

  /// The product by a kernel, with all columns at once: element (row, column) at [column][row], or at [places[column]][row].
  func product(
    _ kernel: packed_kernel, columns: [[Float]]? = nil, parts: Int = 1, places: [Int64]? = nil
  ) -> [[Float]] {
    let columns = columns ?? self.columns
    let packed = UnsafeMutableRawPointer.allocate(
      byteCount: max(64, packed_matrix_bytes(type, Int64(rows), Int64(length))), alignment: 64)
    defer { packed.deallocate() }
    let tiles = (rows + 15) / 16
    packed_matrix_pack(type, matrix, Int64(rows), Int64(length), 0, Int64(tiles), packed)
    let activations = UnsafeMutableRawPointer.allocate(
      byteCount: max(64, packed_activations_bytes(type, Int64(length), Int64(columns.count))), alignment: 64)
    defer { activations.deallocate() }
    for (index, column) in columns.enumerated() {
      for part in 0..<parts {
        let (first, end) = (length / 32 * part / parts, length / 32 * (part + 1) / parts)
        packed_activations_set(
          kernel, type, column, Int64(length), Int64(first), Int64(end), Int64(columns.count), Int64(index), activations
        )
      }
    }
    // What lies between the columns must stay.
    let stride = rows + 3
    var result = [Float](repeating: 12345, count: stride * columns.count)
    for part in 0..<parts {
      packed_matrix_multiply(
        kernel, type, packed, Int64(rows), Int64(length), Int64(tiles * part / parts),
        Int64(tiles * (part + 1) / parts), activations, Int64(columns.count), places, &result,
        Int64(stride))
    }
    return columns.indices.map { column in
      #expect(result[(column * stride + rows)..<((column + 1) * stride)].allSatisfy { $0 == 12345 })
      return Array(result[(column * stride)..<(column * stride + rows)])
    }
  }

  /// The product in double precision, of the very numbers; and by how much it is off if each element of a column is off by a step
  /// of its block's eight bits; and the sum of magnitudes, to which single precision adds its rounding.
  func exact() -> (values: [[Double]], steps: [[Double]], magnitudes: [[Double]]) {
    var (values, steps, magnitudes) = ([[Double]](), [[Double]](), [[Double]]())
    let weights = weights()
    for column in columns {
      var (sums, sizes, totals) = ([Double](), [Double](), [Double]())
      for row in 0..<rows {
        var (sum, size, total) = (0.0, 0.0, 0.0)
        for block in 0..<length / 32 {
          let step = column[block * 32..<block * 32 + 32].reduce(0.0) { max($0, Double(abs($1))) } / 127
          for element in block * 32..<block * 32 + 32 {
            let weight = weights[row * length + element]
            sum += weight * Double(column[element])
            size += abs(weight) * step
            total += abs(weight) * 127 * step
          }
        }
        sums.append(sum)
        sizes.append(size)
        totals.append(total)
      }
      values.append(sums)
      steps.append(sizes)
      magnitudes.append(totals)
    }
    return (values, steps, magnitudes)
  }
}

struct PackedMatrixTests {
  /// Rows, and lengths that all types have.
  static let sizes = [(1, 256), (16, 256), (17, 512), (31, 768), (160, 256), (33, 1536), (5, 8960)]
  static let cases = Product.types.flatMap { type in
    (sizes + (packed_type_elements(type) == 32 ? [(1, 32), (18, 96)] : [])).map { (type, $0.0, $0.1) }
  }

  @Test(arguments: cases, Product.Kind.allCases)
  func `products are those of the numbers, within half a step of eight bits where columns are rounded`(
    test: (packed_type, Int, Int), kind: Product.Kind
  ) {
    let product = Product(test.0, rows: test.1, length: test.2, count: 5, kind: kind, seed: UInt64(test.1 * test.2))
    let (values, steps, magnitudes) = product.exact()
    for kernel in Product.kernels {
      let found = product.product(kernel)
      for column in found.indices {
        for row in found[column].indices {
          let error = abs(Double(found[column][row]) - values[column][row])
          // Least values are taken off what stands above them: both are rounded.
          let rounding = product.isRounding ? 0.5001 * steps[column][row] : 0
          let allowed = rounding + 1e-5 * magnitudes[column][row] + 1e-36
          #expect(
            error <= allowed,
            "\(test), \(kind), row \(row), column \(column): \(found[column][row]) for \(values[column][row])")
        }
      }
    }
  }

  /// Sums of sums: in one chain of 8960 additions of one sign the error would be larger, as the last lines see.
  @Test(arguments: [(PACKED_F16, 2), (PACKED_BF16, 2), (PACKED_F32, 4)])
  func `numbers are added up by blocks, so that errors stay small`(type: packed_type, bytes: Int) {
    var product = Product(type, rows: 16, length: 8960, count: 2, kind: .ordinary, seed: 5)
    for place in stride(from: bytes - 1, to: product.matrix.count, by: bytes) { product.matrix[place] &= 0x7F }
    product.columns = product.columns.map { $0.map(abs) }
    let (values, weights) = (product.exact().values, product.weights())
    let bound = Double(32 + 8960 / 32) * 0x1p-24
    for kernel in Product.kernels {
      for (column, found) in product.product(kernel).enumerated() {
        for row in found.indices { #expect(abs(Double(found[row]) / values[column][row] - 1) <= bound) }
      }
    }
    var largest = 0.0
    for row in 0..<16 {
      var chain: Float = 0
      for element in 0..<8960 {
        chain = chain.addingProduct(Float(weights[row * 8960 + element]), product.columns[0][element])
      }
      largest = max(largest, abs(Double(chain) / values[0][row] - 1))
    }
    let own =
      product.product(PACKED_KERNEL_PORTABLE)[0].enumerated()
      .map { abs(Double($0.element) / values[0][$0.offset] - 1) }.max() ?? 1
    #expect(own < largest / 2, "\(own) beside \(largest)")
  }

  @Test(arguments: [1, 2, 3, 7, 11, 12, 13, 16, 23, 24, 25, 48, 63, 64, 65, 130])
  func `a column's product does not depend on the others, nor on the kernel, nor on how tiles are shared out`(
    count: Int
  ) {
    for kind in Product.Kind.allCases {
      for type in Product.types {
        let product = Product(type, rows: 50, length: 512, count: count, kind: kind, seed: UInt64(count))
        let alone = product.columns.map { product.product(PACKED_KERNEL_PORTABLE, columns: [$0])[0] }
        for kernel in Product.kernels {
          for parts in [1, 4] {
            let found = product.product(kernel, parts: parts)
            #expect(found.map { $0.map(\.bitPattern) } == alone.map { $0.map(\.bitPattern) })
          }
          let turned = product.product(kernel, places: (0..<Int64(count)).reversed())
          #expect(turned.map { $0.map(\.bitPattern) } == alone.reversed().map { $0.map(\.bitPattern) })
        }
      }
    }
  }

  @Test(arguments: 0..<60)
  func `random sizes`(seed: Int) {
    var generator = SeededGenerator(seed: UInt64(seed))
    let type = Product.types.randomElement(using: &generator) ?? PACKED_Q8_0
    let product = Product(
      type, rows: .random(in: 1...70, using: &generator),
      length: Int(packed_type_elements(type)) * .random(in: 1...9, using: &generator),
      count: .random(in: 1...40, using: &generator),
      kind: Product.Kind.allCases.randomElement(using: &generator) ?? .ordinary,
      seed: generator.next())
    let expected = product.product(PACKED_KERNEL_PORTABLE)
    for kernel in Product.kernels {
      let found = product.product(kernel, parts: .random(in: 1...5, using: &generator))
      #expect(found.map { $0.map(\.bitPattern) } == expected.map { $0.map(\.bitPattern) })
    }
  }

  @Test(arguments: [Float.nan, .infinity, -.infinity])
  func `what is no number, or infinite, is not hidden`(value: Float) {
    for type in [PACKED_Q8_0, PACKED_F16, PACKED_BF16, PACKED_F32] {
      var product = Product(type, rows: 20, length: 64, count: 3, kind: .ordinary, seed: 4)
      product.columns[1][40] = value
      for kernel in Product.kernels {
        let found = product.product(kernel)
        // What is infinite is that where nothing is rounded, but for weights of zero.
        #expect(found[1].allSatisfy { product.isRounding ? $0.isNaN : !$0.isFinite })
        #expect((found[0] + found[2]).allSatisfy { $0.isFinite })
      }
    }
  }

  @Test(arguments: [Float.greatestFiniteMagnitude, Float.leastNormalMagnitude, Float.leastNonzeroMagnitude])
  func `the largest and the smallest numbers are rounded as others are`(value: Float) {
    var product = Product(PACKED_Q8_0, rows: 16, length: 32, count: 1, kind: .equal, seed: 1)
    product.columns[0] = (0..<32).map { $0 % 2 == 0 ? value : -value }
    for kernel in Product.kernels {
      let found = product.product(kernel)[0]
      let (values, steps, _) = product.exact()
      for row in found.indices where abs(values[0][row]) < 3e38 {
        #expect(abs(Double(found[row]) - values[0][row]) <= 130 * steps[0][row] + 1e-36)
      }
    }
  }

  @Test func `the fastest kernel is one that there is, and each has a name of its own`() {
    let fastestFirst = [
      PACKED_KERNEL_AVX512_VNNI, PACKED_KERNEL_AVX_VNNI, PACKED_KERNEL_AVX2, PACKED_KERNEL_NEON_I8MM,
      PACKED_KERNEL_NEON_DOTPROD, PACKED_KERNEL_PORTABLE,
    ]
    #expect(packed_kernel_best() == fastestFirst.first { packed_kernel_is_available($0) })
    #expect(Set(fastestFirst.map { String(cString: packed_kernel_name($0)) }).count == fastestFirst.count)
    #expect(!packed_kernel_is_available(packed_kernel(rawValue: 99)))
  }

  @Test func `no columns are no work`() {
    let found = Product(PACKED_Q4_K, rows: 3, length: 256, count: 0, kind: .ordinary, seed: 1).product(
      packed_kernel_best())
    #expect(found.isEmpty)
  }
}
