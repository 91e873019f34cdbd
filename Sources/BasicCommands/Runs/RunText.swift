import KernelVerdicts
import RunStore

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Numbers and times of runs for a person.
enum RunText {
  /// A count in at most five columns: `950`, `1.2k`, `12.3k`, `150k`, `1.5M`.
  static func count(_ number: Int) -> String {
    guard number.magnitude >= 1000 else { return "\(number)" }
    var letters = "kMGTPE"[...]
    var value = Double(number.magnitude) / 1000
    // What would be rounded to 1000 gets the next letter.
    while value >= 999.5, letters.count > 1 {
      value /= 1000
      letters.removeFirst()
    }
    return (number < 0 ? "-" : "") + value.fixed(value < 99.95 ? 1 : 0) + letters.prefix(1)
  }

  /// An amount of money, in the currency of the configuration.
  static func money(_ amount: Double?) -> String {
    guard let amount else { return "" }
    return amount.fixed(amount >= 1000 ? 0 : amount >= 0.095 || amount == 0 ? 2 : 4)
  }

  /// A length of time: `4.2 s`, `1 min 5 s`, `2 h 3 min`.
  static func duration(_ seconds: Double) -> String {
    guard seconds < 59.95 else {
      guard seconds < 1e12 else { return seconds.fixed(0) + " s" }
      let whole = Int(seconds.rounded())
      if whole < 3600 { return "\(whole / 60) min" + (whole % 60 == 0 ? "" : " \(whole % 60) s") }
      let minutes = (whole + 30) / 60
      return "\(minutes / 60) h" + (minutes % 60 == 0 ? "" : " \(minutes % 60) min")
    }
    return seconds.fixed(1) + " s"
  }

  /// A kernel's time: `0.412 ms`, `31.2 µs`, `1.50 s`.
  static func kernelTime(milliseconds: Double) -> String {
    if milliseconds >= 999.5 { return short(milliseconds / 1e3) + " s" }
    return milliseconds < 0.09995 ? short(milliseconds * 1e3) + " µs" : short(milliseconds) + " ms"
  }

  /// A time to the minute, in Greenwich: `2026-11-26 20:35 UTC`.
  static func minute(_ time: Date) -> String { minute(iso: time.formatted(.iso8601)) }

  /// The same for a time as JSON has it.
  static func minute(iso text: String) -> String {
    text.utf8.count < 16 ? text : text.prefix(16).replacing("T", with: " ") + " UTC"
  }

  /// Three digits that say something: `0.0123`, `1.52`, `123`.
  static func short(_ number: Double) -> String {
    let size = abs(number)
    guard size.isFinite, size < 1e12 else { return number.fixed(0) }
    guard size > 1e-9 else { return "0" }
    var decimals = size >= 99.95 ? 0 : size >= 9.995 ? 1 : 2
    var scaled = size
    while scaled < 0.9995, decimals < 12 {
      scaled *= 10
      decimals += 1
    }
    return number.fixed(decimals)
  }

  /// Several things in a sentence, with what there are none of left out.
  static func list(_ counts: [(count: Int, what: String)]) -> String {
    counts.filter { $0.count > 0 }.map { "\($0.count) \($0.what)" }.joined(separator: ", ")
  }

  /// `1 problem`, `2 problems`.
  static func plural(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }
}

extension StoredRun {
  /// How far it has come, in a word: `interrupted` where nobody drives a run that has not ended.
  var stateText: String { isInterrupted ? "interrupted" : state.rawValue }

  /// A name for messages: the identifier, and the name where there is one.
  var title: String { name.map { "\(id) (\($0))" } ?? id }
}

extension StoredVerdict {
  /// How fast the candidate is, and whether that was measured or estimated; nil where nobody knows.
  ///
  /// - Parameter isLong: Whether there is room for the interval and for both figures.
  func speedText(isLong: Bool) -> String? {
    let runtime = runtimeMilliseconds.map(RunText.kernelTime(milliseconds:))
    if let ratio = speedRatio {
      let value = "\(RunText.short(ratio.value))×"
      guard isLong else { return value + " (measured)" }
      let interval = "as fast (95 %: \(RunText.short(ratio.low)) to \(RunText.short(ratio.high)))"
      return "\(value) \(interval)\(runtime.map { ", \($0)" } ?? ""); measured"
    }
    if let runtime { return runtime + " (measured)" }
    return estimateMilliseconds.map {
      "\(RunText.kernelTime(milliseconds: $0)) (estimate\(isLong ? ", not measured" : ""))"
    }
  }
}

extension Verdict {
  /// Its colour.
  func style(_ palette: Palette) -> (String) -> String {
    switch self {
    case .correct: palette.green
    case .unsupported: palette.magenta
    default: palette.red
    }
  }
}
