import Foundation
import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

@Suite(.enabled(if: CommandLineTool.hasModels, Comment(rawValue: CommandLineTool.noModels)))
struct InterruptionTests {
  private static let arguments = [
    "generate", CommandLineTool.example, "--max-tokens", "4000", "--context", "6000", "--output", "out",
  ]

  @Test(arguments: ["loading", "reading the prompt", "writing"], [SIGINT, SIGTERM])
  func `Ctrl-C ends every phase with 130, and leaves nothing`(phase: String, signal: Int32) throws {
    try TemporaryFolder.with { folder in
      let outcome = try CommandLineTool(folder: folder, action: .signal(signal, whenErrorsHold: phase))
        .run(Self.arguments)
      #expect(outcome.status == 130)
      #expect(outcome.output.isEmpty)
      #expect(outcome.errors.contains("Error: Interrupted"))
      #expect(try TemporaryFolder.names(folder).isEmpty)
    }
  }

  @Test func `Ctrl-C while compiling takes the compilers along`() throws {
    try TemporaryFolder.with { folder in
      // A compiler that never answers, and says who it is.
      let nvcc = folder + "/nvcc"
      try TemporaryFolder.write("#!/bin/sh\necho $$ >\"\(folder)/pid\"\nsleep 600 & wait\n", nvcc)
      chmod(nvcc, 0o755)
      let outcome = try CommandLineTool(
        folder: folder, environment: ["BASIC_NVCC": nvcc, "TMPDIR": folder + "/tmp"],
        action: .signal(SIGINT, whenErrorsHold: "compiling")
      ).run(["generate", CommandLineTool.example, "--max-tokens", "4", "--output", "out"])
      #expect(outcome.status == 130)
      #expect(!FileManager.default.fileExists(atPath: folder + "/out"))
      if let pid = (try? TemporaryFolder.read(folder + "/pid")).flatMap({ Int32($0.dropLast()) }) {
        usleep(200_000)
        #expect(kill(pid, 0) != 0, "the compiler is still there")
      }
      let left = (try? TemporaryFolder.names(folder + "/tmp")) ?? []
      #expect(left.isEmpty)
    }
  }

  @Test func `the trace of an interrupted run is whole up to its last line`() throws {
    try TemporaryFolder.with { folder in
      let outcome = try CommandLineTool(folder: folder, action: .signal(SIGINT, whenErrorsHold: "writing"))
        .run(Self.arguments + ["--trace", "trace.jsonl"])
      #expect(outcome.status == 130)
      let trace = try TemporaryFolder.read(folder + "/trace.jsonl")
      #expect(trace.hasSuffix("\n"))
      for line in trace.split(separator: "\n") {
        #expect(throws: Never.self) { try JSONSerialization.jsonObject(with: Data(line.utf8)) }
      }
    }
  }

  @Test func `Ctrl-C while waiting for standard input ends at once`() throws {
    try TemporaryFolder.with { folder in
      let outcome = try CommandLineTool(folder: folder, input: .silence, action: .signalAfter(SIGINT, seconds: 0.7))
        .run(["generate", "-"])
      #expect(outcome.status == 130)
      #expect(outcome.output.isEmpty)
    }
  }

  @Test func `what a shell has switched off stays off`() throws {
    try TemporaryFolder.with { folder in
      let script = "trap '' INT; exec \"$0\" \"$@\""
      let outcome = try CommandLineTool(
        folder: folder, action: .signal(SIGINT, whenErrorsHold: "writing"), program: "/bin/sh"
      ).run(
        ["-c", script, CommandLineTool.executable ?? "", "generate", CommandLineTool.example, "--max-tokens", "30"])
      #expect(outcome.status == 0 || outcome.status == 1)
      #expect(outcome.errors.contains("wrote"))
    }
  }
}
