import Foundation
import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// `basic solve` and `basic suite run` as somebody calls them, with a model behind an endpoint.
@Suite(
  .enabled(
    if: CommandLineTool.isBuilt && CheckCommandTests.hasPyTorch,
    "basic is not built, or there is no Python with PyTorch: run make setup"),
  .serialized)
struct SearchProcessTests {
  static func fenced(_ source: String) -> String { "Here it is.\n\n```python\n\(source)\n```\n" }
  /// No kernel, each time another program.
  static func wrapper(_ number: Int) -> String {
    fenced(CheckCommandTests.wrapper + "\n        # \(number)\n    other_\(number) = \(number)\n")
  }

  static let kernel = """
    import torch
    from torch.utils.cpp_extension import load_inline

    source = r'''
    #include <torch/extension.h>

    __global__ void swish(const float* x, float* y, int count) {
        int i = blockIdx.x * blockDim.x + threadIdx.x;
        if (i < count) y[i] = x[i] / (1.0f + expf(-x[i]));
    }

    torch::Tensor run(torch::Tensor x) {
        auto y = torch::empty_like(x);
        int count = x.numel();
        swish<<<(count + 255) / 256, 256>>>(x.data_ptr<float>(), y.data_ptr<float>(), count);
        return y;
    }
    '''
    module = load_inline(
        name="swish", cpp_sources="torch::Tensor run(torch::Tensor x);", cuda_sources=source, functions=["run"])


    class ModelNew(torch.nn.Module):
        def forward(self, x):
            return module.run(x)
    """

  /// Runs a body in a folder that has the endpoint's configuration and a benchmark with two problems.
  private static func with(
    _ script: @escaping @Sendable (Int, String) -> AnswerServer.Reply,
    _ body: (String, AnswerServer, CommandLineTool) async throws -> Void
  ) async throws {
    let server = try await AnswerServer(script)
    do {
      try await TemporaryFolder.with { try await Self.with(server, $0, body) }
    } catch {
      try? await server.close()
      throw error
    }
    try await server.close()
  }

  private static func with(
    _ server: AnswerServer, _ folder: String, _ body: (String, AnswerServer, CommandLineTool) async throws -> Void
  ) async throws {
    try TemporaryFolder.write(server.configuration, folder + "/basic.toml")
    let level = folder + "/bench/KernelBench/level1"
    try FileManager.default.createDirectory(atPath: level, withIntermediateDirectories: true)
    let source = try TemporaryFolder.read(CommandLineTool.example)
    for (number, name) in ["Swish", "Sigmoid"].enumerated() {
      try TemporaryFolder.write(source + "\n# \(name)\n", "\(level)/\(number + 1)_\(name).py")
    }
    var tool = CommandLineTool(
      folder: folder, environment: ["BASIC_NVCC": "", "XDG_CACHE_HOME": CommandLineTool.cache])
    tool.timeLimit = 300
    try await body(folder, server, tool)
  }

  private static let solve = ["solve", CommandLineTool.example, "--endpoint", "here", "--budget", "4m"]
  private static let suite = [
    "suite", "run", "--level", "1", "--kernelbench", "bench", "--endpoint", "here", "--budget-per-problem", "4m",
  ]

  @Test func `a solved problem ends with 0 and hands the kernel over`() async throws {
    try await Self.with({ number, _ in .text(number == 0 ? Self.wrapper(0) : Self.fenced(Self.kernel)) }) {
      folder, server, tool in
      let outcome = try tool.run(
        Self.solve + ["--until", "correct", "--strategy", "best-of-4", "--output", "out", "--jobs", "1"])
      #expect(outcome.status == 0, "\(outcome.errors)")
      #expect(outcome.output.contains("__global__ void swish") && outcome.output.hasSuffix("\n"))
      #expect(outcome.errors.contains("checked twice"))
      #expect(try TemporaryFolder.names(folder + "/out").contains("01_swish_kernel.py"))
      #expect(server.requests >= 2)
      let report = try TemporaryFolder.read(folder + "/out/01_swish_report.json")
      #expect(report.contains("\"solved\" : true") && report.contains("\"verdict\" : \"rejected\"") == false)
      let list = try tool.run(["runs", "list"])
      #expect(list.status == 0 && list.output.contains("solve"))
    }
  }

