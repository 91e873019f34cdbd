import KernelBench
import Testing

@Suite struct `Problem references` {
  @Test(arguments: [
    ("1/19", ProblemReference.id(ProblemID(level: 1, problem: 19))),
    ("4/7", .id(ProblemID(level: 4, problem: 7))),
    ("level2/40", .id(ProblemID(level: 2, problem: 40))),
    ("-", .standardInput),
    ("19_ReLU.py", .name("19_ReLU.py")),
    ("ReLU", .name("ReLU")),
    ("prompt_1_1.txt", .name("prompt_1_1.txt")),
    ("./19_ReLU.py", .path("./19_ReLU.py")),
    ("Examples/01_swish.py", .path("Examples/01_swish.py")),
    ("/tmp/1/19", .path("/tmp/1/19")),
    ("1/19_ReLU.py", .path("1/19_ReLU.py")),
    ("1/", .path("1/")),
    ("1/99999999999999999999", .path("1/99999999999999999999")),
    ("-1/2", .path("-1/2")),
  ])
  func `are read as the table says`(text: String, reference: ProblemReference) throws {
    #expect(try ProblemReference(text) == reference)
  }

  @Test(arguments: ["", "  ", "\t"])
  func `that are blank are refused`(text: String) {
    #expect { try ProblemReference(text) } throws: { ($0 as? KernelBenchError)?.code == .invalidReference }
  }

  @Test func `that are a lone number ask for the level`() {
    #expect { try ProblemReference("19") } throws: { "\($0)".contains("such as 1/19") }
  }

  @Test(arguments: ["1/19", "-", "./a.py", "ReLU"])
  func `are written as they are read`(text: String) throws {
    #expect(try ProblemReference(text).description == text)
  }

  @Test func `order by level and then by number`() {
    let ids = [(2, 1), (1, 100), (1, 9), (1, 19)].map { ProblemID(level: $0.0, problem: $0.1) }
    #expect(ids.sorted().map(\.description) == ["1/9", "1/19", "1/100", "2/1"])
  }
}

@Suite struct `File names` {
  @Test func `of a run folder are KernelBench's`() {
    let id = ProblemID(level: 1, problem: 19)
    #expect(RunFileName(id, sample: 0, content: .kernel).description == "level_1_problem_19_sample_0_kernel.py")
    #expect(RunFileName(id, sample: 12, content: .prompt).description == "level_1_problem_19_sample_12_prompt.txt")
    #expect(PromptFileName(id).description == "prompt_1_19.txt")
  }

  @Test(arguments: [0, 1, 2, 3, 4, 5, 6, 7])
  func `that are written are read back`(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    let id = ProblemID(
      level: Int.random(in: 0...9, using: &generator), problem: Int.random(in: 0...Int.max, using: &generator))
    for content in RunFileName.Content.allCases {
      let name = RunFileName(id, sample: Int.random(in: 0...1000, using: &generator), content: content)
      #expect(RunFileName(name.description) == name)
    }
    #expect(PromptFileName(PromptFileName(id).description)?.id == id)
  }

  @Test(arguments: [
    "", "level_1_problem_19_sample_0_kernel.txt", "level_1_problem_19_sample_0",
    "level_a_problem_19_sample_0_kernel.py",
    "level_1_problem__sample_0_kernel.py", "level_1_problem_19_sample_-1_kernel.py", "prompt_1.txt", "prompt_1_2_3.txt",
    "prompt_1_+2.txt", "19.py", "_ReLU.py", "19_.py", "x19_ReLU.py", "19_ReLU.txt",
  ])
  func `that are something else are refused`(name: String) {
    #expect(RunFileName(name) == nil)
    #expect(PromptFileName(name) == nil)
    #expect(ProblemFileName(name) == nil)
  }

  @Test(arguments: [
    ("19_ReLU.py", 19, "ReLU"), ("1_Square_matrix_multiplication_.py", 1, "Square_matrix_multiplication"),
    ("01_swish.py", 1, "swish"),
  ])
  func `of problems have a number and a name`(fileName: String, problem: Int, name: String) {
    #expect(ProblemFileName(fileName)?.problem == problem)
    #expect(ProblemFileName(fileName)?.name == name)
  }
}
