/// What a judge says about a candidate.
public enum Verdict: String, Sendable, Hashable, Codable, CaseIterable {
  /// It computes what the reference computes, by kernels of its own, and breaks no rule.
  case correct
  /// It computes something else, or breaks a rule of memory or of order.
  case incorrect
  /// It is not Python, or its extension does not build.
  case compileError = "compile-error"
  /// It raises, or its process ends.
  case runtimeError = "runtime-error"
  /// It takes longer than it was given.
  case timeout
  /// It is no answer to the task: no kernel of its own does the work, or it has no model.
  case rejected
  /// It could not be judged here, for no fault of its own.
  case unsupported

  /// True where the candidate was judged, well or badly.
  public var isJudged: Bool { self != .unsupported }
}
