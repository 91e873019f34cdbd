/// A CUDA program's text, and what people call it.
public struct ProgramSource: Sendable, Hashable {
  /// The text of the one file.
  public var text: String
  /// The name that messages, findings and `__FILE__` have.
  public var name: String
  /// The folder that the program's own headers are looked for in, absolute; nil where there is none.
  public var folder: String?

  /// Makes a source.
  public init(text: String, name: String, folder: String?) {
    self.text = text
    self.name = name
    self.folder = folder
  }

  /// The text with a first line that gives the compilers its name.
  var numbered: String {
    let escaped = name.map { $0 == "\"" || $0 == "\\" ? "\\\($0)" : $0.isNewline ? "?" : String($0) }.joined()
    return "#line 1 \"\(escaped)\"\n" + text + (text.hasSuffix("\n") ? "" : "\n")
  }

  /// Compilers' messages with the program's own lines: cudafe++ quotes what the preprocessor made of them.
  func quoted(in log: String) -> String {
    let own = text.split(separator: "\n", omittingEmptySubsequences: false)
    var result: [Substring] = []
    var lines = log.split(separator: "\n", omittingEmptySubsequences: false)[...]
    while let line = lines.popFirst() {
      if line.contains("detected in the compilation of \"program.cu\"") { continue }
      result.append(line)
      guard line.hasPrefix(name + "("), let quote = lines.first, quote.contains("__attribute__((") else { continue }
      guard let number = Int(line.dropFirst(name.count + 1).prefix { $0.isNumber }), own.indices.contains(number - 1)
      else {
        continue
      }
      lines.removeFirst()
      result.append("  " + own[number - 1])
      // The caret stands where the other line had it.
      if let caret = lines.first, caret.contains("^") { lines.removeFirst() }
    }
    while result.last?.isEmpty == true { result.removeLast() }
    return result.joined(separator: "\n")
  }

  /// What stands before the last `/` of the name, with it.
  private var displayedFolder: String {
    guard let slash = name.lastIndex(of: "/") else { return "" }
    return String(name[...slash])
  }

  /// A path out of the compilers' output as a person knows it.
  func displayed(_ path: String, hiding folders: [String]) -> String {
    for folder in folders where path.hasPrefix(folder + "/") {
      let rest = path.dropFirst(folder.count + 1)
      return rest.hasPrefix("source/") ? displayedFolder + rest.dropFirst("source/".count) : String(rest)
    }
    if let folder, path.hasPrefix(folder + "/") { return displayedFolder + path.dropFirst(folder.count + 1) }
    return path
  }
}
