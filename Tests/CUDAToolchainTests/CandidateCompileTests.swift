import CUDAToolchain
import Foundation
import GPUModels
import Testing

/// What comes of real candidates. Every failure was looked at, and is the candidate's own: most name functions that
/// cpp_sources does not declare or define their module twice, so PyTorch cannot build them either and they fall back.
@Suite(
  .enabled(if: Machine.hasCompiler, "\(Machine.noCompiler)"),
  .enabled(if: !Machine.candidates.isEmpty, "\(Machine.noCandidates)"))
struct `Real candidates` {
  private func report(_ candidate: Machine.Candidate) async throws -> CompileReport {
    // One of them (1/10) unrolls to three megabytes of PTX and takes nvcc half a minute on an idle processor.
    try await CompileCheck(toolchain: Machine.toolchain(), cache: nil, timeLimit: .seconds(300)).run(
      python: candidate.candidate, for: .h100)
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
    // Two at a time: nvcc's own steps leave a second processor idle.
    let all = Machine.candidates
    async let odd = endings(of: stride(from: 1, to: all.count, by: 2).map { all[$0] })
    async let even = endings(of: stride(from: 0, to: all.count, by: 2).map { all[$0] })
    let endings = try await odd + even
    let counts = Dictionary(endings.map { ($0.what, 1) }, uniquingKeysWith: +)
    let seconds = endings.filter { $0.seconds > 0 }.map(\.seconds).sorted()
    if let most = seconds.last {
      print(
        "compile seconds: median \(seconds[seconds.count / 2]), 90 % \(seconds[seconds.count * 9 / 10]), most \(most)")
    }
    let refused = Set(endings.filter { $0.what == "failed, device code not accepted" }.map(\.name))
    #expect(
      refused == [
        "1/48", "1/52", "1/93", "1/95", "1/96", "2/16", "2/23", "2/31", "2/35", "2/47", "2/51", "2/91", "3/26",
      ], "\(endings.filter { refused.contains($0.name) }.map { "\($0.name): \($0.said)" })")
    #expect(
      counts == [
        "ok, device code accepted": 4, "failed, device code accepted": 54, "failed, device code not accepted": 13,
        "not-run, device code not accepted": 11,
      ])
  }

  private struct Ending: Sendable {
    var name: String
    var what: String
    var seconds: Double
    var said: String
  }

  private func endings(of candidates: [Machine.Candidate]) async throws -> [Ending] {
    var endings: [Ending] = []
    for candidate in candidates {
      let report = try await report(candidate)
      let device = "device code \(report.isDeviceCodeAccepted ? "" : "not ")accepted"
      endings.append(
        Ending(
          name: candidate.name, what: "\(report.status.rawValue), \(device)", seconds: report.seconds,
          said: "\(report.reason ?? "") \(report.log.prefix(400))"))
    }
    return endings
  }
}
