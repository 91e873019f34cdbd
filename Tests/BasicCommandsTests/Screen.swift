/// What a terminal shows of what it received, as far as `basic` uses it: lines of unlimited number, wrapped at a width.
struct Screen {
  let columns: Int
  private var rows: [[Character]] = [[]]
  /// Rows that go on in the next one because they were full.
  private var continued: Set<Int> = []
  private var row = 0
  private var column = 0
  /// The controls and sequences that it was told and does not know.
  private(set) var unknown: [String] = []
  /// Whether colours or other styles were set.
  private(set) var hasStyles = false

  init(columns: Int, _ received: String) {
    self.columns = columns
    var scalars = received.unicodeScalars[...]
    while let scalar = scalars.popFirst() {
      switch scalar {
      case "\r": column = 0
      case "\n": lineFeed()
      case "\u{1B}": escape(&scalars)
      default:
        if scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value) { unknown.append("\(scalar.value)") }
        put(Character(scalar))
      }
    }
  }

  /// The lines, those that were wrapped put together again.
  var lines: [String] {
    var lines: [String] = []
    var open = ""
    for (index, row) in rows.enumerated() {
      open += String(row)
      if !continued.contains(index) {
        lines.append(open)
        open = ""
      }
    }
    return lines
  }

  private mutating func lineFeed() {
    row += 1
    if row == rows.count { rows.append([]) }
  }

  private mutating func put(_ character: Character) {
    if column == columns {
      continued.insert(row)
      column = 0
      lineFeed()
    }
    while rows[row].count < column { rows[row].append(" ") }
    if column < rows[row].count { rows[row][column] = character } else { rows[row].append(character) }
    column += 1
  }

  private mutating func escape(_ scalars: inout Substring.UnicodeScalarView) {
    guard scalars.popFirst() == "[" else { return unknown.append("escape") }
    var parameters = ""
    while let scalar = scalars.popFirst() {
      guard !("@"..."~").contains(scalar) else {
        switch scalar {
        case "A": row = max(0, row - (Int(parameters) ?? 1))
        case "J":
          rows[row] = Array(rows[row].prefix(column))
          for gone in row..<rows.count { continued.remove(gone) }
          rows.removeSubrange((row + 1)...)
        case "m": hasStyles = hasStyles || !["", "0"].contains(parameters)
        default: unknown.append("[\(parameters)\(scalar)")
        }
        return
      }
      parameters.unicodeScalars.append(scalar)
    }
  }
}
