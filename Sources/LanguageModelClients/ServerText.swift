/// Makes texts of servers fit for a sentence: one line, no control characters, no secrets, not long.
struct ServerText: Sendable {
  let redactor: Redactor
  /// The most characters that are shown.
  static let longest = 300
  /// The most bytes that are looked at; redaction and the rest are linear, but nobody needs megabytes of an error.
  static let mostBytes = 1 << 16

  /// A text of a server in quotation marks that are ours.
  func shown(_ text: String) -> String {
    var plain = ""
    var wasBlank = true
    for scalar in redactor.redact(String(decoding: text.utf8.prefix(Self.mostBytes), as: UTF8.self)).unicodeScalars {
      switch scalar.properties.generalCategory {
      // Escapes for terminals, marks that turn the direction of writing, and line ends.
      case .control, .format, .lineSeparator, .paragraphSeparator, .spaceSeparator, .surrogate, .unassigned,
        .privateUse:
        if !wasBlank { plain.append(" ") }
        wasBlank = true
      default:
        plain.unicodeScalars.append(scalar)
        wasBlank = false
      }
    }
    if wasBlank, !plain.isEmpty { plain.removeLast() }
    guard plain.count > Self.longest else { return plain }
    return plain.prefix(Self.longest) + "…"
  }

  /// Whether the text is a web page.
  static func isHTML(_ body: some Collection<UInt8>) -> Bool {
    let start = body.drop { $0 == 0x20 || (0x09...0x0d).contains($0) || [0xef, 0xbb, 0xbf].contains($0) }
    return start.first == UInt8(ascii: "<")
  }

  /// What a web page is called: its title, or else its first words without tags.
  func pageTitle(_ page: String) -> String {
    let page = String(decoding: page.utf8.prefix(Self.mostBytes), as: UTF8.self)
    let lowered = page.lowercased()
    // Lowering keeps ASCII where it is, but may change the length of other letters: the title is taken from its own text.
    if let open = lowered.firstRange(of: "<title"),
      let start = lowered[open.upperBound...].firstIndex(of: ">"),
      let close = lowered[start...].firstRange(of: "</title")
    {
      let offset = lowered.utf8.distance(from: lowered.startIndex, to: lowered.index(after: start))
      let count = lowered.utf8.distance(from: lowered.index(after: start), to: close.lowerBound)
      let title = page.utf8.count == lowered.utf8.count ? Array(page.utf8.dropFirst(offset).prefix(count)) : []
      if !title.isEmpty { return shown(String(decoding: title, as: UTF8.self)) }
    }
    var words = ""
    var isTag = false
    for character in page {
      if character == "<" {
        isTag = true
      } else if character == ">" {
        isTag = false; words += " "
      } else if !isTag {
        words.append(character)
      }
    }
    return String(shown(words).prefix(80))
  }
}
