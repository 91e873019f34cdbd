import Foundation
import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A command line that cannot work, and what has to come of it.
struct BadInput: CustomTestStringConvertible, Sendable {
  var arguments: [String]
  /// What the sentence must contain.
  var words: [String]
  var input = ""
  var environment: [String: String] = [:]

  init(_ arguments: String, _ words: String..., input: String = "", environment: [String: String] = [:]) {
    self.arguments = arguments.split(separator: " ").map(String.init)
    self.words = words
    self.input = input
    self.environment = environment
  }

  var testDescription: String { "basic " + arguments.joined(separator: " ") }

  static let ofArguments = [
    BadInput("generate", "Missing expected argument", "<problem>"),
    BadInput("generate swish.py --gpu b200", "b200", "h100", "t4"),
    BadInput("generate swish.py --precision fp8", "fp8", "bf16"),
    BadInput("generate swish.py --speculation maybe", "maybe", "auto"),
    BadInput("generate swish.py --chat-template nothing", "no chat template “nothing”", "chatml"),
    BadInput("generate swish.py --max-tokens 0", "--max-tokens", "at least 1|between 1"),
    BadInput("generate swish.py --max-tokens 9223372036854775807", "--max-tokens", "1048576"),
    BadInput("generate swish.py --max-tokens 99999999999999999999", "99999999999999999999"),
    BadInput("generate swish.py --time-limit 0", "--time-limit"),
    BadInput("generate swish.py --time-limit nan", "--time-limit"),
    BadInput("generate swish.py --time-limit 1e300", "--time-limit"),
    BadInput("generate swish.py --tree-time 1e300", "--tree-time"),
    BadInput("generate swish.py --tree-nodes 0", "--tree-nodes"),
    BadInput("generate swish.py --tree-nodes 100000", "--tree-nodes", "1000"),
    BadInput("generate swish.py --tree-depth 9223372036854775807", "--tree-depth"),
    BadInput("generate swish.py --nodes-per-level -1", "--nodes-per-level|Missing value"),
    BadInput("generate swish.py --context 5000000000", "--context", "1048576"),
    BadInput("generate swish.py --context 1", "--context"),
    BadInput("generate swish.py --threads 0", "--threads"),
    BadInput("generate swish.py --threads 513", "--threads", "512"),
    BadInput("generate swish.py --temperature nan", "temperature"),
    BadInput("generate swish.py --temperature=-1", "temperature", "0 or more"),
    BadInput("generate swish.py --top-p 0", "top-p"),
    BadInput("generate swish.py --top-k=-1", "top-k"),
    BadInput("generate swish.py --min-p 2", "min-p"),
    BadInput("generate swish.py --repeat-penalty 0", "repetition penalty"),
    BadInput("generate swish.py --seed=-1", "seed"),
    BadInput("generate swish.py --verification without-replacement --speculation suffix", "--speculation tree"),
    BadInput("generate swish.py --colour", "--colour"),
    BadInput("bench decode --rounds 0", "--rounds"),
    BadInput("bench decode --problems nowhere.py", "nowhere.py"),
    BadInput("doctor --format yaml", "yaml", "json"),
    BadInput("doctor --quick --model m.gguf", "--quick"),
    BadInput("compile swish.py", "compile"),
  ]

  static let ofProblems = [
    BadInput("generate swich.py", "no file swich.py"),
    BadInput("generate ./swich.py", "There is no file ./swich.py", "Did you mean ./swish.py?"),
    BadInput("prompt ./swich.py", "Did you mean ./swish.py?"),
    BadInput("generate 1/19", "No KernelBench checkout", "--kernelbench", "git clone"),
    BadInput("generate 19", "of which level", "1/19"),
    BadInput("generate 1/19 --kernelbench nowhere", "nowhere"),
    BadInput("generate 1/3 --kernelbench bench", "There is no problem 1/3", "problems 1 to 2"),
    BadInput("generate 7/1 --kernelbench bench", "There is no level 7"),
    BadInput("generate Swich --kernelbench bench", "Did you mean 1/1 (1_Swish.py)?"),
    BadInput("generate .", "folder"),
    BadInput("generate latin1.py", "not UTF-8"),
    BadInput("generate empty.py", "empty"),
    BadInput("generate no_model.py", "no `class Model`"),
    BadInput("generate no_inputs.py", "get_inputs"),
    BadInput("generate -", "Standard input is empty"),
    BadInput("generate -", "Standard input is no problem", input: "hello"),
    BadInput("prompt -", "Standard input is empty"),
  ]

  static let ofFiles = [
    BadInput("generate swish.py --output swish.py", "--output swish.py is a file", "Name a folder"),
    BadInput("generate swish.py --output swish.py/below", "swish.py is a file"),
    BadInput("generate swish.py --output /dev/null", "/dev/null is a file"),
    BadInput("prompt swish.py --output swish.py", "is a file"),
    BadInput("generate swish.py --trace nowhere/trace.jsonl", "no folder nowhere"),
    BadInput("generate swish.py --trace bench", "is a folder"),
  ]

