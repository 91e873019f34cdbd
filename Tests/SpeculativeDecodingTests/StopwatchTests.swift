import SpeculativeDecoding
import Testing

@Suite struct StopwatchTests {
  @Test func `a stopwatch counts its clock's milliseconds from where it was made`() {
    let clock = SimulatedClock()
    clock.advance(milliseconds: 5000)
    let stopwatch = Stopwatch(clock: clock)
    #expect(stopwatch.milliseconds == 0)
    clock.advance(milliseconds: 0.25)
    #expect(abs(stopwatch.milliseconds - 0.25) < 1e-9)
    clock.advance(milliseconds: 3_600_000)
    #expect(abs(stopwatch.milliseconds - 3_600_000.25) < 1e-6)
  }
}
