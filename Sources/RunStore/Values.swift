internal import Foundation
internal import GRDB

// What the store's columns take, and what comes out of them.

/// A short text for a column. A NUL is refused: SQLite's text ends there, and the rest would be lost in silence.
func column(_ text: String, _ what: String) throws(RunStoreError) -> String {
  guard !text.utf8.contains(0) else {
    throw RunStoreError(.invalidValue, "\(what) has a NUL character in it, which no name and no JSON may have.")
  }
  return text
}

/// The same for one that may be missing.
func optionalColumn(_ text: String?, _ what: String) throws(RunStoreError) -> String? {
  guard let text else { return nil }
  return try column(text, what)
}

/// A number for a column. SQLite would keep a NaN as a missing value.
func column(_ number: Double, _ what: String) throws(RunStoreError) -> Double {
  guard number.isFinite else {
    throw RunStoreError(.invalidValue, "\(what) is \(number), which is no number that can be stored.")
  }
  return number
}

/// The same for one that may be missing.
func optionalColumn(_ number: Double?, _ what: String) throws(RunStoreError) -> Double? {
  guard let number else { return nil }
  return try column(number, what)
}

/// A time for a column, as microseconds since 1970.
func column(_ time: Date, _ what: String) throws(RunStoreError) -> Int64 {
  guard let number = Int64(exactly: (time.timeIntervalSince1970 * 1e6).rounded()) else {
    throw RunStoreError(.invalidValue, "\(what) is no time that can be stored.")
  }
  return number
}

extension Row {
  /// The time that a column holds.
  func time(_ name: String) -> Date { Date(timeIntervalSince1970: Double(self[name] as Int64) / 1e6) }

  /// The time that a column holds, where it does.
  func optionalTime(_ name: String) -> Date? {
    (self[name] as Int64?).map { Date(timeIntervalSince1970: Double($0) / 1e6) }
  }

  /// The case that a column names; a name that this version does not know is an error, not a crash.
  func name<Name: RawRepresentable>(_ name: String) throws -> Name where Name.RawValue == String {
    let text: String = self[name]
    guard let value = Name(rawValue: text) else {
      throw RunStoreError(.damaged, "The store has a \(name) of \"\(text)\", which this version does not know.")
    }
    return value
  }

  /// The text that a BLOB holds, where it does.
  func optionalText(_ name: String) -> String? { (self[name] as Data?).map { String(decoding: $0, as: UTF8.self) } }

  /// The text that a BLOB holds.
  func text(_ name: String) -> String { String(decoding: self[name] as Data, as: UTF8.self) }
}
