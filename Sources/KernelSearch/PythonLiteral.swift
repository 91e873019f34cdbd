/// What a Python string literal holds.
enum PythonLiteral {
  /// The text of a literal that holds CUDA or C++; nil where it holds something else, or where it is not plain to see what it
  /// holds: f-strings, bytes, and escapes by number or name.
  ///
  /// - Complexity: O(*n*) for a literal of *n* bytes.
  static func embeddedCode(_ literal: ArraySlice<UInt8>) -> [UInt8]? {
    guard let quoteStart = literal.firstIndex(where: { $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "'") }) else {
      return nil
    }
    let prefix = literal[..<quoteStart].map { $0 | 0x20 }
    guard prefix.allSatisfy({ $0 == UInt8(ascii: "r") || $0 == UInt8(ascii: "u") }) else { return nil }
    let quote = literal[quoteStart]
    let length =
      literal[quoteStart...].prefix(3).allSatisfy { $0 == quote } && literal.endIndex - quoteStart >= 6 ? 3 : 1
    guard literal.endIndex - quoteStart >= 2 * length else { return nil }
    let body = literal[(quoteStart + length)..<(literal.endIndex - length)]
    guard isCode(body) else { return nil }
    return prefix.contains(UInt8(ascii: "r")) ? Array(body) : unescaped(body)
  }

  /// Signs of code, as those who embed it cannot do without one of them.
  private static let signs = ["__global__", "#include", "torch::", "at::Tensor", "__device__"].map { Array($0.utf8) }

  private static func isCode(_ body: ArraySlice<UInt8>) -> Bool {
    for position in body.indices {
      let byte = body[position]
      guard
        byte == UInt8(ascii: "_") || byte == UInt8(ascii: "#") || byte == UInt8(ascii: "t") || byte == UInt8(ascii: "a")
      else { continue }
      let rest = body[position...]
      if signs.contains(where: { rest.starts(with: $0) }) { return true }
    }
    return false
  }

  private static func unescaped(_ body: ArraySlice<UInt8>) -> [UInt8]? {
    var output: [UInt8] = []
    output.reserveCapacity(body.count)
    var position = body.startIndex
    while position < body.endIndex {
      let byte = body[position]
      position += 1
      guard byte == UInt8(ascii: "\\") else {
        output.append(byte)
        continue
      }
      guard position < body.endIndex else { return nil }
      let escaped = body[position]
      position += 1
      switch escaped {
      case UInt8(ascii: "n"): output.append(UInt8(ascii: "\n"))
      case UInt8(ascii: "t"): output.append(UInt8(ascii: "\t"))
      case UInt8(ascii: "r"): output.append(UInt8(ascii: "\r"))
      case UInt8(ascii: "\\"), UInt8(ascii: "'"), UInt8(ascii: "\""): output.append(escaped)
      case UInt8(ascii: "\n"): break
      default: return nil
      }
    }
    return output
  }
}
