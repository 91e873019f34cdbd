import KernelBench
import KernelVerdicts
import RunStore

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// What a judgement's JSON says that KernelBench's results have a place for. Whatever is missing or strange in it is left out.
struct JudgementFacts: Decodable, Equatable {
  struct Correctness: Decodable, Equatable {
    var trials: Int
    var passed: Int
    var maxAbsoluteError: Double?
  }

  struct Timing: Decodable, Equatable {
    var pairs: Int
  }

  struct Size: Decodable, Equatable {
    var isFull: Bool
  }

  var device: String?
  var gpu: String?
  var details: String?
  var correctness: Correctness?
  var timing: Timing?
  var size: Size?

  init() {}

  /// Reads a judgement.
  init(reading text: String) {
    self.init()
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    if let facts = try? decoder.decode(Self.self, from: Data(text.utf8)) { self = facts }
  }
}

/// A candidate's result in KernelBench's terms.
///
/// | our verdict | compiled | correctness |
/// |---|---|---|
/// | `correct` | true | true |
/// | `incorrect`, `runtime-error`, `timeout`, `rejected` | true | false |
/// | `compile-error`, an answer without code | false | false |
/// | `unsupported`, none yet | no result | no result |
///
/// A `runtime` is a time that was measured on a GPU, and its `metadata` says how. What a model of the GPU estimates is never in
/// a result.
struct SampleEvidence {
  /// The run's device: `cuda`, `virtual`; empty where it has none of its own, as one that was imported. A judgement says of
  /// itself where it was made.
  var device: String
  /// The GPU's name, likewise.
  var gpu: String

  /// The result of a sample; nil where there is no verdict.
  ///
  /// - Parameters:
  ///   - number: The sample's number.
  ///   - candidate: The candidate.
  ///   - verdict: The verdict that counts for it, of its original where it is a duplicate.
  ///   - facts: What the judgement says.
  func result(
    sample number: Int, _ candidate: JudgedCandidate, verdict: StoredVerdict?, facts: JudgementFacts
  ) -> SampleResult? {
    let device = facts.device ?? self.device
    let gpu = facts.gpu ?? self.gpu
    let isMeasured = device == "cuda"
    var metadata: [PythonJSON.Member] = []
    if !device.isEmpty {
      metadata = [
        .init("hardware", .string(isMeasured ? gpu : "virtual GPU (\(gpu))")),
        .init("device", .string(isMeasured ? "cuda:0" : device)),
      ]
    }
    let ours = PythonJSON.Member("basic_candidate", .integer(candidate.id.ordinal))
    if case .withoutCode(let reason) = candidate.candidate.state {
      metadata += Self.issue("compilation_error", "without-code", reason)
      return SampleResult(sample: number, compiled: false, isCorrect: false, metadata: metadata + [ours])
    }
    guard let verdict, verdict.verdict.isJudged else { return nil }
    if let correctness = facts.correctness {
      metadata.append(.init("correctness_trials", .string("(\(correctness.passed) / \(correctness.trials))")))
      if verdict.verdict == .incorrect, let error = correctness.maxAbsoluteError {
        metadata.append(.init("max_difference", .array([.string(error.fixed(6))])))
      }
    }
    let name = verdict.verdict.rawValue
    switch verdict.verdict {
    case .correct, .unsupported: break
    case .incorrect, .rejected: metadata += Self.issue("correctness_issue", name, verdict.reason)
    case .compileError: metadata += Self.issue("compilation_error", name, facts.details ?? verdict.reason)
    case .runtimeError, .timeout:
      metadata += Self.issue("runtime_error", name, verdict.reason)
      if let details = facts.details { metadata.append(.init("runtime_error_traceback", .string(details))) }
    }
    metadata += [ours, .init("basic_verdict", .string(name))]
    if let size = facts.size { metadata.append(.init("basic_full_size", .boolean(size.isFull))) }
    let isCorrect = verdict.verdict == .correct
    let runtime = isCorrect && isMeasured ? verdict.runtimeMilliseconds : nil
    // KernelBench's statistics are of single calls; ours is the median of calls in turn with the reference's.
    if runtime != nil {
      metadata.append(.init("basic_runtime", .string("median of \(facts.timing.map { "\($0.pairs) " } ?? "")calls")))
    }
    return SampleResult(
      sample: number, compiled: verdict.verdict != .compileError, isCorrect: isCorrect, metadata: metadata,
      runtime: runtime)
  }

  private static func issue(_ key: String, _ name: String, _ text: String) -> [PythonJSON.Member] {
    [.init(key + "_name", .string(name)), .init(key, .string(text))]
  }
}
