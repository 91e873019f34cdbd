import PTX

/// What an operation must answer.
indirect enum Expectation {
  /// These bits.
  case bits(UInt64)
  /// Any NaN.
  case nan
  /// A number within some units in the last place of the format; infinite ones and zeros exactly.
  case near(Double, units: Double)
  /// A number within an absolute distance.
  case within(Double, Double)
  /// Two of 16 bits, the lower first.
  case pair(Expectation, Expectation)
  /// PTX does not say.
  case any
}

/// One instruction, or a few that belong together, and what it has to answer for its operands' bits.
struct Operation {
  /// Where an operand's values are taken from.
  enum Role: Hashable {
    case value(ScalarType)
    /// The amount of a shift, a position, a length.
    case amount
    /// One of few: 0 to the number, less one.
    case choice(UInt64)

    var type: ScalarType {
      switch self {
      case .value(let type): type
      default: .u32
      }
    }
  }

  /// The instruction as PTX writes it.
  var text: String
  var operands: [Role]
  var result: ScalarType
  /// Lines of PTX from the destination, the operands and three registers of 16, 32 and 64 bits and a predicate to work
  /// with. Each line is put under the guard.
  var lines: @Sendable (_ d: String, _ s: [String], _ temporaries: Temporaries) -> [String]
  var expectation: @Sendable ([UInt64]) -> Expectation

  /// Registers that are the operation's own.
  struct Temporaries: Sendable {
    var prefix: String
    func half(_ index: Int) -> String { "%\(prefix)h\(index)" }
    func word(_ index: Int) -> String { "%\(prefix)w\(index)" }
    func long(_ index: Int) -> String { "%\(prefix)l\(index)" }
    func predicate(_ index: Int) -> String { "%\(prefix)p\(index)" }
  }

  /// An instruction with a result and its operands, and perhaps constants behind them.
  init(
    _ text: String, _ operands: [Role], _ result: ScalarType, constants: String = "",
    _ expectation: @escaping @Sendable ([UInt64]) -> Expectation
  ) {
    self.text = text
    self.operands = operands
    self.result = result
    self.expectation = expectation
    lines = { d, s, _ in ["\(text) \(([d] + s).joined(separator: ", "))\(constants);"] }
  }

  /// Instructions of any form.
  init(
    text: String, _ operands: [Role], _ result: ScalarType,
    lines: @escaping @Sendable (_ d: String, _ s: [String], _ temporaries: Temporaries) -> [String],
    _ expectation: @escaping @Sendable ([UInt64]) -> Expectation
  ) {
    self.text = text
    self.operands = operands
    self.result = result
    self.lines = lines
    self.expectation = expectation
  }
}

extension ScalarType {
  /// The bits of a register that holds it here: 32 at least for bytes.
  var registerBits: Int { bitWidth <= 8 ? 32 : bitWidth }

  /// The number that bits stand for.
  func integer(_ bits: UInt64) -> Int128 {
    let kept = bitWidth == 64 ? bits : bits & ((1 << UInt64(bitWidth)) - 1)
    guard isSigned, kept >> UInt64(bitWidth - 1) & 1 != 0 else { return Int128(kept) }
    return Int128(kept) - (1 << Int128(bitWidth))
  }

  /// A number's lowest bits.
  func bits(_ number: Int128) -> UInt64 {
    UInt64(truncatingIfNeeded: number) & (bitWidth == 64 ? .max : (1 << UInt64(bitWidth)) - 1)
  }

  var lowest: Int128 { isSigned ? -(1 << Int128(bitWidth - 1)) : 0 }
  var highest: Int128 { isSigned ? (1 << Int128(bitWidth - 1)) - 1 : (1 << Int128(bitWidth)) - 1 }
}
