import Foundation
import KernelBench
import KernelEvaluation
import KernelPrompting
import KernelVerdicts
import RunStore
import Synchronization

@testable import BasicCommands
@testable import KernelSearch

/// Something that goes wrong on purpose.
struct Planned: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}

/// A clock whose every reading is an eighth of a second later, so that all times are exact and repeat themselves. Nobody waits.
final class SteppingClock: Clock {
  typealias Duration = Swift.Duration

  struct Instant: InstantProtocol {
    typealias Duration = Swift.Duration
    var offset: Duration
    func advanced(by duration: Duration) -> Instant { Instant(offset: offset + duration) }
    func duration(to other: Instant) -> Duration { other.offset - offset }
    static func < (a: Instant, b: Instant) -> Bool { a.offset < b.offset }
  }

  private let readings = Mutex(0)
  let minimumResolution = Duration.milliseconds(125)

  var now: Instant {
    readings.withLock { readings in
      readings += 1
      return Instant(offset: .milliseconds(125 * readings))
    }
  }

  func sleep(until deadline: Instant, tolerance: Duration?) async throws {}
}

/// Problems and judgements that no Python is needed for.
enum SearchDoubles {
  static let reference = """
    import torch
    import torch.nn as nn

    class Model(nn.Module):
        def forward(self, x):
            return x.abs()

    def get_inputs():
        return [torch.randn(8, 8)]

    """

  static func problem(_ path: String = "level1/19_ReLU.py") throws -> Problem {
    try Problem(bytes: Array(reference.utf8), origin: .file(path))
  }

  /// What a judge says.
  static func result(
    _ verdict: Verdict, ratio: Double? = nil, estimate: Double? = nil, reason: String = "So it is.", hash: String? = nil
  ) throws -> JudgeResult {
    var judgement = Judgement(verdict: verdict, reason: reason, device: "virtual", gpu: "h100")
    judgement.correctness = try JSON.value(
      Judgement.Correctness.self,
      from: """
        {"trials": 5, "passed": \(verdict == .correct ? 5 : 2), "maxAbsoluteError": 0.25, "maxRelativeError": "inf",
         "tolerance": 0.0001, "distributions": ["own", "large"]}
        """)
    judgement.estimate = estimate
    if let ratio {
      judgement.timing = try JSON.value(
        Judgement.Timing.self,
        from: """
          {"candidate": \(0.001 / ratio), "eager": 0.001, "compiled": 0.002, "ratio": \(ratio),
           "interval": [\(ratio * 0.98), \(ratio * 1.02)], "pairs": 20, "floor": 0}
          """)
      judgement.speed = ratio > 1.02 ? .faster : ratio < 0.98 ? .slower : .tie
    }
    judgement.phases.totalSeconds = 1.5
    return JudgeResult(judgement, estimatedRatio: estimate.map { _ in 1.25 }, kernelHash: hash)
  }

  /// A module whose first line says what the judge is to say.
  static func module(_ line: String, body: String) -> String {
    """
    # verdict \(line)
    import torch
    from torch.utils.cpp_extension import load_inline

    cuda_source = "__global__ void kernel(float* x) { \(body) }"

    class ModelNew(torch.nn.Module):
        def forward(self, x):
            return x
    """
  }

  static func fenced(_ source: String) -> String { "Here it is.\n```python\n\(source)\n```\n" }
}

/// Writes, at once, what a function of the prompt and the seed says; what it throws is an answer that never comes.
struct InstantWriter: CandidateWriter {
  let name = "instant"
  let price: TokenPrice? = TokenPrice(perMillionPromptTokens: 1, perMillionCompletionTokens: 2)
  let answer: @Sendable (WritingRequest, UInt64) throws -> String

  func promptTokens(_ prompt: Prompt) -> Int { 100 }

  func write(_ request: WritingRequest) -> AsyncThrowingStream<WritingEvent, any Error> {
    AsyncThrowingStream { continuation in
      for (index, seed) in request.seeds.enumerated() {
        do {
          let usage = Usage(promptTokens: 100, completionTokens: 50, cost: 0.25)
          continuation.yield(
            .answer(
              WrittenAnswer(
                index: index, text: try answer(request, seed), usage: usage, isCutOff: seed % 7 == 0,
                time: .milliseconds(250))))
        } catch {
          continuation.yield(.failure(index: index, error: error, usage: Usage(promptTokens: 10)))
        }
      }
      continuation.finish()
    }
  }

