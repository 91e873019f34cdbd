#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The folder that a run is exported to. Its files are written beside it, and appear in it together or not at all.
struct ExportFolder: Sendable {
  let path: String
  /// Whether an earlier export may be replaced.
  let replaces: Bool

  /// Finds out before the work whether its result can be kept; nothing is left behind.
  ///
  /// - Throws: ``CommandFailure`` where the path is a file's, or nothing can be written there.
  init(checking path: String, replaces: Bool) throws {
    self.path = try OutputFolder(checking: path).path
    self.replaces = replaces
  }

  /// Fills the folder.
  ///
  /// - Parameters:
  ///   - isOurs: Whether a file name is one that an export of this kind has. Such files that are there are in the way, or are
  ///     replaced: also those that the new export has no counterpart to, as they would be taken for a part of it.
  ///   - write: Writes all files into the folder that it is given; they have no folders among them.
  /// - Throws: ``CommandFailure`` where files are in the way; what `write` throws. Nothing has changed then.
  func fill(where isOurs: @Sendable (String) -> Bool, _ write: (String) async throws -> Void) async throws {
    let old = try existing(where: isOurs)
    let path = path
    let isNew = !Files.exists(path)
    // Of one file system with the files' place in the end, so that they can be moved there.
    let parent = isNew ? Files.folder(of: path) : path
    let name = path.split(separator: "/").last.map(String.init) ?? "export"
    let staging = "\(parent)/.\(name).\(getpid()).tmp"
    try await Interruption.undivided {
      let made = try Files.makeDirectory(parent)
      return {
        try? FileManager.default.removeItem(atPath: staging)
        for folder in made.reversed() { rmdir(folder) }
      }
    } prepare: {
      try? FileManager.default.removeItem(atPath: staging)
      try Files.makeDirectory(staging)
      try await write(staging)
      try Task.checkCancellation()
    } complete: {
      if isNew, rename(staging, path) == 0 { return }
      try move(staging, replacing: old)
    }
  }

  /// Files of an earlier export.
  private func existing(where isOurs: (String) -> Bool) throws -> Set<String> {
    guard Files.exists(path) else { return [] }
    let old = try names(in: path).filter(isOurs)
    guard old.isEmpty || replaces else {
      let some = old.sorted().prefix(3).joined(separator: ", ") + (old.count > 3 ? ", …" : "")
      throw CommandFailure(
        .usage, "\(path) has an export already (\(some)). Name another folder, or replace it with --force.")
    }
    return Set(old)
  }

  /// Moves the files to their place. What could be in the way is looked at before the first one.
  private func move(_ staging: String, replacing old: Set<String>) throws {
    let new = try names(in: staging)
    for name in new {
      let target = "\(path)/\(name)"
      guard Files.exists(target) else { continue }
      if Files.isDirectory(target) { throw FileError(description: "\(target) is a folder and in the way.") }
      if !replaces {
        throw CommandFailure(.usage, "\(target) is there already. Name another folder, or replace it with --force.")
      }
    }
    for name in new where rename("\(staging)/\(name)", "\(path)/\(name)") != 0 {
      throw FileError(description: "\(path)/\(name) could not be written: \(Files.lastReason()).")
    }
    for name in old.subtracting(new) { unlink("\(path)/\(name)") }
    rmdir(staging)
  }

  private func names(in folder: String) throws -> [String] {
    do {
      return try FileManager.default.contentsOfDirectory(atPath: folder)
    } catch {
      throw FileError(description: "The folder \(folder) cannot be listed.")
    }
  }
}
