/// The integers in C or CUDA source.
struct CLiterals {
  private(set) var literals: [SizeLiteral] = []

  /// Whether a string of Python is C source.
  static func isCode(_ text: ArraySlice<UInt8>) -> Bool {
    let text = String(decoding: text, as: UTF8.self)
    return ["#include", "__global__", "torch::", "__device__", "#define"].contains { text.contains($0) }
  }

  /// Reads source whose first line is `firstLine`. It never fails: what is no C is passed over.
  ///
  /// - Complexity: O(*n*).
  init(_ text: ArraySlice<UInt8>, firstLine: Int) {
    var words: [String] = []
    var lines: [Int] = []
    var line = firstLine
    var position = text.startIndex
    func byte(_ distance: Int) -> UInt8 { position + distance < text.endIndex ? text[position + distance] : 0 }
    while position < text.endIndex {
      let start = position
      switch text[position] {
      case UInt8(ascii: "\n"):
        line += 1
        position += 1
        continue
      case UInt8(ascii: "/") where byte(1) == UInt8(ascii: "/"):
        while position < text.endIndex, text[position] != UInt8(ascii: "\n") { position += 1 }
        continue
      case UInt8(ascii: "/") where byte(1) == UInt8(ascii: "*"):
        position += 2
        while position < text.endIndex, !(text[position] == UInt8(ascii: "*") && byte(1) == UInt8(ascii: "/")) {
          if text[position] == UInt8(ascii: "\n") { line += 1 }
          position += 1
        }
        position = min(position + 2, text.endIndex)
        continue
      case let letter where Self.isWord(letter):
        while position < text.endIndex, Self.continues(text, position, from: start) { position += 1 }
      case UInt8(ascii: "<") where byte(1) == UInt8(ascii: "<") && byte(2) != UInt8(ascii: "<"): position += 2
      case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"):
        position += 1
        continue
      default: position += 1
      }
      words.append(String(decoding: text[start..<position], as: UTF8.self))
      lines.append(line)
    }
    collect(words, lines)
  }

  private mutating func collect(_ words: [String], _ lines: [Int]) {
    for index in words.indices where words[index].utf8.first.map(Self.isDigit) == true {
      for value in CandidateLiterals.values(words[index...]) {
        literals.append(
          SizeLiteral(value: value, name: Self.name(words, before: index), line: lines[index], isInCUDA: true))
      }
    }
  }

  /// The name that the number at an index is given.
  private static func name(_ words: [String], before index: Int) -> String? {
    guard index >= 2 else { return nil }
    if words[index - 2] == "define" { return words[index - 1] }
    if ["=", "{", "("].contains(words[index - 1]), words[index - 2].utf8.first.map(isWord) == true {
      // `#define N (1024)` and `int N = 1024`; a call's argument has no name.
      let isDefined = index >= 3 && words[index - 3] == "define"
      return words[index - 1] != "(" || isDefined ? words[index - 2] : nil
    }
    return nil
  }

  private static func isDigit(_ byte: UInt8) -> Bool { UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte }

  private static func isWord(_ byte: UInt8) -> Bool {
    byte >= 0x80 || byte == UInt8(ascii: "_") || isDigit(byte) || UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte | 0x20
  }

  /// Whether a byte belongs to the word or number that begins at `start`: of a number its point and separators do.
  private static func continues(_ text: ArraySlice<UInt8>, _ position: Int, from start: Int) -> Bool {
    let byte = text[position]
    if isWord(byte) { return true }
    guard isDigit(text[start]) else { return false }
    if byte == UInt8(ascii: ".") || byte == UInt8(ascii: "'") { return true }
    return (byte == UInt8(ascii: "-") || byte == UInt8(ascii: "+")) && text[position - 1] | 0x20 == UInt8(ascii: "e")
      && text[start...].prefix(2) != [UInt8(ascii: "0"), UInt8(ascii: "x")]
  }
}
