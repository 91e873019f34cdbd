import KernelVerdicts
import Testing

@Suite struct FindingTests {
  private func finding(_ kind: Finding.Kind, changesOutput: Bool = false) -> Finding {
    Finding(
      kind: kind, kernel: "k", access: "load", space: "global", bytes: 4, location: .init(file: "a.cu", line: 3),
      thread: .init(block: [0, 0, 0], thread: [1, 0, 0]), address: "0x10", message: "Something.",
      changesOutput: changesOutput)
  }

  @Test(arguments: Finding.Kind.allCases) func `a finding's meaning follows from its kind and from what it changes`(
    _ kind: Finding.Kind
  ) {
    let warnings: Set<Finding.Kind> = [.race, .uninitializedRead, .divergentBarrier, .leak]
    #expect(finding(kind).severity == (warnings.contains(kind) ? .warning : .error))
    let harmless: Set<Finding.Kind> = [.divergentBarrier, .leak]
    #expect(finding(kind, changesOutput: true).severity == (harmless.contains(kind) ? .warning : .error))
  }

  @Test func `an error weighs more than a warning`() {
    #expect(Finding.Severity.warning < .error)
    #expect(!(Finding.Severity.error < .warning))
    #expect([Finding.Severity.error, .warning].max() == .error)
  }

  @Test func `kinds are spelled as reports spell them`() {
    #expect(
      Finding.Kind.allCases.map(\.rawValue) == [
        "out-of-bounds", "misaligned", "uninitialized-read", "race", "missed-barrier", "divergent-barrier",
        "stack-overflow", "time-exceeded", "use-after-free", "device-assert", "trap", "leak",
      ])
  }
}
