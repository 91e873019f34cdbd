#if canImport(FoundationEssentials)
  public import FoundationEssentials
#else
  public import Foundation
#endif

/// The elements of a tensor in memory order, as a process wrote them: raw bytes, their type, and the shape.
public struct TensorElements: Sendable {
  /// The bytes of all elements, the last dimension's next to one another.
  public let bytes: Data
  /// The type of the elements.
  public let type: ElementType
  /// The sizes of the dimensions; none for a single number.
  public let shape: [Int]
  /// The number of elements.
  public let count: Int

  /// Elements of `shape` in `bytes`.
  ///
  /// - Throws: ``TensorError`` if there are not as many bytes as the shape says.
  public init(bytes: Data, type: ElementType, shape: [Int]) throws(TensorError) {
    let size = try Self.byteCount(of: shape, type)
    guard bytes.count == size else {
      throw TensorError(
        "\(bytes.count) bytes were given for a tensor of shape \(shape) and type \(type.rawValue), which has \(size).")
    }
    self.bytes = bytes
    self.type = type
    self.shape = shape
    count = size / type.byteCount
  }

  /// The bytes of a tensor of `shape`.
  ///
  /// - Throws: ``TensorError`` if a size is negative, or all of them together are beyond any memory.
  public static func byteCount(of shape: [Int], _ type: ElementType) throws(TensorError) -> Int {
    var size = type.byteCount
    var isTooLarge = false
    for dimension in shape {
      guard dimension >= 0 else { throw TensorError("A tensor cannot have the shape \(shape).") }
      let (product, overflow) = size.multipliedReportingOverflow(by: dimension)
      if overflow { isTooLarge = true }
      size = product
    }
    guard !isTooLarge || shape.contains(0) else {
      throw TensorError("A tensor of shape \(shape) has no place in memory.")
    }
    return shape.contains(0) ? 0 : size
  }

  /// The number of components: twice the elements where they are complex.
  public var componentCount: Int { count * type.componentCount }

  /// A component as a number; integers beyond 2⁵³ are rounded.
  ///
  /// For many of them use ``convert(_:into:)``.
  public subscript(component index: Int) -> Double {
    var value = 0.0
    withUnsafeMutablePointer(to: &value) {
      convert(index..<index + 1, into: UnsafeMutableBufferPointer(start: $0, count: 1))
    }
    return value
  }

  /// An element of an integer or Boolean type, exactly.
  public func integer(at index: Int) -> Int64 {
    bytes.withUnsafeBytes { raw in
      switch type {
      case .int64: raw.loadUnaligned(fromByteOffset: index * 8, as: Int64.self)
      case .int32: Int64(raw.loadUnaligned(fromByteOffset: index * 4, as: Int32.self))
      case .int16: Int64(raw.loadUnaligned(fromByteOffset: index * 2, as: Int16.self))
      case .int8: Int64(raw.loadUnaligned(fromByteOffset: index, as: Int8.self))
      case .uint8, .bool: Int64(raw[index])
      default: preconditionFailure("elements of \(type.rawValue) are no integers")
      }
    }
  }

  /// The index of an element along each dimension.
  public func position(of index: Int) -> [Int] {
    var rest = index
    var position = shape
    for dimension in shape.indices.reversed() {
      position[dimension] = rest % shape[dimension]
      rest /= shape[dimension]
    }
    return position
  }

  /// Converts consecutive components to numbers; integers beyond 2⁵³ are rounded.
  ///
  /// - Complexity: O(*n*); about a nanosecond for each in a release build.
  public func convert(_ range: Range<Int>, into values: UnsafeMutableBufferPointer<Double>) {
    precondition(range.lowerBound >= 0 && range.upperBound <= componentCount && range.count <= values.count)
    bytes.withUnsafeBytes { raw in
      let part = UnsafeRawBufferPointer(
        rebasing: raw[range.lowerBound * type.componentByteCount..<range.upperBound * type.componentByteCount])
      switch type.component {
      case .float64: read(part, as: Double.self, into: values) { $0 }
      case .float32: read(part, as: Float.self, into: values) { Double($0) }
      case .float16: read(part, as: UInt16.self, into: values) { Double(ElementType.half($0)) }
      case .bfloat16: read(part, as: UInt16.self, into: values) { Double(ElementType.brain($0)) }
      case .int64: read(part, as: Int64.self, into: values) { Double($0) }
      case .int32: read(part, as: Int32.self, into: values) { Double($0) }
      case .int16: read(part, as: Int16.self, into: values) { Double($0) }
      case .int8: read(part, as: Int8.self, into: values) { Double($0) }
      case .uint8, .bool: read(part, as: UInt8.self, into: values) { Double($0) }
      case .float8E4M3FN, .float8E5M2:
        let table = (0...255).map { type.value8(UInt8($0)) }
        read(part, as: UInt8.self, into: values) { table[Int($0)] }
      case .complex64, .complex128: preconditionFailure("a component is not complex")
      }
    }
  }

  /// All components as numbers, for small tensors and tests.
  public var values: [Double] {
    [Double](unsafeUninitializedCapacity: componentCount) { buffer, initialized in
      convert(0..<componentCount, into: buffer)
      initialized = componentCount
    }
  }
}

@inline(__always) private func read<Stored: BitwiseCopyable>(
  _ bytes: UnsafeRawBufferPointer, as type: Stored.Type, into values: UnsafeMutableBufferPointer<Double>,
  _ convert: (Stored) -> Double
) {
  guard let source = bytes.baseAddress, let target = values.baseAddress else { return }
  for index in 0..<bytes.count / MemoryLayout<Stored>.size {
    target[index] = convert(source.loadUnaligned(fromByteOffset: index * MemoryLayout<Stored>.size, as: Stored.self))
  }
}

/// What is wrong with a tensor's bytes, as a sentence.
public struct TensorError: Error, Sendable, CustomStringConvertible {
  /// The sentence.
  public let description: String

  init(_ sentence: String) { description = sentence }
}
