/// Columns of text, set apart by two blanks.
struct TextTable {
  /// A column.
  struct Column {
    var title: String
    /// True where its cells stand at the right, as numbers do.
    var isNumeric = false
    /// True where its cells may be cut when the table is too wide.
    var isFlexible = false
  }

  var columns: [Column]
  var rows: [[String]] = []

  /// The lines, each with its end and indented by two blanks.
  ///
  /// Flexible columns give way until the table is no wider than `width`, but keep 8 columns.
  func text(width: Int) -> String {
    var widths = columns.enumerated().map { place, column in
      max(PlainText.columns(column.title), rows.map { PlainText.columns($0[place]) }.max() ?? 0)
    }
    let room = width - 2 - 2 * (columns.count - 1)
    while widths.reduce(0, +) > room {
      let candidates = columns.indices.filter { columns[$0].isFlexible && widths[$0] > 8 }
      guard let widest = candidates.max(by: { widths[$0] < widths[$1] }) else { break }
      widths[widest] -= 1
    }
    let lines = [columns.map(\.title), widths.map { String(repeating: "-", count: $0) }] + rows
    return lines.map { cells in line(cells, widths) }.joined()
  }

  private func line(_ cells: [String], _ widths: [Int]) -> String {
    var line = ""
    for (place, cell) in cells.enumerated() {
      let cell = PlainText.cut(cell, to: widths[place])
      let padding = String(repeating: " ", count: max(0, widths[place] - PlainText.columns(cell)))
      line += "  " + (columns[place].isNumeric ? padding + cell : cell + padding)
    }
    while line.last == " " { line.removeLast() }
    return line + "\n"
  }
}
