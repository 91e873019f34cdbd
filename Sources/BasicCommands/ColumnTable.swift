/// Rows of cells in columns, set apart by two blanks, for a person. A row may have a line below it that says more.
struct ColumnTable {
  /// A column.
  struct Column {
    var title: String
    /// Whether its cells stand at the right, as numbers do.
    var isNumeric = false
    /// Whether its cells may be cut where the table is too wide.
    var isFlexible = false
  }

  /// A cell, which may be dressed up in a style that takes no room.
  struct Cell {
    var text: String
    var style: (String) -> String = { $0 }
  }

  /// A row.
  struct Row {
    var cells: [Cell]
    /// What stands on a line of its own below the cells; nothing where it is empty.
    var note = ""
    /// The columns before the note.
    var indent = 2
  }

  var columns: [Column]
  var rows: [Row] = []
  /// The columns that there are on the terminal; nil where nothing is to be cut.
  var width: Int?
  let palette: Palette

  /// Cells narrower than this are not cut.
  private static let leastWidth = 6

  mutating func add(_ cells: [Cell], note: String = "", indent: Int = 2) {
    rows.append(Row(cells: cells, note: note, indent: indent))
  }

  /// The lines, each with its end: titles, then rows. Nothing in them is obeyed by a terminal but our own colours.
  var text: String {
    let texts = rows.map { row in row.cells.map(\.text.printable) }
    var widths = columns.indices.map { place in
      max(columns[place].title.columns, texts.map { $0[place].columns }.max() ?? 0)
    }
    while let width, widths.reduce(0, +) + 2 * (columns.count - 1) > width {
      let flexible = columns.indices.filter { columns[$0].isFlexible && widths[$0] > Self.leastWidth }
      guard let widest = flexible.max(by: { widths[$0] < widths[$1] }) else { break }
      widths[widest] -= 1
    }
    let head = line(columns.map(\.title), styles: columns.map { _ in palette.dim }, widths)
    return head
      + zip(rows, texts).map { row, texts in
        line(texts, styles: row.cells.map(\.style), widths) + note(of: row)
      }.joined()
  }

  private func note(of row: Row) -> String {
    guard !row.note.isEmpty else { return "" }
    // A compiler's message may have many lines.
    let text = row.note.split(whereSeparator: \.isNewline).joined(separator: " ").printable
    let room = width.map { max(Self.leastWidth, $0 - row.indent) }
    return String(repeating: " ", count: row.indent) + palette.dim(room.map { text.cut(columns: $0) } ?? text) + "\n"
  }

  private func line(_ texts: [String], styles: [(String) -> String], _ widths: [Int]) -> String {
    var line = ""
    var blanks = 0
    for place in columns.indices {
      let text = texts[place].cut(columns: widths[place])
      let padding = max(0, widths[place] - text.columns)
      let isNumeric = columns[place].isNumeric
      if isNumeric { blanks += padding }
      // Blanks at a line's end are left out.
      if !text.isEmpty {
        line += String(repeating: " ", count: blanks) + styles[place](text)
        blanks = 0
      }
      blanks += (isNumeric ? 0 : padding) + 2
    }
    return line + "\n"
  }
}

extension String {
  /// The text, or as much of its beginning as fits with a mark that it goes on.
  func cut(columns limit: Int) -> String {
    guard columns > limit else { return self }
    return limit > 0 ? prefix(columns: limit - 1) + "…" : ""
  }
}
