/// CUDA C++ seen as functions, without parsing it: comments and literals are blanked out, brackets are matched.
///
/// - Complexity: O(*n*) to make from a source of *n* bytes.
struct CUDASource {
  /// A `__global__` function.
  struct Kernel {
    let name: String
    /// From the start of its declaration (a `template <…>` included) to the brace or semicolon at its end.
    let range: Range<Int>
    /// Whether it has a body, and is not a mere declaration.
    let isDefinition: Bool
  }

  /// The UTF-8 bytes.
  let bytes: [UInt8]
  /// The same number of bytes, with blanks in place of comments and of what is between quotes; line feeds stay.
  private let code: [UInt8]

  init(_ text: String) {
    bytes = Array(text.utf8)
    code = Self.blanked(bytes)
  }

  /// The kernels, in order. One whose body does not end is not among them.
  var kernels: [Kernel] {
    var kernels: [Kernel] = []
    var position = 0
    while let start = firstIndex(of: "__global__", from: position) {
      position = start + 10
      guard let (name, parenthesis) = functionName(from: position),
        let afterParameters = match(openAt: parenthesis),
        let end = code[afterParameters...].firstIndex(where: { $0 == UInt8(ascii: "{") || $0 == UInt8(ascii: ";") })
      else { continue }
      let isDefinition = code[end] == UInt8(ascii: "{")
      guard let upperBound = isDefinition ? match(openAt: end) : end + 1 else { continue }
      kernels.append(
        Kernel(name: name, range: declarationStart(before: start)..<upperBound, isDefinition: isDefinition))
      position = upperBound
    }
    return kernels
  }

  /// Whether the word `__global__` occurs, be its function complete or not.
  var mentionsKernel: Bool { firstIndex(of: "__global__", from: 0) != nil }

  /// Whether there is a function `main`.
  var hasMain: Bool {
    var position = 0
    while let start = firstIndex(of: "main", from: position) {
      position = start + 4
      let next = code[position...].first { !isSpace($0) }
      let previous = code[..<start].last { !isSpace($0) }
      // `int main(`: a call would follow an operator, a bracket or a semicolon.
      if next == UInt8(ascii: "("), previous.map(isWordByte) ?? true { return true }
    }
    return false
  }

  /// Whether a bracket is open at the end, as in a text that was cut off.
  var isCutOff: Bool {
    var depth = 0
    for byte in code {
      if byte == UInt8(ascii: "{") { depth += 1 }
      if byte == UInt8(ascii: "}") { depth -= depth > 0 ? 1 : 0 }
    }
    return depth > 0
  }

  /// Where the last function, statement or preprocessor line ends; 0 if there is none.
  var end: Int {
    var end = (code.lastIndex { $0 == UInt8(ascii: "}") || $0 == UInt8(ascii: ";") } ?? -1) + 1
    if let hash = code.lastIndex(of: UInt8(ascii: "#")), hash >= end {
      end = code[hash...].firstIndex(of: UInt8(ascii: "\n")) ?? code.count
    }
    return end
  }

  // MARK: Searching

  /// Where a word begins, at or after a position.
  private func firstIndex(of word: String, from start: Int) -> Int? {
    let word = Array(word.utf8)
    guard code.count >= word.count, start <= code.count - word.count else { return nil }
    return (start...(code.count - word.count)).first {
      code[$0] == word[0] && code[$0...].starts(with: word) && ($0 == 0 || !isWordByte(code[$0 - 1]))
        && ($0 + word.count == code.count || !isWordByte(code[$0 + word.count]))
    }
  }

  /// The last name before the parameters, and where they open. Attributes with arguments are passed over.
  private func functionName(from start: Int) -> (String, Int)? {
    var position = start
    var name = ""
    while position < code.count {
      let byte = code[position]
      if isWordByte(byte) {
        let end = code[position...].firstIndex { !isWordByte($0) } ?? code.count
        name = String(decoding: code[position..<end], as: UTF8.self)
        position = end
      } else if byte == UInt8(ascii: "(") {
        guard name.hasPrefix("__") else { return name.isEmpty ? nil : (name, position) }
        guard let end = match(openAt: position) else { return nil }
        position = end
      } else if isSpace(byte) || byte == UInt8(ascii: "*") || byte == UInt8(ascii: ":") {
        position += 1
      } else {
        return nil
      }
    }
    return nil
  }

