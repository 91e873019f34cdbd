import KernelVerdicts
import VirtualGPU

extension Attempt {
  /// What the virtual GPU's report says beside the outputs: what it could not do, and errors.
  func trouble(_ report: DeviceReport) -> CandidateFault? {
    if let failure = report.failure { return CandidateFault(verdict: .unsupported, reason: failure) }
    if let one = report.unsupported.first {
      return CandidateFault(
        verdict: .unsupported, reason: "The virtual GPU cannot do a part of it: \(one.name): \(one.what)")
    }
    if let finding = report.findings.first(where: { $0.severity == .error }) {
      return CandidateFault(
        verdict: finding.kind == .timeExceeded ? .timeout : .incorrect, reason: FindingText.sentence(finding),
        dependsOnSize: true)
    }
    return nil
  }

  /// What no kernel needs and who cheats a judge in his own process does.
  func tampering(_ changes: ProcessChanges, isFirst: Bool) -> String? {
    if !changes.replaced.isEmpty {
      return "It replaces functions of PyTorch's or Python's: \(Sentences.list(changes.replaced.prefix(4).map { $0 }))."
    }
    let slowing = changes.settings.filter {
      $0.contains("enabled") || $0.contains("num_threads") || $0.contains("default_dtype")
    }
    if !slowing.isEmpty {
      return "It changes settings that only others are affected by: \(Sentences.list(slowing))."
    }
    if changes.lateLaunches > 0 {
      return "It launches \(Sentences.count(changes.lateLaunches, "kernel")) after its call has returned."
    }
    if changes.children > 0 {
      return "It leaves \(Sentences.count(changes.children, "process", "processes")) running after its call."
    }
    if changes.threads > 0 { return "It leaves \(Sentences.count(changes.threads, "thread")) running after its call." }
    // PyTorch starts its own at the first call.
    if !isFirst, changes.newTasks > 0 {
      return "Each of its calls leaves \(Sentences.count(changes.newTasks, "thread")) running."
    }
    return nil
  }

  func noKernel() -> CandidateFault {
    if let failure = candidate.extensions.failures.last {
      var fault = candidate.extensions.fault(failure)
      if fault.verdict != .unsupported {
        fault.verdict = .rejected
        fault.reason = fault.reason.replacing(
          "does not build:", with: "does not build, and it falls back to PyTorch:", maxReplacements: 1)
      }
      return fault
    }
    return CandidateFault(
      verdict: .rejected, reason: "No kernel of its own ran: PyTorch did all of the work.")
  }

  func record(_ fault: CandidateFault, _ report: DeviceReport, _ outcome: inout Outcome) {
    outcome.add(report.findings)
    var fault = fault
    // An exception about a failed launch is the consequence of what was found.
    if fault.verdict == .runtimeError || fault.verdict == .timeout, let cause = trouble(report) { fault = cause }
    outcome.fail(fault.verdict, fault.reason, dependsOnSize: fault.dependsOnSize, details: fault.details)
  }
}
