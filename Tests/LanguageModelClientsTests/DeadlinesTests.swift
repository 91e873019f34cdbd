import Synchronization
import Testing

@testable import LanguageModelClients

@Suite(.timeLimit(.minutes(1))) struct DeadlinesTests {
  /// A clock on which a second passes with each look at it, as on a busy machine; who sleeps wakes at the wanted time.
  private final class BusyClock: Clock, Sendable {
    let time = Mutex(Duration.zero)
    let wakings = Mutex<[Duration]>([])

    var now: ManualClock.Instant {
      time.withLock { time in
        time += .seconds(1)
        return ManualClock.Instant(offset: time)
      }
    }
    var minimumResolution: Duration { .nanoseconds(1) }

    func sleep(until deadline: ManualClock.Instant, tolerance: Duration?) async throws {
      try Task.checkCancellation()
      wakings.withLock { $0.append(deadline.offset) }
      time.withLock { $0 = max($0, deadline.offset) }
    }
  }

  /// A sleep for what is left, counted from when it begins, would end later by what passed between the two looks.
  @Test(arguments: [false, true])
  func `a limit is an instant, whatever time passes while one falls asleep`(isStreaming: Bool) async {
    let clock = BusyClock()
    let limits = TimeLimits(firstToken: .seconds(300), silence: .seconds(90), whole: .seconds(1800))
    let deadlines = Deadlines(limits, clock: clock)
    if isStreaming { deadlines.heard(isToken: true) }
    #expect(await deadlines.expiry() != nil)
    // The watch began with the first look, at one second, and the token came at the second one.
    let ends: [Duration] = [.seconds(301), .seconds(1801)] + (isStreaming ? [.seconds(92)] : [])
    let wakings = clock.wakings.withLock { $0 }
    #expect(!wakings.isEmpty && wakings.allSatisfy { ends.contains($0) })
  }
}
