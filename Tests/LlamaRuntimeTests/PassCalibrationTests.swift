import SpeculativeDecoding
import Synchronization
import Testing

@testable import LlamaRuntime

/// What an engine makes of what passes are known to cost, where each of them takes a millisecond by the clock.
@Suite(.enabled(if: Bundled.arePresent, Bundled.missing), .serialized)
struct PassCalibrationTests {
  @Test func `what passes cost is kept, and believed the next time where it holds`() async throws {
    let prompt = try Bundled.target.tokens(of: Bundled.prompt(example: "02_scaled_tanh.py"))
    let kept = Mutex<[PassCostRecord]>([])
    func write(_ known: PassCostRecord?, times: Int = 1) async throws -> [DecodingSummary] {
      let engine = try LlamaEngine(
        target: Bundled.target, draft: Bundled.draft,
        configuration: .init(
          context: 512, threads: 1,
          costs: .init(known: known) { record in kept.withLock { $0.append(record) } }),
        clock: PassClock(step: .milliseconds(1)))
      var summaries: [DecodingSummary] = []
      for _ in 0..<times {
        summaries.append(try await engine.write(after: prompt, maximumTokens: 30, options: .init()).summary)
      }
      return summaries
    }
    let first = try await write(nil, times: 5)
    #expect(first[0].probeTime > 0 && first.dropFirst().allSatisfy { $0.probeTime == 0 })
    // After the first, the second and the fourth text.
    #expect(kept.withLock { $0.count } == 3)
    let record = try #require(kept.withLock { $0.last })
    #expect(record.threads == 1 && record.draftThreads == 1)
    #expect(
      record.isUsable(target: .init(nodes: 201, leaves: 64, text: 512), draft: .init(nodes: 64, leaves: 200, text: 512))
    )
    let again = try await write(record)
    #expect(again[0].probeTime == 0 && again[0].tokens == first[0].tokens)
    for (place, wrong) in Self.records(unlike: record).enumerated() {
      let again = try await write(wrong)
      #expect(again[0].probeTime > 0 && again[0].tokens == first[0].tokens, "\(place): \(wrong)")
    }
  }

  /// Records that must not be believed.
  static func records(unlike record: PassCostRecord) -> [PassCostRecord] {
    func changed(_ change: (inout PassCostRecord) -> Void) -> PassCostRecord {
      var record = record
      change(&record)
      return record
    }
    func scaled(_ factor: Double) -> PassCostRecord {
      changed { $0.verification = $0.verification.map { .init(size: $0.size, milliseconds: factor * $0.milliseconds) } }
    }
    return [
      scaled(1000), scaled(1e-4), scaled(-1), scaled(0), scaled(.nan), scaled(.infinity),
      changed { $0.threads = 2 }, changed { $0.threads = -1 }, changed { $0.draftThreads = nil },
      changed {
        $0.verification = $0.verification.map {
          .init(size: $0.size, milliseconds: $0.size > 1 ? 99 * $0.milliseconds : $0.milliseconds)
        }
      },
      changed { $0.verification = Array($0.verification.prefix(2)) },
      changed { $0.draft = $0.draft?.map { .init(size: $0.size, milliseconds: 99 * $0.milliseconds) } },
      changed { $0.draft = nil }, changed { $0.draft = [] }, changed { $0.verification = [] },
      changed { $0.verification.removeFirst() }, changed { $0.verification[1] = .init(size: -3, milliseconds: 1) },
      changed { $0.draft?[0] = .init(size: .max, milliseconds: 1) },
    ]
  }
}
