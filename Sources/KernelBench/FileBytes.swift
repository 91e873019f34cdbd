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
