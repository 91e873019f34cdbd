import Foundation
import KernelBench
import KernelPrompting
import Testing

@Suite struct `Code extraction` {
  @Test(arguments: moduleAnswers + programAnswers)
  func `survives what models answer`(answer: Answer) {
    let result = CodeExtraction(answer: answer.text, kind: answer.kind, prefix: answer.prefix)
    switch result {
    case .code(let code):
      #expect(code.source == answer.code)
      #expect(code.language == answer.language)
      #expect(code.isTruncated == answer.isTruncated)
      if let note = answer.note {
        #expect(code.notes.contains { $0.contains(note) }, "\(code.notes)")
      } else {
        #expect(code.notes.isEmpty)
      }
    case .nothing(let reason):
      #expect(answer.code == nil)
      #expect(reason.contains(answer.note ?? "?"), "\(reason)")
    }
  }

  @Test(arguments: moduleAnswers + programAnswers)
  func `of its own result changes nothing`(answer: Answer) {
    guard let code = CodeExtraction(answer: answer.text, kind: answer.kind, prefix: answer.prefix).code,
      !code.isTruncated, code.notes.isEmpty
    else { return }
    let fence = code.source.contains("```") ? "````" : "```"
    let again = CodeExtraction(answer: "\(fence)python\n\(code.source)\(fence)", kind: answer.kind)
    #expect(again.code?.source == code.source)
  }

  @Test(arguments: 0..<(TestData.isLongRun ? 20_000 : 500))
  func `stands any answer`(seed: Int) {
    var generator = SeededGenerator(seed: UInt64(seed))
    let snippets = [
      "```", "```python\n", "\n```\n", "~~~", "````", "<think>", "</think>\n", "\"\"\"", "'''", "\\", "&lt;", "{", ")",
      "class ModelNew", "import torch\n", "__global__", "#include <a>\n", "int main(", "\r\n", "\u{301}",
      "cuda_sources=x",
    ]
    let answers = moduleAnswers + programAnswers
    let answer = answers[seed % answers.count]
    let text = mutated(answer.text, snippets: snippets, using: &generator)
    for kind in [Problem.Kind.module, .plainPrompt] {
      switch CodeExtraction(answer: text, kind: kind, prefix: answer.prefix) {
      case .code(let code):
        #expect(code.source.utf8.last == UInt8(ascii: "\n") && code.source.utf8.count > 1)
        #expect(!code.source.utf8.contains(UInt8(ascii: "\r")))
        #expect(code.notes.allSatisfy { $0.hasSuffix(".") })
      case .nothing(let reason):
        #expect(reason.hasSuffix("."))
      }
    }
  }

  @Test func `of a long answer with many fences takes no time to speak of`() {
    let text = String(repeating: "```python\ns = '''\n```\n", count: 1_000) + "```python\n\(model)```"
    #expect(CodeExtraction(answer: text, kind: .module).code?.source == model)
  }

  private struct Candidate: Decodable {
    let candidate: String
  }

  @Test(
    .enabled(if: TestData.exists(TestData.candidates), "Set BASIC_TEST_DATA to a folder with kernels to run this test.")
  )
  func `gives back what models really wrote, with fences and without`() throws {
    let lines = try TestData.text(TestData.candidates).split(separator: "\n")
    #expect(!lines.isEmpty)
    var brokenCount = 0
    for line in lines {
      let source = try JSONDecoder().decode(Candidate.self, from: Data(line.utf8)).candidate
      let text = source.trimmingCharacters(in: .whitespacesAndNewlines) + "\n"
      let fenced = CodeExtraction(answer: "It is done:\n\n```python\n\(source)\n```\n\nThat is all.", kind: .module)
        .code
      #expect(fenced?.source == text && fenced?.isTruncated == false)
      // What comes before the first import is taken for prose: comments at most.
      let bare = try #require(CodeExtraction(answer: source + "\nThat is all.\n", kind: .module).code)
      // One of them is no Python: a string in it does not end, so neither does the code.
      if bare.isTruncated {
        brokenCount += 1
        continue
      }
      #expect(text.hasSuffix(bare.source))
      #expect(!text.dropLast(bare.source.count).contains("import "))
    }
    #expect(brokenCount == 1)
  }
}