  static let ofModels = [
    BadInput("generate swish.py", "BASIC_MODELS is /no/models", environment: ["BASIC_MODELS": "/no/models"]),
    BadInput("generate swish.py --model nowhere.gguf", "There is no model file at nowhere.gguf"),
    BadInput("generate swish.py --model .", "is not a file"),
    BadInput("generate swish.py --model swish.py", "not a model in GGUF format", "GGUF"),
    BadInput("generate swish.py --model empty.py", "it is empty"),
    BadInput("generate swish.py --model truncated.gguf", "it ends before the weights of"),
    BadInput("generate swish.py --draft nowhere.gguf", "There is no model file at nowhere.gguf"),
    BadInput("generate swish.py --draft truncated.gguf", "it ends before the weights of"),
    BadInput("generate swish.py --draft foreign.gguf", "foreign.gguf cannot draft", "vocabulary"),
    BadInput("generate swish.py --context 16", "The prompt has", "--context"),
    BadInput("generate long.py", "The prompt has", "trained for"),
    BadInput("bench decode --problems swish.py --model nowhere.gguf", "There is no model file"),
  ]
}

/// A folder with files of every wrong kind.
private func withBadFiles<Result>(models: Bool = false, _ body: (String) throws -> Result) throws -> Result {
  try TemporaryFolder.with { folder in
    let module = try TemporaryFolder.read(CommandLineTool.example)
    func write(_ text: String, _ name: String) throws { try TemporaryFolder.write(text, folder + "/" + name) }
    try write(module, "swish.py")
    try write("", "empty.py")
    try write(module.replacing("class Model(", with: "class Swish("), "no_model.py")
    try write(module.replacing("def get_inputs", with: "def inputs"), "no_inputs.py")
    try write(module + "\n" + String(repeating: "weights = [1, 2, 3, 4, 5, 6, 7, 8]\n", count: 4000), "long.py")
    try Data([UInt8(ascii: "#"), 0xE4, 0xF6, 0x0A] + Array(module.utf8)).write(to: URL(filePath: folder + "/latin1.py"))
    try FileManager.default.createDirectory(
      atPath: folder + "/bench/KernelBench/level1", withIntermediateDirectories: true)
    for name in ["1_Swish.py", "2_Tanh.py"] { try write(module, "bench/KernelBench/level1/" + name) }
    if models {
      let target = try Data(contentsOf: URL(filePath: CommandLineTool.models + "/basic-kernel-target-q8_0.gguf"))
      try target.prefix(100_000).write(to: URL(filePath: folder + "/truncated.gguf"))
      var draft = try Data(contentsOf: URL(filePath: CommandLineTool.models + "/basic-kernel-draft-q8_0.gguf"))
      // Another vocabulary: one token reads otherwise.
      if let place = draft.range(of: Data("<|problem|>".utf8)) {
        draft.replaceSubrange(place, with: Data("<|pr0blem|>".utf8))
      }
      try draft.write(to: URL(filePath: folder + "/foreign.gguf"))
    }
    return try body(folder)
  }
}

private func check(_ bad: BadInput) throws {
  try withBadFiles(models: bad.arguments.contains { $0.hasSuffix(".gguf") }) { folder in
    let before = try TemporaryFolder.names(folder)
    let tool = CommandLineTool(folder: folder, environment: bad.environment, input: .text(bad.input))
    let outcome = try tool.run(bad.arguments)
    #expect(outcome.status == 64)
    #expect(outcome.output.isEmpty)
    let error = outcome.errors.split(separator: "\n").first { $0.hasPrefix("Error: ") }.map(String.init)
    let sentence = try #require(error, "no error in: \(outcome.errors)")
    for words in bad.words {
      #expect(words.split(separator: "|").contains { outcome.errors.contains($0) }, "\(words) is not in: \(sentence)")
    }
    #expect(try TemporaryFolder.names(folder) == before)
  }
}

@Suite(.enabled(if: CommandLineTool.isBuilt, Comment(rawValue: CommandLineTool.notBuilt)))
struct BadInputTests {
  @Test(arguments: BadInput.ofArguments)
  func `wrong arguments get a sentence and status 64`(bad: BadInput) throws { try check(bad) }

  @Test(arguments: BadInput.ofProblems)
  func `wrong problems get a sentence and status 64`(bad: BadInput) throws { try check(bad) }

  @Test(arguments: BadInput.ofFiles)
  func `places that cannot be written are found before the work`(bad: BadInput) throws {
    // No models: the place is wrong whatever they are.
    var bad = bad
    bad.environment["BASIC_MODELS"] = "/no/models"
    try check(bad)
  }

  @Test(
    .enabled(if: CommandLineTool.hasModels, Comment(rawValue: CommandLineTool.noModels)), arguments: BadInput.ofModels)
  func `wrong models get a sentence and status 64`(bad: BadInput) throws { try check(bad) }

  @Test(.enabled(if: getuid() != 0, "everything may be written by root"))
  func `a folder that may not be written is found before the work`() throws {
    try withBadFiles { folder in
      try FileManager.default.createDirectory(atPath: folder + "/locked", withIntermediateDirectories: true)
      chmod(folder + "/locked", 0o500)
      let outcome = try CommandLineTool(folder: folder).run(["generate", "swish.py", "--output", "locked"])
      #expect(outcome.status == 64)
      #expect(outcome.errors.contains("nothing can be written"))
    }
  }

  @Test func `an earlier trace survives a run that does not begin`() throws {
    try withBadFiles { folder in
      try TemporaryFolder.write("earlier\n", folder + "/trace.jsonl")
      let outcome = try CommandLineTool(folder: folder).run(
        ["generate", "swish.py", "--model", "nowhere.gguf", "--trace", "trace.jsonl"])
      #expect(outcome.status == 64)
      #expect(try TemporaryFolder.read(folder + "/trace.jsonl") == "earlier\n")
    }
  }
}
