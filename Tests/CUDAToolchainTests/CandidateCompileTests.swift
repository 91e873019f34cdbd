import CUDAToolchain
import Foundation
import Testing

/// What comes of real candidates. Every failure was looked at, and is the candidate's own: most name functions that
/// cpp_sources does not declare or define their module twice, so PyTorch cannot build them either and they fall back.
@Suite(
  .enabled(if: Machine.hasCompiler, "\(Machine.noCompiler)"),
  .enabled(if: !Machine.candidates.isEmpty, "\(Machine.noCandidates)"))
struct `Real candidates` {
  private func report(_ candidate: Machine.Candidate) async throws -> CompileReport {
    try await CompileCheck(toolchain: Machine.toolchain(), cache: nil).run(
      python: candidate.candidate, architecture: .h100)
  }

  @Test(arguments: [
    ("1/23", "ok", true), ("1/97", "ok", true), ("1/5", "failed", true), ("1/12", "failed", true),
    ("1/48", "failed", false), ("1/52", "failed", false), ("2/16", "failed", false), ("2/20", "failed", true),
    ("2/47", "failed", false), ("2/37", "not-run", false), ("3/25", "not-run", false), ("3/26", "failed", false),
  ])
  func `a dozen ends as judged by hand`(name: String, status: String, isDeviceCodeAccepted: Bool) async throws {
    let candidate = try #require(Machine.candidates.first { $0.name == name })
    let report = try await report(candidate)
    #expect(report.status.rawValue == status && report.isDeviceCodeAccepted == isDeviceCodeAccepted)
    #expect(report.isDeviceCodeAccepted != report.kernels.isEmpty)
  }

  @Test(.enabled(if: Machine.wantsLongTests, "some minutes: set BASIC_LONG_TESTS=1"))
  func `all of them end as judged by hand`() async throws {
    var counts: [String: Int] = [:]
    var seconds: [Double] = []
    for candidate in Machine.candidates {
      let report = try await report(candidate)
      counts[
        "\(report.status.rawValue), device code \(report.isDeviceCodeAccepted ? "" : "not ")accepted", default: 0] += 1
      if report.isDeviceCodeAccepted { seconds.append(report.seconds) }
    }
    let sorted = seconds.sorted()
    if !sorted.isEmpty {
      print(
        "compile seconds: median \(sorted[sorted.count / 2]), 90 % \(sorted[sorted.count * 9 / 10]), most \(sorted.last ?? 0)"
      )
    }
    #expect(
      counts == [
        "ok, device code accepted": 4, "failed, device code accepted": 54, "failed, device code not accepted": 13,
        "not-run, device code not accepted": 11,
      ])
  }
}
