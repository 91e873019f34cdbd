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

/// A file of ours that could not be written.
struct FileError: Error, CustomStringConvertible {
  let description: String
}

/// Writing files so that there is a whole one or none.
enum Files {
  static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

  static func isDirectory(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  static func makeDirectory(_ path: String) throws {
    do {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    } catch {
      throw FileError(description: "The folder \(path) could not be made: \(reason(error)).")
    }
  }

  /// Writes a file beside its place and then moves it there: a full disk leaves what was there before.
  static func write(_ contents: String, to path: String) throws {
    let temporary = "\(path).\(getpid()).tmp"
    do {
      try Data(contents.utf8).write(to: URL(filePath: temporary))
    } catch {
      unlink(temporary)
      throw FileError(description: "\(path) could not be written: \(reason(error)).")
    }
    guard rename(temporary, path) == 0 else {
      let reason = String(cString: strerror(errno))
      unlink(temporary)
      throw FileError(description: "\(path) could not be written: \(reason).")
    }
  }

  private static func reason(_ error: any Error) -> String {
    guard let error = error as? CocoaError else { return "\(error)" }
    switch error.code {
    case .fileWriteOutOfSpace: return "the disk is full"
    case .fileWriteNoPermission: return "there is no permission to write there"
    case .fileWriteVolumeReadOnly: return "the disk is read-only"
    case .fileNoSuchFile: return "its folder does not exist"
    case .fileWriteFileExists: return "a file of that name is in the way"
    default: return "\(error)"
    }
  }
}

/// A file that grows line by line and is complete up to its last line at any moment.
final class LineFile {
  private let file: UnsafeMutablePointer<FILE>
  private let path: String

  init(path: String) throws {
    guard let file = fopen(path, "w") else {
      throw FileError(description: "\(path) could not be written: \(String(cString: strerror(errno))).")
    }
    self.file = file
    self.path = path
  }

  deinit { fclose(file) }

  func append(_ line: String) throws {
    guard fputs(line + "\n", file) >= 0, fflush(file) == 0 else {
      throw FileError(description: "\(path) could not be written: \(String(cString: strerror(errno))).")
    }
  }
}
