import Foundation
import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// `basic check` as somebody calls it: statuses, what goes where, and what is left behind.
@Suite(.enabled(if: CommandLineTool.isBuilt, Comment(rawValue: CommandLineTool.notBuilt)), .serialized)
struct CheckCommandTests {
  /// A candidate that PyTorch does the work of: judged without a compiler.
  static let wrapper = """
    import torch

    class ModelNew(torch.nn.Module):
        def forward(self, x):
            return x * torch.sigmoid(x)
    """

  static let hasPyTorch = FileManager.default.isExecutableFile(atPath: CommandLineTool.checkout + "/.python/bin/python")

  private func check(
    _ candidate: String?, _ arguments: [String] = [], reference: String = CommandLineTool.example,
    action: CommandLineTool.Action = .nothing
  ) throws -> (CommandLineTool.Outcome, left: [String]) {
    try TemporaryFolder.with { folder in
      if let candidate { try TemporaryFolder.write(candidate, folder + "/candidate.py") }
      // The compiler that set-up has installed, and this user's cache.
      let environment = ["TMPDIR": folder + "/tmp", "BASIC_NVCC": "", "XDG_CACHE_HOME": CommandLineTool.cache]
      let outcome = try CommandLineTool(folder: folder, environment: environment, action: action)
        .run(["check", reference, "candidate.py"] + arguments)
      return (outcome, (try? TemporaryFolder.names(folder + "/tmp")) ?? [])
    }
  }

  @Test(arguments: [
    (["--trials", "0"], "--trials"), (["--timeout", "0"], "--timeout"), (["--precision", "fp8"], "fp8"),
    (["--device", "tpu"], "tpu"), (["--gpu", "b9000"], "b9000"),
  ])
  func `a wrong option ends with 64`(arguments: [String], named: String) throws {
    let (outcome, _) = try check(Self.wrapper, arguments)
    #expect(outcome.status == 64)
    #expect(outcome.output.isEmpty)
    #expect(outcome.errors.contains(named))
  }

  @Test func `a candidate that is not there ends with 64 and a sentence`() throws {
    let (outcome, _) = try check(nil)
    #expect(outcome.status == 64)
    #expect(outcome.errors.contains("There is no file candidate.py"))
  }

  @Test func `a candidate whose bytes Python does not read is judged`() throws {
    try TemporaryFolder.with { folder in
      let text = Data("# ".utf8) + Data([0xFF, 0xFE]) + Data("\n\(Self.wrapper)".utf8)
      try text.write(to: URL(filePath: folder + "/candidate.py"))
      let outcome = try CommandLineTool(folder: folder).run(["check", CommandLineTool.example, "candidate.py"])
      #expect(outcome.status == 1)
      #expect(outcome.output.hasPrefix("verdict"))
      #expect(outcome.output.contains("compile-error: It is not Python: its bytes are not UTF-8."))
    }
  }

  @Test(
    .enabled(if: hasPyTorch, "set-up has not been run: there is no PyTorch"),
    .enabled(if: !FileManager.default.fileExists(atPath: "/dev/nvidia0"), "there is a GPU here"))
  func `a GPU that is not there is said`() throws {
    let (outcome, left) = try check(Self.wrapper, ["--device", "cuda"])
    #expect(outcome.status == 69)
    #expect(outcome.errors.contains("--device virtual"))
    #expect(outcome.output.isEmpty)
    #expect(left.isEmpty)
  }

  @Test(.enabled(if: hasPyTorch, "set-up has not been run: there is no PyTorch"))
  func `a judged and bad candidate ends with 1, its verdict on standard output`() throws {
    let (outcome, left) = try check(Self.wrapper)
    #expect(outcome.status == 1)
    #expect(outcome.output.hasPrefix("verdict"))
    #expect(outcome.output.contains("rejected: No kernel of its own ran"))
    #expect(outcome.errors.isEmpty)
    #expect(left.isEmpty)
  }

  @Test(.enabled(if: hasPyTorch, "set-up has not been run: there is no PyTorch"))
  func `what was not judged ends with 2, and JSON is one document`() throws {
    let (outcome, _) = try check("import triton\n" + Self.wrapper, ["--format", "json"])
    #expect(outcome.status == 2)
    let json = try #require(try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any])
    #expect(json["schemaVersion"] as? Int == 1)
    #expect(json["verdict"] as? String == "unsupported")
    #expect(json["speed"] as? String == "not-timed")
    #expect((json["reason"] as? String)?.contains("Triton") == true)
  }

  @Test(.enabled(if: hasPyTorch, "set-up has not been run: there is no PyTorch"))
  func `a reference that is none ends with 64`() throws {
    let (outcome, _) = try TemporaryFolder.with { folder in
      try TemporaryFolder.write(
        "import torch\nclass Model(torch.nn.Module):\n  pass\ndef get_inputs():\n  raise ValueError('never')\n",
        folder + "/reference.py")
      return try check(Self.wrapper, reference: folder + "/reference.py")
    }
    #expect(outcome.status == 64)
    #expect(outcome.output.isEmpty)
    #expect(outcome.errors.contains("never"))
  }

  @Test(
    .enabled(if: hasPyTorch, "set-up has not been run: there is no PyTorch"), arguments: [0.2, 1.0, 2.5, 4.0])
  func `Ctrl-C ends it with 130 in every phase, and nothing is left`(seconds: Double) throws {
    let (outcome, left) = try check(
      "import time\ntime.sleep(600)\n" + Self.wrapper, action: .signalAfter(SIGINT, seconds: seconds))
    #expect(outcome.status == 130)
    #expect(outcome.output.isEmpty)
    #expect(outcome.errors.contains("Interrupted"))
    #expect(left.isEmpty)
  }
}
