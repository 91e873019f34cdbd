import CUDAToolchain

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// What was compiled, by the content that it was compiled from: folders that appear whole or not at all.
///
/// Any number of processes may use one cache, and any of them may be killed at any moment. Entries that nobody asked for in
/// a long time go first when there are too many.
public struct BuildCache: Sendable {
  /// The folder of the entries.
  public let folder: String
  /// The most entries of a kind that are kept.
  public var limit = 100

  /// A cache in a folder, which need not exist.
  public init(folder: String) { self.folder = folder }

  /// The user's own cache, `$XDG_CACHE_HOME/basic/run`; nil where the environment names no home.
  public init?(environment: [String: String]? = nil) {
    guard let cache = Folders.cache(environment ?? ProcessInfo.processInfo.environment) else { return nil }
    folder = cache + "/run"
  }

  /// The folder of an entry, if it is there; its time of use is set.
  package func entry(_ kind: String, _ key: String) -> String? {
    let path = "\(folder)/\(kind)/\(key)"
    guard FileManager.default.fileExists(atPath: path + "/complete") else { return nil }
    try? FileManager.default.setAttributes([.modificationDate: Date()], ofItemAtPath: path)
    return path
  }

  /// Makes an entry out of a folder that `fill` fills, unless somebody else has made it meanwhile.
  ///
  /// Where the cache cannot be written, the folder stays where `fallback` is.
  ///
  /// - Returns: the folder with the files.
  package func make(
    _ kind: String, _ key: String, fallback: String, _ fill: (String) async throws -> Void
  ) async throws -> String {
    let files = FileManager.default
    let final = "\(folder)/\(kind)/\(key)"
    var building = "\(folder)/\(kind)/.new-\(key.prefix(12))-\(UUID().uuidString)"
    var isKept = true
    if (try? files.createDirectory(atPath: building, withIntermediateDirectories: true)) == nil {
      isKept = false
      building = "\(fallback)/\(kind)-\(UUID().uuidString)"
      try files.createDirectory(atPath: building, withIntermediateDirectories: true)
    }
    do {
      try await fill(building)
      guard isKept else { return building }
      try Folders.write("", to: building + "/complete")
      if (try? files.moveItem(atPath: building, toPath: final)) == nil {
        if let known = entry(kind, key) {
          try? files.removeItem(atPath: building)
          return known
        }
        // Something that is not whole is in the way.
        try? files.removeItem(atPath: final)
        try files.moveItem(atPath: building, toPath: final)
      }
      trim(kind)
      return final
    } catch {
      try? files.removeItem(atPath: building)
      throw error
    }
  }

  /// A text that was kept.
  func text(_ kind: String, _ key: String) -> String? { Folders.read("\(folder)/\(kind)/\(key)") }

  /// Keeps a text. A cache that cannot be written is slow, not wrong.
  func keep(_ text: String, _ kind: String, _ key: String) {
    try? Folders.write(text, to: "\(folder)/\(kind)/\(key)")
    trim(kind)
  }

  /// Removes the entries that were used longest ago, and what killed processes left half made.
  private func trim(_ kind: String) {
    let files = FileManager.default
    let folder = "\(folder)/\(kind)"
    let now = Date()
    let all = ((try? files.contentsOfDirectory(atPath: folder)) ?? []).map { name in
      let attributes = try? files.attributesOfItem(atPath: "\(folder)/\(name)")
      return (name: name, date: (attributes?[.modificationDate] as? Date) ?? now)
    }
    for one in all where one.name.hasPrefix(".new-") && now.timeIntervalSince(one.date) > 3600 {
      try? files.removeItem(atPath: "\(folder)/\(one.name)")
    }
    let entries = all.filter { !$0.name.hasPrefix(".") }
    guard entries.count > limit else { return }
    // Not one that somebody may be about to use.
    for one in entries.sorted(by: { $0.date < $1.date }).prefix(entries.count - limit)
    where now.timeIntervalSince(one.date) > 600 {
      try? files.removeItem(atPath: "\(folder)/\(one.name)")
    }
  }
}
