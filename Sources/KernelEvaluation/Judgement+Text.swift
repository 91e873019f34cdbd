import KernelVerdicts
import VirtualGPU

extension Judgement {
  /// A line of the text form: a label, and what there is to say. A person needs the first one first.
  public struct Line: Sendable, Hashable {
    /// `verdict`, `first wrong`, `finding` …
    public var label: String
    /// What there is to say.
    public var text: String
    /// Whether the line is as a compiler or an interpreter wrote it.
    public var isQuoted = false
  }

  /// The judgement for a person.
  public var lines: [Line] {
    var lines = [Line(label: "verdict", text: "\(verdict.rawValue): \(reason)")]
    if let correctness { lines += Self.lines(correctness) }
    for finding in findings where finding.kind != "wrong-output" && !reason.hasPrefix(finding.message) {
      let count = finding.count > 1 ? " (\(finding.count) times)" : ""
      lines.append(Line(label: finding.severity.rawValue, text: finding.message + count))
    }
    if let details, verdict != .correct {
      let all = details.split(whereSeparator: \.isNewline)
      let shown = verdict == .compileError ? all.prefix(12) : all.suffix(8)
      lines += shown.map { Line(label: "", text: String($0), isQuoted: true) }
      if all.count > shown.count {
        lines.append(Line(label: "", text: "… and \(all.count - shown.count) lines more (--format json has them)"))
      }
    }
    if let size { lines.append(Line(label: "sizes", text: text(size))) }
    lines += kernelLines
    for kernel in (profile ?? []).prefix(6) {
      lines.append(Line(label: "profile", text: "\(kernel.kernel): \(kernel.sentence)"))
    }
    if let timing {
      lines.append(Line(label: "speed", text: Self.text(speed, timing)))
    } else if verdict == .correct {
      let estimated = estimate.map { "; estimate for \(gpu) at these sizes: \(Self.duration($0))" } ?? ""
      let reason = device == JudgeOptions.Device.cuda.rawValue ? "not timed" : "not timed: no GPU here"
      lines.append(Line(label: "speed", text: reason + estimated))
    }
    if !precisionUse.isEmpty {
      lines.append(Line(label: "precision", text: "uses \(precisionUse.joined(separator: ", "))"))
    }
    if !operators.isEmpty, verdict == .correct {
      let names = operators.sorted { $0.key < $1.key }.map { $0.value > 1 ? "\($0.key) ×\($0.value)" : $0.key }
      lines.append(Line(label: "PyTorch", text: "does a part of the work: \(names.joined(separator: ", "))"))
    }
    for note in notes { lines.append(Line(label: "note", text: note)) }
    lines.append(Line(label: "time", text: phaseText))
    return lines
  }

  private static func lines(_ correctness: Correctness) -> [Line] {
    var lines: [Line] = []
    if let wrong = correctness.mismatch {
      let place = wrong.index.map(String.init).joined(separator: ", ")
      lines.append(
        Line(label: "first wrong", text: "[\(place)]: \(wrong.actual), and \(wrong.expected) is expected"))
      lines.append(
        Line(
          label: "how many",
          text: "\(wrong.count) of \(wrong.elements)\(wrong.pattern.isEmpty ? "" : "; \(wrong.pattern)")"))
    } else if correctness.passed == correctness.trials, correctness.trials > 0 {
      let special =
        correctness.matchesSpecialValues.map { "; with special values \($0 ? "the same" : "otherwise")" } ?? ""
      lines.append(
        Line(
          label: "errors",
          text:
            "at most \(number(correctness.maxAbsoluteError)), relative \(number(correctness.maxRelativeError)) (\(number(correctness.tolerance)) allowed); inputs: \(correctness.distributions.joined(separator: ", "))\(special)"
        ))
    }
    return lines
  }

  private var kernelLines: [Line] {
    counters.prefix(6).map { kernel in
      var text = "\(kernel.displayName): \(Sentences.count(kernel.launches, "launch", "launches"))"
      text += ", grid \(Self.shape(kernel.grid)), block \(Self.shape(kernel.block))"
      if let estimate = kernel.estimate { text += "; bound by \(estimate.bound) on \(estimate.gpu) (estimate)" }
      return Line(label: "kernel", text: text)
    }
  }

  private func text(_ size: Size) -> String {
    guard !size.isFull else { return "the problem's own" }
    return (device == JudgeOptions.Device.cuda.rawValue ? "reduced: " : "reduced for want of a GPU: ")
      + size.reduced.map { "\($0.name) \($0.full) → \($0.used)" }.joined(separator: ", ")
  }

  private static func text(_ speed: Speed, _ timing: Timing) -> String {
    let ends = timing.interval.map { number($0) }.joined(separator: " to ")
    var text = "\(speed.rawValue): \(number(timing.ratio)) times as fast as the better of PyTorch's two (95 %: \(ends))"
    text += "; \(duration(timing.candidate)), eager \(duration(timing.eager))"
    if let compiled = timing.compiled { text += ", compiled \(duration(compiled))" }
    return text + "; \(timing.pairs) pairs"
  }

  private var phaseText: String {
    let build = phases.isBuildFromCache ? "built before" : "\(Self.number(phases.buildSeconds)) s to build"
    return
      "\(Self.number(phases.totalSeconds)) s: \(build), \(Self.number(phases.runSeconds)) s to run, \(Self.number(phases.referenceSeconds)) s for the reference; sandbox: \(sandbox.isEmpty ? "none was needed" : sandbox)"
  }

  private static func shape(_ size: [Int]) -> String {
    let trimmed = size.reversed().drop { $0 == 1 }.reversed()
    return trimmed.isEmpty ? "1" : trimmed.map(String.init).joined(separator: "×")
  }

  /// Three digits that say something.
  static func number(_ value: Double) -> String {
    guard value.isFinite, value != 0 else { return value == 0 ? "0" : "\(value)" }
    let magnitude = abs(value)
    if magnitude < 1e-3 || magnitude >= 1e6 {
      var exponent = 0
      var mantissa = magnitude
      while mantissa >= 10 { (mantissa, exponent) = (mantissa / 10, exponent + 1) }
      while mantissa < 1 { (mantissa, exponent) = (mantissa * 10, exponent - 1) }
      return "\(value < 0 ? "-" : "")\((mantissa * 10).rounded() / 10)e\(exponent)"
    }
    let digits = magnitude >= 100 ? 1.0 : magnitude >= 10 ? 10.0 : magnitude >= 1 ? 100.0 : 10_000.0
    let rounded = (value * digits).rounded() / digits
    return rounded == rounded.rounded() ? "\(Int(rounded))" : "\(rounded)"
  }

  static func duration(_ seconds: Double) -> String {
    if seconds >= 1 { return "\(number(seconds)) s" }
    return seconds >= 1e-3 ? "\(number(seconds * 1e3)) ms" : "\(number(seconds * 1e6)) µs"
  }
}
