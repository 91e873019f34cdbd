#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// Reads no more of a file than a problem may have, so that a device or a pipe without an end does no harm.
package enum FileBytes {
  /// The bytes of the file at a path; pipes and process substitutions are fine.
  package static func read(path: String, limit: Int) throws(KernelBenchError) -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw failure(path, errno) }
    defer { close(descriptor) }
    return try read(descriptor: descriptor, name: path, limit: limit)
  }

  /// The bytes of a file in a folder that somebody else filled. What is no plain file is refused and not waited for: a
  /// link could lead to any file of the user's, a pipe would never end.
  package static func readRegular(path: String, limit: Int) throws(KernelBenchError) -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
    guard descriptor >= 0 else {
      if errno == ELOOP {
        throw KernelBenchError(.unreadable, "\(path) is a symbolic link, which is not followed here.")
      }
      throw failure(path, errno)
    }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw failure(path, errno) }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw KernelBenchError(.unreadable, "\(path) is no plain file.")
    }
    return try read(descriptor: descriptor, name: path, limit: limit)
  }

  /// Writes a file whole, or not at all: beside its place, and then moved there.
  package static func write(_ text: String, path: String) throws(KernelBenchError) {
    let temporary = path + ".\(getpid()).tmp"
    unlink(temporary)
    let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o644)
    guard descriptor >= 0 else { throw unwritable(path, errno) }
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
      let count = bytes.withUnsafeBytes { systemWrite(descriptor, $0.baseAddress, $0.count) }
      if count < 0 {
        let number = errno
        if number == EINTR { continue }
        close(descriptor)
        unlink(temporary)
        throw unwritable(path, number)
      }
      bytes = bytes.dropFirst(count)
    }
    guard close(descriptor) == 0, rename(temporary, path) == 0 else {
      let number = errno
      unlink(temporary)
      throw unwritable(path, number)
    }
  }

  private static func unwritable(_ path: String, _ number: Int32) -> KernelBenchError {
    KernelBenchError(
      .unwritable, "\(path) cannot be written: \(String(cString: strerror(number))).",
      underlyingError: POSIXErrorCode(rawValue: number).map { POSIXError($0) })
  }

  /// The bytes of standard input, up to its end.
  package static func readStandardInput(limit: Int) throws(KernelBenchError) -> [UInt8] {
    try read(descriptor: STDIN_FILENO, name: "Standard input", limit: limit)
  }

  private static func read(descriptor: Int32, name: String, limit: Int) throws(KernelBenchError) -> [UInt8] {
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = systemRead(descriptor, &chunk, chunk.count)
      if count < 0 {
        if errno == EINTR { continue }
        throw failure(name, errno)
      }
      if count == 0 { return bytes }
      bytes += chunk[..<count]
      guard bytes.count <= limit else {
        throw KernelBenchError(
          .tooLarge, "\(name) has more than \(limit) bytes; a short text is expected. Is it the right file?")
      }
    }
  }

  private static func failure(_ name: String, _ number: Int32) -> KernelBenchError {
    let reason = POSIXErrorCode(rawValue: number).map { POSIXError($0) }
    let what =
      switch number {
      case ENOENT, ENOTDIR: "There is no file \(name)."
      case EACCES, EPERM: "\(name) may not be read: its permissions forbid it."
      case EISDIR: "\(name) is a folder; name a problem's file in it."
      default: "\(name) cannot be read: \(String(cString: strerror(number)))."
      }
    return KernelBenchError(
      number == ENOENT || number == ENOTDIR ? .problemNotFound : .unreadable, what, underlyingError: reason)
  }
}

/// `read(2)`, by a name that the members of ``FileBytes`` do not hide.
private func systemRead(_ descriptor: Int32, _ buffer: UnsafeMutableRawPointer, _ count: Int) -> Int {
  read(descriptor, buffer, count)
}

/// `write(2)`, likewise.
private func systemWrite(_ descriptor: Int32, _ buffer: UnsafeRawPointer?, _ count: Int) -> Int {
  write(descriptor, buffer, count)
}
