/// A piece of a page. A text that is put into one is escaped; only literals and other pieces are taken as they are.
struct Markup: ExpressibleByStringInterpolation {
  /// The HTML.
  private(set) var html: String

  init(stringLiteral value: String) { html = value }
  init(stringInterpolation: StringInterpolation) { html = stringInterpolation.html }

  /// Nothing.
  init() { html = "" }

  /// Pieces one after the other.
  init(_ pieces: some Sequence<Markup>) {
    html = ""
    for piece in pieces { html += piece.html }
  }

  /// Something that is HTML already. For what this module itself has written, and nothing else.
  init(trusted html: String) { self.html = html }

  /// Builds a piece of literals, which are taken as they are, and of values, which are escaped.
  struct StringInterpolation: StringInterpolationProtocol {
    fileprivate var html = ""

    init(literalCapacity: Int, interpolationCount: Int) {
      html.reserveCapacity(literalCapacity + 16 * interpolationCount)
    }

    mutating func appendLiteral(_ literal: String) { html += literal }
    mutating func appendInterpolation(_ piece: Markup) { html += piece.html }
    mutating func appendInterpolation(_ piece: Markup?) { html += piece?.html ?? "" }
    mutating func appendInterpolation(_ pieces: [Markup]) { for piece in pieces { html += piece.html } }
    mutating func appendInterpolation(_ number: Int) { html += "\(number)" }

    /// A text on one line.
    mutating func appendInterpolation(_ text: some StringProtocol) {
      Markup.escape(PlainText.line(String(text)), into: &html)
    }

    /// A text with its lines.
    mutating func appendInterpolation(lines text: String) { Markup.escape(PlainText.lines(text), into: &html) }

    /// A place in a drawing.
    mutating func appendInterpolation(at place: Double) { html += Markup.place(place) }
  }

  static func += (piece: inout Markup, other: Markup) { piece.html += other.html }

  /// Two decimals at most: a drawing needs no more.
  static func place(_ value: Double) -> String {
    let text = NumberText.fixed(value, 1)
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }

  /// What stands for a character of a text, in the text of an element and in a quoted attribute.
  private static func escape(_ text: String, into html: inout String) {
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": html += "&amp;"
      case "<": html += "&lt;"
      case ">": html += "&gt;"
      case "\"": html += "&quot;"
      case "'": html += "&#39;"
      default: html.unicodeScalars.append(scalar)
      }
    }
  }

  /// JSON for a script element of a data type: nothing in it can end the element, begin a comment, or be obeyed or hidden by
  /// whoever shows the page's source.
  ///
  /// All of these stand within texts of the JSON, where an escape means the same.
  static func data(json: String) -> Markup {
    var html = ""
    for scalar in json.unicodeScalars {
      let isEscaped = ["<", ">", "&"].contains(scalar) || (!scalar.isASCII && PlainText.isObeyed(scalar))
      guard isEscaped else {
        html.unicodeScalars.append(scalar)
        continue
      }
      for unit in String(scalar).utf16 {
        let digits = String(unit, radix: 16)
        html += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      }
    }
    return Markup(trusted: html)
  }
}
