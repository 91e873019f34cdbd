/// A number without a sign of its own.
enum Constant {
  case integer(UInt64)
  case float32(UInt32)
  case float64(UInt64)
}

extension Parser {
  /// A number without its sign.
  mutating func constant() throws(PTXError) -> Constant {
    guard token.kind == .number else {
      if isNext(Sign.leftParenthesis) { throw expression() }
      throw unexpected("a number is expected")
    }
    let start = Int(token.start)
    let end = Int(token.end)
    let second = end - start > 1 ? bytes[start + 1] | 0x20 : 0
    let result: Constant
    switch (bytes[start], second) {
    case (UInt8(ascii: "0"), UInt8(ascii: "f")):
      result = .float32(UInt32(try digits(start + 2, end, radix: 16, count: 8)))
    case (UInt8(ascii: "0"), UInt8(ascii: "d")):
      result = .float64(try digits(start + 2, end, radix: 16, count: 16))
    case (UInt8(ascii: "0"), UInt8(ascii: "x")):
      result = .integer(try digits(start + 2, withoutSuffix(end), radix: 16))
    case (UInt8(ascii: "0"), UInt8(ascii: "b")):
      result = .integer(try digits(start + 2, withoutSuffix(end), radix: 2))
    default:
      result = try decimal(start, end)
    }
    advance()
    if token.kind == .sign, "*/&^<?".utf8.contains(token.first) { throw expression() }
    return result
  }

  private func expression() -> PTXError {
    failure(.unsupported, "constant expressions other than sums are not known to this reader.")
  }

  private func decimal(_ start: Int, _ end: Int) throws(PTXError) -> Constant {
    let isFloat = bytes[start..<end].contains { $0 == UInt8(ascii: ".") || $0 | 0x20 == UInt8(ascii: "e") }
    guard isFloat else {
      let last = withoutSuffix(end)
      let isOctal = bytes[start] == UInt8(ascii: "0") && last - start > 1
      return .integer(try digits(start, last, radix: isOctal ? 8 : 10))
    }
    guard end - start <= 400, let value = Double(text(token)) else { throw malformed() }
    return .float64(value.bitPattern)
  }

  /// The end of a number without the U of an unsigned one.
  private func withoutSuffix(_ end: Int) -> Int {
    bytes[end - 1] == UInt8(ascii: "U") ? end - 1 : end
  }

  private func digits(_ start: Int, _ end: Int, radix: UInt64, count: Int? = nil) throws(PTXError) -> UInt64 {
    guard start < end, count == nil || end - start == count else { throw malformed() }
    var result: UInt64 = 0
    for byte in bytes[start..<end] {
      let digit: UInt8
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte - UInt8(ascii: "0")
      case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = byte - UInt8(ascii: "a") + 10
      case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = byte - UInt8(ascii: "A") + 10
      default: throw malformed()
      }
      guard digit < radix else { throw malformed() }
      let (high, low) = result.multipliedFullWidth(by: radix)
      let (sum, overflow) = low.addingReportingOverflow(UInt64(digit))
      guard high == 0, !overflow else {
        throw failure(.invalidNumber, "`\(shown(text(token)))` does not fit 64 bits.")
      }
      result = sum
    }
    return result
  }

  private func malformed() -> PTXError {
    failure(.invalidNumber, "`\(shown(text(token)))` is not a number of PTX.")
  }

  /// An integer from 0 to a limit.
  mutating func integer(upTo limit: Int, _ what: @autoclosure () -> String) throws(PTXError) -> Int {
    guard token.kind == .number else { throw unexpected("\(what()) is expected") }
    let place = index
    guard case .integer(let value) = try constant(), value <= UInt64(limit) else {
      throw PTXError(
        .invalidNumber, "\(what()) is expected, from 0 to \(limit), not `\(shown(text(tokens[place])))`.",
        line: Int(tokens[place].line))
    }
    return Int(value)
  }

  /// A number with any signs before it; the result of a negation is in two's complement.
  mutating func signedConstant() throws(PTXError) -> Constant {
    var isNegative = false
    while token.kind == .sign, token.first == Sign.minus || token.first == Sign.plus {
      if token.first == Sign.minus { isNegative.toggle() }
      advance()
    }
    let place = token
    let value = try constant()
    guard isNegative else { return value }
    switch value {
    case .integer(let magnitude):
      guard magnitude <= 1 << 63 else {
        throw PTXError(.invalidNumber, "-\(magnitude) does not fit 64 bits.", line: Int(place.line))
      }
      return .integer(0 &- magnitude)
    case .float32(let bits): return .float32(bits ^ (1 << 31))
    case .float64(let bits): return .float64(bits ^ (1 << 63))
    }
  }

  /// Offsets, each with its sign, as they follow a name: `+16`, `+-8`, or none.
  mutating func offset() throws(PTXError) -> Int64 {
    var result: Int64 = 0
    while isNext(Sign.plus) || isNext(Sign.minus) {
      let place = token
      guard case .integer(let value) = try signedConstant() else {
        throw PTXError(.invalidNumber, "an offset is an integer.", line: Int(place.line))
      }
      result &+= Int64(bitPattern: value)
    }
    return result
  }
}
