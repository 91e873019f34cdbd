/// Durations as people write them: `90s`, `15m`, `1h30m`, `250ms`, or a number of seconds.
enum DurationText {
  /// The longest that is taken, about thirty years.
  static let longest = Duration.seconds(1_000_000_000)

  /// The duration that a text means; `nil` where it means none, or one that is negative or longer than ``longest``.
  static func duration(_ text: some StringProtocol) -> Duration? {
    var rest = text.lowercased()[...].drop { $0 == " " }
    guard !rest.isEmpty else { return nil }
    var sum = Duration.zero
    var smallest = Duration.seconds(Int64.max)
    while !rest.isEmpty {
      let digits = rest.prefix { ("0"..."9").contains($0) || $0 == "." }
      rest = rest.dropFirst(digits.count).drop { $0 == " " }
      let word = rest.prefix { ("a"..."z").contains($0) }
      rest = rest.dropFirst(word.count).drop { $0 == " " }
      let parts = digits.split(separator: ".", omittingEmptySubsequences: false)
      guard parts.count <= 2, let whole = Int64(parts[0]),
        let fraction = Double("0." + (parts.count > 1 ? parts[1] : "0")),
        digits.last != ".", let unit = unit(word)
      else { return nil }
      // 5m1h is somebody's mistake, and so is 1h30, of which nobody knows whether it is minutes.
      guard unit < smallest, !word.isEmpty || (sum == .zero && smallest > .seconds(Int64.max - 1)) else { return nil }
      guard Double(whole) * (unit / .seconds(1)) <= longest / .seconds(1) else { return nil }
      // Of the fraction as many nanoseconds as there are; the whole part is exact.
      sum += unit * Int(whole) + .nanoseconds(Int64((fraction * (unit / .nanoseconds(1))).rounded()))
      smallest = unit
    }
    return sum <= longest ? sum : nil
  }

  /// The duration of a number of seconds; `nil` where it is negative, no number, or longer than ``longest``.
  static func duration(seconds: Double) -> Duration? {
    seconds >= 0 && seconds <= longest / .seconds(1) ? .seconds(seconds) : nil
  }

  /// The shortest text of whole numbers that means a duration, to the millisecond: `15m`, `1m30s`, `250ms`.
  static func text(_ duration: Duration) -> String {
    let parts = duration.components
    var milliseconds = parts.seconds * 1000 + (parts.attoseconds + 500_000_000_000_000) / 1_000_000_000_000_000
    guard milliseconds > 0 else { return "0s" }
    var text = ""
    for (word, length) in [("h", Int64(3_600_000)), ("m", 60_000), ("s", 1000), ("ms", 1)] where milliseconds >= length
    {
      text += "\(milliseconds / length)\(word)"
      milliseconds %= length
    }
    return text
  }

  private static func unit(_ word: Substring) -> Duration? {
    switch word {
    case "ms": .milliseconds(1)
    case "", "s", "sec": .seconds(1)
    case "m", "min": .seconds(60)
    case "h": .seconds(3600)
    case "d": .seconds(86_400)
    default: nil
    }
  }
}
