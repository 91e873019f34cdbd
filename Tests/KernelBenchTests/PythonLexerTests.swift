import Foundation
import KernelBench
import Testing

@Suite struct `The Python lexer` {
  private static func texts(_ source: String) -> [String] {
    let bytes = Array(source.utf8)
    return PythonLexer(bytes).map { String(decoding: bytes[$0.range], as: UTF8.self) }
  }

  private static func kinds(_ source: String) -> [PythonToken.Kind] {
    PythonLexer(Array(source.utf8)).map(\.kind)
  }

  @Test(arguments: [
    ("x = 1.5e-3 + .5", ["x", "=", "1.5e-3", "+", ".5"]),
    ("a**=b//c", ["a", "**=", "b", "//", "c"]),
    ("x[1:-2]", ["x", "[", "1", ":", "-", "2", "]"]),
    ("0x1F_a-1", ["0x1F_a", "-", "1"]),
    ("größe=1j", ["größe", "=", "1j"]),
    ("r'\\' # no'", ["r'\\' # no'"]),
    ("rb\"a\\\"b\" 'c'", ["rb\"a\\\"b\"", "'c'"]),
    ("\"\"\"a\n\"b\" 'c' # d\n\"\"\"#e", ["\"\"\"a\n\"b\" 'c' # d\n\"\"\"", "#e"]),
    ("f\"{a[\"b\"]}\"x", ["f\"{a[\"b\"]}\"", "x"]),
    ("f'{x:{w}.{p}f}' y", ["f'{x:{w}.{p}f}'", "y"]),
    ("f'{{' 'a'", ["f'{{'", "'a'"]),
    ("f'{' a", ["f'{'", "a"]),
    ("f'{x!r:>10}'", ["f'{x!r:>10}'"]),
    ("fx'a'", ["fx", "'a'"]),
    ("a\\\r\nb", ["a", "\\\r\n", "b"]),
    ("'a\\\nb'", ["'a\\\nb'"]),
    ("x: int = y if z else -w", ["x", ":", "int", "=", "y", "if", "z", "else", "-", "w"]),
  ])
  func `splits source into tokens`(source: String, tokens: [String]) {
    #expect(Self.texts(source) == tokens)
  }

  @Test func `tells the ends of statements from other line breaks`() {
    #expect(
      Self.kinds("f(\n1)\r\n\n# c\nx\\\n=1\n") == [
        .name, .symbol, .lineBreak, .number, .symbol, .newline, .lineBreak, .comment, .lineBreak, .name, .continuation,
        .symbol, .number, .newline,
      ])
  }

  @Test(arguments: ["'abc\n", "\"\"\"abc", "r'", "f'''{'", "b\"\\"])
  func `marks strings that do not end`(source: String) {
    #expect(Self.kinds(source).first == .unterminatedString)
  }

  @Test(arguments: 0..<(TestData.isLongRun ? 20_000 : 400))
  func `covers any bytes with tokens in order`(seed: Int) {
    var generator = SeededGenerator(seed: UInt64(seed))
    let snippets = [
      "\"\"\"", "'", "f\"{", "}", "\\", "\\\n", "\r", "#", "(", "]", "{x:'", "class Model", "\u{FEFF}", "é",
    ]
    let bytes = mutated(Array(moduleSource.utf8), snippets: snippets, using: &generator)
    var position = 0
    for token in PythonLexer(bytes) {
      #expect(token.range.lowerBound >= position && !token.range.isEmpty && token.range.upperBound <= bytes.count)
      #expect(bytes[position..<token.range.lowerBound].allSatisfy { [0x20, 0x09, 0x0C].contains($0) })
      position = token.range.upperBound
    }
    #expect(bytes[position...].allSatisfy { [0x20, 0x09, 0x0C].contains($0) })
    // Whatever the bytes are, checking them ends in a problem or in a sentence.
    do throws(KernelBenchError) {
      _ = try Problem(bytes: bytes, origin: .standardInput)
    } catch {
      #expect(error.message.hasSuffix("."))
    }
  }

  @Test func `takes time in proportion to hostile nesting`() {
    let source = Array(String(repeating: "f'{f\"{", count: 2_000).utf8)
    #expect(PythonLexer(source).reduce(0) { $0 + $1.range.count } == source.count)
  }
}

@Suite struct `A Python outline` {
  @Test func `has what is defined at the top level`() {
    let outline = PythonOutline(
      """
      import torch, os.path as path
      from torch.utils.cpp_extension import (load_inline,
          load as loader)
      N: int = 4
      a = b = 2
      if a == 1:
          c = 3
      '''
      class InString: pass
      '''
      @decorated
      class Model(nn.Module):
          def forward(self, x): return x
          class Inner: pass
      async def get_inputs(): return []
      def f(): pass
      """)
    #expect(outline.classes == ["Model"])
    #expect(outline.functions == ["get_inputs", "f"])
    #expect(outline.variables == ["torch", "path", "load_inline", "loader", "N", "a", "b"])
    #expect(!outline.isCutOff)
  }

  @Test(arguments: [
    ("x = [1,\n", true), ("s = '''\n", true), ("s = '''\nclass A: pass", true), ("s = 'a\nb = 1\n", false),
    ("f(1)\n", false),
  ])
  func `sees that a module was cut off`(source: String, isCutOff: Bool) {
    #expect(PythonOutline(source).isCutOff == isCutOff)
  }
}
