import CUDAToolchain

/// The lines that close a run of `basic generate`.
struct SummaryText {
  let palette: Palette

  func text(_ report: GenerationReport, output: String?) -> String {
    var lines = [decoding(report), time(report)]
    lines += compile(report)
    if report.truncated { lines.append(palette.yellow("The answer is cut off; the kernel may be incomplete.")) }
    for note in report.notes { lines.append("note: \(note)") }
    if let output { lines.append("written to \(output)") }
    return lines.map { $0 + "\n" }.joined()
  }

  private func decoding(_ report: GenerationReport) -> String {
    let decoding = report.decoding
    let ended = decoding.end == "end" || decoding.end == "stop-sequence" ? "" : " (ended by \(decoding.end))"
    return palette.bold("\(decoding.tokens) tokens") + " in \(decoding.seconds.fixed(2)) s: "
      + palette.bold("\(decoding.tokensPerSecond.fixed(0)) tokens/s") + ", \(decoding.passes) passes, "
      + palette.bold("\(decoding.tokensPerPass.fixed(2)) tokens per pass") + " (\(decoding.mode))" + ended
  }

  private func time(_ report: GenerationReport) -> String {
    let decoding = report.decoding
    func percent(_ share: Double) -> String { (share * 100).fixed(0) + " %" }
    return "time: drafting \(percent(decoding.shares.drafting)), verifying \(percent(decoding.shares.verifying)), host "
      + "\(percent(decoding.shares.host)); prompt of \(decoding.promptTokens) tokens read in "
      + "\(decoding.promptSeconds.fixed(2)) s; peak memory \((Double(report.peakMemory) / 1e6).fixed(0)) MB"
  }

  private func compile(_ report: GenerationReport) -> [String] {
    let compile = report.compile
    switch compile.status {
    case .ok:
      let compiler = compile.compilerVersion.map { " by nvcc \($0)" } ?? ""
      let time = compile.isFromCache ? "from the cache" : "\(compile.seconds.fixed(1)) s"
      let head = palette.green("compiles") + " for \(compile.architecture)\(compiler) (\(time))"
      return [head] + compile.kernels.map(kernel) + compile.findings.map { "\($0.severity.rawValue): \($0.message)" }
    case .failed:
      let head = palette.red("does not compile") + " for \(compile.architecture)"
      let reason = compile.reason.map { ": \($0)" } ?? ""
      let log = compile.log.split(separator: "\n").prefix(12).map { "  \($0)" }
      return [head + reason] + log
    case .notRun:
      return [palette.yellow("compile: not run") + (compile.reason.map { ": \($0)" } ?? "")]
    }
  }

  private func kernel(_ kernel: CompileReport.Kernel) -> String {
    var facts = ["\(kernel.registers) registers", "\(kernel.sharedMemory) bytes of shared memory"]
    let spills = kernel.spillStores + kernel.spillLoads
    if spills > 0 { facts.append("\(spills) bytes spilled") }
    return "  \(kernel.name): " + facts.joined(separator: ", ")
  }
}
