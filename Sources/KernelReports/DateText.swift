#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Dates as a person reads them.
enum DateText {
  /// To the minute, in Greenwich: `2026-01-30 14:05 UTC`.
  static func minutes(_ date: Date) -> String {
    let text = date.formatted(.iso8601)
    guard text.utf8.count >= 16 else { return text }
    return text.prefix(16).replacing("T", with: " ") + " UTC"
  }
}
