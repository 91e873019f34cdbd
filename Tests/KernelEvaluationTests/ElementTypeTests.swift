import Testing

@testable import KernelEvaluation

@Suite struct `Element types` {
  @Test(arguments: ElementType.allCases) func `have PyTorch's names`(type: ElementType) {
    #expect(ElementType(torchName: type.rawValue) == type)
    #expect(ElementType(torchName: "torch.\(type.rawValue)") == type)
    #expect(type.byteCount == type.component.byteCount * type.componentCount)
    #expect(!type.component.isComplex)
  }

  @Test(arguments: ["", "torch.", "float", "Float32", "numpy.float32", "torch.torch.float32", "uint64"])
  func `refuse other names`(name: String) { #expect(ElementType(torchName: name) == nil) }

  @Test(arguments: [
    (ElementType.float64, 8), (.float32, 4), (.float16, 2), (.bfloat16, 2), (.float8E4M3FN, 1), (.float8E5M2, 1),
    (.complex64, 8), (.complex128, 16), (.int64, 8), (.int32, 4), (.int16, 2), (.int8, 1), (.uint8, 1), (.bool, 1),
  ])
  func `have their sizes`(type: ElementType, size: Int) { #expect(type.byteCount == size) }

  static let narrow: [ElementType] = [.float16, .bfloat16, .float8E4M3FN, .float8E5M2]

  private static func value(_ bits: UInt16, _ type: ElementType) -> Double {
    switch type {
    case .float16: Double(ElementType.half(bits))
    case .bfloat16: Double(ElementType.brain(bits))
    default: type.value8(UInt8(bits))
    }
  }

  @Test(arguments: narrow) func `keep every value of a narrow type`(type: ElementType) {
    let rounding = NarrowRounding(type)
    let patterns = type.byteCount == 1 ? 256 : 65536
    var wrong: [Int] = []
    var finite: [Double] = []
    for pattern in 0..<patterns {
      let value = Self.value(UInt16(pattern), type)
      if value.isFinite { finite.append(value) }
      let same = value.isNaN ? Self.value(rounding.bits(value), type).isNaN : Int(rounding.bits(value)) == pattern
      if !same { wrong.append(pattern) }
    }
    #expect(wrong.isEmpty)
    #expect(finite.max() == type.largest && finite.min() == type.lowest)
    #expect(finite.filter { $0 > 0 }.min() == type.leastPositive)
  }

  /// Between two neighbours, rounding is to the nearer one, and in the middle to the one with an even mantissa.
  @Test(arguments: narrow) func `round to the nearest value`(type: ElementType) {
    let patterns = type.byteCount == 1 ? 127 : 0x7C00
    var wrong: [Int] = []
    for pattern in stride(from: 0, to: patterns - 1, by: type.byteCount == 1 ? 1 : 7) {
      let low = Self.value(UInt16(pattern), type)
      let high = Self.value(UInt16(pattern + 1), type)
      guard high.isFinite, low.isFinite else { continue }
      let middle = (low + high) / 2
      let even = pattern % 2 == 0 ? low : high
      let isRight =
        type.rounding(middle) == even && type.rounding(middle.nextDown) == low && type.rounding(middle.nextUp) == high
        && type.rounding(-middle) == -even && type.largest(below: high) == low && type.largest(below: -low) == -high
      if !isRight { wrong.append(pattern) }
    }
    #expect(wrong.isEmpty)
  }

  #if !(os(macOS) && arch(x86_64))
    @Test func `read float16 as Swift does`() {
      let wrong = (0...UInt16.max).filter {
        let swift = Float(Float16(bitPattern: $0))
        let own = ElementType.half($0)
        return swift.isNaN ? !own.isNaN : swift.bitPattern != own.bitPattern
      }
      #expect(wrong.isEmpty)
    }
  #endif

  @Test func `overflow as PyTorch does`() {
    #expect(ElementType.float16.rounding(65519) == 65504 && ElementType.float16.rounding(65520) == .infinity)
    #expect(ElementType.float8E5M2.rounding(1e9) == .infinity && ElementType.float8E4M3FN.rounding(1e9).isNaN)
    #expect(ElementType.float32.rounding(-1e300) == -.infinity)
    #expect(ElementType.int8.rounding(1000) == 127 && ElementType.uint8.rounding(-4) == 0)
    #expect(ElementType.int32.rounding(.nan) == 0 && ElementType.bool.rounding(-7) == 1)
  }

  @Test(arguments: [ElementType.float64, .float32, .int32, .uint8]) func `know the value below`(type: ElementType) {
    let below = type.largest(below: 1)
    #expect(below < 1 && type.rounding(below) == below)
    #expect(
      type == .float32 ? below == Double(Float(1).nextDown) : type == .float64 ? below == 1.0.nextDown : below == 0)
  }
}
