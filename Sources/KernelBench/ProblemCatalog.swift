#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// The problems of a KernelBench checkout, listed from its folders without reading the files.
public struct ProblemCatalog: Sendable {
  /// A problem's file in a checkout.
  public struct Entry: Hashable, Sendable {
    /// The level and number.
    public let id: ProblemID
    /// What follows the number in the file name: `ReLU`.
    public let name: String
    /// The file name: `19_ReLU.py`.
    public let fileName: String
    /// The path, which begins with the folder that the catalog was made from.
    public let path: String
  }

  /// The folder that the catalog was made from.
  public let directory: String

  /// All problems, by level and number.
  public let entries: [Entry]

  /// Lists a checkout.
  ///
  /// - Parameter directory: The root of a KernelBench checkout, a folder with `level1`, `level2`, … in it, or one such
  ///   level folder.
  /// - Throws: ``KernelBenchError/Code/checkoutNotFound`` if the folder is missing or has no level with a problem in it,
  ///   ``KernelBenchError/Code/unreadable`` if a level folder cannot be listed.
  public init(directory: String) throws(KernelBenchError) {
    let directory = directory.count > 1 && directory.hasSuffix("/") ? String(directory.dropLast()) : directory
    var isDirectory = false
    guard FileManager.default.fileExists(atPath: directory, isDirectory: &isDirectory), isDirectory else {
      throw KernelBenchError(.checkoutNotFound, "There is no folder \(directory) with KernelBench in it.")
    }
    var folders = levelFolders(in: directory + "/KernelBench")
    if folders.isEmpty { folders = levelFolders(in: directory) }
    if folders.isEmpty, let level = level(ofFolder: lastComponents(of: directory).name) {
      folders = [(level, directory)]
    }
    var entries: [Entry] = []
    for folder in folders {
      for fileName in try list(folder.path) {
        guard let parts = ProblemFileName(fileName) else { continue }
        let id = ProblemID(level: folder.level, problem: parts.problem)
        entries.append(Entry(id: id, name: parts.name, fileName: fileName, path: folder.path + "/" + fileName))
      }
    }
    guard !entries.isEmpty else {
      throw KernelBenchError(
        .checkoutNotFound,
        "\(directory) is no KernelBench checkout: it has no problems in KernelBench/level1, level1 and so on.")
    }
    self.directory = directory
    self.entries = entries.sorted { ($0.id, $0.fileName) < ($1.id, $1.fileName) }
  }

  /// Finds and lists the checkout that a command is to use.
  ///
  /// - Parameters:
  ///   - directory: What `--kernelbench` was given, if it was.
  ///   - environment: The environment, whose `KERNELBENCH_DIR` comes next; an empty value counts as none.
  /// - Throws: As ``init(directory:)``; when neither is given and `./KernelBench` is not a checkout, a message that
  ///   says how to get one.
  public static func find(directory: String?, environment: [String: String]) throws(KernelBenchError) -> Self {
    if let directory = directory ?? environment["KERNELBENCH_DIR"], !directory.isEmpty {
      return try Self(directory: directory)
    }
    do {
      return try Self(directory: "KernelBench")
    } catch {
      throw KernelBenchError(
        .checkoutNotFound,
        """
        No KernelBench checkout is in ./KernelBench. Name its folder with --kernelbench DIR or KERNELBENCH_DIR, or get \
        it with: git clone https://github.com/ScalingIntelligence/KernelBench
        """, underlyingError: error)
    }
  }

  /// The levels that have problems, in order.
  public var levels: [Int] {
    entries.reduce(into: []) { if $0.last != $1.id.level { $0.append($1.id.level) } }
  }

  /// The problems of one level, in the order of their numbers; empty if there is no such level.
  public func entries(level: Int) -> [Entry] { entries.filter { $0.id.level == level } }
}

/// The subfolders named `level1`, `level2`, …; none if the folder cannot be listed.
private func levelFolders(in directory: String) -> [(level: Int, path: String)] {
  let names = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
  return names.compactMap { name in
    var isDirectory = false
    let path = directory + "/" + name
    guard let level = level(ofFolder: name[...]),
      FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory), isDirectory
    else { return nil }
    return (level, path)
  }
}

private func list(_ directory: String) throws(KernelBenchError) -> [String] {
  do {
    return try FileManager.default.contentsOfDirectory(atPath: directory)
  } catch {
    throw KernelBenchError(.unreadable, "The folder \(directory) cannot be listed.", underlyingError: error)
  }
}
