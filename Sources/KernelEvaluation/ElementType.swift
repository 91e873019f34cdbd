/// The type of a tensor's elements, by PyTorch's name.
public enum ElementType: String, Sendable, Hashable, Codable, CaseIterable {
  /// IEEE 754 binary64.
  case float64
  /// IEEE 754 binary32.
  case float32
  /// IEEE 754 binary16.
  case float16
  /// The upper half of a binary32.
  case bfloat16
  /// Eight bits: four of exponent, three of mantissa, no infinities.
  case float8E4M3FN = "float8_e4m3fn"
  /// Eight bits: five of exponent, two of mantissa.
  case float8E5M2 = "float8_e5m2"
  /// Two binary32.
  case complex64
  /// Two binary64.
  case complex128
  /// A signed integer of 64 bits.
  case int64
  /// A signed integer of 32 bits.
  case int32
  /// A signed integer of 16 bits.
  case int16
  /// A signed integer of 8 bits.
  case int8
  /// A number from 0 to 255.
  case uint8
  /// A byte that is 0 or 1.
  case bool

  /// Reads a name as PyTorch writes it: `float32`, `torch.float32`.
  public init?(torchName: String) {
    let prefix = "torch."
    self.init(rawValue: torchName.hasPrefix(prefix) ? String(torchName.dropFirst(prefix.count)) : torchName)
  }

  /// The bytes of one element.
  public var byteCount: Int { componentByteCount * componentCount }

  /// The numbers of which one element consists: two of a complex one.
  public var componentCount: Int { isComplex ? 2 : 1 }

  /// The type of those numbers: `float32` of a `complex64`.
  public var component: ElementType {
    switch self {
    case .complex64: .float32
    case .complex128: .float64
    default: self
    }
  }

  /// Whether an element consists of a real and an imaginary part.
  public var isComplex: Bool { self == .complex64 || self == .complex128 }

  /// Whether elements are rounded numbers, which complex ones are too.
  public var isFloating: Bool {
    switch self {
    case .float64, .float32, .float16, .bfloat16, .float8E4M3FN, .float8E5M2, .complex64, .complex128: true
    case .int64, .int32, .int16, .int8, .uint8, .bool: false
    }
  }

  /// The bytes of one component.
  var componentByteCount: Int {
    switch self {
    case .float64, .complex128, .int64: 8
    case .float32, .complex64, .int32: 4
    case .float16, .bfloat16, .int16: 2
    case .float8E4M3FN, .float8E5M2, .int8, .uint8, .bool: 1
    }
  }

  /// The bits of mantissa that are stored, of a floating type; 0 of the others.
  var mantissaBits: Int {
    switch component {
    case .float64: 52
    case .float32: 23
    case .float16: 10
    case .bfloat16: 7
    case .float8E4M3FN: 3
    case .float8E5M2: 2
    default: 0
    }
  }

  /// The exponent of the least normal number, of a floating type.
  private var leastExponent: Int {
    switch component {
    case .float64: -1022
    case .float32, .bfloat16: -126
    case .float16, .float8E5M2: -14
    default: -6
    }
  }

  /// The largest relative error of one rounding; 0 of exact types.
  public var unitRoundoff: Double { isFloating ? Self.power(-mantissaBits - 1) : 0 }

  /// The largest finite value.
  public var largest: Double {
    switch component {
    case .float64: Double.greatestFiniteMagnitude
    case .float32: Double(Float.greatestFiniteMagnitude)
    case .float16: 65504
    case .bfloat16: Double(Float(bitPattern: 0x7F7F_0000))
    case .float8E4M3FN: 448
    case .float8E5M2: 57344
    // 2⁶³ − 1 is no Double: this is the largest below it.
    case .int64: 0x1.fffffffffffffp62
    case .int32: Double(Int32.max)
    case .int16: Double(Int16.max)
    case .int8: Double(Int8.max)
    case .uint8: 255
    default: 1
    }
  }

  /// The least value that is finite.
  var lowest: Double {
    switch component {
    case .int64: -0x1p63
    case .int32: Double(Int32.min)
    case .int16: Double(Int16.min)
    case .int8: Double(Int8.min)
    case .uint8, .bool: 0
    default: -largest
    }
  }

  /// The least positive value; 1 of exact types.
  var leastPositive: Double { isFloating ? Self.power(leastExponent - mantissaBits) : 1 }

  /// The least positive value of full precision; 1 of exact types.
  var leastNormal: Double { isFloating ? Self.power(leastExponent) : 1 }

  /// The largest value of the type below `bound`.
  func largest(below bound: Double) -> Double {
    guard isFloating else { return bound.rounded(.up) - 1 }
    let rounded = rounding(bound)
    guard rounded >= bound else { return rounded }
    let magnitude = abs(rounded)
    let step = magnitude < leastNormal ? leastPositive : magnitude.ulp * Self.power(52 - mantissaBits)
    // Just above a power of two, the values are half as dense as just below it.
    let isPowerOfTwo = magnitude.significand == 1 && magnitude > leastNormal
    return rounded - (isPowerOfTwo && rounded > 0 ? step / 2 : step)
  }

  static func power(_ exponent: Int) -> Double { Double(sign: .plus, exponent: exponent, significand: 1) }
}
