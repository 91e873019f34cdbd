import LanguageModelClients

/// What a setting's value may be.
enum SettingKind: Sendable {
  /// Any text that is not empty.
  case text
  /// One of a few words.
  case choice([String])
  /// A text that a check has nothing against; otherwise the check says what is wrong, without the text itself.
  case checked(@Sendable (String) -> String?)
  /// A whole number.
  case integer(ClosedRange<Int>)
  /// A number.
  case number(ClosedRange<Double>)
  /// `true` or `false`.
  case boolean
  /// A time above zero: a number of seconds, or a text such as `90s` or `5m`.
  case duration
  /// A file or folder; in a file of ours it is relative to the folder of that file.
  case path
  /// The address that an API begins with.
  case address
  /// The name of an environment variable, or nothing.
  case variable
  /// Members that are passed on as they are.
  case table
  /// Members that are texts, which nobody is shown.
  case secretTexts
}

/// A setting's value, checked.
enum SettingValue: Sendable, Hashable {
  case text(String)
  case integer(Int)
  case number(Double)
  case boolean(Bool)
  case duration(Duration)
  /// What is passed on as it is.
  case element(JSONElement)
  /// A text that nobody is shown.
  case secret(String)
}

extension SettingValue {
  /// The value as a person reads it, and as ``SettingKind/value(of:)-(String)`` takes it.
  var text: String {
    switch self {
    case .text(let text): text
    case .integer(let number): "\(number)"
    case .number(let number): number == number.rounded() && abs(number) < 1e15 ? "\(Int(number))" : "\(number)"
    case .boolean(let isTrue): "\(isTrue)"
    case .duration(let duration): DurationText.text(duration)
    case .element(let element): String(decoding: element.bytes, as: UTF8.self)
    case .secret: "(hidden)"
    }
  }
}

extension SettingKind {
  /// Whether the value is a table whose members are settings of their own.
  var isOpenTable: Bool {
    switch self {
    case .table, .secretTexts: true
    default: false
    }
  }

  /// What a value out of a file means.
  ///
  /// - Throws: what the value must be, as the end of a sentence that begins with the key.
  func value(of element: JSONElement) throws(BadSetting) -> SettingValue {
    switch self {
    case .table, .secretTexts:
      throw BadSetting("must be a table")
    case .integer(let range):
      guard case .integer(let number) = element, range.contains(number) else { throw BadSetting(Self.whole(range)) }
      return .integer(number)
    case .number(let range):
      guard let number = element.number, range.contains(number) else { throw BadSetting(Self.words(range)) }
      return .number(number)
    case .boolean:
      guard case .boolean(let isTrue) = element else { throw BadSetting("must be true or false, without quotes") }
      return .boolean(isTrue)
    case .duration:
      if let text = element.string { return try value(of: text) }
      guard let duration = element.number.flatMap({ DurationText.duration(seconds: $0) }), duration > .zero else {
        throw BadSetting(Self.durationWords)
      }
      return .duration(duration)
    case .text, .choice, .checked, .path, .address, .variable:
      guard let text = element.string else { throw BadSetting("must be a text, in quotes") }
      return try value(of: text)
    }
  }

  /// What a value out of the environment or from the command line means.
  ///
  /// - Throws: what the value must be, as the end of a sentence that begins with the key.
  func value(of text: String) throws(BadSetting) -> SettingValue {
    switch self {
    case .text, .path:
      guard !text.isEmpty else { throw BadSetting("must not be empty") }
      return .text(text)
    case .choice(let words):
      guard words.contains(text) else { throw BadSetting("must be \(Self.list(words)), not “\(text)”") }
      return .text(text)
    case .checked(let objection):
      if let objection = objection(text) { throw BadSetting(objection) }
      return .text(text)
    case .integer(let range):
      guard let number = Int(text), range.contains(number) else { throw BadSetting(Self.whole(range)) }
      return .integer(number)
    case .number(let range):
      guard let number = Double(text), range.contains(number) else { throw BadSetting(Self.words(range)) }
      return .number(number)
    case .boolean:
      guard let isTrue = Bool(text) else { throw BadSetting("must be true or false") }
      return .boolean(isTrue)
    case .duration:
      guard let duration = DurationText.duration(text), duration > .zero else { throw BadSetting(Self.durationWords) }
      return .duration(duration)
    case .address:
      // An address may hold what is secret, so that it is not repeated.
      let isAddress = ["http://", "https://"].contains { text.lowercased().hasPrefix($0) && text.count > $0.count }
      guard isAddress else { throw BadSetting("must be an address that begins with https:// or http://") }
      return .text(text)
    case .variable:
      // Whoever writes a key here by mistake should not see it repeated.
      let isName = text.utf8.enumerated().allSatisfy { index, byte in
        let character = Character(Unicode.Scalar(byte))
        return byte < 0x80 && (character.isLetter || character == "_" || (index > 0 && character.isNumber))
      }
      guard isName else {
        throw BadSetting("must be the name of the environment variable that holds the key, not the key itself")
      }
      return .text(text)
    case .table, .secretTexts:
      throw BadSetting("must be a table")
    }
  }

  private static let durationWords =
    "must be a time above zero: a number of seconds, or a text such as 90s, 5m or 1h30m"

  private static func whole(_ range: ClosedRange<Int>) -> String {
    range.upperBound == .max
      ? "must be a whole number, \(range.lowerBound) or more"
      : "must be a whole number between \(range.lowerBound) and \(range.upperBound)"
  }

  private static func words(_ range: ClosedRange<Double>) -> String {
    let low = SettingValue.number(range.lowerBound).text
    return range.upperBound > 1e15
      ? "must be a number, \(low) or more"
      : "must be a number between \(low) and \(SettingValue.number(range.upperBound).text)"
  }

  /// Words as a sentence lists them.
  static func list(_ words: [String]) -> String {
    guard let last = words.last, words.count > 1 else { return words.first ?? "" }
    return words.dropLast().joined(separator: ", ") + " or " + last
  }
}

/// What a value must be, as the end of a sentence that begins with the key.
struct BadSetting: Error, Hashable {
  var requirement: String

  init(_ requirement: String) { self.requirement = requirement }
}