  /// The same, but for a seventh that no judge can judge.
  static var withBroken: InstantWriter {
    InstantWriter { request, seed in
      let answer = try varied.answer(request, seed)
      return seed % 7 == 3 ? answer.replacing("# verdict ", with: "# verdict broken-") : answer
    }
  }

  /// Answers of all kinds: those that seeds and prompts determine.
  static var varied: InstantWriter {
    InstantWriter { request, seed in
      var luck = SeededGenerator(seed: seed, purpose: "answer")
      let number = Int.random(in: 0..<1_000_000, using: &luck)
      let isRefinement = request.prompt.text.contains("was checked")
      func module(_ line: String, _ body: String) -> String {
        SearchDoubles.fenced(SearchDoubles.module(line, body: body))
      }
      switch Int.random(in: 0..<11, using: &luck) {
      case 0: return "I would rather not."
      case 1: return module("incorrect -", "always the same")
      case 2, 3: return module("correct \(Double(number % 40) / 10 + 0.1)", "x\(number)")
      case 4 where isRefinement: return module("correct 5", "x\(number)")
      case 4, 5, 6: return module("compile-error -", "x\(number)")
      default: return module("incorrect -", "x\(number)")
      }
    }
  }
}

/// Says at once what the candidate's first line tells it to, and counts.
final class InstantJudge: CandidateJudge, ProblemScreen {
  private let judged = Mutex<[String: Int]>([:])
  private let screening: @Sendable (Problem) throws -> String?

  init(screen: @escaping @Sendable (Problem) throws -> String? = { _ in nil }) { screening = screen }

  /// How often each source was judged.
  var counts: [String: Int] { judged.withLock { $0 } }

  func obstacle(to problem: Problem) async throws -> String? { try screening(problem) }

  func judge(_ code: CandidateCode) async throws -> JudgeResult {
    judged.withLock { $0[code.source, default: 0] += 1 }
    return try Self.verdict(code.source)
  }

  /// A fifth of what is correct is not when it is looked at again.
  func recheck(_ code: CandidateCode, seed: UInt64) async throws -> JudgeResult {
    let isDemoted = NormalisedSource(code.source, language: code.language).hash.utf8.reduce(0) { $0 + Int($1) } % 5 == 0
    return isDemoted
      ? try SearchDoubles.result(.incorrect, reason: "Wrong the second time.") : try Self.verdict(code.source)
  }

  private static func verdict(_ source: String) throws -> JudgeResult {
    let words = source.split(separator: "\n").first?.split(separator: " ") ?? []
    guard words.count == 4, words[1] == "verdict" else { return try SearchDoubles.result(.rejected) }
    guard let verdict = Verdict(rawValue: String(words[2])) else { throw Planned("The judge has no memory left.") }
    return try SearchDoubles.result(verdict, ratio: Double(words[3]), hash: "kernels of \(source.utf8.count % 50)")
  }
}

/// A store with a run that has the problems that a test needs.
enum SearchStore {
  static let driver = StoredRun.Driver(process: 1, host: "here", since: Date(timeIntervalSince1970: 1_795_000_000))

  static func run(_ id: String = "261126-100000-aaaa", configuration: String = "{}") -> StoredRun {
    StoredRun(
      id: id, kind: .suite, createdAt: Date(timeIntervalSince1970: 1_795_000_000), configuration: configuration,
      model: "instant", strategy: "adaptive", device: "virtual", gpu: "h100", seed: 7, budgetSeconds: 60, level: 1)
  }

  static func problem(_ id: String, _ position: Int = 0, reference: String = SearchDoubles.reference) -> StoredProblem {
    StoredProblem(id: id, position: position, name: "ReLU", family: "activation", reference: reference)
  }

  static func withJournal<Result>(
    goal: Goal = .none, _ body: (StoreJournal, RunDatabase) async throws -> Result
  ) async throws -> Result {
    try await SampleStore.with { (_, database) async throws in
      let writer = try await database.create(run(), problems: [problem("1/19")], driver: driver)
      return try await body(StoreJournal(writer: writer, problem: "1/19", goal: goal), database)
    }
  }
}
