public import KernelPrompting

/// A candidate's code.
public struct CandidateCode: Sendable, Hashable {
  /// A Python module, or a whole CUDA program.
  public var source: String
  /// Its language.
  public var language: CodeLanguage

  /// Makes code.
  public init(source: String, language: CodeLanguage) {
    self.source = source
    self.language = language
  }
}

/// Judges candidates for one problem.
///
/// A verdict, however bad, is returned. What is thrown is a failure of the judge's own: it is tried once more and never held
/// against the candidate. Cancelling the task stops the judge with all its processes.
public protocol CandidateJudge: Sendable {
  /// What the compiled kernels are known by, where that can be found out for less than a verdict; nil where it cannot.
  ///
  /// Candidates with the same hash and language are judged once.
  func kernelHash(of code: CandidateCode) async throws -> String?

  /// Judges a candidate.
  func judge(_ code: CandidateCode) async throws -> JudgeResult

  /// Judges a candidate from scratch: built anew, with inputs and weights from the seed, which is another one each time.
  func recheck(_ code: CandidateCode, seed: UInt64) async throws -> JudgeResult
}

extension CandidateJudge {
  /// Not known beforehand.
  public func kernelHash(of code: CandidateCode) async throws -> String? { nil }
}
