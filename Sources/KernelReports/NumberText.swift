/// Numbers as a person reads them, without a locale.
enum NumberText {
  /// A number with a fixed count of decimals: `3.10`.
  static func fixed(_ value: Double, _ decimals: Int) -> String {
    guard value.isFinite else { return value.isNaN ? "nan" : value < 0 ? "-inf" : "inf" }
    var scale = 1.0
    for _ in 0..<decimals { scale *= 10 }
    let scaled = (abs(value) * scale).rounded()
    guard scaled < 9e15 else { return "\(value)" }
    let digits = String(Int64(scaled))
    let sign = value < 0 && scaled > 0 ? "-" : ""
    guard decimals > 0 else { return sign + digits }
    let padded = String(repeating: "0", count: max(0, decimals + 1 - digits.count)) + digits
    return sign + padded.dropLast(decimals) + "." + padded.suffix(decimals)
  }

  /// Three digits: `0.0123`, `1.52`, `12.3`, `123`.
  static func short(_ value: Double) -> String {
    let size = abs(value)
    guard size.isFinite, size < 1e15 else { return fixed(value, 0) }
    guard size > 1e-9 else { return "0" }
    var decimals = size >= 100 ? 0 : size >= 10 ? 1 : 2
    var scaled = size
    while scaled < 1 {
      scaled *= 10
      decimals += 1
    }
    return fixed(value, decimals)
  }

  /// A share: `72.2 %`.
  static func percent(_ share: Double) -> String { fixed(share * 100, 1) + " %" }

  /// A share with its interval: `72.2 % (49.1 to 87.5)`.
  static func percent(_ estimate: IntervalEstimate) -> String {
    guard let lower = estimate.lower, let upper = estimate.upper else { return percent(estimate.value) }
    return "\(percent(estimate.value)) (\(fixed(lower * 100, 1)) to \(fixed(upper * 100, 1)))"
  }

  /// A share with its interval: `72.2 % (49.1 to 87.5)`.
  static func percent(_ share: Proportion) -> String {
    percent(IntervalEstimate(value: share.value, lower: share.lower, upper: share.upper))
  }

  /// A share with its interval, in whole percents: `72 % (49 to 88)`.
  static func wholePercent(_ share: Proportion) -> String {
    "\(fixed(share.value * 100, 0)) % (\(fixed(share.lower * 100, 0)) to \(fixed(share.upper * 100, 0)))"
  }

  /// How often a thing is as fast as another: `1.52×`.
  static func ratio(_ value: Double) -> String { short(value) + "×" }

  /// A ratio with its interval: `1.52× (1.49 to 1.55)`.
  static func ratio(_ estimate: IntervalEstimate) -> String {
    guard let lower = estimate.lower, let upper = estimate.upper else { return ratio(estimate.value) }
    return "\(ratio(estimate.value)) (\(short(lower)) to \(short(upper)))"
  }

  /// A whole number in groups of three: `12,345`.
  static func count(_ value: Double) -> String {
    let digits = fixed(value, 0)
    guard digits.allSatisfy({ $0.isNumber || $0 == "-" }) else { return digits }
    var text = ""
    for (place, digit) in digits.reversed().enumerated() {
      if place > 0, place % 3 == 0, digit != "-" { text.append(",") }
      text.append(digit)
    }
    return String(text.reversed())
  }

  /// A whole number in groups of three.
  static func count(_ value: Int) -> String { count(Double(value)) }

  /// A length of time: `4.2 s`, `1 min 5 s`, `2 h 3 min`.
  static func duration(_ seconds: Double) -> String {
    guard seconds.isFinite, seconds < 1e12 else { return fixed(seconds, 0) + " s" }
    if seconds < 59.95 { return fixed(seconds, 1) + " s" }
    let whole = Int(seconds.rounded())
    if whole < 3600 { return "\(whole / 60) min" + (whole % 60 == 0 ? "" : " \(whole % 60) s") }
    let minutes = (whole + 30) / 60
    return "\(minutes / 60) h" + (minutes % 60 == 0 ? "" : " \(minutes % 60) min")
  }

  /// Money: `0.31 USD`. The currency is missing where nobody named one; what is only a part says so.
  static func money(_ value: Double, _ currency: String?, isPartial: Bool = false) -> String {
    if isPartial { return "at least " + money(value, currency) }
    let digits = value >= 100 ? fixed(value, 0) : value >= 0.1 || value == 0 ? fixed(value, 2) : short(value)
    return currency.map { "\(digits) \(PlainText.line($0))" } ?? digits
  }
}

extension IntervalEstimate {
  init(value: Double, lower: Double?, upper: Double?) {
    self.value = value
    self.lower = lower
    self.upper = upper
  }
}
