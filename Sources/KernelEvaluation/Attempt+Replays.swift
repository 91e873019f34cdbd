import KernelVerdicts
import VirtualGPU

extension Attempt {
  /// Where reads of unwritten memory or races were found: whether the output depends on them.
  func replaySchedules(
    _ trial: Trial, _ outputs: ValueTree, _ tolerance: Tolerance, _ outcome: inout Outcome
  ) async throws {
    let hasRaces = outcome.findings.contains { $0.kind == .race }
    let hasReads = outcome.findings.contains { $0.kind == .uninitializedRead }
    guard hasRaces || hasReads else { return }
    let usesAtomics = outcome.kernels.contains { $0.sites.contains { $0.kind == "atomic" } }
    var calls: [(Finding.Kind, CallOptions)] = []
    if hasRaces { calls += (1...4).map { (.race, CallOptions(schedule: UInt64($0) &* 7919)) } }
    if hasReads { calls += Self.poisons.compactMap { $0 }.map { (.uninitializedRead, CallOptions(poison: $0)) } }
    for (number, (kind, call)) in calls.enumerated() {
      let made = try await timed(&outcome.runSeconds) {
        try await candidate.run(trial.inputs, seed: trial.seed, prefix: "replay-\(number)", call)
      }
      // Sums by atomics differ in their last bits by right.
      let isSame =
        usesAtomics
        ? try trial.compare(made.outputs, in: candidate.folder, tolerance: tolerance).fault == nil
        : try Trial.areEqual(made.outputs, outputs)
      guard !isSame else { continue }
      for index in outcome.findings.indices where outcome.findings[index].kind == kind {
        outcome.findings[index].changesOutput = true
      }
      if let finding = outcome.findings.first(where: { $0.kind == kind }) {
        outcome.fail(
          .incorrect,
          FindingText.sentence(finding)
            + (kind == .race
              ? " The output is another one under another order of its threads."
              : " The output is another one where that memory has other contents."),
          dependsOnSize: true)
      }
      return
    }
  }

  /// Runs once more with kernels that do nothing: if the output is still right, they are not what made it.
  func replayGhost(_ trial: Trial, _ tolerance: Tolerance, _ outcome: inout Outcome) async throws {
    if outcome.launches == 0 {
      judgeUncounted(&outcome)
      return
    }
    var call = CallOptions(poison: 0x4479_F3B6)
    call.isGhost = true
    if let made = try? await candidate.run(trial.inputs, seed: trial.seed, prefix: "ghost", call),
      made.flaws.isEmpty,
      try trial.compare(made.outputs, in: candidate.folder, tolerance: tolerance).fault == nil
    {
      outcome.fail(
        .rejected,
        "Its kernels do not make its output: with kernels that do nothing the output is just as right.")
      return
    }
    try Task.checkCancellation()
    let wanted = Self.parts(trial.expectation.operators)
    let made = Self.parts(outcome.operators)
    if !wanted.isEmpty, wanted.allSatisfy({ made[$0.key, default: 0] >= $0.value }) {
      outcome.fail(
        .rejected,
        "PyTorch does all that the reference does (\(Sentences.list(wanted.keys.sorted().prefix(5).map { $0 }))); its kernels only handle the result."
      )
    }
  }

  /// Kernels of other languages are neither counted nor stopped: they have made the output only where nothing else computes.
  private func judgeUncounted(_ outcome: inout Outcome) {
    let names = Sentences.list(uncountedLanguages)
    if outcome.operators.isEmpty {
      outcome.notes.append(
        "Kernels of \(names) are not counted; that they do the work follows from PyTorch's doing none.")
      return
    }
    let operators = Sentences.list(outcome.operators.keys.sorted().prefix(5).map { $0 })
    outcome.fail(
      .unsupported,
      "Kernels of \(names) are not counted, and PyTorch computes a part itself (\(operators)): whose the work is cannot be told."
    )
  }

  /// Operators by what they compute: in place or not, and those that compute two things as two.
  private static func parts(_ operators: [String: Int]) -> [String: Int] {
    let composed = [
      "addmm": ["product", "add"], "baddbmm": ["product", "add"], "addmv": ["product", "add"],
      "addcmul": ["mul", "add"], "mm": ["product"], "bmm": ["product"], "mv": ["product"], "dot": ["product"],
      "linear": ["product"],
    ]
    var parts: [String: Int] = [:]
    for (name, count) in operators {
      let plain = name.hasSuffix("_") ? String(name.dropLast()) : name
      for part in composed[plain] ?? [plain] { parts[part, default: 0] += count }
    }
    return parts
  }
}
