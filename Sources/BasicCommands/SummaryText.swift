import CUDAToolchain
import KernelEvaluation

/// The lines that close a run of `basic generate`.
struct SummaryText {
  let palette: Palette
  /// The columns of the terminal; `nil` where there is none.
  let width: Int?

  func text(_ report: GenerationReport, output: String?) -> String {
    var lines = LabelledLines(width: width, palette: palette)
    let decoding = report.decoding
    let cut =
      ["end", "stop-sequence"].contains(decoding.end) ? "" : ", ended by the \(decoding.end.replacing("-", with: " "))"
    lines.add(
      "wrote", " tokens in \(decoding.seconds.fixed(2)) s, \(decoding.tokensPerSecond.fixed(0)) tokens/s\(cut)",
      lead: "\(decoding.tokens)", style: palette.bold)
    lines.add(
      "passes", ", \(decoding.tokensPerPass.fixed(2)) tokens each (\(decoding.mode))", lead: "\(decoding.passes)",
      style: palette.bold)
    let shares = decoding.shares
    lines.add(
      "time",
      "drafting \(percent(shares.drafting)), verifying \(percent(shares.verifying)), host \(percent(shares.host))")
    lines.add("prompt", "\(decoding.promptTokens) tokens, read in \(decoding.promptSeconds.fixed(2)) s")
    lines.add("memory", "\((Double(report.peakMemory) / 1e6).fixed(0)) MB at most")
    add(report.compile, to: &lines)
    if let judgement = report.judgement.value { JudgementText.add(judgement, to: &lines) }
    if report.truncated { lines.add("note", "The answer is cut off; the kernel may be incomplete.") }
    // What the compile step has said already is not said twice.
    for note in report.notes where note != report.compile.reason { lines.add("note", note) }
    if let output { lines.add("kept in", output) }
    return lines.text
  }

  private func add(_ compile: CompileReport, to lines: inout LabelledLines) {
    let reason = compile.reason.map { ": \($0)" } ?? ""
    switch compile.status {
    case .ok:
      let compiler = compile.compilerVersion.map { " by nvcc \($0)" } ?? ""
      let time = compile.isFromCache ? "known from an earlier run" : "\(compile.seconds.fixed(1)) s"
      lines.add(
        "compile", " for \(compile.architecture)\(compiler) (\(time))", lead: "ok", style: palette.green)
    case .failed:
      lines.add("compile", " for \(compile.architecture)\(reason)", lead: "failed", style: palette.red)
      let log = compile.log.split(separator: "\n")
      for line in log.prefix(12) { lines.addUnwrapped(String(line)) }
      if log.count > 12 { lines.add("", "… and \(log.count - 12) lines more (--format json has them)") }
    case .notRun: lines.add("compile", reason, lead: "not run", style: palette.magenta)
    }
    for kernel in compile.kernels {
      var facts = "\(kernel.registers) registers, \(kernel.sharedMemory) bytes of shared memory"
      let spills = kernel.spillStores + kernel.spillLoads
      if spills > 0 { facts += ", \(spills) bytes spilled" }
      lines.add("kernel", "\(kernel.name): \(facts)")
    }
    for finding in compile.findings where finding.message != compile.reason {
      lines.add(finding.severity.rawValue, finding.message)
    }
  }

  private func percent(_ share: Double) -> String { (share * 100).fixed(0) + " %" }
}
