import SpeculativeDecoding
import Synchronization
import Testing

@testable import LlamaRuntime

/// With how many threads passes are computed, where what they take is known because nobody computes them.
@Suite(.enabled(if: Bundled.arePresent, Bundled.missing))
struct ComputeThreadsTests {
  struct Case: CustomTestStringConvertible {
    var testDescription: String
    /// The milliseconds of a pass by the number of threads.
    var times: [Int: Double]
    var best: Int
    /// The fewest threads that are tried.
    var fewest: Int
  }

  static let cases = [
    Case(testDescription: "a large model", times: [8: 100, 4: 190, 2: 370, 1: 740], best: 8, fewest: 4),
    Case(testDescription: "a small model", times: [8: 0.6, 4: 0.5, 2: 0.35, 1: 0.3], best: 1, fewest: 1),
    Case(
      testDescription: "memory that half of them use up", times: [8: 100, 4: 102, 2: 180, 1: 350], best: 4, fewest: 2),
    Case(testDescription: "others on the processors", times: [8: 350, 4: 330, 2: 100, 1: 190], best: 2, fewest: 1),
    Case(testDescription: "a tenth is not earned", times: [8: 95, 4: 100, 2: 200, 1: 400], best: 4, fewest: 2),
  ]

  @Test(arguments: cases)
  func `the fastest number is found from the most downwards`(test: Case) throws {
    let threads = ComputeThreads(limit: 8)
    let context = try LlamaContext(
      model: Bundled.draft, cells: 64, passLimit: 32, sequenceLimit: 1, threads: threads)
    let clock = PassClock()
    var tried: Set<Int> = []
    threads.choose(for: context, stopwatch: Stopwatch(clock: clock)) {
      tried.insert(context.threadCount)
      clock.advance(milliseconds: test.times[context.threadCount] ?? 0)
    }
    #expect(context.threadCount == test.best)
    #expect(tried.min() == test.fewest)
  }

  @Test func `one pass that is held up does not end the search`() throws {
    let threads = ComputeThreads(limit: 2)
    let context = try LlamaContext(
      model: Bundled.draft, cells: 64, passLimit: 32, sequenceLimit: 1, threads: threads)
    let clock = PassClock()
    var passes = 0
    threads.choose(for: context, stopwatch: Stopwatch(clock: clock)) {
      let isSingle = context.threadCount == 1
      if isSingle { passes += 1 }
      // The first that is timed with one thread; the one before it is not.
      clock.advance(milliseconds: isSingle ? passes == 2 ? 3 : 0.3 : 0.5)
    }
    #expect(context.threadCount == 1)
  }
}
