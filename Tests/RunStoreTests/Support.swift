import Foundation
import KernelVerdicts
import RunStore

/// Whether `BASIC_LONG_TESTS` asks for more cases.
let isLongRun = ProcessInfo.processInfo.environment["BASIC_LONG_TESTS"] != nil

/// SplitMix64: small, fast, and the same on every machine.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

/// Runs a body with a new folder, which is removed afterwards.
func withTemporaryFolder<Result>(_ body: (String) async throws -> Result) async throws -> Result {
  let folder = FileManager.default.temporaryDirectory.appendingPathComponent("runstore-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  return try await body(folder.path)
}

/// Runs a body with a new store.
func withStore<Result>(_ body: (RunDatabase) async throws -> Result) async throws -> Result {
  try await withTemporaryFolder { (folder) async throws in
    try await body(try RunDatabase.open(folder + "/.basic/runs.sqlite"))
  }
}

/// Checks that something fails with a code, and gives the error for more checks.
func failure(_ body: () async throws -> Void) async -> RunStoreError? {
  do {
    try await body()
    return nil
  } catch {
    return error as? RunStoreError
  }
}

let start = Date(timeIntervalSince1970: 1_795_000_000)
let driver = StoredRun.Driver(process: ProcessInfo.processInfo.processIdentifier, host: "here", since: start)

func makeRun(_ id: String = "261126-101010-aaaa", name: String? = nil) -> StoredRun {
  StoredRun(
    id: id, name: name, kind: .suite, createdAt: start, configuration: "{\"budget\":60}", model: "bundled",
    strategy: "tree", device: "virtual", gpu: "H100", seed: .max - 3, budgetSeconds: 60, level: 1)
}

func makeProblem(_ number: Int, level: Int = 1) -> StoredProblem {
  StoredProblem(
    id: "\(level)/\(number)", position: number, name: "Problem\(number)", family: "activation",
    reference: "class Model: pass  # \(number)")
}

func makeCandidate(
  _ ordinal: Int, problem: String = "1/1", parent: Int? = nil, state: StoredCandidate.State = .generated
) -> StoredCandidate {
  StoredCandidate(
    id: CandidateID(problem: problem, ordinal: ordinal), parent: parent, edge: parent == nil ? .sample : .repair,
    sourceHash: "hash\(ordinal)", model: "bundled", seed: UInt64(ordinal.magnitude), promptTokens: 100,
    cachedTokens: 60,
    completionTokens: 50, generationSeconds: 1.5, createdAt: start.addingTimeInterval(Double(ordinal)), state: state)
}

func makeText(_ ordinal: Int, prompt: String = "Write a kernel.") -> CandidateText {
  CandidateText(prompt: prompt, answer: "Here:\n```\nsource \(ordinal)\n```", source: "source \(ordinal)")
}

func makeVerdict(_ verdict: Verdict = .correct, isFinal: Bool = false, ratio: Double? = nil) -> StoredVerdict {
  StoredVerdict(
    verdict, isFinal: isFinal, checkSeconds: 2.5, runtimeMilliseconds: ratio.map { 3 / $0 },
    referenceMilliseconds: ratio.map { _ in 3 }, compiledMilliseconds: ratio.map { _ in 4 }, estimateMilliseconds: 1.25,
    speedRatio: ratio.map { StoredVerdict.SpeedRatio(value: $0, low: $0 - 0.1, high: $0 + 0.1) }, judgedAt: start)
}
