import KernelBench
import KernelEvaluation
import KernelPrompting
import KernelVerdicts

/// What a search itself takes: with a model that answers instantly and a judge that takes no time, only the search and its journal
/// are left.
public struct SearchOverhead: Sendable, Hashable {
  /// Candidates that went through.
  public var candidates: Int
  /// How long they took.
  public var duration: Duration

  /// Candidates in a second.
  public var candidatesPerSecond: Double { Double(candidates) / (duration / .seconds(1)) }

  /// Runs candidates through a search: answers of a few kilobytes that are all different, with all kinds of verdicts.
  ///
  /// - Parameters:
  ///   - candidates: how many.
  ///   - strategy: what decides.
  ///   - journal: where they are written down; it has to be a new one.
  ///   - width: how many answers are written, and how many candidates are checked, at the same time.
  ///   - seed: what verdicts and decisions are made from.
  public static func measure(
    candidates: Int, strategy: any SearchStrategy = AdaptiveStrategy(), journal: any SearchJournal = MemoryJournal(),
    width: Int = 4, seed: UInt64 = 1
  ) async throws -> SearchOverhead {
    let clock = ContinuousClock()
    let search = Search(
      problem: try Problem(bytes: Array(Self.problem.utf8), origin: .file("overhead.py")),
      prompts: PromptBuilder(form: .instruct), writer: InstantWriter(), judge: InstantJudge(), journal: journal,
      strategy: strategy,
      settings: SearchSettings(
        budget: Budget(candidates: candidates), seed: seed, writing: width, checking: width), clock: clock)
    let start = clock.now
    let result = try await search.solve()
    return SearchOverhead(candidates: result.spending.candidates, duration: start.duration(to: clock.now))
  }

  private static let problem = """
    import torch
    import torch.nn as nn

    class Model(nn.Module):
        def forward(self, x):
            return torch.relu(x)

    def get_inputs():
        return [torch.randn(16, 16384)]

    def get_init_inputs():
        return []
    """
}

/// Writes a module that holds its seed.
private struct InstantWriter: CandidateWriter {
  let name = "instant"

  func write(_ request: WritingRequest) -> AsyncThrowingStream<WritingEvent, any Error> {
    AsyncThrowingStream { continuation in
      for (index, seed) in request.seeds.enumerated() {
        continuation.yield(
          .answer(
            WrittenAnswer(
              index: index, text: Self.answer(seed), usage: Usage(promptTokens: 2_000, completionTokens: 700))))
      }
      continuation.finish()
    }
  }

  private static func answer(_ seed: UInt64) -> String {
    let lines = (0..<24).map { "    if (i + \($0) < n) y[i + \($0)] = x[i + \($0)] > 0.0f ? x[i + \($0)] : 0.0f;" }
    return """
      ```python
      import torch
      import torch.nn as nn
      from torch.utils.cpp_extension import load_inline

      cuda_source = r\"\"\"
      #include <torch/extension.h>

      // One thread for each element.
      __global__ void relu_kernel(const float* x, float* y, int n) {
          int i = blockIdx.x * blockDim.x + threadIdx.x + \(seed % 1_000_003);
      \(lines.joined(separator: "\n"))
      }
      \"\"\"

      extension = load_inline(name="relu_\(seed)", cpp_sources="", cuda_sources=cuda_source, functions=["relu"])

      class ModelNew(nn.Module):
          def forward(self, x):
              return extension.relu(x)
      ```
      """
  }
}

/// Gives a verdict that follows from the source.
private struct InstantJudge: CandidateJudge {
  func judge(_ code: CandidateCode) async throws -> JudgeResult {
    let hash = code.source.utf8.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    let verdicts: [Verdict] = [.correct, .incorrect, .compileError, .incorrect, .runtimeError]
    var judgement = Judgement(
      verdict: verdicts[Int(hash >> 8) % verdicts.count], reason: "The judge takes no time.", device: "none",
      gpu: "none")
    if judgement.verdict == .correct { judgement.estimate = 1e-4 + Double(hash >> 40) * 1e-11 }
    return JudgeResult(judgement)
  }

  func recheck(_ code: CandidateCode, seed: UInt64) async throws -> JudgeResult { try await judge(code) }
}
