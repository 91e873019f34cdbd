import KernelBench
import Testing

@Suite struct `A catalog` {
  private static let files = [
    "level1/19_ReLU.py": moduleSource, "level1/2_Standard_matmul_.py": moduleSource,
    "level1/100_HingeLoss.py": moduleSource,
    "level1/README.md": "", "level1/helper.py": "", "level2/1_Conv2D_ReLU.py": moduleSource,
    "level10/1_Late.py": moduleSource,
    "levels/1_None.py": "",
  ]

  @Test(arguments: ["KernelBench/", ""])
  func `lists a checkout from its root and from the folder of its levels`(prefix: String) throws {
    try withTemporaryFolder { folder in
      try write(Dictionary(uniqueKeysWithValues: Self.files.map { (prefix + $0, $1) }), in: folder)
      let catalog = try ProblemCatalog(directory: folder + "/")
      #expect(catalog.levels == [1, 2, 10])
      #expect(catalog.entries.map(\.id.description) == ["1/2", "1/19", "1/100", "2/1", "10/1"])
      #expect(catalog.entries(level: 1).map(\.name) == ["Standard_matmul", "ReLU", "HingeLoss"])
      #expect(catalog.entries[1].path == "\(folder)/\(prefix)level1/19_ReLU.py")
      #expect(catalog.entries(level: 3).isEmpty)
    }
  }

  @Test func `lists a level's folder`() throws {
    try withTemporaryFolder { folder in
      try write(Self.files, in: folder)
      let catalog = try ProblemCatalog(directory: folder + "/level2")
      #expect(catalog.entries.map(\.path) == ["\(folder)/level2/1_Conv2D_ReLU.py"])
    }
  }

  @Test func `refuses a folder that is none`() throws {
    try withTemporaryFolder { folder in
      try write(["level1/notes.txt": ""], in: folder)
      for directory in [folder, folder + "/missing", folder + "/level1/notes.txt"] {
        #expect { try ProblemCatalog(directory: directory) } throws: {
          ($0 as? KernelBenchError)?.code == .checkoutNotFound && "\($0)".contains(directory)
        }
      }
    }
  }

  @Test func `is looked for at the option, then in the environment`() throws {
    try withTemporaryFolder { folder in
      try write(["a/level1/1_A.py": "", "b/level1/1_B.py": ""], in: folder)
      let environment = ["KERNELBENCH_DIR": folder + "/b"]
      #expect(try ProblemCatalog.find(directory: folder + "/a", environment: environment).entries[0].name == "A")
      #expect(try ProblemCatalog.find(directory: nil, environment: environment).entries[0].name == "B")
      #expect { try ProblemCatalog.find(directory: nil, environment: ["KERNELBENCH_DIR": ""]) } throws: {
        "\($0)".contains("git clone") && "\($0)".contains("--kernelbench")
      }
    }
  }

  @Test(arguments: [
    ("19_ReLU.py", "1/19"), ("19_relu", "1/19"), ("relu", "1/19"), ("2_Standard_matmul", "1/2"),
    ("Standard_matmul_", "1/2"),
    ("Late", "10/1"),
  ])
  func `finds problems by their names`(name: String, id: String) throws {
    try withTemporaryFolder { folder in
      try write(Self.files, in: folder)
      #expect(try ProblemCatalog(directory: folder).entry(named: name).id.description == id)
    }
  }

  @Test(arguments: [
    ("RELU6", "1/19 (19_ReLU.py)"), ("HingLoss", "1/100 (100_HingeLoss.py)"), ("conv2d", "2/1 (1_Conv2D_ReLU.py)"),
    ("19_Relux.py", "1/19 (19_ReLU.py)"), ("qqqqqqqqq", "List the problems"),
  ])
  func `suggests what is near to a name that it lacks`(name: String, advice: String) throws {
    try withTemporaryFolder { folder in
      try write(Self.files, in: folder)
      let catalog = try ProblemCatalog(directory: folder)
      #expect { try catalog.entry(named: name) } throws: {
        ($0 as? KernelBenchError)?.code == .problemNotFound && "\($0)".contains(advice)
      }
    }
  }

  @Test(arguments: [
    (ProblemID(level: 1, problem: 20), "level 1 has problems 2, 19 and 100"),
    (ProblemID(level: 2, problem: 7), "level 2 has problem 1."),
    (ProblemID(level: 5, problem: 1), "has levels 1 to 2 and 10"),
  ])
  func `says which numbers there are`(id: ProblemID, advice: String) throws {
    try withTemporaryFolder { folder in
      try write(Self.files, in: folder)
      let catalog = try ProblemCatalog(directory: folder)
      #expect { try catalog.entry(id) } throws: {
        ($0 as? KernelBenchError)?.code == .problemNotFound && "\($0)".contains(advice)
      }
    }
  }

  @Test func `does not choose between two files of one number or name`() throws {
    try withTemporaryFolder { folder in
      try write(["level1/1_A.py": "", "level1/1_B.py": "", "level2/3_A.py": ""], in: folder)
      let catalog = try ProblemCatalog(directory: folder)
      for body in [{ try catalog.entry(ProblemID(level: 1, problem: 1)) }, { try catalog.entry(named: "a") }] {
        #expect { try body() } throws: { ($0 as? KernelBenchError)?.code == .ambiguousProblem }
      }
    }
  }

  @Test(.enabled(if: TestData.isThere, "\(TestData.isMissing)"))
  func `of the benchmark has its 270 problems, and each is valid`() throws {
    let catalog = try ProblemCatalog(directory: TestData.checkout)
    #expect(catalog.levels == [1, 2, 3, 4])
    #expect(catalog.levels.map { catalog.entries(level: $0).count } == [100, 100, 50, 20])
    let loader = ProblemLoader(directory: TestData.checkout, environment: [:])
    for entry in catalog.entries {
      let problem = try loader.load(.id(entry.id))
      #expect(problem.id == entry.id && problem.kind == .module && problem.name == entry.name)
      #expect(problem.outputName == "level_\(entry.id.level)_problem_\(entry.id.problem)")
    }
  }
}