  @Test func `one that is not solved ends with 1, and says what came of each candidate`() async throws {
    try await Self.with({ number, _ in .text(Self.wrapper(number)) }) { _, server, tool in
      let outcome = try tool.run(Self.solve + ["--strategy", "best-of-2", "--format", "json"])
      #expect(outcome.status == 1, "\(outcome.errors)")
      #expect(server.requests == 2)
      #expect(outcome.errors.contains(": 2 requests, 200 tokens read, 100 written"), "\(outcome.errors)")
      let json = try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any]
      let candidates = try #require(json?["candidates"] as? [[String: Any]])
      #expect(candidates.map { $0["outcome"] as? String } == ["rejected", "rejected"])
      #expect(json?["solved"] as? Bool == false && json?["tokens"] as? Int == 300)
    }
  }

  @Test(arguments: [
    (401, "{\"error\":{\"message\":\"wrong key\",\"code\":\"invalid_api_key\"}}", Int32(69), "could not be asked"),
    (404, "{\"error\":{\"message\":\"no such model\",\"code\":\"model_not_found\"}}", 69, "could not be asked"),
    (
      400, "{\"error\":{\"message\":\"too long\",\"code\":\"context_length_exceeded\"}}", 70,
      "the problem does not fit the model"
    ),
  ])
  func `what asking again does not mend ends at once`(
    status: Int, body: String, expected: Int32, says: String
  ) async throws {
    try await Self.with({ _, _ in .refusal(status, body) }) { _, server, tool in
      let outcome = try tool.run(Self.solve + ["--strategy", "best-of-2", "--jobs", "1"])
      #expect(outcome.status == expected, "\(outcome.errors)")
      #expect(outcome.errors.contains(says), "\(outcome.errors)")
      #expect(outcome.output.isEmpty)
      // Both answers of one request may be under way; none is asked for a second time.
      #expect(server.requests <= 2)
    }
  }

  @Test func `a problem that does not fit the model does not end a suite`() async throws {
    let tooLong = "{\"error\":{\"message\":\"too long\",\"code\":\"context_length_exceeded\"}}"
    // The first problem is refused, as long as the model's context is not larger.
    try await Self.with({ number, _ in number == 0 ? .refusal(400, tooLong) : .text(Self.wrapper(number)) }) {
      _, _, tool in
      let outcome = try tool.run(Self.suite + ["--strategy", "best-of-1", "--name", "short"])
      #expect(outcome.status == 70, "\(outcome.errors)")
      #expect(outcome.errors.contains("[1/2] 1/1 Swish: the problem does not fit the model"), "\(outcome.errors)")
      #expect(outcome.errors.contains("[2/2] 1/2 Sigmoid: not solved"), "\(outcome.errors)")
      let report = try tool.run(["suite", "report", "short", "--format", "json"])
      #expect(report.status == 0 && report.output.contains("1/2"))
      let again = try tool.run(["suite", "run", "--resume", "short"])
      #expect(again.status == 0, "\(again.errors)")
    }
  }

  @Test func `an endpoint that is gone pauses a suite, which goes on when it is back`() async throws {
    try await Self.with({ number, _ in
      number == 1 ? .refusal(401, "{\"error\":{\"message\":\"revoked\"}}") : .text(Self.wrapper(number))
    }) { _, server, tool in
      let first = try tool.run(Self.suite + ["--strategy", "best-of-1", "--name", "gone"])
      #expect(first.status == 69, "\(first.errors)")
      #expect(first.errors.contains("basic suite run --resume"), "\(first.errors)")
      let second = try tool.run(["suite", "run", "--resume", "gone"])
      #expect(second.status == 0, "\(second.errors)")
      #expect(server.requests == 3)
    }
  }

  /// The process is killed, not asked to end, at some moment of its work; what follows has to find everything that was there.
  @Test(arguments: 0..<(ProcessInfo.processInfo.environment["BASIC_LONG_TESTS"] == nil ? 1 : 20))
  func `a suite that is killed goes on where it was`(round: Int) async throws {
    try await Self.with({ number, _ in .text(Self.wrapper(number)) }) { folder, server, tool in
      var generator = SystemRandomNumberGenerator()
      var killed = tool
      killed.action = .signalAfter(SIGKILL, seconds: Double.random(in: 0.5...14, using: &generator))
      let first = try killed.run(Self.suite + ["--strategy", "best-of-2", "--name", "killed"])
      var status = first.status
      if status != 0 {
        #expect(status == -SIGKILL, "\(first.errors)")
        let isBegun = FileManager.default.fileExists(atPath: folder + "/.basic/runs.sqlite")
        let list = isBegun ? try tool.run(["runs", "list"]).output : ""
        let next =
          list.contains("killed")
          ? ["suite", "run", "--resume", "killed"] : Self.suite + ["--strategy", "best-of-2", "--name", "killed"]
        let second = try tool.run(next)
        status = second.status
        #expect(status == 0, "\(second.errors)")
      }
      let shown = try tool.run(["runs", "show", "killed", "--format", "json"])
      #expect(shown.status == 0, "\(shown.errors)")
      let json = try JSONSerialization.jsonObject(with: Data(shown.output.utf8)) as? [String: Any]
      let problems = try #require(json?["problems"] as? [[String: Any]], "\(shown.output.prefix(2000))")
      #expect(problems.count == 2)
      // Two candidates each and no more, all with a verdict; only answers that were under way were asked for again.
      for problem in problems {
        let candidates = try #require(problem["candidates"] as? [String: Any])
        #expect(candidates["total"] as? Int == 2 && candidates["verdicts"] as? [String: Int] == ["rejected": 2])
        #expect(candidates["waiting"] as? Int == 0 && problem["state"] as? String == "unsolved", "\(problem)")
      }
      #expect(server.requests >= 4 && server.requests <= 6)
    }
  }
}
