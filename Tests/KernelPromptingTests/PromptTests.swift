import GPUModels
import KernelBench
import KernelPrompting
import Testing

@Suite struct `A prompt` {
  private static func problem(_ source: String, path: String = "mine.py") throws -> Problem {
    try Problem(bytes: Array(source.utf8), origin: .file(path))
  }

  @Test func `for instruction models is a system and a user message`() throws {
    let prompt = try PromptBuilder(form: .instruct, gpu: .l40s, precision: .bf16).prompt(
      for: Self.problem(moduleSource))
    guard case .messages(let messages) = prompt.content else {
      Issue.record("No messages")
      return
    }
    #expect(messages.map(\.role) == [.system, .user])
    #expect(messages[0].text.contains("NVIDIA L40S (Ada Lovelace, sm_89): 142 multiprocessors"))
    #expect(messages[0].text.contains("bfloat16"))
    #expect(messages[1].text.contains("```python\n\(moduleSource)```"))
    #expect(messages[1].text.contains("class ModelNew"))
    #expect(prompt.stopSequences.isEmpty && prompt.answerPrefix.isEmpty)
  }

  @Test func `for a plain prompt is the prompt`() throws {
    let problem = try Self.problem(promptSource, path: "prompt_1_1.txt")
    guard case .messages(let messages) = try PromptBuilder(form: .instruct).prompt(for: problem).content else {
      Issue.record("No messages")
      return
    }
    #expect(messages[1].text == promptSource)
  }

  @Test func `for base models ends where the code begins`() throws {
    let prompt = try PromptBuilder(form: .completion).prompt(for: Self.problem(moduleSource))
    #expect(prompt.text.hasSuffix("## Answer 2\n\n```python\n"))
    #expect(prompt.answerPrefix == "```python\n" && prompt.stopSequences == ["\n```"])
    let program = try PromptBuilder(form: .completion).prompt(for: Self.problem(promptSource, path: "p.txt"))
    #expect(program.text.hasPrefix(promptSource) && program.text.hasSuffix("\n\n```cuda\n"))
  }

  @Test func `for the bundled models is the compact form between special tokens`() throws {
    let source = moduleSource + "s = '<|kernel|>'\n"
    let prompt = try PromptBuilder(form: .compact).prompt(for: Self.problem(source))
    #expect(
      prompt.content
        == .segments([
          .specialToken("<|problem|>"), .text(CompactForm.module(source)), .specialToken("<|kernel|>"),
        ]))
    #expect(prompt.text.hasPrefix("<|problem|>import torch\nimport torch.nn as nn\nclass Model"))
    let program = try PromptBuilder(form: .compact).prompt(for: Self.problem(promptSource, path: "p.txt"))
    #expect(program.text == "<|program|>\(try CompactForm.program(promptSource))<|kernel|>")
  }

  @Test(arguments: PromptForm.allCases)
  func `is the same each time`(form: PromptForm) throws {
    let builder = PromptBuilder(form: form)
    #expect(try builder.prompt(for: Self.problem(moduleSource)) == builder.prompt(for: Self.problem(moduleSource)))
  }

  @Test func `fences a problem that has fences of its own more strongly`() throws {
    let source = moduleSource + "# ```\n"
    let text = try PromptBuilder(form: .instruct).prompt(for: Self.problem(source)).text
    #expect(text.contains("````python\n\(source)````"))
  }

  @Test func `shows an example that is a problem and its answer`() throws {
    let text = try PromptBuilder(form: .instruct).prompt(for: Self.problem(moduleSource)).text
    let fences = text.components(separatedByFence: "```python\n")
    #expect(fences.count == 3)
    let example = try Self.problem(fences[0], path: "example.py")
    #expect(example.kind == .module && example.notes.isEmpty)
    let answer = try #require(CodeExtraction(answer: "```python\n\(fences[1])```", kind: .module).code)
    #expect(answer.language == .python && !answer.isTruncated && answer.notes.isEmpty)
    #expect(answer.source.contains("scale_add_clamp_kernel<<<"))
  }

  @Test(arguments: GPUModel.all) func `names any of the known GPUs`(gpu: GPUModel) throws {
    let text = try PromptBuilder(form: .instruct, gpu: gpu).prompt(for: Self.problem(moduleSource)).text
    #expect(
      text.contains(gpu.productName) && text.contains(gpu.machine) && text.contains("\(gpu.memoryBandwidth) GB/s"))
  }

  @Test func `in bfloat16 for a GPU without it says what to do`() throws {
    func text(_ gpu: GPUModel) throws -> String {
      try PromptBuilder(form: .instruct, gpu: gpu, precision: .bf16).prompt(for: Self.problem(moduleSource)).text
    }
    #expect(try text(.t4).contains("It has no bfloat16 arithmetic"))
    #expect(try !text(.h100).contains("It has no bfloat16 arithmetic"))
  }

  @Test(.enabled(if: TestData.exists(TestData.examples), "Examples/ is not in this checkout."))
  func `is made of every example in every form`() throws {
    let loader = ProblemLoader(directory: nil, environment: [:])
    var count = 0
    for name in TestData.exampleNames {
      let problem = try loader.load(.path(TestData.examples + "/" + name))
      #expect(problem.notes.isEmpty)
      for form in PromptForm.allCases { _ = try PromptBuilder(form: form).prompt(for: problem) }
      if problem.kind == .plainPrompt { _ = try ProgramSkeleton(prompt: problem.source) }
      count += 1
    }
    #expect(count >= 9)
  }
}

extension String {
  /// The contents of the fenced blocks with this opening fence.
  fileprivate func components(separatedByFence fence: String) -> [String] {
    split(separator: fence).dropFirst().map { String($0.split(separator: "```\n", maxSplits: 1)[0]) }
  }
}
