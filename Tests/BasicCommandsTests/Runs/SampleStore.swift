import Foundation
import GRDB
import KernelVerdicts
import RunStore

@testable import BasicCommands

/// Stores with runs of every kind, the same each time.
enum SampleStore {
  static let start = Date(timeIntervalSince1970: 1_795_000_000)
  static let driver = StoredRun.Driver(process: 4711, host: "here", since: start)

  static let search = "261118-114640-aaaa"
  static let samples = "261118-124640-bbbb"
  static let interrupted = "261119-114640-cccc"

  /// Runs a body with a new folder and a store in it, which are removed afterwards.
  static func with<Result>(_ body: (_ folder: String, _ database: RunDatabase) async throws -> Result) async throws
    -> Result
  {
    let url = FileManager.default.temporaryDirectory.appending(path: "basic-tests-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: url) }
    let folder = url.path
    return try await body(folder, try RunDatabase.open("\(folder)/\(StoreLocation.fileName)"))
  }

  /// Adds a search, a run of independent samples, and a run whose process is gone.
  static func fill(_ database: RunDatabase) async throws {
    try await addSearch(to: database)
    try await addSamples(to: database)
    try await addInterrupted(to: database)
  }

  /// Makes a store look as if a later version had brought it up to date.
  static func markLater(_ path: String) throws {
    let queue = try DatabaseQueue(path: path)
    try queue.write { try $0.execute(sql: "INSERT INTO grdb_migrations VALUES ('99: of the future')") }
    try queue.close()
  }

  static func view(_ database: RunDatabase, _ run: String) async throws -> RunView {
    try await RunView.read(database, run: run)
  }

  static func problem(_ id: String, _ name: String, _ position: Int) -> StoredProblem {
    StoredProblem(
      id: id, position: position, name: name, family: "activation",
      reference: "class Model: pass  # \(id)\n")
  }

  static func candidate(
    _ problem: String, _ ordinal: Int, parent: Int? = nil, edge: StoredCandidate.Edge = .sample, cost: Double? = nil,
    details: String = "{}", state: StoredCandidate.State = .generated
  ) -> StoredCandidate {
    StoredCandidate(
      id: CandidateID(problem: problem, ordinal: ordinal), parent: parent, edge: edge, sourceHash: "hash\(ordinal)",
      model: "model-a", seed: 100 + UInt64(ordinal), promptTokens: 1000, cachedTokens: 800,
      completionTokens: 200 + ordinal, cost: cost, generationSeconds: 3.25,
      createdAt: start.addingTimeInterval(Double(ordinal)), details: details, state: state)
  }

  static func text(_ problem: String, _ ordinal: Int, hasSource: Bool = true) -> CandidateText {
    CandidateText(
      prompt: "Write a kernel for \(problem).\n", answer: "Here it is, the number \(ordinal).",
      source: hasSource ? "class ModelNew: pass  # \(problem) \(ordinal)\n" : nil)
  }

  static func verdict(
    _ verdict: Verdict, _ reason: String, isFinal: Bool = false, estimate: Double? = nil,
    ratio: Double? = nil, runtime: Double? = nil
  ) -> StoredVerdict {
    StoredVerdict(
      verdict, reason: reason, isFinal: isFinal, checkSeconds: 2, runtimeMilliseconds: runtime,
      referenceMilliseconds: runtime.map { $0 * 2 }, compiledMilliseconds: runtime.map { $0 * 1.6 },
      estimateMilliseconds: estimate, speedRatio: ratio.map { .init(value: $0, low: $0 - 0.04, high: $0 + 0.05) },
      judgedAt: start.addingTimeInterval(60))
  }

  static func judgement(_ verdict: Verdict, passed: Int, more: String = "") -> String {
    """
    {"schemaVersion":1,"verdict":"\(verdict.rawValue)","correctness":{"trials":5,"passed":\(passed),\
    "maxAbsoluteError":0.25,"maxRelativeError":"inf"},"size":{"isFull":false,"reduced":[]}\(more)}
    """
  }

  static func run(_ id: String, _ strategy: String, device: String = "virtual", name: String? = nil) -> StoredRun {
    StoredRun(
      id: id, name: name, kind: .suite, createdAt: start, configuration: #"{"jobs":2}"#, model: "model-a",
      strategy: strategy, device: device, gpu: "h100", seed: 7, budgetSeconds: 60, level: 1)
  }

  private static func addSearch(to database: RunDatabase) async throws {
    let writer = try await database.create(
      run(search, "adaptive", name: "night"),
      problems: [
        problem("1/19", "ReLU", 0), problem("1/23", "Softmax", 1), problem("1/94", "MSELoss", 2),
        problem("1/100", "HingeLoss", 3),
      ], driver: driver)
    try await writer.begin(problem: "1/19")
    func add(
      _ ordinal: Int, parent: Int? = nil, _ edge: StoredCandidate.Edge = .sample, _ verdict: StoredVerdict? = nil,
      state: StoredCandidate.State = .generated, hasSource: Bool = true
    ) async throws {
      let candidate = candidate("1/19", ordinal, parent: parent, edge: edge, cost: 0.125, state: state)
      try await writer.append(candidate, text: text("1/19", ordinal, hasSource: hasSource))
      if let verdict {
        let passed = verdict.verdict == .correct ? 5 : 1
        try await writer.record(verdict, judgement: judgement(verdict.verdict, passed: passed), for: candidate.id)
      }
    }
    try await add(0, .sample, verdict(.incorrect, "Every element of the last row is wrong."))
    try await add(1, .sample, verdict(.compileError, "The extension does not build:\nerror: expected a ';'"))
    try await add(2, parent: 0, .repair, verdict(.correct, "It computes what the reference computes.", estimate: 0.5))
    try await add(
      3, parent: 2, .variant, verdict(.correct, "It computes what the reference computes.", estimate: 0.412))
    try await writer.record(
      verdict(.correct, "It computes what the reference computes.", isFinal: true, estimate: 0.412),
      judgement: judgement(.correct, passed: 5), for: CandidateID(problem: "1/19", ordinal: 3))
    try await add(4, state: .withoutCode(reason: "The answer has no code."), hasSource: false)
    try await add(5, parent: 2, .variant, verdict(.correct, "It computes what the reference computes.", estimate: 0.4))
    try await writer.record(
      verdict(.incorrect, "Two threads race for one element.", isFinal: true),
      judgement: judgement(.incorrect, passed: 4), for: CandidateID(problem: "1/19", ordinal: 5))
    try await add(6, state: .duplicate(of: 0))
    try await add(7)
    try await writer.finish(problem: "1/19", as: .solved, best: 3, spent: Spent(seconds: 63))
    try await writer.begin(problem: "1/23")
    let wrong = candidate("1/23", 0)
    try await writer.append(wrong, text: text("1/23", 0))
    try await writer.record(
      verdict(.rejected, "No kernel of its own ran."), judgement: judgement(.rejected, passed: 0), for: wrong.id)
    try await writer.finish(problem: "1/23", as: .unsolved, spent: Spent(seconds: 60))
    try await writer.begin(problem: "1/94")
    try await writer.finish(
      problem: "1/94", as: .unjudgeable, notice: "Its output is the same for every input.", spent: Spent(seconds: 1.5))
    try await writer.append(
      StoredEvent(problem: "1/19", at: start, kind: "writer-paused", detail: #"{"seconds":2.5}"#))
    try await writer.close(as: .paused, at: start.addingTimeInterval(130))
  }

  /// Four samples each of two problems, judged on a GPU.
  private static func addSamples(to database: RunDatabase) async throws {
    let hostile = "a name that \u{1B}[31mgoes on for longer than a table of eighty columns has room for it"
    let writer = try await database.create(
      run(samples, "best-of-4", device: "cuda", name: hostile),
      problems: [problem("2/7", "Conv", 0), problem("2/40", "Matmul", 1)], driver: driver)
    let verdicts: [String: [StoredVerdict]] = [
      "2/7": [
        verdict(.runtimeError, "IndexError: list index out of range"), verdict(.timeout, "It ran for 120 s."),
        verdict(.incorrect, "Half of the elements are wrong."), verdict(.unsupported, "It uses Triton."),
      ],
      "2/40": [
        verdict(.correct, "It computes what the reference computes.", estimate: 0.2, ratio: 1.52, runtime: 0.25),
        verdict(.compileError, "It does not build."),
        verdict(.correct, "It computes what the reference computes.", estimate: 0.3),
      ],
    ]
    for problem in ["2/7", "2/40"] {
      try await writer.begin(problem: problem)
      for (ordinal, verdict) in (verdicts[problem] ?? []).enumerated() {
        // A number is missing where an answer never came.
        let candidate = candidate(problem, ordinal < 2 ? ordinal : ordinal + 1)
        try await writer.append(candidate, text: text(problem, ordinal))
        let more = verdict.runtimeMilliseconds == nil ? "" : #","timing":{"pairs":64}"#
        try await writer.record(
          verdict,
          judgement: judgement(
            verdict.verdict, passed: verdict.verdict == .correct ? 5 : 2,
            more: more + (verdict.verdict == .compileError ? #","details":"error: no such function\n  at line 3""# : "")
          ),
          for: candidate.id)
      }
    }
    try await writer.append(candidate("2/40", 9, state: .duplicate(of: 0)), text: text("2/40", 0))
    try await writer.finish(problem: "2/7", as: .unsolved, spent: Spent(seconds: 60))
    try await writer.finish(problem: "2/40", as: .solved, best: 0, spent: Spent(seconds: 4000))
    try await writer.close(as: .finished, at: start.addingTimeInterval(4060))
  }

  private static func addInterrupted(to database: RunDatabase) async throws {
    let writer = try await database.create(
      run(interrupted, "linear"), problems: [problem("01_swish", "swish", 0)], driver: driver)
    try await writer.begin(problem: "01_swish")
    try await writer.append(candidate("01_swish", 0, details: #"{"language":"cuda"}"#), text: text("01_swish", 0))
    // Nobody closes it.
  }
}
