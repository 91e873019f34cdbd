import ArgumentParser
import Testing

@testable import BasicCommands

struct ExitStatusTests {
  private struct Unexpected: Error {}

  @Test func `errors have their status`() {
    #expect(Basic.failure(for: Unexpected())?.status == .internalFailure)
    #expect(Basic.failure(for: CancellationError())?.status == .interrupted)
    #expect(Basic.failure(for: FileError(description: ""))?.status == .internalFailure)
    #expect(Basic.failure(for: CommandFailure(.badResult))?.message == nil)
    do {
      _ = try Basic.parseAsRoot(["generate"])
      Issue.record("there is no problem")
    } catch {
      #expect(Basic.failure(for: error) == nil)
      #expect(Basic.exitCode(for: error).rawValue == 64)
    }
  }
}
