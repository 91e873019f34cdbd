/// What a compiler's log says first.
enum BuildLog {
  /// The first error's line; nil where there is none.
  static func firstError(_ log: String) -> String? {
    let lines = log.split(whereSeparator: \.isNewline)
    let line = lines.first { $0.contains("error:") || $0.contains("fatal:") || $0.contains("undefined") } ?? lines.first
    return line.map(String.init)
  }
}
