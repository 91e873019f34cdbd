import SpeculativeDecoding
import Synchronization
import Testing

@testable import BasicCommands

struct LoadingProgressTests {
  /// A clock that stands until it is told to move.
  private final class ManualClock: Clock, Sendable {
    private let elapsed = Mutex(Duration.zero)
    var now: ContinuousClock.Instant { elapsed.withLock { start + $0 } }
    var minimumResolution: Duration { .nanoseconds(1) }
    private let start = ContinuousClock.now
    func sleep(until deadline: ContinuousClock.Instant, tolerance: Duration?) async throws {}
    func advance(_ duration: Duration) { elapsed.withLock { $0 += duration } }
  }

  @Test func `nothing is said of a model that is loaded at once`() {
    let clock = ManualClock()
    let progress = LoadingProgress(stopwatch: Stopwatch(clock: clock))
    for step in 0...100 {
      #expect(progress.percentage(of: Float(step) / 100) == nil)
      clock.advance(.milliseconds(4))
    }
  }

  @Test func `of one that takes long every percentage is said once`() {
    let clock = ManualClock()
    let progress = LoadingProgress(stopwatch: Stopwatch(clock: clock))
    var said: [Int] = []
    for step in 0...1000 {
      if let percentage = progress.percentage(of: Float(step) / 1000) { said.append(percentage) }
      clock.advance(.milliseconds(2))
    }
    #expect(said == Array(25...100))
  }

  @Test func `a share that is none is not said`() {
    let clock = ManualClock()
    let progress = LoadingProgress(stopwatch: Stopwatch(clock: clock))
    clock.advance(.seconds(1))
    #expect(progress.percentage(of: .nan) == nil && progress.percentage(of: -1) == nil)
    #expect(progress.percentage(of: .infinity) == 100)
  }
}
