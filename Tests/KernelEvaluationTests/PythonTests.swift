import CUDAToolchain
import Foundation
import KernelEvaluation
import Testing

/// The worker's own tests, in Python: unittest runs them, one process for each file.
@Suite(
  .enabled(if: Judging.areToolsThere, "the worker's tests need a Python with PyTorch: run make setup"), .serialized)
struct PythonTests {
  static let files: [String] =
    ((try? FileManager.default.contentsOfDirectory(atPath: Judging.folder + "/Python")) ?? [])
    .filter { $0.hasPrefix("test_") && $0.hasSuffix(".py") }.sorted()

  @Test func thereAreTests() { #expect(Self.files.count >= 4) }

  @Test(arguments: files)
  func theFilesTestsPass(file: String) async throws {
    let tools = try Judging.tools.get()
    let result = try await Folders.withTemporary { folder in
      var environment = Judging.environment
      environment["BASIC_VGPU_REPORT"] = folder + "/report.jsonl"
      return try await Command(
        executable: tools.pytorch.python, arguments: ["-B", "-m", "unittest", "-v", file],
        folder: Judging.folder + "/Python", environment: environment, timeLimit: .seconds(900)
      ).run()
    }
    #expect(result.ending == .exited(0), "\(result.standardError.suffix(6000))")
    // unittest says how many there were, and a file without any is a mistake.
    let count = result.standardError.split(separator: "\n").first { $0.hasPrefix("Ran ") }
    #expect(count.map { !$0.hasPrefix("Ran 0 ") } == true)
  }
}
