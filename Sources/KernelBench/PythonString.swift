/// Finds where Python string literals end.
///
/// An f-string's replacement fields may hold strings of their own, since Python 3.12 with the same quotes:
/// `f"{names["a"]}"`. Fields are followed first; where they do not close, the literal is read as if it had none, which
/// is how a text that merely looks like an f-string ends at its first quote.
enum PythonString {
  struct End {
    /// Just past the closing quote, or where the literal breaks off.
    let position: Int
    let isTerminated: Bool
  }

  /// Fields within fields beyond this are no program that anyone wrote; the limit bounds the work on hostile input.
  private static let maximumNesting = 4

  /// The most bytes of a field that are looked at, for the same reason.
  private static let maximumFieldLength = 4096

  static func end(of source: [UInt8], quoteAt start: Int, isFormatted: Bool) -> End {
    if isFormatted, let end = scan(source, quoteAt: start, followsFields: true, nesting: 0), end.isTerminated {
      return end
    }
    return scan(source, quoteAt: start, followsFields: false, nesting: 0)
      ?? End(position: source.count, isTerminated: false)
  }

  /// `nil` if a replacement field does not close.
  private static func scan(_ source: [UInt8], quoteAt start: Int, followsFields: Bool, nesting: Int) -> End? {
    let quote = source[start]
    let limit = nesting == 0 ? source.count : min(source.count, start + maximumFieldLength)
    let isTriple = start + 2 < source.count && source[start + 1] == quote && source[start + 2] == quote
    var position = start + (isTriple ? 3 : 1)
    while position < limit {
      let byte = source[position]
      if byte == UInt8(ascii: "\\") {
        // Of an escaped CRLF both bytes belong to the break.
        let isBreak = position + 2 < source.count && source[position + 1] == 0x0D && source[position + 2] == 0x0A
        position += isBreak ? 3 : 2
      } else if byte == quote {
        guard isTriple else { return End(position: position + 1, isTerminated: true) }
        if position + 2 < source.count, source[position + 1] == quote, source[position + 2] == quote {
          return End(position: position + 3, isTerminated: true)
        }
        position += 1
      } else if isLineBreak(byte), !isTriple {
        return End(position: position, isTerminated: false)
      } else if byte == UInt8(ascii: "{"), followsFields {
        if position + 1 < source.count, source[position + 1] == byte {
          position += 2
        } else {
          guard let end = endOfField(source, from: position + 1, isTriple: isTriple, nesting: nesting) else {
            return nil
          }
          position = end
        }
      } else {
        position += 1
      }
    }
    return End(position: source.count, isTerminated: false)
  }

  /// Just past the brace that closes a field, whose expression begins at a position.
  private static func endOfField(_ source: [UInt8], from start: Int, isTriple: Bool, nesting: Int) -> Int? {
    var brackets = 0
    var position = start
    while position < min(source.count, start + maximumFieldLength) {
      let byte = source[position]
      switch byte {
      case UInt8(ascii: "("), UInt8(ascii: "["), UInt8(ascii: "{"):
        brackets += 1
      case UInt8(ascii: "}") where brackets == 0:
        return position + 1
      case UInt8(ascii: ")"), UInt8(ascii: "]"), UInt8(ascii: "}"):
        brackets -= 1
        if brackets < 0 { return nil }
      case UInt8(ascii: ":") where brackets == 0:
        return endOfFormat(source, from: position + 1, isTriple: isTriple, nesting: nesting)
      case UInt8(ascii: "\""), UInt8(ascii: "'"):
        let previous = source[position - 1] | 0x20
        let isFormatted = previous == UInt8(ascii: "f") || previous == UInt8(ascii: "t")
        // One that does not end ends the attempt for the outermost literal, so that the work does not multiply.
        guard nesting < maximumNesting,
          let end = scan(source, quoteAt: position, followsFields: isFormatted, nesting: nesting + 1), end.isTerminated
        else { return nil }
        position = end.position - 1
      case _ where isLineBreak(byte) && !isTriple:
        return nil
      default:
        break
      }
      position += 1
    }
    return nil
  }

  /// Just past the brace that closes a field, whose format (`>10`, `.{digits}f`) begins at a position.
  private static func endOfFormat(_ source: [UInt8], from start: Int, isTriple: Bool, nesting: Int) -> Int? {
    guard nesting < maximumNesting else { return nil }
    var position = start
    while position < min(source.count, start + maximumFieldLength) {
      switch source[position] {
      case UInt8(ascii: "}"):
        return position + 1
      case UInt8(ascii: "{"):
        guard let end = endOfField(source, from: position + 1, isTriple: isTriple, nesting: nesting + 1) else {
          return nil
        }
        position = end
      case let byte where isLineBreak(byte) && !isTriple:
        return nil
      default:
        position += 1
      }
    }
    return nil
  }
}
