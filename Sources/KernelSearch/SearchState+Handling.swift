import KernelEvaluation
import KernelPrompting
import LanguageModels

extension SearchState {
  /// Something that has happened.
  enum Input: Sendable {
    /// An answer has come, with the code in it and that code normalised.
    case answer(Writing, WrittenAnswer, AnswerCode, NormalisedSource?)
    /// An answer will not come; what stands in its way, where the model says that.
    case noAnswer(Writing, index: Int, reason: String, obstacle: GenerationObstacle?, usage: Usage)
    /// The kernels of a candidate are known, or cannot be known before it is judged.
    case hashed(Int, String?)
    case judged(Int, JudgeResult)
    /// A check, or a hash, failed for a reason of ours, or because the reference fails there.
    case checkFailed(Int, reason: String, isReference: Bool)
    case confirmed(Int, JudgeResult)
    /// As a check that failed.
    case confirmFailed(Int, reason: String, isReference: Bool)
    /// The pause after a failure of the writer is over.
    case pauseEnded
    /// The time is up.
    case deadline
    /// Whoever started it wants it to stop.
    case stop
  }

  /// Takes in what has happened. Returns a pause that is to be waited for, if the writer needs one.
  mutating func handle(_ input: Input) -> Duration? {
    switch input {
    case .answer(let writing, let answer, let code, let normal): add(writing, answer, code, normal)
    case .noAnswer(let writing, let index, let reason, let obstacle, let usage):
      return giveUp(writing, index, reason, obstacle, usage)
    case .hashed(let id, let hash): hashed(id, hash)
    case .judged(let id, let result): judged(id, result)
    case .checkFailed(let id, let reason, let isReference): checkFailed(id, reason, isReference)
    case .confirmed(let id, let result):
      if confirming == id { confirming = nil }
      confirm(id, result)
    case .confirmFailed(let id, let reason, let isReference):
      if confirming == id { confirming = nil }
      outbox.append(.note(.checkFailed(id: id, reason: reason, willRetry: false)))
      fail(isReference ? .notJudgeable(reason: reason) : .judgeFailed(reason: reason))
    case .pauseEnded: pauses -= 1
    case .deadline: outOf = .time
    case .stop: isStopping = true
    }
    return nil
  }

  // MARK: Answers

  private mutating func add(
    _ writing: Writing, _ answer: WrittenAnswer, _ code: AnswerCode, _ normal: NormalisedSource?
  ) {
    let id = writing.first + answer.index
    reserve.release(id)
    reserve.learn(promptTokens: answer.usage.promptTokens, bytes: writing.text.utf8.count)
    spending.add(answer.usage)
    spending.candidates += 1
    writerFailures = 0
    refusals = 0
    if let parent = writing.expansion.parent { unansweredEdges[parent] = nil }
    let candidate = Candidate(
      id: id, parent: writing.expansion.parent, edge: writing.expansion.edge, model: writer.name,
      seed: writing.request.seeds[answer.index], isGreedy: writing.request.isGreedy, prompt: writing.text,
      answer: answer.text, source: code.source, language: code.language,
      isTruncated: code.isTruncated || answer.isCutOff, notes: code.notes, usage: answer.usage, time: spending.time,
      writingTime: answer.time, sourceHash: normal?.hash)
    tree.add(candidate)
    outbox.append(.append(candidate))
    outbox.append(.tell(.written(id: id, hasCode: code.source != nil)))
    admit(candidate, normal)
  }

  /// Settles a new candidate that needs no check, and lines up one that does.
  private mutating func admit(_ candidate: Candidate, _ normal: NormalisedSource?) {
    guard let normal else {
      settle(candidate.id, .noCode(reason: candidate.notes.last ?? "The answer holds no code."))
      return
    }
    if let original = known.original(of: candidate.id, normal) {
      settle(candidate.id, .duplicate(of: original))
    } else {
      queue.append(candidate.id)
    }
  }

  private mutating func giveUp(
    _ writing: Writing, _ index: Int, _ reason: String, _ obstacle: GenerationObstacle?, _ usage: Usage
  ) -> Duration? {
    let id = writing.first + index
    reserve.release(id)
    spending.add(usage)
    let parent = writing.expansion.parent
    tree.giveUp(on: parent)
    outbox.append(.note(.notWritten(id: id, reason: reason)))
    switch obstacle {
    case .promptTooLong:
      if let parent { close(parent, reason) } else { fail(.promptTooLong(reason: reason)) }
      return nil
    case .permanent:
      // It may be the prompt that is refused, by a filter: others may not be.
      refusals += 1
      if let parent, refusals < Self.mostRefusals {
        close(parent, reason)
      } else {
        fail(.writerFailed(reason: reason))
      }
      return nil
    case .transient(let after):
      giveUp(on: parent, reason, after: 3)
      return pause(reason, atLeast: after ?? .zero)
    case nil:
      giveUp(on: parent, reason, after: 2)
      return pause(reason, atLeast: .zero)
    }
  }

  /// The most prompts that may be refused for good in a row: then it is not the prompts.
  private static let mostRefusals = 3

