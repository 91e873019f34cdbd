import Foundation
import KernelBench
import KernelPrompting
import Testing

@Suite struct `The compact form` {
  private struct Case: Decodable {
    let source: String
    let compact: String
  }

  @Test func `of a module is what the answer depends on`() {
    #expect(
      CompactForm.module(moduleSource) == """
        import torch
        import torch.nn as nn
        class Model(nn.Module):
            def __init__(self):
                super().__init__()
            def forward(self, x):
                return x.abs()
        def get_inputs():
            return [torch.randn(8, 8)]
        """)
  }

  @Test(arguments: [
    ("def f():\n  'doc'\n\n\nx = 1 # c\n", "def f():\n  pass\nx = 1"),
    ("def f(): # c\n  'doc'\n  return\n", "def f():\n  return"),
    ("x = '#'\r\n\r\n'bare' \\\r\n 'string'\r\ny = (1,\r\n\r\n# c\r\n2)", "x = '#'\ny = (1,\n2)"),
    ("s = '''a  \n\n # b\n'''  \n", "s = '''a  \n\n # b\n'''"),
    ("x = 'open\ny = 1", "x = 'open\ny = 1"),
    ("if x:\n\t'a'\n\t'b'", "if x:\n\tpass"),
    ("", ""), ("# c", ""), ("'", ""), ("x = '\\", "x = '\\"), ("größe = 'ä'  # ö", "größe = 'ä'"),
  ])
  func `follows its rule`(source: String, compact: String) {
    #expect(CompactForm.module(source) == compact)
  }

  @Test(arguments: 0..<200)
  func `of a compact form is itself`(seed: Int) {
    var generator = SeededGenerator(seed: UInt64(seed))
    // Unbalanced quotes may join what was apart, so only whole lines are dropped here.
    let lines = moduleSource.split(separator: "\n", omittingEmptySubsequences: false)
    let some = lines.filter { _ in Int.random(in: 0..<4, using: &generator) > 0 }.joined(separator: "\n")
    let compact = CompactForm.module(some)
    #expect(CompactForm.module(compact) == compact)
    #expect(!compact.hasSuffix("\n") && !compact.contains("\n\n"))
  }

  @Test func `of a plain prompt has the function, the signature and the launches`() throws {
    #expect(
      try CompactForm.program(promptSource) == """
        def __init__(self, scale):
                super().__init__()
                self.scale = scale
        def forward(self, x):
            return self.scale * x
        __global__ void scale_kernel( const float* x, float* y, float scale, int n)
        dim3 block(256), spare(1);
        dim3 grid((n + block.x - 1) / block.x);
        scale_kernel<<<grid, block>>>( x, y, 2.0f, n);
        """)
  }

  @Test(arguments: [
    ("def f(x): return x", "C code begins:"), ("Hello\nC code begins:\n__global__ void f() {}", "def"),
    ("def f(x): return x\nC code begins:\nint main() {}", "__global__"),
    ("def f(x): return x\nC code begins:\n// __global__ void f() {}", "__global__"),
  ])
  func `of a plain prompt that lacks a part is refused with its name`(prompt: String, part: String) {
    #expect { try CompactForm.program(prompt) } throws: {
      ($0 as? PromptingError)?.code == .incompletePrompt && "\($0)".contains(part)
    }
  }

  @Test(
    .enabled(if: TestData.exists(TestData.compactCases), "Training/tests/compact_cases.json is not in this checkout."))
  func `agrees with the training code's cases`() throws {
    let data = try Data(contentsOf: URL(fileURLWithPath: TestData.compactCases))
    let cases = try JSONDecoder().decode([Case].self, from: data)
    #expect(!cases.isEmpty)
    for example in cases { #expect(CompactForm.module(example.source) == example.compact) }
  }

  @Test(
    .enabled(
      if: TestData.directory != nil && TestData.exists(TestData.trainingCode + "/kernelgen/compact.py")
        && Python.isThere,
      "Set BASIC_TEST_DATA, and have python3 and Training/kernelgen, to compare with the training code."))
  func `agrees with the training code on the benchmark and on what is made of it`() throws {
    let snippets = [
      "\"\"\"", "'''", "'", "\"", "#", "\\", "\\\n", "\r\n", "\r", "(", "]", ":\n", "\t", "\u{C}", "\n  'doc'\n", "rb",
      "é",
    ]
    var generator = SeededGenerator(seed: 19)
    var modules = try TestData.problems.map(TestData.text)
    for source in modules + Array(repeating: moduleSource, count: TestData.isLongRun ? 5_000 : 300) {
      modules.append(mutated(source, snippets: snippets, using: &generator))
    }
    var programs = try TestData.prompts.map(TestData.text)
    let cSnippets = [
      "dim3 a(1);", "<<<1, 2>>>();", "//", "/*", "*/", "\"", "\\", ";", "{", " xdim3 ", "\u{A0}", "ns::k",
    ]
    for prompt in programs + Array(repeating: promptSource, count: TestData.isLongRun ? 5_000 : 300) {
      let marker = try #require(prompt.range(of: "C code begins:"))
      let kernel = try #require(prompt.range(of: "__global__"))
      let end = try #require(prompt.range(of: "{", range: kernel.upperBound..<prompt.endIndex)).upperBound
      let python = prompt[..<marker.lowerBound]
      let body = mutated(String(prompt[end...]), snippets: cSnippets, using: &generator)
      programs.append(python + prompt[marker.lowerBound..<end] + body)
    }
    let expected = try Python.compact(modules: modules, programs: programs)
    for (source, compact) in zip(modules, expected.modules) {
      #expect(Array(CompactForm.module(source).utf8) == Array(compact.utf8))
    }
    for (prompt, compact) in zip(programs, expected.programs) {
      #expect(Array(try CompactForm.program(prompt).utf8) == Array(compact.utf8))
    }
  }
}

/// The training code, run by the machine's Python.
private enum Python {
  struct Texts: Codable {
    var modules: [String]
    var programs: [String]
  }

  static let isThere = (try? run(["-c", "pass"])) == 0

  static func compact(modules: [String], programs: [String]) throws -> Texts {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("compact-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let input = folder.appendingPathComponent("in.json")
    let output = folder.appendingPathComponent("out.json")
    try JSONEncoder().encode(Texts(modules: modules, programs: programs)).write(to: input)
    let script = """
      import json, sys
      sys.dont_write_bytecode = True
      sys.path.insert(0, sys.argv[1])
      from kernelgen.compact import compact_module, compact_program
      texts = json.load(open(sys.argv[2], encoding="utf-8"))
      json.dump({"modules": [compact_module(t) for t in texts["modules"]],
                 "programs": [compact_program(t) for t in texts["programs"]]}, open(sys.argv[3], "w"))
      """
    try #require(try run(["-c", script, TestData.trainingCode, input.path, output.path]) == 0)
    return try JSONDecoder().decode(Texts.self, from: Data(contentsOf: output))
  }

  private static func run(_ arguments: [String]) throws -> Int32 {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["python3"] + arguments
    try process.run()
    process.waitUntilExit()
    return process.terminationStatus
  }
}
