import KernelEvaluation
public import KernelPrompting
import KernelVerdicts

extension Feedback {
  /// What a judge's result says to the model that is to go on from it.
  ///
  /// - Complexity: O(*n*) for *n* bytes of texts, and O(*k* log *k*) for *k* places in kernels that touch memory.
  public init(_ result: JudgeResult) {
    let judgement = result.judgement
    var points: [String] = []
    if let mismatch = judgement.correctness?.mismatch { points += Self.sentences(mismatch, judgement.correctness) }
    for finding in judgement.findings.prefix(8)
    where finding.kind != "wrong-output" && !judgement.reason.hasPrefix(finding.message) {
      points.append(finding.message + (finding.count > 1 ? " (\(finding.count) times)" : ""))
    }
    if let size = judgement.size, !size.isFull, !size.reduced.isEmpty {
      let sizes = size.reduced.prefix(6).map { "\($0.name) = \($0.used)" }.joined(separator: ", ")
      points.append("It was run with \(sizes); it has to be right for the problem's own sizes as well.")
    }
    points += judgement.notes.prefix(4)
    if judgement.verdict == .correct { points = KernelProfile.speed(result) + points }
    self.init(
      Self.kind(of: judgement), summary: judgement.reason, points: points, quotation: Self.quotation(judgement),
      profile: judgement.verdict == .correct ? KernelProfile.lines(judgement.counters) : [])
  }

  private static func kind(of judgement: Judgement) -> Kind {
    switch judgement.verdict {
    case .correct: .tooSlow
    case .compileError: .compileError
    case .runtimeError: .runtimeError
    case .timeout: .timeout
    case .rejected: .rejected
    case .unsupported: .unsupported
    case .incorrect:
      judgement.findings.contains { $0.severity == .error && Finding.Kind(rawValue: $0.kind) != nil }
        ? .memoryFinding : .wrongResult
    }
  }

  private static func sentences(
    _ mismatch: Judgement.Mismatch, _ correctness: Judgement.Correctness?
  ) -> [String] {
    let place = mismatch.index.map(String.init).joined(separator: ", ")
    var points = [
      "Output \(mismatch.output), first wrong element [\(place)]: it is \(mismatch.actual), and \(mismatch.expected) is expected."
    ]
    let share = "\(mismatch.count) of \(mismatch.elements) elements are wrong"
    points.append(share + (mismatch.pattern.isEmpty ? "." : ": \(mismatch.pattern)."))
    if let correctness, correctness.passed > 0 {
      points.append(
        "\(correctness.passed) of \(correctness.trials) sets of inputs gave right results; these were not, with \(mismatch.distribution) inputs."
      )
    } else {
      points.append("The inputs were \(mismatch.distribution).")
    }
    return points
  }

  private static func quotation(_ judgement: Judgement) -> Quotation? {
    guard judgement.verdict != .correct, let details = judgement.details,
      details.contains(where: { !$0.isWhitespace })
    else { return nil }
    if judgement.verdict == .compileError {
      return Quotation(label: "The first errors", text: CompilerErrors.first(of: details))
    }
    return Quotation(label: "The end of what it wrote", text: CompilerErrors.end(of: details))
  }
}