  /// It may be the prompt: that fails each time.
  private mutating func giveUp(on parent: Int?, _ reason: String, after limit: Int) {
    guard let parent else { return }
    unansweredEdges[parent, default: 0] += 1
    if unansweredEdges[parent] == limit { close(parent, reason) }
  }

  private mutating func close(_ id: Int, _ reason: String) {
    guard let node = tree[id], !node.isClosed else { return }
    tree.close(id)
    outbox.append(.note(.notRefinable(id: id, reason: reason)))
  }

  private mutating func pause(_ reason: String, atLeast least: Duration) -> Duration? {
    // Who asks to be left alone until the time is up is asked another day: the search stays open.
    let isTooLong = settings.budget.time.map { spending.time + least >= $0 } ?? false
    guard !isTooLong else {
      fail(.writerFailed(reason: reason))
      return nil
    }
    var pause = least
    if isPaused {
      // Another request's failure, which is waited for already, unless it asks for more.
      guard spending.time + least > pausedUntil else { return nil }
    } else {
      guard writerFailures < settings.writerPauses.count else {
        fail(.writerFailed(reason: reason))
        return nil
      }
      pause = max(settings.writerPauses[writerFailures], least)
      writerFailures += 1
    }
    pauses += 1
    pausedUntil = spending.time + pause
    outbox.append(.note(.writerPaused(reason: reason, pause: pause)))
    return pause
  }

  // MARK: Checks

  private mutating func hashed(_ id: Int, _ hash: String?) {
    if let hash, let language = tree[id]?.candidate.language,
      let original = known.original(of: id, kernelHash: hash, language)
    {
      checking -= 1
      settle(id, .duplicate(of: original))
    } else {
      ready.append(id)
    }
  }

  private mutating func judged(_ id: Int, _ result: JudgeResult) {
    checking -= 1
    judgeFailures = 0
    referenceFailures = 0
    spending.checks += 1
    if let hash = result.kernelHash, let language = tree[id]?.candidate.language {
      _ = known.original(of: id, kernelHash: hash, language)
    }
    settle(id, .judged(result))
  }

  private mutating func checkFailed(_ id: Int, _ reason: String, _ isReference: Bool) {
    checking -= 1
    attempts[id, default: 0] += 1
    let willRetry = attempts[id] == 1
    outbox.append(.note(.checkFailed(id: id, reason: reason, willRetry: willRetry)))
    if willRetry {
      queue.insert(id, at: 0)
      return
    }
    known.forget(id)
    settle(id, .failed(reason: reason))
    guard !restored.contains(id) else { return }
    judgeFailures += 1
    referenceFailures += isReference ? 1 : 0
    guard judgeFailures >= settings.judgeFailureLimit else { return }
    fail(referenceFailures == judgeFailures ? .notJudgeable(reason: reason) : .judgeFailed(reason: reason))
  }

  private mutating func settle(_ id: Int, _ outcome: CandidateOutcome) {
    tree.settle(id, outcome)
    outbox.append(.settle(id, outcome))
    switch outcome {
    case .duplicate(let original): outbox.append(.tell(.duplicate(id: id, of: original)))
    case .judged:
      guard let node = tree[id], let score = node.score else { return }
      outbox.append(
        .tell(.judged(id: id, verdict: score.verdict, score: score, isImprovement: node.isImprovement)))
    case .unjudged, .noCode, .failed: break
    }
  }

  private mutating func confirm(_ id: Int, _ result: JudgeResult) {
    spending.checks += 1
    tree.confirm(id, result)
    outbox.append(.confirm(id, result))
    outbox.append(.tell(.confirmed(id: id, verdict: result.judgement.verdict)))
  }

  // MARK: Resuming

  /// Takes in what an earlier run wrote down, as if it had happened now. Candidates without a verdict are lined up first of all.
  ///
  /// - Throws: ``KernelSearchError/Code/badJournal`` where the record contradicts itself.
  /// - Complexity: O(*n*) for *n* bytes of candidates.
  mutating func restore(_ record: SearchRecord) throws(KernelSearchError) {
    spending = record.spending
    let settled = record.entries.filter(\.outcome.isSettled)
    let unjudged = record.entries.filter { !$0.outcome.isSettled }.sorted { $0.candidate.id < $1.candidate.id }
    for entry in settled + unjudged {
      let candidate = entry.candidate
      guard tree[candidate.id] == nil, candidate.id >= 0, candidate.parent.map({ tree[$0] != nil }) ?? true else {
        throw KernelSearchError(
          .badJournal,
          "The journal names candidate \(candidate.id) twice, or before the one that it was made from; start the search anew."
        )
      }
      tree.restore(candidate)
      let normal = candidate.source.map { NormalisedSource($0, language: candidate.language) }
      guard entry.outcome.isSettled else {
        restored.insert(candidate.id)
        admit(candidate, normal)
        continue
      }
      tree.settle(candidate.id, entry.outcome)
      if let recheck = entry.recheck { tree.confirm(candidate.id, recheck) }
      guard let result = entry.outcome.result, let normal else { continue }
      _ = known.original(of: candidate.id, normal)
      if let hash = result.kernelHash {
        _ = known.original(of: candidate.id, kernelHash: hash, candidate.language)
      }
    }
  }
}
