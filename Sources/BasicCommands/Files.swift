#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A file of ours that could not be written.
struct FileError: Error, CustomStringConvertible {
  let description: String
}

/// Files and folders, with the system's own reasons.
enum Files {
  static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

  static func isDirectory(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  /// The folder that a path's last component is in.
  static func folder(of path: String) -> String {
    var path = path[...]
    while path.count > 1 && path.last == "/" { path.removeLast() }
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  /// Makes a folder and those on the way to it.
  ///
  /// - Returns: the folders that were made, the outermost first.
  @discardableResult static func makeDirectory(_ path: String) throws -> [String] {
    guard !isDirectory(path) else { return [] }
    let above = folder(of: path)
    var made = above == path || above == "." ? [] : try makeDirectory(above)
    if mkdir(path, 0o777) == 0 {
      made.append(path)
    } else if !isDirectory(path) {
      throw FileError(description: "The folder \(path) could not be made: \(lastReason()).")
    }
    return made
  }

  /// Writes a new file; one that cannot be written whole is removed.
  ///
  /// - Parameter name: what people know the file as.
  static func create(_ path: String, _ contents: String, for name: String) throws {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw FileError(description: "\(name) could not be written: \(lastReason()).") }
    var contents = contents
    let isWhole = contents.withUTF8 { bytes in
      var start = 0
      while start < bytes.count {
        let count = write(descriptor, bytes.baseAddress.map { $0 + start }, bytes.count - start)
        if count < 0 && errno == EINTR { continue }
        guard count > 0 else { return false }
        start += count
      }
      return true
    }
    let reason = lastReason()
    guard close(descriptor) == 0, isWhole else {
      let reason = isWhole ? lastReason() : reason
      unlink(path)
      throw FileError(description: "\(name) could not be written: \(reason).")
    }
  }

  /// What the system said last.
  static func lastReason() -> String { String(cString: strerror(errno)) }
}

/// A file that grows line by line and is complete up to its last line at any moment.
final class LineFile {
  private let file: UnsafeMutablePointer<FILE>
  private let path: String

  init(path: String) throws {
    guard let file = fopen(path, "we") else {
      throw FileError(description: "\(path) could not be written: \(Files.lastReason()).")
    }
    self.file = file
    self.path = path
  }

  deinit { fclose(file) }

  func append(_ line: String) throws {
    guard fputs(line + "\n", file) >= 0, fflush(file) == 0 else {
      throw FileError(description: "\(path) could not be written: \(Files.lastReason()).")
    }
  }
}
