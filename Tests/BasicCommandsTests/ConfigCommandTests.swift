import Foundation
import Testing

@Suite(.enabled(if: CommandLineTool.isBuilt, Comment(rawValue: CommandLineTool.notBuilt)))
struct ConfigCommandTests {
  private func run(
    _ arguments: [String], file: String? = nil, _ environment: [String: String] = [:]
  ) throws -> CommandLineTool.Outcome {
    try TemporaryFolder.with { folder in
      if let file { try TemporaryFolder.write(file, folder + "/basic.toml") }
      return try CommandLineTool(folder: folder, environment: environment).run(["config"] + arguments)
    }
  }

  @Test func `show says what is set, from the working folder on`() throws {
    let outcome = try run(["show"], file: "[defaults]\ngpu = \"t4\"\n", ["BASIC_BUDGET": "5m"])
    #expect(outcome.status == 0)
    #expect(outcome.errors.isEmpty)
    let lines = outcome.output.split(separator: "\n").map { $0.split(separator: " ").joined(separator: " ") }
    #expect(lines.contains { $0.hasPrefix("gpu t4 ") && $0.hasSuffix("/basic.toml:2") })
    #expect(lines.contains("budget 5m environment variable BASIC_BUDGET"))
    #expect(lines.contains("device auto default"))
  }

  @Test func `show takes flags, and gives JSON`() throws {
    let outcome = try run(["show", "--set", "gpu=a100", "--format", "json"], ["BASIC_GPU": "t4"])
    #expect(outcome.status == 0)
    #expect(outcome.output.contains(#""label" : "flag --gpu""#))
    #expect(
      (try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any])?["schemaVersion"] != nil)
  }

  @Test(arguments: [
    (
      "[defaults]\ngpuu = \"t4\"\n", ["show"],
      "basic.toml, line 2: There is no “gpuu” in [defaults]. Did you mean “gpu”?"
    ),
    ("", ["show", "--set", "gpu"], "--set gpu: say NAME=VALUE"), ("", ["show", "--set", "a=b"], "endpoint, model"),
    ("", ["show", "--set", "gpu=b200"], "--gpu: “gpu” must be a GPU"),
    ("", ["check", "none.toml"], "There is no file none.toml"),
    ("[endpoints.x]\nmodel = \"m\"\n", ["check", "basic.toml"], "no address"),
    ("x", ["check", "basic.toml"], "line 1: this is not TOML"),
  ])
  func `what cannot be used ends with status 64 and a sentence`(file: String, arguments: [String], words: String) throws
  {
    let outcome = try run(arguments, file: file)
    #expect(outcome.status == 64)
    #expect(outcome.output.isEmpty)
    #expect(outcome.errors.hasPrefix("Error: ") && outcome.errors.contains(words), "\(outcome.errors)")
  }

  @Test func `path works where the files do not`() throws {
    let outcome = try run(["path"], file: "[", ["XDG_CONFIG_HOME": "/nowhere/config"])
    #expect(outcome.status == 0)
    let lines = outcome.output.split(separator: "\n")
    #expect(lines.count == 3)
    #expect(lines[0].contains("/basic.toml  ") && lines[0].hasSuffix("the project's file"))
    #expect(lines[1].contains("/.env  ") && lines[1].hasSuffix("keys, not there"))
    #expect(
      lines[2].hasPrefix("/nowhere/config/basic/basic.toml  ") && lines[2].hasSuffix("the user's file, not there"))
  }

  @Test func `check passes the example`() throws {
    let outcome = try run(["check", CommandLineTool.checkout + "/Examples/basic.toml"])
    #expect(outcome.status == 0)
    #expect(outcome.output.hasSuffix("/Examples/basic.toml: it can be used.\n"))
  }
}
