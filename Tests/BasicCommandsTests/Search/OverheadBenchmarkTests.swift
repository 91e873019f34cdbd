import Foundation
import Testing

@testable import BasicCommands

struct OverheadBenchmarkTests {
  @Test func `what is measured goes through the search and a store, which is gone afterwards`() async throws {
    try await SampleStore.with { folder, _ in
      let before = try TemporaryFolder.names(folder)
      var rounds: [String] = []
      let report = try await OverheadBenchmark(
        strategies: OverheadBenchmark.defaultStrategies, candidates: 20, seed: 1, folder: folder
      ).run { rounds.append($0) }
      #expect(report.strategies.map(\.strategy) == ["best-of", "linear", "adaptive"])
      for row in report.strategies {
        #expect(row.memory.count == 3 && row.store.count == 3)
        #expect((row.memory + row.store).allSatisfy { $0 > 0 && $0.isFinite })
      }
      #expect(rounds.count == 9)
      #expect(try TemporaryFolder.names(folder) == before)
    }
  }

  @Test func `the table has the median, the lowest and the highest`() {
    var row = OverheadReport.Row(strategy: "adaptive")
    row.memory = [4000, 5000.4, 4500.6]
    row.store = [900, 1200, 1100]
    let report = OverheadReport(candidates: 5000, seed: 1, strategies: [row])
    #expect(
      report.text == """
        Search with a model that answers instantly and a judge that takes no time: candidates/s, median of 3 runs of 5000 \
        candidates (lowest–highest), seed 1

        | strategy | search alone | search and store |
        |---|---:|---:|
        | adaptive | 4501 (4000–5000) | 1100 (900–1200) |

        """)
  }

  @Test(arguments: [
    ("best-of", true), ("best-of-100", true), ("best-of-99", false), ("greedy", false), ("linear", true),
    ("adaptive", true), ("nonsense", false),
  ])
  func `a strategy that ends early is no measure`(strategy: String, isMeasurable: Bool) {
    #expect(OverheadBenchmark.canMeasure(strategy, candidates: 100) == isMeasurable)
  }
}
