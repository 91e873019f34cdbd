import KernelVerdicts
import Testing

@testable import KernelEvaluation

@Suite struct JudgementTextTests {
  private func judgement(_ verdict: Verdict) -> Judgement {
    var judgement = Judgement(verdict: verdict, reason: "A reason.", device: "virtual", gpu: "h100")
    judgement.phases = .init(
      totalSeconds: 4.5678, buildSeconds: 2.5, isBuildFromCache: false, referenceSeconds: 0.25, runSeconds: 1,
      startSeconds: 1)
    judgement.sandbox = "namespaces"
    return judgement
  }

  @Test func theVerdictComesFirstAndTheTimeLast() {
    for verdict in Verdict.allCases {
      let lines = judgement(verdict).lines
      #expect(lines.first == .init(label: "verdict", text: "\(verdict.rawValue): A reason."))
      #expect(
        lines.last
          == .init(
            label: "time",
            text: "4.57 s: 2.5 s to build, 1 s to run, 0.25 s for the reference; sandbox: namespaces"))
    }
  }

  @Test func aWrongElementIsShownWithItsPlaceAndBothValues() {
    var judgement = judgement(.incorrect)
    judgement.correctness = .init(
      trials: 1, passed: 0, maxAbsoluteError: 2, maxRelativeError: 1, tolerance: 1e-4, distributions: ["own"],
      mismatch: .init(
        output: 0, trial: 0, distribution: "own", index: [3, 17], expected: 0.5, actual: 2.5, count: 12, elements: 96,
        pattern: "a tail"))
    #expect(
      judgement.lines.dropFirst().prefix(2).map(\.text) == [
        "[3, 17]: 2.5, and 0.5 is expected", "12 of 96; a tail",
      ])
  }

  @Test func whatACompilerSaidIsShortenedAndQuoted() {
    var judgement = judgement(.compileError)
    judgement.details = (1...30).map { "line \($0)" }.joined(separator: "\n")
    let quoted = judgement.lines.filter(\.isQuoted)
    #expect(quoted.map(\.text) == (1...12).map { "line \($0)" })
    #expect(judgement.lines.contains { $0.text == "… and 18 lines more (--format json has them)" })
  }

  @Test func reducedSizesAreNamed() {
    var judgement = judgement(.correct)
    judgement.size = .init(isFull: false, reduced: [.init(name: "N", full: 4096, used: 256)])
    #expect(judgement.lines.contains { $0.text == "reduced for want of a GPU: N 4096 → 256" })
  }

  @Test(arguments: [
    (0, "0"), (1, "1"), (1234.5678, "1235"), (0.12345678, "0.1235"), (12.3456, "12.3"), (1.2345e-7, "1.2e-7"),
    (-3.5e9, "-3.5e9"), (Double.infinity, "inf"),
  ])
  func numbersHaveThreeDigits(value: Double, text: String) { #expect(Judgement.number(value) == text) }
}
