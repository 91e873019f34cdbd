#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The folder of `--output`. Files appear in it whole and together, or not at all.
struct OutputFolder: Sendable {
  let path: String

  /// Finds out before the work whether its result can be kept; nothing is left behind.
  ///
  /// - Throws: ``CommandFailure`` where the path is a file's, or nothing can be written there.
  init(checking path: String) throws {
    guard !path.isEmpty else { throw CommandFailure(.usage, "--output needs the name of a folder.") }
    self.path = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
    // The folder itself, or the one that it would be made in.
    var existing = path
    while !Files.exists(existing) && existing != "." && existing != "/" { existing = Files.folder(of: existing) }
    guard Files.isDirectory(existing) else {
      throw CommandFailure(
        .usage,
        existing == path
          ? "--output \(path) is a file. Name a folder." : "--output \(path): \(existing) is a file, not a folder.")
    }
    let probe = "\(existing)/.basic-\(getpid()).tmp"
    let descriptor = open(probe, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else {
      throw CommandFailure(
        .usage, "--output \(path): nothing can be written in \(existing) (\(Files.lastReason())). Name another folder.")
    }
    close(descriptor)
    unlink(probe)
  }

  /// Writes files beside their places and then moves all of them there: a full disk leaves what was there before, and so
  /// does a second Ctrl-C.
  ///
  /// - Parameter stale: names of files that an earlier run may have left and that do not belong to these.
  func keep(_ files: [(name: String, contents: String)], removing stale: [String] = []) throws {
    let path = path
    let temporaries = files.map { "\(path)/.\($0.name).\(getpid()).tmp" }
    try Interruption.undivided {
      let made = try Files.makeDirectory(path)
      return {
        for name in temporaries { unlink(name) }
        for folder in made.reversed() { rmdir(folder) }
      }
    } prepare: {
      for (file, temporary) in zip(files, temporaries) {
        try Files.create(temporary, file.contents, for: "\(path)/\(file.name)")
        if Files.isDirectory("\(path)/\(file.name)") {
          throw FileError(description: "\(path)/\(file.name) is a folder and in the way.")
        }
      }
    } complete: {
      for name in stale where !files.contains(where: { $0.name == name }) { unlink("\(path)/\(name)") }
      for (file, temporary) in zip(files, temporaries) where rename(temporary, "\(path)/\(file.name)") != 0 {
        throw FileError(description: "\(path)/\(file.name) could not be written: \(Files.lastReason()).")
      }
    }
  }
}
