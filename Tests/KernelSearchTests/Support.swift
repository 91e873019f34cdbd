import Foundation
import KernelBench
import KernelEvaluation
import KernelPrompting
import KernelVerdicts
import LanguageModels
import Synchronization

@testable import KernelSearch

enum TestData {
  static let isLongRun = ProcessInfo.processInfo.environment["BASIC_LONG_TESTS"] != nil
}

/// A problem that nobody really judges here.
func testProblem() throws -> Problem {
  let source = """
    import torch
    import torch.nn as nn

    class Model(nn.Module):
        def forward(self, x):
            return x.abs()

    def get_inputs():
        return [torch.randn(8, 8)]
    """
  return try Problem(bytes: Array(source.utf8), origin: .file("mine.py"))
}

/// A part of a judgement, which only a judge can make otherwise.
func decoded<Part: Decodable>(_ json: String) -> Part? { try? JSONDecoder().decode(Part.self, from: Data(json.utf8)) }

/// A result as a judge gives it.
func result(
  _ verdict: Verdict, ratio: Double? = nil, estimate: Double? = nil, estimatedRatio: Double? = nil, passed: Int = 0,
  hash: String? = nil, reason: String = "Why."
) -> JudgeResult {
  var judgement = Judgement(verdict: verdict, reason: reason, device: "virtual", gpu: "H100")
  judgement.correctness = decoded(
    """
    {"trials": 5, "passed": \(verdict == .correct ? 5 : passed), "maxAbsoluteError": 0, "maxRelativeError": 0,
     "tolerance": 1e-4, "distributions": ["own"]}
    """)
  judgement.estimate = estimate
  if let ratio {
    judgement.timing = decoded(
      """
      {"candidate": \(1 / ratio), "eager": 1, "ratio": \(ratio), "interval": [\(ratio * 0.98), \(ratio * 1.02)],
       "pairs": 20, "floor": 0}
      """)
    judgement.speed = ratio > 1.02 ? .faster : ratio < 0.98 ? .slower : .tie
  }
  return JudgeResult(judgement, estimatedRatio: estimatedRatio, kernelHash: hash)
}

/// Source of a module that says in a comment what the judge of these tests is to say about it.
///
/// Modules with different bodies are different programs.
func module(_ verdict: Verdict, ratio: Double? = nil, body: String) -> String {
  """
  # verdict \(verdict.rawValue) \(ratio.map { "\($0)" } ?? "-")
  import torch
  from torch.utils.cpp_extension import load_inline

  cuda_source = "__global__ void kernel(float* x) { \(body) }"

  class ModelNew(torch.nn.Module):
      def forward(self, x):
          return x
  """
}

/// Counts calls.
final class Counter: Sendable {
  private let value = Mutex(0)
  var count: Int { value.withLock { $0 } }
  /// 0, 1, 2 …
  func next() -> Int {
    value.withLock { value in
      defer { value += 1 }
      return value
    }
  }
  func reset() { value.withLock { $0 = 0 } }
}

func fenced(_ source: String) -> String { "Here it is.\n```python\n\(source)\n```\n" }

struct TestError: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}

/// A model's error that says what it means.
struct TestFailure: GenerationFailure, CustomStringConvertible {
  let description = "No."
  let obstacle: GenerationObstacle
  init(_ obstacle: GenerationObstacle) { self.obstacle = obstacle }
}

/// Writes what a function of the prompt and the seed says, after a while by the clock.
struct ScriptedWriter: CandidateWriter {
  let name = "scripted"
  var preferredBatch = 1
  var price: TokenPrice?
  var usage = Usage(promptTokens: 100, completionTokens: 50)
  var delay: (@Sendable (UInt64) async throws -> Void)?
  let answer: @Sendable (WritingRequest, UInt64) throws -> String

  init(_ answer: @escaping @Sendable (WritingRequest, UInt64) throws -> String) { self.answer = answer }

  func promptTokens(_ prompt: Prompt) -> Int { usage.promptTokens }

  func write(_ request: WritingRequest) -> AsyncThrowingStream<WritingEvent, any Error> {
    AsyncThrowingStream { continuation in
      let task = Task {
        for (index, seed) in request.seeds.enumerated() {
          do {
            try await delay?(seed)
            try Task.checkCancellation()
            var usage = usage
            usage.completionTokens = min(usage.completionTokens, request.maximumTokens)
            usage.cost = price?.cost(promptTokens: usage.promptTokens, completionTokens: usage.completionTokens) ?? 0
            continuation.yield(
              .answer(WrittenAnswer(index: index, text: try answer(request, seed), usage: usage)))
          } catch {
            continuation.yield(.failure(index: index, error: error, usage: Usage()))
          }
        }
        continuation.finish()
      }
      continuation.onTermination = { _ in task.cancel() }
    }
  }
}

/// Says what the candidate's first line tells it to, and keeps count.
final class ScriptedJudge: CandidateJudge {
  struct Calls {
    var judged: [String] = []
    var rechecked: [(source: String, seed: UInt64)] = []
    var running = 0
    var most = 0
  }

