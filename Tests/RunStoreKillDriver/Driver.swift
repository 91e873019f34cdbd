import Foundation
import KernelVerdicts
import RunStore

/// A search with a model that answers at once and a check that takes no time, for the tests that kill it.
///
/// What it does follows from its seed alone, so a run that was killed and resumed has to end as one that never was. After
/// each step that the store has taken, and before the next, it says so on a line of standard output.
@main
struct Driver {
  static func main() async {
    let arguments = CommandLine.arguments
    guard arguments.count == 4, let seed = UInt64(arguments[2]), let count = Int(arguments[3]) else {
      FileHandle.standardError.write(Data("usage: RunStoreKillDriver STORE SEED CANDIDATES-PER-PROBLEM\n".utf8))
      exit(64)
    }
    do {
      try await Search(path: arguments[1], seed: seed, candidates: count).run()
    } catch {
      FileHandle.standardError.write(Data("\(error)\n".utf8))
      exit(1)
    }
  }
}

/// The search: two problems at once, each with a task that writes and one that checks.
struct Search {
  var path: String
  var seed: UInt64
  var candidates: Int

  static let run = "261126-000000-test"
  static let problems = ["1/1", "1/2", "1/3"]

  func run() async throws {
    let database = try RunDatabase.open(path)
    let writer = try await begin(database)
    acknowledge("run")
    let unfinished = try await database.problems(of: Self.run).filter { !$0.state.isFinished }
    try await withThrowingTaskGroup { group in
      for problem in unfinished {
        group.addTask { try await solve(problem, writer) }
      }
      try await group.waitForAll()
    }
    try await writer.close(as: .finished, at: time(candidates))
    acknowledge("end")
  }

  private func begin(_ database: RunDatabase) async throws -> RunWriter {
    let driver = StoredRun.Driver(process: getpid(), host: "here", since: time(0))
    if try await database.runs().contains(where: { $0.id == Self.run }) {
      return try await database.resume(Self.run, driver: driver)
    }
    let run = StoredRun(
      id: Self.run, kind: .suite, createdAt: time(0), model: "instant", strategy: "none", device: "none", gpu: "none",
      seed: seed)
    let problems = Self.problems.enumerated().map {
      StoredProblem(id: $1, position: $0, name: "P\($0)", family: "other", reference: "class Model: pass  # \($0)")
    }
    return try await database.create(run, problems: problems, driver: driver)
  }

  private func solve(_ problem: StoredProblem, _ writer: RunWriter) async throws {
    try await writer.begin(problem: problem.id)
    let known = try await writer.database.candidates(of: Self.run, problem: problem.id)
    let (stream, continuation) = AsyncStream.makeStream(of: Int.self)
    for candidate in known where candidate.candidate.state == .generated { continuation.yield(candidate.id.ordinal) }
    try await withThrowingTaskGroup { group in
      group.addTask {
        for ordinal in known.count..<max(known.count, candidates) {
          try await write(CandidateID(problem: problem.id, ordinal: ordinal), writer)
          continuation.yield(ordinal)
        }
        continuation.finish()
      }
      group.addTask {
        for await ordinal in stream { try await check(CandidateID(problem: problem.id, ordinal: ordinal), writer) }
      }
      try await group.waitForAll()
    }
    try await conclude(problem.id, writer)
  }

  private func write(_ id: CandidateID, _ writer: RunWriter) async throws {
    var generator = Numbers(seed: seed, id)
    let parent = id.ordinal > 2 ? Int.random(in: 0..<id.ordinal, using: &generator) : nil
    let source = "candidate \(id) " + String(repeating: "x", count: Int.random(in: 0..<3000, using: &generator))
    let candidate = StoredCandidate(
      id: id, parent: parent, edge: parent == nil ? .sample : .variant, sourceHash: "\(generator.next())",
      model: "instant", seed: generator.next(), promptTokens: 10, completionTokens: source.utf8.count, cost: 0.25,
      generationSeconds: 0.5, createdAt: time(id.ordinal))
    let text = CandidateText(prompt: "Write \(id.problem).", answer: "```\n\(source)\n```", source: source)
    try await writer.append(candidate, text: text, spent: Spent(seconds: Double(id.ordinal)))
    acknowledge("candidate \(id)")
  }

  private func check(_ id: CandidateID, _ writer: RunWriter) async throws {
    // Every seventh is a duplicate of the first, which is none.
    if id.ordinal > 0 && id.ordinal.isMultiple(of: 7) {
      try await writer.settle(id, as: .duplicate(of: 0), kernelHash: "same")
      acknowledge("duplicate \(id)")
      return
    }
    try await writer.record(
      verdict(id, isFinal: false), judgement: "{\"of\":\"\(id)\"}", for: id, kernelHash: "k\(id.ordinal)")
    acknowledge("verdict \(id)")
  }

  private func conclude(_ problem: String, _ writer: RunWriter) async throws {
    let judged = try await writer.database.candidates(of: Self.run, problem: problem)
    let best = judged.filter { $0.verdict?.verdict == .correct }.max {
      ($0.verdict?.speedRatio?.value ?? 0, $1.id.ordinal) < ($1.verdict?.speedRatio?.value ?? 0, $0.id.ordinal)
    }
    if let best, best.finalVerdict == nil {
      try await writer.record(verdict(best.id, isFinal: true), judgement: "{}", for: best.id)
      acknowledge("final \(best.id)")
    }
    try await writer.append(StoredEvent(problem: problem, at: time(0), kind: "concluded"))
    try await writer.finish(
      problem: problem, as: best == nil ? .unsolved : .solved, best: best?.id.ordinal, spent: Spent(seconds: 1000))
    acknowledge("problem \(problem)")
  }

  private func verdict(_ id: CandidateID, isFinal: Bool) -> StoredVerdict {
    var generator = Numbers(seed: seed &+ 1, id)
    let isCorrect = Bool.random(using: &generator)
    let ratio = Double.random(in: 0.5..<2, using: &generator)
    return StoredVerdict(
      isCorrect ? .correct : .incorrect, isFinal: isFinal, checkSeconds: 0.125,
      speedRatio: isCorrect ? .init(value: ratio, low: ratio - 0.125, high: ratio + 0.125) : nil,
      judgedAt: time(id.ordinal))
  }

  private func time(_ seconds: Int) -> Date { Date(timeIntervalSince1970: 1_795_000_000 + Double(seconds)) }

  /// One write of a whole line, which a pipe takes whole.
  private func acknowledge(_ step: String) {
    FileHandle.standardOutput.write(Data((step + "\n").utf8))
  }
}

/// Numbers that follow from a seed and a candidate: SplitMix64.
struct Numbers: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64, _ id: CandidateID) {
    state = seed
    for byte in "\(id)".utf8 { state = (state ^ UInt64(byte)) &* 0x100_0000_01B3 }
  }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
