import Testing

@testable import BasicCommands

struct DurationTextTests {
  @Test(arguments: [
    ("90", Duration.seconds(90)), ("90s", .seconds(90)), ("1.5", .milliseconds(1500)), ("5m", .seconds(300)),
    ("1h30m", .seconds(5400)), ("1h 30m", .seconds(5400)), (" 2 min ", .seconds(120)), ("250ms", .milliseconds(250)),
    ("1d", .seconds(86_400)), ("0", .zero), ("0.5H", .seconds(1800)), ("1m30sec", .seconds(90)),
  ])
  func `times are read as people write them`(text: String, duration: Duration) {
    #expect(DurationText.duration(text) == duration)
  }

  @Test(arguments: [
    "", " ", "m", "5 x", "-5m", "+5m", "5m1h", "5m5m", "1h30", "1e3", "nan", "inf", ".5", "5.", "1..5", "1.2.3", "٣s",
    "99999999999", "99999999999999999999d", "20000d", "5m,", "5,5", "0x10",
  ])
  func `what is no time is refused`(text: String) { #expect(DurationText.duration(text) == nil) }

  @Test func `a time that is written down is read as the same`() {
    var generator = SeededNumbers(state: 3)
    for _ in 0..<2000 {
      let length = Int64.random(in: 0...Int64.random(in: 1...1_000_000_000_000, using: &generator), using: &generator)
      let duration = Duration.milliseconds(length)
      #expect(DurationText.duration(DurationText.text(duration)) == duration, "\(length)")
    }
  }

  @Test(arguments: [
    (Duration.seconds(900), "15m"), (.seconds(90), "1m30s"), (.milliseconds(250), "250ms"), (.zero, "0s"),
  ])
  func `a time is written without what is nought`(duration: Duration, text: String) {
    #expect(DurationText.text(duration) == text)
  }

  @Test func `any text is read or refused`() {
    var generator = SeededNumbers(state: 5)
    let characters = Array("0123456789.smhd -+eé٣\u{301}")
    for _ in 0..<5000 {
      let text = String(
        (0..<Int.random(in: 0..<9, using: &generator)).map { _ in characters.randomElement(using: &generator) ?? "0" })
      if let duration = DurationText.duration(text) { #expect(duration >= .zero && duration <= DurationText.longest) }
    }
  }
}
