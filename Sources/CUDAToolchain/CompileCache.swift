#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Compile reports by the content of what was compiled, one file each. Any number of processes may use one folder: a file
/// appears whole or not at all, and one that does not add up is made again.
public struct CompileCache: Sendable {
  /// The folder of the entries.
  public let folder: String

  /// A cache in a folder, which need not exist.
  public init(folder: String) { self.folder = folder }

  /// The user's own cache, `$XDG_CACHE_HOME/basic/compile`; nil where the environment names no home.
  public init?(environment: [String: String]? = nil) {
    guard let cache = Folders.cache(environment ?? ProcessInfo.processInfo.environment) else { return nil }
    folder = cache + "/compile"
  }

  /// The report that was kept under a key, if it is whole.
  func report(_ key: String) -> CompileReport? {
    guard let text = Folders.read(path(key)), let end = text.firstIndex(of: "\n") else { return nil }
    let json = String(text[text.index(after: end)...])
    guard SHA256.hex(json) == text[..<end],
      var report = try? JSONDecoder().decode(CompileReport.self, from: Data(json.utf8))
    else { return nil }
    report.isFromCache = true
    return report
  }

  /// Keeps a report. A cache that cannot be written is slow, not wrong: nothing is thrown.
  func keep(_ report: CompileReport, as key: String) {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    guard let data = try? encoder.encode(report) else { return }
    let json = String(decoding: data, as: UTF8.self)
    try? Folders.write(SHA256.hex(json) + "\n" + json, to: path(key))
  }

  private func path(_ key: String) -> String { "\(folder)/\(key.prefix(2))/\(key)" }
}
