/// A place that `.loc` names.
struct SourcePlace: Hashable {
  var file: Int
  var line: Int
  var column: Int
}

extension Parser {
  /// `.loc 2 107 3, function_name name, inlined_at 1 25 43`
  ///
  /// A call that was inlined into an inlined function has no list of calls in the text: its place is that of an
  /// earlier `.loc`, which says where it was inlined in turn.
  mutating func location() throws(PTXError) {
    advance()
    let place = try sourcePlace()
    var read = SourcePosition(file: place.file, line: place.line, column: place.column, function: nil, inlinedAt: [])
    while take(Sign.comma) {
      switch try word("`function_name` or `inlined_at`") {
      case "function_name":
        guard token.kind == .word || token.kind == .dotted else { throw unexpected("the label of a name is expected") }
        let label = text(token)
        advance()
        let offset = take(Sign.plus) ? try integer(upTo: Int(Int32.max), "an offset") : 0
        read.function = debugStrings.string(at: label, offset: offset)
      case "inlined_at":
        let outer = try sourcePlace()
        let frame = positions[outer]
        read.inlinedAt = [
          frame?.frame ?? SourceFrame(file: outer.file, line: outer.line, column: outer.column, function: nil)
        ]
        read.inlinedAt += (frame?.inlinedAt ?? []).prefix(SourcePosition.maximumDepth - 1)
      default: throw unexpected("`function_name` or `inlined_at` is expected before this")
      }
    }
    positions[place] = read
    position = read
  }

  private mutating func sourcePlace() throws(PTXError) -> SourcePlace {
    let limit = Int(UInt32.max)
    return SourcePlace(
      file: try integer(upTo: limit, "the number of a file"), line: try integer(upTo: limit, "a line"),
      column: try integer(upTo: limit, "a column"))
  }
}
