/// ``SettingsReport`` for a terminal.
enum SettingsText {
  /// The report, with colours where a palette has some.
  static func text(_ report: SettingsReport, palette: Palette) -> String {
    var blocks = ["\(palette.bold("files"))\n" + files(report.files, notices: report.notices, indent: "  ")]
    blocks.append("\(palette.bold("defaults"))\n" + rows(report.defaults.map(cells), palette))
    for endpoint in report.endpoints {
      var lines: [Cells]
      if endpoint.isUntouched {
        lines = endpoint.rows.filter { ["dialect", "base-url", "key-variable"].contains($0.name) }.map(cells)
      } else {
        lines = endpoint.rows.map(cells)
      }
      // The key's state stands below the name of its variable.
      let place = lines.firstIndex { $0.name == "key-variable" }.map { $0 + 1 } ?? lines.endIndex
      lines.insert(Cells(name: "key", value: "", origin: endpoint.key.text), at: place)
      let title = "endpoint \(endpoint.name)" + (endpoint.isUntouched ? ", built in; all else as it is by default" : "")
      var block = palette.bold(title.printable) + "\n" + rows(lines, palette)
      if let problem = endpoint.problem.value { block += "  \(palette.red("cannot be used:")) \(problem.printable)\n" }
      blocks.append(block)
    }
    return blocks.joined(separator: "\n")
  }

  /// The files that are read, one a line.
  static func files(_ places: [ConfigurationPlace], notices: [String], indent: String = "") -> String {
    let width = places.compactMap { $0.path.value?.printable.columns }.max() ?? 0
    let lines = places.map { place in
      guard let path = place.path.value?.printable else { return indent + place.text.printable }
      return indent + path + String(repeating: " ", count: width - path.columns + 2) + place.text
    }
    return (lines + notices.map { indent + $0.printable }).map { $0 + "\n" }.joined()
  }

  /// A line of a table.
  private struct Cells {
    var name: String
    var value: String
    var origin: String
  }

  private static func cells(_ row: SettingsReport.Row) -> Cells {
    let otherwise = row.otherwise.value.map { "(\($0))" }
    return Cells(
      name: row.name.printable, value: (row.value.value ?? otherwise ?? "(none)").printable,
      origin: row.origin.label.printable)
  }

  /// Values wider than this push what stands behind them.
  private static let widestValue = 36

  private static func rows(_ rows: [Cells], _ palette: Palette) -> String {
    let names = rows.map(\.name.columns).max() ?? 0
    let values = rows.map(\.value.columns).filter { $0 <= widestValue }.max() ?? 0
    return rows.map { row in
      let name = row.name + String(repeating: " ", count: names - row.name.columns)
      let value = row.value + String(repeating: " ", count: max(0, values - row.value.columns))
      return "  \(palette.dim(name))  \(value)  \(palette.dim(row.origin))\n"
    }.joined()
  }
}
