import CUDAToolchain
import KernelBench
import KernelEvaluation
import KernelPrompting
import KernelSearch
import KernelVerdicts
import VirtualGPU

/// The judge of `basic check`, as a search needs it: for one problem, and with tools that are looked for once.
struct SearchJudge: CandidateJudge, ProblemScreen {
  let reference: String
  let tools: EvaluationTools
  let options: JudgeOptions

  func judge(_ code: CandidateCode) async throws -> JudgeResult { try await judge(code, options) }

  func recheck(_ code: CandidateCode, seed: UInt64) async throws -> JudgeResult {
    var options = options
    options.seed = seed
    options.buildsAnew = true
    return try await judge(code, options)
  }

  private func judge(_ code: CandidateCode, _ options: JudgeOptions) async throws -> JudgeResult {
    let judgement: Judgement
    switch code.language {
    case .python:
      judgement = try await KernelJudge(tools: tools, options: options)
        .judge(reference: reference, candidate: code.source)
    case .cuda:
      judgement = try await ProgramJudge(tools: tools.buildTools, options: options).judge(code.source)
    }
    return JudgeResult(judgement)
  }

  func obstacle(to problem: Problem) async throws -> String? {
    guard problem.kind == .module else { return nil }
    return try await ReferenceScreen(tools: tools, options: options).obstacle(problem.source)
  }
}