  let calls = Mutex(Calls())
  let delay: (@Sendable (String) async throws -> Void)?
  let failures: @Sendable (_ source: String, _ call: Int) -> Bool
  let error: any Error & Sendable
  let hash: @Sendable (String) -> String?
  let recheckResult: @Sendable (String) throws -> JudgeResult?

  init(
    delay: (@Sendable (String) async throws -> Void)? = nil,
    failures: @escaping @Sendable (_ source: String, _ call: Int) -> Bool = { _, _ in false },
    error: any Error & Sendable = TestError("The judge has no memory left."),
    hash: @escaping @Sendable (String) -> String? = { _ in nil },
    recheck: @escaping @Sendable (String) throws -> JudgeResult? = { _ in nil }
  ) {
    self.delay = delay
    self.failures = failures
    self.error = error
    self.hash = hash
    recheckResult = recheck
  }

  func kernelHash(of code: CandidateCode) async throws -> String? { hash(code.source) }

  func judge(_ code: CandidateCode) async throws -> JudgeResult {
    let call = calls.withLock { calls in
      calls.judged.append(code.source)
      calls.running += 1
      calls.most = max(calls.most, calls.running)
      return calls.judged.count { $0 == code.source }
    }
    defer { calls.withLock { $0.running -= 1 } }
    try await delay?(code.source)
    if failures(code.source, call) { throw error }
    return Self.verdict(code.source)
  }

  func recheck(_ code: CandidateCode, seed: UInt64) async throws -> JudgeResult {
    calls.withLock { $0.rechecked.append((code.source, seed)) }
    return try recheckResult(code.source) ?? Self.verdict(code.source)
  }

  static func verdict(_ source: String) -> JudgeResult {
    let words = source.split(separator: "\n").first { $0.hasPrefix("# verdict") }?.split(separator: " ") ?? []
    guard words.count >= 4, let verdict = Verdict(rawValue: String(words[2])) else { return result(.rejected) }
    return result(verdict, ratio: Double(words[3]))
  }
}

/// A clock that a test moves on: whoever sleeps wakes up when the time is there.
final class TestClock: Clock {
  typealias Duration = Swift.Duration

  struct Instant: InstantProtocol {
    typealias Duration = Swift.Duration
    var offset: Duration
    func advanced(by duration: Duration) -> Instant { Instant(offset: offset + duration) }
    func duration(to other: Instant) -> Duration { other.offset - offset }
    static func < (a: Instant, b: Instant) -> Bool { a.offset < b.offset }
  }

  private struct State {
    var now = Instant(offset: .zero)
    var sleepers: [Int: (until: Instant, wake: CheckedContinuation<Void, any Error>)] = [:]
    var count = 0
    var cancelled: Set<Int> = []
  }

  private let state = Mutex(State())
  let minimumResolution = Duration.nanoseconds(1)

  var now: Instant { state.withLock { $0.now } }
  var sleeperCount: Int { state.withLock { $0.sleepers.count } }

  func sleep(until deadline: Instant, tolerance: Duration? = nil) async throws {
    let number = state.withLock { state in
      state.count += 1
      return state.count
    }
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        let error: (any Error)?? = state.withLock { state in
          if state.cancelled.remove(number) != nil { return CancellationError() }
          if deadline <= state.now { return .some(nil) }
          state.sleepers[number] = (deadline, continuation)
          return nil
        }
        switch error {
        case .none: break
        case .some(.none): continuation.resume()
        case .some(.some(let error)): continuation.resume(throwing: error)
        }
      }
    } onCancel: {
      let sleeper = state.withLock { state in
        let sleeper = state.sleepers.removeValue(forKey: number)
        if sleeper == nil { state.cancelled.insert(number) }
        return sleeper
      }
      sleeper?.wake.resume(throwing: CancellationError())
    }
  }

  /// Moves on to when the next sleeper wakes up, and wakes it. False where nobody sleeps.
  @discardableResult func advanceToNextSleeper() -> Bool {
    let wake = state.withLock { state -> CheckedContinuation<Void, any Error>? in
      let next = state.sleepers.min { ($0.value.until, $0.key) < ($1.value.until, $1.key) }
      guard let next else { return nil }
      state.sleepers[next.key] = nil
      state.now = max(state.now, next.value.until)
      return next.value.wake
    }
    wake?.resume()
    return wake != nil
  }

  /// Moves on by a time, past whoever sleeps; they wake up when the clock is next moved to a sleeper.
  func advance(by duration: Duration) { state.withLock { $0.now = $0.now.advanced(by: duration) } }
}

/// Does work while the clock is moved on whenever everyone has had the time to fall asleep.
func driving<Result: Sendable>(
  _ clock: TestClock, _ body: @escaping @Sendable () async throws -> Result
) async throws -> Result {
  let done = Counter()
  return try await withThrowingTaskGroup(of: Result?.self) { group in
    group.addTask {
      defer { _ = done.next() }
      return try await body()
    }
    group.addTask {
      while done.count == 0 {
        for _ in 0..<20 { await Task.yield() }
        clock.advanceToNextSleeper()
      }
      return nil
    }
    var value: Result?
    for try await result in group { value = value ?? result }
    guard let value else { throw TestError("nothing came") }
    return value
  }
}