  /// Just past the bracket that closes the one at a position.
  private func match(openAt start: Int) -> Int? {
    let open = code[start]
    let close = open == UInt8(ascii: "(") ? UInt8(ascii: ")") : UInt8(ascii: "}")
    var depth = 0
    for position in start..<code.count {
      if code[position] == open { depth += 1 }
      if code[position] == close { depth -= 1 }
      if depth == 0 { return position + 1 }
    }
    return nil
  }

  /// Where the declaration begins that a position is in: behind a semicolon, a brace or a preprocessor line, and behind
  /// the comments that follow these.
  private func declarationStart(before position: Int) -> Int {
    var start = position
    while start > 0 {
      let byte = code[start - 1]
      if byte == UInt8(ascii: ";") || byte == UInt8(ascii: "}") || byte == UInt8(ascii: "{") { break }
      if byte == UInt8(ascii: "\n") {
        let line = code[..<(start - 1)].lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
        if code[line..<start].first(where: { !isSpace($0) }) == UInt8(ascii: "#") { break }
      }
      start -= 1
    }
    return code[start..<position].firstIndex { !isSpace($0) } ?? position
  }

  // MARK: Blanking

  private static func blanked(_ bytes: [UInt8]) -> [UInt8] {
    var code = bytes
    var position = 0

    func next(_ distance: Int) -> UInt8? { position + distance < bytes.count ? bytes[position + distance] : nil }
    func blank(to end: Int) {
      for index in position..<end where bytes[index] != UInt8(ascii: "\n") { code[index] = 0x20 }
      position = end
    }

    while position < bytes.count {
      let byte = bytes[position]
      if byte == UInt8(ascii: "/"), next(1) == UInt8(ascii: "/") {
        blank(to: bytes[position...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count)
      } else if byte == UInt8(ascii: "/"), next(1) == UInt8(ascii: "*") {
        blank(to: firstRange(of: Array("*/".utf8), in: bytes, from: position + 2)?.upperBound ?? bytes.count)
      } else if byte == UInt8(ascii: "\""), position > 0, bytes[position - 1] == UInt8(ascii: "R") {
        blank(to: endOfRawString(bytes, quoteAt: position))
      } else if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
        // Between digits it is a separator: 1'000'000.
        let isSeparator = byte == UInt8(ascii: "'") && position > 0 && isWordByte(bytes[position - 1])
        if isSeparator { position += 1 } else { blank(to: endOfLiteral(bytes, quoteAt: position)) }
      } else {
        position += 1
      }
    }
    return code
  }

  /// Just past the closing quote, or the line's end where there is none.
  private static func endOfLiteral(_ bytes: [UInt8], quoteAt start: Int) -> Int {
    var position = start + 1
    while position < bytes.count, bytes[position] != UInt8(ascii: "\n") {
      if bytes[position] == bytes[start] { return position + 1 }
      position += bytes[position] == UInt8(ascii: "\\") ? 2 : 1
    }
    return min(position, bytes.count)
  }

  /// Just past `)delimiter"` for a literal that begins `"delimiter(`.
  private static func endOfRawString(_ bytes: [UInt8], quoteAt start: Int) -> Int {
    guard let parenthesis = bytes[start...].prefix(18).firstIndex(of: UInt8(ascii: "(")) else {
      return endOfLiteral(bytes, quoteAt: start)
    }
    let closing = [UInt8(ascii: ")")] + bytes[(start + 1)..<parenthesis] + [UInt8(ascii: "\"")]
    return firstRange(of: closing, in: bytes, from: parenthesis)?.upperBound ?? bytes.count
  }
}

private func firstRange(of pattern: [UInt8], in bytes: [UInt8], from start: Int) -> Range<Int>? {
  guard start <= bytes.count - pattern.count else { return nil }
  let found = (start...(bytes.count - pattern.count)).first {
    bytes[$0] == pattern[0] && bytes[$0...].starts(with: pattern)
  }
  return found.map { $0..<($0 + pattern.count) }
}

private func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || 0x09...0x0D ~= byte }

private func isWordByte(_ byte: UInt8) -> Bool {
  switch byte {
  case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
    UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "_"), 0x80...:
    true
  default: false
  }
}
