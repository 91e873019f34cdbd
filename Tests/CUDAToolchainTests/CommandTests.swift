import CUDAToolchain
import Foundation
import Testing

@Suite struct `A command` {
  private func run(_ script: String, memory: Int = 1 << 30, output: Int = 1 << 20) async throws -> Command.Result {
    try await Folders.withTemporary { folder in
      try await Command(
        executable: "/bin/sh", arguments: ["-c", script], folder: folder, environment: ["PATH": "/usr/bin:/bin"],
        timeLimit: .seconds(30), memoryLimit: memory, outputLimit: output
      ).run()
    }
  }

  @Test func `within its limits says what it has to say`() async throws {
    let result = try await run("echo out; echo err >&2; exit 3")
    #expect(result.ending == .exited(3))
    #expect(result.excess == nil)
    #expect((result.standardOutput, result.standardError) == ("out\n", "err\n"))
  }

  @Test func `with too much to say is ended`() async throws {
    let result = try await run("while :; do echo xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx; done")
    #expect(result.excess == .output)
    #expect(result.ending == .signalled(9))
  }

  @Test func `with too much in memory is ended, whichever of its processes holds it`() async throws {
    // tail keeps what has no end of a line, and is nobody's last command.
    let result = try await run("tail -n 1 /dev/zero | cat; echo survived", memory: 200 << 20)
    #expect(result.excess == .memory)
    #expect(result.ending == .signalled(9))
    #expect(!result.standardOutput.contains("survived"))
  }
}
