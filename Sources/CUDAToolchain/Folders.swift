#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Folders and files of the toolchain's own, with errors that say what to do.
package enum Folders {
  /// Calls a function with a fresh folder, which is gone afterwards whatever happened.
  package static func withTemporary<R>(_ body: (String) async throws -> R) async throws -> R {
    let base = FileManager.default.temporaryDirectory.path
    let folder = base + (base.hasSuffix("/") ? "" : "/") + "basic-compile-" + UUID().uuidString
    do {
      try FileManager.default.createDirectory(
        atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    } catch {
      throw CUDAToolchainError(
        .fileSystem, "A temporary folder could not be made in \(base); free some space or set TMPDIR.",
        underlyingError: error)
    }
    defer {
      // A killed compiler may still have made a file while the folder was being emptied.
      for _ in 0..<3 where FileManager.default.fileExists(atPath: folder) {
        try? FileManager.default.removeItem(atPath: folder)
      }
    }
    return try await body(folder)
  }

  /// The folder where this user's programs keep what can be made again.
  package static func cache(_ environment: [String: String]) -> String? {
    if let folder = environment["XDG_CACHE_HOME"], folder.hasPrefix("/") { return folder + "/basic" }
    if let home = environment["HOME"], home.hasPrefix("/") { return home + "/.cache/basic" }
    return nil
  }

  /// Writes a file whole or not at all; two writers at once leave one of the two.
  package static func write(_ text: String, to path: String) throws(CUDAToolchainError) {
    do {
      let folder = String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)])
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      try Data(text.utf8).write(to: URL(filePath: path), options: .atomic)
    } catch {
      throw CUDAToolchainError(
        .fileSystem, "\(path) could not be written; check its folder's permissions and free space.",
        underlyingError: error)
    }
  }

  /// A file's text, up to a number of bytes; nil where there is none. What is no UTF-8 is replaced.
  package static func read(_ path: String, limit: Int = 4 << 20) -> String? {
    guard let handle = try? Data(contentsOf: URL(filePath: path), options: .mappedIfSafe) else { return nil }
    return String(decoding: handle.prefix(limit), as: UTF8.self)
  }

  /// The bytes of a file; 0 where there is none.
  package static func size(_ path: String) -> Int {
    (try? FileManager.default.attributesOfItem(atPath: path)[.size] as? Int) ?? 0
  }
}
