import ArgumentParser
import GPUModels
import KernelPrompting
import Testing

@testable import BasicCommands

/// What is set elsewhere reaches commands whose options have defaults of their own.
struct CommandDefaultsTests {
  static let file = """
    [defaults]
    gpu = "a100"
    precision = "bf16"
    temperature = 0.5
    max-tokens = 99
    trials = 2
    budget = "5m"
    endpoint = "openai:some"
    """

  static func arguments(_ line: String, environment: [String: String] = [:]) throws -> [String] {
    var found: [String] = []
    try SettingsFixture.with(project: file, environment: environment) { fixture in
      let settings = Result { () throws(ConfigurationError) in
        do { return try fixture.load() } catch let error as ConfigurationError { throw error } catch {
          throw ConfigurationError(.unreadable, "\(error)")
        }
      }
      found = try CommandDefaults.arguments(line.split(separator: " ").map(String.init)) {
        () throws(ConfigurationError) in try settings.get()
      }
    }
    return found
  }

  @Test func `a command takes those that it has an option for, and flags win`() throws {
    let generate = try #require(try Basic.parseAsRoot(Self.arguments("generate p.py --gpu t4")) as? Generate)
    #expect(generate.hardware.gpu == .t4 && generate.hardware.precision == .bf16)
    #expect(generate.sampling.temperature == 0.5 && generate.maxTokens == 99)
    let equals = try #require(try Basic.parseAsRoot(Self.arguments("generate p.py --gpu=t4")) as? Generate)
    #expect(equals.hardware.gpu == .t4)
    let check = try #require(try Basic.parseAsRoot(Self.arguments("check a.py b.py")) as? Check)
    #expect(check.gpu == .a100 && check.trials == 2)
  }

  @Test func `the environment wins over a file, and a bad value is a sentence`() throws {
    let generate = try #require(
      try Basic.parseAsRoot(Self.arguments("generate p.py", environment: ["BASIC_GPU": "l40s"])) as? Generate)
    #expect(generate.hardware.gpu == .l40s)
    #expect(throws: ConfigurationError.self) {
      try Self.arguments("generate p.py", environment: ["BASIC_GPU": "toaster"])
    }
  }

  @Test(arguments: ["bench passes", "bench replay answers.jsonl"])
  func `a default draft model does not stand in the way where none is used`(line: String) throws {
    let found = try Self.arguments(line, environment: ["BASIC_DRAFT": "draft.gguf", "BASIC_MODEL": "model.gguf"])
    #expect(found.contains("--model=model.gguf") && !found.contains { $0.contains("draft") }, "\(found)")
  }

  @Test func `a program's own arguments stay its own`() throws {
    let found = try Self.arguments("run program.cu -- --gpu t4 x")
    #expect(found == ["run", "--gpu=a100", "program.cu", "--", "--gpu", "t4", "x"])
  }

  @Test(arguments: [
    "solve p.py", "suite run --level 1", "doctor", "--help", "generate --help", "config show", "generate", "nonsense",
    "", "help check",
  ])
  func `other commands, and what cannot be read, stay as they are`(line: String) throws {
    #expect(try Self.arguments(line) == line.split(separator: " ").map(String.init))
  }
}
