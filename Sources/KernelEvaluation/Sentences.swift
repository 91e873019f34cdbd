/// Words that judgements share.
enum Sentences {
  /// A text's first line that says something, with an end.
  static func firstLine(_ text: String, limit: Int = 400) -> String {
    let line = text.split(whereSeparator: \.isNewline).first { !$0.allSatisfy(\.isWhitespace) } ?? ""
    var short = line.count > limit ? line.prefix(limit) + " …" : line
    while short.last?.isWhitespace == true { short.removeLast() }
    guard let last = short.last else { return "it says no more." }
    return ".!?…".contains(last) ? String(short) : short + "."
  }

  /// `1 kernel`, `2 kernels`.
  static func count(_ number: Int, _ one: String, _ many: String? = nil) -> String {
    "\(number) \(number == 1 ? one : many ?? one + "s")"
  }

  /// `a, b and c`.
  static func list(_ words: [String]) -> String {
    guard let last = words.last, words.count > 1 else { return words.first ?? "" }
    return words.dropLast().joined(separator: ", ") + " and " + last
  }
}
