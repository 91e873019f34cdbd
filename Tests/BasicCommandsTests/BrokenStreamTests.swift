import Foundation
import Testing

@Suite(.enabled(if: CommandLineTool.hasModels, Comment(rawValue: CommandLineTool.noModels)))
struct BrokenStreamTests {
  private func shell(_ script: String, _ folder: String) throws -> CommandLineTool.Outcome {
    try CommandLineTool(folder: folder, program: "/bin/sh")
      .run(["-c", script, CommandLineTool.executable ?? "", CommandLineTool.example])
  }

  @Test func `a reader that leaves is no crash`() throws {
    try TemporaryFolder.with { folder in
      let outcome = try shell(
        "\"$0\" generate \"$1\" --max-tokens 40 --format json --output out | head -1; wait", folder)
      #expect(outcome.status == 0)
      #expect(outcome.output == "{\n")
      #expect(!outcome.errors.contains("Fatal") && !outcome.errors.contains("Backtrac"))
      let help = try shell("\"$0\" generate --help | head -1", folder)
      #expect(help.output.hasPrefix("OVERVIEW"))
      let ignored = try shell("trap '' PIPE; \"$0\" generate \"$1\" --max-tokens 40 --format json | true; wait", folder)
      #expect(!ignored.errors.contains("Error"))
    }
  }

  @Test(.enabled(if: FileManager.default.fileExists(atPath: "/dev/full")))
  func `a result that cannot be written is a failure`() throws {
    try TemporaryFolder.with { folder in
      for command in ["prompt \"$1\"", "generate \"$1\" --max-tokens 8 --format json", "doctor"] {
        let outcome = try shell("\"$0\" \(command) >/dev/full", folder)
        #expect(outcome.status == 70, "\(command)")
        #expect(outcome.errors.contains("Error: Standard output could not be written: No space left on device."))
      }
    }
  }

  @Test func `closed streams take no file's place`() throws {
    try TemporaryFolder.with { folder in
      let outcome = try shell(
        "\"$0\" generate \"$1\" --max-tokens 8 --format json --trace trace.jsonl >&- 2>&- <&-; echo $?", folder)
      #expect(["0\n", "1\n"].contains(outcome.output))
      let trace = try TemporaryFolder.read(folder + "/trace.jsonl")
      #expect(trace.hasPrefix("{") && !trace.contains("\n  "))
    }
  }

  @Test func `a full disk leaves what was there before, and the text on standard output`() throws {
    try TemporaryFolder.with { folder in
      try FileManager.default.createDirectory(atPath: folder + "/out", withIntermediateDirectories: true)
      try TemporaryFolder.write("earlier", folder + "/out/01_swish_report.json")
      // A limit on the size of files fails as a full disk does: in the middle of a write.
      let outcome = try shell(
        "limit() { trap '' XFSZ; ulimit -f 1; exec \"$@\"; }; "
          + "(limit \"$0\" generate \"$1\" --max-tokens 40 --format json --output out 2>&1) | cat; "
          + "(limit \"$0\" generate \"$1\" --max-tokens 40 --output new/out >/dev/null 2>&1); echo \"status $?\"",
        folder)
      #expect(outcome.output.contains("\"schemaVersion\""))
      #expect(outcome.output.contains("Error: out/01_swish_report.json could not be written: File too large."))
      #expect(outcome.output.hasSuffix("status 70\n"))
      #expect(try TemporaryFolder.names(folder + "/out") == ["01_swish_report.json"])
      #expect(try TemporaryFolder.read(folder + "/out/01_swish_report.json") == "earlier")
      #expect(!FileManager.default.fileExists(atPath: folder + "/new"))
    }
  }
}
