import ArgumentParser
import Foundation
import Testing

@testable import BasicCommands

@Suite(.enabled(if: CommandLineTool.isBuilt, Comment(rawValue: CommandLineTool.notBuilt)))
struct HelpTests {
  /// All commands by the words that call them, the root first.
  static let commands = words(of: Basic.self, after: [])

  private static func words(of command: any ParsableCommand.Type, after words: [String]) -> [[String]] {
    [words]
      + command.configuration.subcommands.flatMap { Self.words(of: $0, after: words + [$0._commandName]) }
  }

  @Test(arguments: commands)
  func `the help of every command is as it was read last`(command: [String]) throws {
    let outcome = try TemporaryFolder.with { try CommandLineTool(folder: $0).run(command + ["--help"]) }
    #expect(outcome.status == 0)
    #expect(outcome.errors.isEmpty)
    try Golden.check(outcome.output, (["help"] + command).joined(separator: "-") + ".txt")
  }

  // `bench` only names those below it.
  @Test(arguments: commands.filter { $0 != ["bench"] })
  func `help has examples and fits 80 columns`(command: [String]) throws {
    let outcome = try TemporaryFolder.with { try CommandLineTool(folder: $0).run(command + ["--help"]) }
    #expect(outcome.output.contains("Examples:\n  basic "))
    for line in outcome.output.split(separator: "\n") where !line.hasPrefix("USAGE") { #expect(line.count <= 80) }
    // An example that had to be wrapped could not be copied.
    let examples = outcome.output.split(separator: "\n").drop { $0 != "Examples:" }.dropFirst().prefix {
      $0.hasPrefix("  ")
    }
    #expect(!examples.isEmpty)
    for example in examples { #expect(example.hasPrefix("  basic ")) }
  }

  @Test func `files that the help names exist`() throws {
    let outcome = try TemporaryFolder.with { try CommandLineTool(folder: $0).run(["generate", "--help"]) }
    let words = outcome.output.split { $0.isWhitespace }.filter { $0.hasPrefix("Examples/") }
    #expect(!words.isEmpty)
    for word in words {
      #expect(FileManager.default.fileExists(atPath: CommandLineTool.checkout + "/" + word), "\(word)")
    }
  }

  @Test func `--version is one line`() throws {
    let outcome = try TemporaryFolder.with { try CommandLineTool(folder: $0).run(["--version"]) }
    #expect(outcome.status == 0)
    #expect(outcome.output.split(separator: "\n").count == 1)
    #expect(outcome.output.first?.isNumber == true)
  }

  @Test(arguments: ["bash", "zsh", "fish"])
  func `completion scripts are made, and the shell can read its own`(shell: String) throws {
    try TemporaryFolder.with { folder in
      let outcome = try CommandLineTool(folder: folder).run(["--generate-completion-script", shell])
      #expect(outcome.status == 0)
      for word in ["sample-and-walk", "rtx4090", "suffix", "gguf", "chatml", "jsonl"] {
        #expect(outcome.output.contains(word), "\(word) is not completed")
      }
      let program = ["/bin/", "/usr/bin/", "/usr/local/bin/"].map { $0 + shell }
        .first { FileManager.default.isExecutableFile(atPath: $0) }
      guard let program else { return }
      try TemporaryFolder.write(outcome.output, folder + "/script")
      let reading = try CommandLineTool(folder: folder, program: program).run(["-n", "script"])
      #expect(reading.status == 0, "\(reading.errors)")
    }
  }
}
