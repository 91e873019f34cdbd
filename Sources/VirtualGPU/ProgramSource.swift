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
