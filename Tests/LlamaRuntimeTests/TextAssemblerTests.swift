import Testing

@testable import LlamaRuntime

@Suite struct TextAssemblerTests {
  /// The whole text at once: up to where the first stop sequence is complete; of two complete there, without the longer.
  func naive(_ bytes: [UInt8], stops: [String]) -> (text: String, isStopped: Bool) {
    for end in 0...bytes.count {
      let lengths = stops.map { Array($0.utf8) }.filter { !$0.isEmpty && bytes.prefix(end).suffix($0.count) == $0[...] }
      if let longest = lengths.map(\.count).max() {
        return (String(decoding: bytes.prefix(end - longest), as: UTF8.self), true)
      }
    }
    return (String(decoding: bytes, as: UTF8.self), false)
  }

  func assembled(_ pieces: [ArraySlice<UInt8>], stops: [String]) -> (pieces: [String], isStopped: Bool) {
    var assembler = TextAssembler(stopSequences: stops)
    var texts = pieces.map { assembler.append($0) }
    texts.append(assembler.finish())
    return (texts, assembler.isStopped)
  }

  static let texts = ["", "plain", "ü", "€uro", "日本語", "👩‍👩‍👧‍👦 family", "a\u{0301}e", "x = a < b ? '€' : \"𝄞\";\n"]

  @Test(arguments: texts)
  func `characters come whole, wherever they are cut`(text: String) {
    let bytes = Array(text.utf8)
    for first in 0...bytes.count {
      for second in first...bytes.count {
        let found = assembled([bytes[..<first], bytes[first..<second], bytes[second...]], stops: [])
        #expect(found.pieces.joined() == text)
        #expect(!found.pieces.joined().unicodeScalars.contains("\u{FFFD}"))
      }
    }
  }

  @Test func `nothing is held back without need`() {
    var assembler = TextAssembler(stopSequences: ["</kernel>"])
    #expect(assembler.append("a<".utf8) == "a")
    #expect(assembler.append("b".utf8) == "<b")
    #expect(assembler.append([0xE2, 0x82]) == "")
    #expect(assembler.append([0xAC]) == "€")
    #expect(assembler.append("</kern".utf8) == "")
    #expect(assembler.append("el>rest".utf8) == "")
    #expect(assembler.isStopped)
    #expect(assembler.append("more".utf8) == "" && assembler.finish() == "")
  }

  @Test func `of two stop sequences the one that is complete first counts, however the text is cut`() {
    let bytes = Array("xabcdy".utf8)
    for cut in 0...bytes.count {
      let found = assembled([bytes[..<cut], bytes[cut...]], stops: ["abcd", "bc"])
      #expect(found.pieces.joined() == "xa" && found.isStopped)
    }
  }

  @Test(arguments: 0..<200)
  func `any bytes in any pieces make the text that they make at once`(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    func number(_ range: Range<Int>) -> Int { Int.random(in: range, using: &generator) }
    let alphabet: [[UInt8]] = [
      Array("a".utf8), Array("b".utf8), Array("ü".utf8), Array("€".utf8), Array("𝄞".utf8), [0x80], [0xC3],
      [0xE2, 0x82],
      [0xF0, 0x9D], [0xFF], [0xF5, 0x80, 0x80, 0x80], [0xE0, 0x80], [0xED, 0xA0, 0x80], [0xC0, 0xAF],
    ]
    // Half the texts are whole characters only.
    let kinds = seed % 2 == 0 ? 5 : alphabet.count
    let bytes = (0..<number(0..<24)).flatMap { _ in alphabet[number(0..<kinds)] }
    let stops = (0..<number(0..<4)).map { _ in
      (0..<number(0..<4)).map { _ in ["a", "b", "ü", "€"][number(0..<4)] }.joined()
    }
    var pieces: [ArraySlice<UInt8>] = []
    var start = 0
    while start < bytes.count {
      let end = min(bytes.count, start + number(0..<5))
      pieces.append(bytes[start..<end])
      start = end
    }
    let found = assembled(pieces, stops: stops)
    let expected = naive(bytes, stops: stops)
    #expect(found.pieces.joined().unicodeScalars.elementsEqual(expected.text.unicodeScalars))
    #expect(found.isStopped == expected.isStopped)
  }
}
