import KernelBench
import KernelEvaluation
import KernelPrompting
import LanguageModels

/// What runs beside a search's loop: writing and checking. Everything ends with an input, unless it is cancelled.
struct SearchWork: Sendable {
  let problem: Problem
  let writer: any CandidateWriter
  let judge: any CandidateJudge
  let inputs: AsyncStream<SearchState.Input>.Continuation

  func run(_ command: SearchState.Command) async {
    switch command {
    case .write(let writing): await write(writing)
    case .hash(let id, let code):
      await check(id) { .hashed(id, try await judge.kernelHash(of: code)) }
    case .judge(let id, let code):
      await check(id) { .judged(id, try await judge.judge(code)) }
    case .confirm(let id, let code, let seed):
      if let input = try? await Self.recheck(id, code, seed: seed, judge: judge) { inputs.yield(input) }
    }
  }

  private func check(_ id: Int, _ body: () async throws -> SearchState.Input) async {
    do {
      inputs.yield(try await body())
    } catch {
      // A check that was cancelled has no outcome; the search that goes on later begins it again.
      if Task.isCancelled { return }
      inputs.yield(.checkFailed(id, reason: "\(error)", isReference: Self.isReferences(error)))
    }
  }

  private static func isReferences(_ error: any Error) -> Bool {
    (error as? KernelEvaluationError)?.isReferencesOwn ?? false
  }

  /// Checks from scratch, and once more, with another seed, where that fails for a reason of ours or the reference's.
  ///
  /// - Throws: `CancellationError`.
  static func recheck(
    _ id: Int, _ code: CandidateCode, seed: UInt64, judge: any CandidateJudge
  ) async throws -> SearchState.Input {
    do {
      return .confirmed(id, try await judge.recheck(code, seed: seed))
    } catch {
      try Task.checkCancellation()
    }
    do {
      return .confirmed(id, try await judge.recheck(code, seed: seed &+ 1))
    } catch {
      try Task.checkCancellation()
      return .confirmFailed(id, reason: "\(error)", isReference: isReferences(error))
    }
  }

  private func write(_ writing: SearchState.Writing) async {
    var left = Set(writing.request.seeds.indices)
    var reason = "The model ended without an answer."
    var obstacle: GenerationObstacle?
    do {
      for try await event in writer.write(writing.request) {
        switch event {
        case .answer(let answer):
          guard left.remove(answer.index) != nil else { continue }
          let code = AnswerCode(answer.text, problem: problem, prefix: writing.request.prompt.answerPrefix)
          let normal = code.source.map { NormalisedSource($0, language: code.language) }
          inputs.yield(.answer(writing, answer, code, normal))
        case .failure(let index, let error, let usage):
          // Answers that end because the search ends are no failures.
          if Task.isCancelled { return }
          guard left.remove(index) != nil else { continue }
          inputs.yield(
            .noAnswer(
              writing, index: index, reason: "\(error)", obstacle: (error as? any GenerationFailure)?.obstacle,
              usage: usage))
        }
      }
    } catch {
      reason = "\(error)"
      obstacle = (error as? any GenerationFailure)?.obstacle
    }
    if Task.isCancelled { return }
    for index in left.sorted() {
      inputs.yield(.noAnswer(writing, index: index, reason: reason, obstacle: obstacle, usage: Usage()))
    }
  }
}
