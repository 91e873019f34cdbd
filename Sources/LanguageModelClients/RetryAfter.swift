/// Reads what a server asks in `Retry-After` (RFC 9110, §10.2.3): a number of seconds, or a date.
enum RetryAfter {
  /// How long to wait; `nil` where the text is neither. A date that is past means now.
  ///
  /// - Parameter now: Seconds since 1970, UTC.
  static func delay(_ text: String, now: Double) -> Duration? {
    let text = text.trimmingBlanks
    if let seconds = Double(text), seconds.isFinite, seconds >= 0, seconds <= 1e9 { return .seconds(seconds) }
    guard let date = date(text, now: now) else { return nil }
    return .seconds(max(0, Double(date) - now))
  }

  private static let months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]

  /// Seconds since 1970 of a date in any of the three forms that HTTP allows (RFC 9110, §5.6.7).
  ///
  /// - Parameter now: Seconds since 1970; a year of two digits is the last one that is not fifty years ahead of it.
  static func date(_ text: String, now: Double) -> Int? {
    var parts = text.lowercased().split { $0 == " " || $0 == "," || $0 == "-" }.map(String.init)
    guard !parts.isEmpty else { return nil }
    // The day of the week says nothing new.
    parts.removeFirst()
    if parts.last == "gmt" || parts.last == "utc" { parts.removeLast() }
    guard parts.count == 4 else { return nil }
    let isOldest = months.contains(parts[0])  // Nov  6 08:49:37 1994
    let (dayText, monthText) = isOldest ? (parts[1], parts[0]) : (parts[0], parts[1])
    let (yearText, timeText) = isOldest ? (parts[3], parts[2]) : (parts[2], parts[3])
    let time = timeText.split(separator: ":", omittingEmptySubsequences: false).compactMap { number(String($0)) }
    guard let day = number(dayText), (1...31).contains(day), let month = months.firstIndex(of: monthText),
      var year = number(yearText), time.count == 3, time[0] < 24, time[1] < 60, time[2] <= 60
    else { return nil }
    let secondsOfDay = time[0] * 3600 + time[1] * 60 + time[2]
    if yearText.count == 2 {
      year += 2000
      let isAhead = Double(days(year, month + 1, day)) * 86_400 > now + 50 * 365.25 * 86_400
      if isAhead { year -= 100 }
    }
    guard (1970...9999).contains(year) else { return nil }
    return days(year, month + 1, day) * 86_400 + secondsOfDay
  }

  private static func number(_ text: String) -> Int? {
    guard !text.isEmpty, text.utf8.count <= 4, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
    return Int(text)
  }

  /// Days from 1970-01-01 in the Gregorian calendar. The year is taken to begin in March, so that the day that comes and
  /// goes is its last one.
  private static func days(_ year: Int, _ month: Int, _ day: Int) -> Int {
    let shifted = month > 2 ? year : year - 1
    let monthFromMarch = (month + 9) % 12
    let dayOfYear = (153 * monthFromMarch + 2) / 5 + day - 1
    return shifted * 365 + shifted / 4 - shifted / 100 + shifted / 400 + dayOfYear - 719_468
  }
}

extension StringProtocol {
  /// Without the blanks and line ends around it.
  var trimmingBlanks: String {
    let start = drop(while: \.isWhitespace)
    guard let last = start.lastIndex(where: { !$0.isWhitespace }) else { return "" }
    return String(start[...last])
  }
}
