/// Writes numbers as elements of a type, one after the other.
struct ElementWriter {
  let bytes: UnsafeMutableRawBufferPointer
  let type: ElementType

  /// The number of elements.
  var count: Int { bytes.count / type.byteCount }

  /// `type` is not complex: its components are.
  init(_ bytes: UnsafeMutableRawBufferPointer, type: ElementType) {
    self.bytes = bytes
    self.type = type
  }

  /// Writes what `next` gives, rounded to the type; finite numbers stay finite.
  @inline(__always) func fill(_ next: () -> Double) {
    let largest = type.largest
    let lowest = type.lowest
    switch type {
    case .float64: each { next() }
    case .float32:
      each { () -> Float in
        let value = next()
        return Float(value.isFinite ? min(max(value, lowest), largest) : value)
      }
    case .float16, .bfloat16, .float8E4M3FN, .float8E5M2:
      let rounding = NarrowRounding(type)
      if type.byteCount == 2 {
        each { rounding.bits(clamped(next(), lowest, largest)) }
      } else {
        each { UInt8(truncatingIfNeeded: rounding.bits(clamped(next(), lowest, largest))) }
      }
    default:
      let type = type
      fillIntegers { Int64(type.rounding(next())) }
    }
  }

  /// Writes what `next` gives; integers beyond the type's range become its first or last.
  @inline(__always) func fillIntegers(_ next: () -> Int64) {
    switch type {
    case .int64: each { next() }
    case .int32: each { Int32(clamping: next()) }
    case .int16: each { Int16(clamping: next()) }
    case .int8: each { Int8(clamping: next()) }
    case .uint8: each { UInt8(clamping: next()) }
    case .bool: each { next() == 0 ? UInt8(0) : 1 }
    default: fill { Double(next()) }
    }
  }

  @inline(__always) private func clamped(_ value: Double, _ lowest: Double, _ largest: Double) -> Double {
    value.isFinite ? min(max(value, lowest), largest) : value
  }

  @inline(__always) private func each<Stored: BitwiseCopyable>(_ next: () -> Stored) {
    guard let target = bytes.baseAddress else { return }
    for index in 0..<count {
      target.storeBytes(of: next(), toByteOffset: index * MemoryLayout<Stored>.size, as: Stored.self)
    }
  }
}
