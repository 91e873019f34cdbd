import Testing

@testable import KernelEvaluation

struct NsightComputeLogTests {
  /// As `ncu --csv` writes it.
  private static let head = #"""
    ==PROF== Connected to process 1084 (/usr/bin/python3.11)
    ==PROF== Disconnected from process 1084
    "ID","Process ID","Process Name","Host Name","Kernel Name","Context","Stream","Block Size","Grid Size","Device","CC","Section Name","Metric Name","Metric Unit","Metric Value"
    """#

  private static func line(_ id: Int, _ kernel: String, _ metric: NsightCompute.Metric, _ value: String) -> String {
    #"""
    "\#(id)","1084","python3.11","127.0.0.1","\#(kernel)","1","7","(256, 1, 1)","(4096, 1, 1)","0","9.0","Command line profiler metrics","\#(metric.rawValue)","","\#(value)"
    """#
  }

  @Test func `launches of a kernel are added up and shares are weighed by time`() throws {
    let text = [
      Self.head,
      Self.line(0, "scale(float *, int)", .time, "1,000"), Self.line(0, "scale(float *, int)", .occupancy, "50"),
      Self.line(0, "scale(float *, int)", .bytesRead, "4,197,120"),
      Self.line(0, "scale(float *, int)", .registers, "16"),
      Self.line(1, "other<\"\"a\"\">", .time, "7"),
      Self.line(2, "scale(float *, int)", .time, "3,000"), Self.line(2, "scale(float *, int)", .occupancy, "90"),
      Self.line(2, "scale(float *, int)", .loadSectors, "64"), Self.line(2, "scale(float *, int)", .loadRequests, "8"),
      Self.line(2, "scale(float *, int)", .storeSectors, "256"),
      Self.line(2, "scale(float *, int)", .storeRequests, "8"),
      Self.line(2, "scale(float *, int)", .registers, "32"),
    ].joined(separator: "\n")
    let log = NsightComputeLog(text)
    #expect(log.complaint == nil)
    #expect(log.profiles.map(\.kernel) == ["scale(float *, int)", "other<\"a\">"])
    let first = try #require(log.profiles.first)
    #expect(first.launches == 2)
    #expect(first.seconds == 4e-6)
    #expect(first.occupancy == 80)
    #expect(first.bytesRead == 4_197_120)
    #expect(first.bytesWritten == nil)
    #expect(first.sectorsPerRequest == 20)
    #expect(first.registers == 32)
  }

  @Test func `what it could not do is said`() {
    let log = NsightComputeLog(
      "==PROF== Connected\n==ERROR== ERR_NVGPUCTRPERM - The user does not have permission.\n==ERROR== another\n")
    #expect(log.profiles.isEmpty)
    #expect(log.complaint == "ERR_NVGPUCTRPERM - The user does not have permission.")
  }

  @Test func `n a is no number`() {
    let log = NsightComputeLog(
      Self.head + "\n" + Self.line(0, "k", .time, "n/a") + "\n" + Self.line(0, "k", .compute, "nan"))
    #expect(log.profiles.isEmpty)
  }

  @Test func `no mutation of a log makes it crash`() {
    let text = Array(
      [Self.head, Self.line(0, "k", .time, "1,000"), Self.line(1, "k", .compute, "9.5")].joined(separator: "\n").utf8)
    var generator = SeededGenerator(seed: 5, purpose: "ncu log")
    for _ in 0..<2_000 {
      var bytes = text
      for _ in 0..<Int.random(in: 1...12, using: &generator) {
        let place = Int.random(in: 0..<bytes.count, using: &generator)
        switch Int.random(in: 0..<3, using: &generator) {
        case 0: bytes[place] = UInt8.random(in: 0...255, using: &generator)
        case 1: bytes.remove(at: place)
        default: bytes.insert(bytes[Int.random(in: 0..<bytes.count, using: &generator)], at: place)
        }
      }
      let log = NsightComputeLog(String(decoding: bytes, as: UTF8.self))
      #expect(log.profiles.count <= 2 + 12)
      #expect(log.profiles.allSatisfy { !$0.kernel.contains("\n") })
    }
  }
}
