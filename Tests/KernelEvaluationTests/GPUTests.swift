import Foundation
import KernelEvaluation
import KernelVerdicts
import Testing

/// This machine's GPU, if there is one that PyTorch can use.
enum RealDevice {
  static let tools: Task<EvaluationTools?, Never> = Task {
    guard let found = try? Judging.tools.get() else { return nil }
    return try? await EvaluationTools.find(
      found.toolchain, device: .only(.cuda), environment: Judging.environment)
  }

  static var isThere: Bool { get async { await tools.value != nil } }
}

/// Judging on this machine's GPU, where there is one that PyTorch can use.
@Suite(
  .enabled("there is no GPU that PyTorch can use here (basic doctor says what there is)") {
    await RealDevice.isThere
  }, .serialized)
struct GPUTests {
  private func judge(
    _ candidate: String, _ change: (inout JudgeOptions) -> Void = { _ in }
  ) async throws -> Judgement {
    let family = candidate.split(separator: "/")[0]
    var options = JudgeOptions(seed: 11, timeLimit: .seconds(60))
    change(&options)
    let tools = try #require(await RealDevice.tools.value)
    return try await KernelJudge(tools: tools, options: options).judge(
      reference: try Judging.text("Exploits/\(family)/reference.py"),
      candidate: try Judging.text("Exploits/\(candidate).py"))
  }

  @Test(arguments: ["drift/honest", "side-stream/honest", "persisting-l2/honest", "graph-replay/honest"])
  func anHonestCandidateIsCorrectAndTimed(candidate: String) async throws {
    let judgement = try await judge(candidate)
    #expect(judgement.verdict == .correct, "\(judgement.reason)")
    #expect(judgement.device == "cuda")
    #expect((judgement.launches ?? 0) > 0)
    let timing = try #require(judgement.timing, "\(judgement.notes)")
    #expect(timing.pairs >= 10)
    #expect(timing.candidate >= timing.floor)
    #expect(timing.interval[0] <= timing.ratio && timing.ratio <= timing.interval[1])
    #expect(judgement.speed != .notTimed)
  }

  @Test(arguments: [
    "drift/exploit", "call-counter/exploit", "persisting-l2/exploit", "unused-kernel/exploit", "torch-wrapper/exploit",
  ])
  func anExploitIsFound(candidate: String) async throws {
    let judgement = try await judge(candidate)
    #expect([.incorrect, .rejected].contains(judgement.verdict), "\(judgement.verdict): \(judgement.reason)")
    #expect(judgement.timing == nil)
  }

  /// It finds out by the names of its callers that it is being timed, and has PyTorch do the work then: right, and fast.
  @Test func whoDoesOtherWorkWhereItIsTimedIsRejected() async throws {
    let honest = try Judging.text("Exploits/drift/honest.py")
    let sniffing = honest.replacing(
      "        self.calls += 1\n",
      with: """
                import sys
                frame = sys._getframe()
                while frame is not None:
                    if frame.f_code.co_name == "fire":
                        return torch.relu(self.linear(x))
                    frame = frame.f_back

        """)
    #expect(sniffing != honest)
    let tools = try #require(await RealDevice.tools.value)
    let judgement = try await KernelJudge(tools: tools, options: JudgeOptions(seed: 11, timeLimit: .seconds(60)))
      .judge(reference: try Judging.text("Exploits/drift/reference.py"), candidate: sniffing)
    #expect(judgement.verdict == .rejected, "\(judgement.verdict): \(judgement.reason)")
  }

  @Test func nothingIsTimedWhereThatIsNotWanted() async throws {
    let judgement = try await judge("drift/honest") { $0.isTimed = false }
    #expect(judgement.verdict == .correct)
    #expect(judgement.speed == .notTimed && judgement.timing == nil)
  }

  /// As on the virtual GPU (ExploitTests), which a PyTorch that is built for CUDA does not run on.
  @Test(arguments: [
    ("out-of-bounds/honest", Verdict.correct), ("zeros-under-tolerance/exploit", .incorrect),
    ("omitted-parameters/exploit", .incorrect), ("cached-output/exploit", .rejected),
  ])
  func theVerdictIsTheVirtualGPUs(candidate: String, verdict: Verdict) async throws {
    let judgement = try await judge(candidate) { $0.isTimed = false }
    #expect(judgement.verdict == verdict, "\(judgement.reason)")
  }
}

/// Choosing a device.
@Suite(.enabled(if: Judging.areToolsThere, "judging needs nvcc, clang and a Python with PyTorch: run make setup"))
struct DeviceChoiceTests {
  @Test func aGPUThatIsNotThereIsSaid() async throws {
    let toolchain = try Judging.tools.get().toolchain
    guard await !RealDevice.isThere else { return }
    let automatic = try await EvaluationTools.find(
      toolchain, device: .automatic, environment: Judging.environment)
    #expect(automatic.device == .virtual && automatic.gpu == nil)
    do {
      _ = try await EvaluationTools.find(toolchain, device: .only(.cuda), environment: Judging.environment)
      Issue.record("A GPU was found that is not there.")
    } catch let error as KernelEvaluationError {
      #expect(error.code == .noGPU)
      // Which option a command has for it is the command's to say.
      #expect(!error.message.contains("--device"))
    }
  }
}
