import Testing

@testable import LanguageModelClients

@Suite struct RetryTests {
  @Test(arguments: 0..<50 as Range<UInt64>)
  func `waits grow within their bounds and end`(seed: UInt64) {
    var generator = SplitMix(seed: seed)
    let policy = RetryPolicy(
      attempts: 8, firstDelay: .seconds(1), longestDelay: .seconds(10), totalDelay: .seconds(1000))
    for failures in 1...7 {
      let ceiling = min(10.0, Double(1 << (failures - 1)))
      let delay = policy.delay(afterFailures: failures, retryAfter: nil, waited: .zero, using: &generator)!
      #expect(delay >= .seconds(ceiling / 2) && delay < .seconds(ceiling))
    }
    #expect(policy.delay(afterFailures: 8, retryAfter: nil, waited: .zero, using: &generator) == nil)
    #expect(policy.delay(afterFailures: 9, retryAfter: .zero, waited: .zero, using: &generator) == nil)
  }

  @Test(arguments: 0..<20 as Range<UInt64>)
  func `what a server asks for is waited, and not more than allowed`(seed: UInt64) {
    var generator = SplitMix(seed: seed)
    let policy = RetryPolicy(attempts: 5, firstDelay: .seconds(2), longestDelay: .seconds(10), totalDelay: .seconds(60))
    let delay = policy.delay(afterFailures: 1, retryAfter: .seconds(30), waited: .zero, using: &generator)!
    #expect(delay >= .seconds(30) && delay <= .seconds(31))
    #expect(policy.delay(afterFailures: 1, retryAfter: .seconds(30), waited: .seconds(31), using: &generator) == nil)
    #expect(policy.delay(afterFailures: 1, retryAfter: .seconds(61), waited: .zero, using: &generator) == nil)
    let past = policy.delay(afterFailures: 1, retryAfter: .seconds(-5), waited: .zero, using: &generator)!
    #expect(past >= .zero && past <= .seconds(1))
  }

  @Test func `the same seed gives the same waits`() {
    func waits(_ seed: UInt64) -> [Duration?] {
      var generator = SplitMix(seed: seed)
      return (1...5).map { RetryPolicy().delay(afterFailures: $0, retryAfter: nil, waited: .zero, using: &generator) }
    }
    #expect(waits(3) == waits(3) && waits(3) != waits(4))
    #expect(RetryPolicy.never.attempts == 1)
  }

  @Test(
    arguments: [
      ("0", .zero), ("7", .seconds(7)), (" 120 ", .seconds(120)), ("1.5", .milliseconds(1500)),
      // RFC 9110's own example in its three forms is 784111777.
      ("Sun, 06 Nov 1994 08:49:37 GMT", .seconds(777)), ("Sunday, 06-Nov-94 08:49:37 GMT", .seconds(777)),
      ("Sun Nov  6 08:49:37 1994", .seconds(777)), ("Sun, 06 Nov 1994 08:36:39 GMT", .zero), ("", nil), ("soon", nil),
      ("-1", nil), ("nan", nil), ("1e400", nil), ("Sun, 06 Nov 1994 24:49:37 GMT", nil),
      ("Sun, 32 Nov 1994 08:49:37 GMT", nil),
      ("Sun, 06 Nix 1994 08:49:37 GMT", nil), ("Sun, 06 Nov 1994 08:49 GMT", nil),
      ("Sun, 06 Nov 99999 08:49:37 GMT", nil),
      (",", nil), ("GMT", nil), ("a b c d", nil),
    ] as [(String, Duration?)])
  func `Retry-After is read in every form`(text: String, delay: Duration?) {
    #expect(RetryAfter.delay(text, now: 784_111_000) == delay)
  }

  @Test(arguments: [
    ("Thu, 01 Jan 1970 00:00:00 GMT", 0), ("Tue, 29 Feb 2000 12:00:00 GMT", 951_825_600),
    ("Wed, 31 Dec 2025 23:59:60 GMT", 1_767_225_600), ("Thu, 01 Mar 2100 00:00:00 GMT", 4_107_542_400),
  ])
  func `dates are counted as the calendar has it`(text: String, seconds: Int) {
    #expect(RetryAfter.date(text, now: 0) == seconds)
  }

  @Test(arguments: 0..<4 as Range<UInt64>)
  func `noise is no date`(seed: UInt64) {
    var generator = SplitMix(seed: seed)
    let pieces = ["Sun", ",", " ", "06", "Nov", "-", "1994", "08:49:37", ":", "GMT", "é", "99", "1e9"]
    for _ in 0..<500 {
      let text = (0..<8).map { _ in pieces.randomElement(using: &generator)! }.joined()
      if let delay = RetryAfter.delay(text, now: 0) { #expect(delay >= .zero) }
    }
  }
}
