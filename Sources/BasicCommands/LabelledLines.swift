/// Facts for a person: a label, and what there is to say, wrapped at words where the terminal ends.
struct LabelledLines {
  /// The label as it is read, and how it is dressed up.
  struct Row {
    var label: String
    var text: String
    /// What the text begins with, set off by a style that its width does not show.
    var lead = ""
    var style: (String) -> String = { $0 }
    /// Whether the text may be broken at blanks; what a compiler has drawn may not.
    var wraps = true
  }

  var rows: [Row] = []
  /// The columns that there are; `nil` where nothing is wrapped.
  var width: Int?
  let palette: Palette

  mutating func add(_ label: String, _ text: String, lead: String = "", style: @escaping (String) -> String = { $0 }) {
    rows.append(Row(label: label, text: text, lead: lead, style: style))
  }

  /// A line as it is, below the texts of the others.
  mutating func addUnwrapped(_ text: String) { rows.append(Row(label: "", text: text, wraps: false)) }

  /// The lines, each with its end.
  var text: String {
    let indent = (rows.map(\.label.columns).max() ?? 0) + 2
    return rows.map { row in
      let label = row.label + String(repeating: " ", count: indent - row.label.columns)
      let lead = row.lead.printable
      let body = row.wraps ? wrap(lead + row.text.printable, indent: indent) : lead + row.text.printable
      let styled = body.hasPrefix(lead) ? row.style(lead) + body.dropFirst(lead.count) : body
      return palette.dim(label) + styled + "\n"
    }.joined()
  }

  /// Breaks a text at blanks. A word that is longer than a line stays where it is: the terminal breaks it.
  private func wrap(_ text: String, indent: Int) -> String {
    guard let width, width > indent + 12 else { return text }
    let room = width - indent
    var wrapped = ""
    var used = 0
    for (index, word) in text.split(separator: " ", omittingEmptySubsequences: false).enumerated() {
      if index > 0, used > room || (used + 1 + word.columns > room && word.columns <= room) {
        wrapped += "\n" + String(repeating: " ", count: indent)
        used = 0
      } else if index > 0 {
        wrapped += " "
        used += 1
      }
      wrapped += word
      used += word.columns
    }
    return wrapped
  }
}
