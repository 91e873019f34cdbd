#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A file that a process which nobody vouches for writes.
enum HostileFile {
  /// The text of a regular file, which is empty afterwards; nothing where there is none, or something else in its place.
  static func taken(_ path: String, limit: Int) -> String {
    // Without O_NONBLOCK the opening of a pipe waits for its other end.
    let file = open(path, O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
    guard file >= 0 else { return "" }
    defer { close(file) }
    var status = stat()
    guard fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_size > 0 else { return "" }
    let count = min(limit, Int(status.st_size))
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      while initialized < count {
        let part = read(file, buffer.baseAddress?.advanced(by: initialized), count - initialized)
        if part < 0, errno == EINTR { continue }
        guard part > 0 else { break }
        initialized += part
      }
    }
    ftruncate(file, 0)
    return String(decoding: bytes, as: UTF8.self)
  }
}
