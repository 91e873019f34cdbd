#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// What a hostile folder holds: counting stops where it is too much.
struct FolderSize {
  private(set) var bytes = 0
  private(set) var entries = 0
  /// There is more in it than may be, or it is built so that it cannot be counted.
  private(set) var isExceeded = false

  private static let deepest = 64

  /// Counts what lies in a folder; links are counted, not followed.
  init(of folder: String, limits: WorkerLimits) {
    var waiting = [(path: folder, depth: 0)]
    while let (path, depth) = waiting.popLast(), !isExceeded {
      guard depth <= Self.deepest, let stream = opendir(path) else {
        // What is gone meanwhile is no matter; a folder that we may not look into is.
        isExceeded = depth > Self.deepest || errno != ENOENT
        continue
      }
      defer { closedir(stream) }
      while let entry = readdir(stream), !isExceeded {
        let name = withUnsafePointer(to: &entry.pointee.d_name) {
          $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
        }
        if name == "." || name == ".." { continue }
        entries += 1
        var status = stat()
        if lstat(path + "/" + name, &status) == 0 {
          bytes += Int(status.st_blocks) * 512
          if status.st_mode & S_IFMT == S_IFDIR { waiting.append((path + "/" + name, depth + 1)) }
        }
        isExceeded = entries > limits.folderEntries || bytes > limits.folderBytes
      }
    }
  }
}
