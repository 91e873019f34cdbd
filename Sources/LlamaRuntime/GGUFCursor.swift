#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The types that a GGUF value can have.
enum GGUFType: UInt32 {
  case uint8, int8, uint16, int16, uint32, int32, float32, bool, string, array, uint64, int64, float64

  /// The bytes of a value; 0 where that is not fixed.
  var size: Int {
    switch self {
    case .uint8, .int8, .bool: 1
    case .uint16, .int16: 2
    case .uint32, .int32, .float32: 4
    case .uint64, .int64, .float64: 8
    case .string, .array: 0
    }
  }
}

/// A string in a file that stays where it is.
struct GGUFBytes: Hashable {
  let bytes: UnsafeRawBufferPointer

  var text: String { String(decoding: bytes, as: UTF8.self) }

  /// What a reader that takes zero for an end sees of it.
  var upToZero: GGUFBytes {
    guard let start = bytes.baseAddress, let zero = memchr(start, 0, bytes.count) else { return self }
    return GGUFBytes(bytes: UnsafeRawBufferPointer(start: start, count: UnsafeRawPointer(zero) - start))
  }

  static func == (left: GGUFBytes, right: GGUFBytes) -> Bool {
    guard left.bytes.count == right.bytes.count else { return false }
    guard let one = left.bytes.baseAddress, let other = right.bytes.baseAddress else { return true }
    return memcmp(one, other, left.bytes.count) == 0
  }

  func hash(into hasher: inout Hasher) { hasher.combine(bytes: bytes) }
}

/// A place in a GGUF file. Nothing is read beyond the file's end, whatever lengths it claims.
struct GGUFCursor {
  let bytes: UnsafeRawBufferPointer
  var position = 0

  private var left: Int { bytes.count - position }

  /// A little-endian number.
  mutating func integer<Number: FixedWidthInteger>(
    _ type: Number.Type, of what: String
  ) throws(GGUFHeader.Fault) -> Number {
    let size = MemoryLayout<Number>.size
    guard left >= size else { throw GGUFHeader.Fault("it ends within \(what)") }
    defer { position += size }
    return Number(littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: Number.self))
  }

  /// A little-endian number of 1, 2, 4 or 8 bytes.
  mutating func integer(bytes size: Int, of what: String) throws(GGUFHeader.Fault) -> UInt64 {
    switch size {
    case 1: UInt64(try integer(UInt8.self, of: what))
    case 2: UInt64(try integer(UInt16.self, of: what))
    case 4: UInt64(try integer(UInt32.self, of: what))
    default: try integer(UInt64.self, of: what)
    }
  }

  /// A length and as many bytes.
  mutating func string(of what: String) throws(GGUFHeader.Fault) -> GGUFBytes {
    let length = try integer(UInt64.self, of: what)
    guard length <= UInt64(left) else { throw GGUFHeader.Fault("it ends within \(what)") }
    defer { position += Int(length) }
    return GGUFBytes(bytes: UnsafeRawBufferPointer(rebasing: bytes[position..<position + Int(length)]))
  }

  /// Steps over `count` values of `size` bytes each.
  mutating func skip(_ count: UInt64, times size: Int, of what: String) throws(GGUFHeader.Fault) {
    guard count <= UInt64(left / size) else { throw GGUFHeader.Fault("it ends within \(what)") }
    position += Int(count) * size
  }
}
