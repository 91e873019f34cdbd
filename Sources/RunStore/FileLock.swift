internal import Synchronization

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#else
  internal import Darwin
#endif

/// A lock on one byte of a file beside the store: byte 0 for those who open the store, one byte for each run.
///
/// It is the operating system's, and belongs to an open file description: it ends with the process that holds it, however
/// that ends, no other process can be taken for its owner because it got the same number, and two parts of one process
/// cannot both have it. Descriptors are closed in child processes when another program starts in them.
final class FileLock: Sendable {
  // Since Linux 3.15 and macOS 10.15; not in every header that Swift sees.
  #if canImport(Darwin)
    private static let set: Int32 = 90
    private static let get: Int32 = 92
  #else
    private static let set: Int32 = 37
    private static let get: Int32 = 36
  #endif

  private let descriptor: Mutex<Int32?>
  private let byte: Int64

  private init(_ descriptor: Int32, byte: Int64) {
    self.descriptor = Mutex(descriptor)
    self.byte = byte
  }

  deinit { release() }

  /// Gives the lock back; a second time does nothing.
  ///
  /// Closing alone would not do it at once: a child process that is about to start another program has the description too,
  /// until it has started it.
  func release() {
    descriptor.withLock { descriptor in
      if let descriptor {
        var range = Self.range(byte, F_UNLCK)
        _ = fcntl(descriptor, Self.set, &range)
        close(descriptor)
      }
      descriptor = nil
    }
  }

  /// Whether the lock has not been given back.
  var isHeld: Bool { descriptor.withLock { $0 != nil } }

  /// Takes the lock of a byte; nil where somebody else has it.
  static func take(byte: Int64, of path: String) throws(RunStoreError) -> FileLock? {
    let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o644)
    guard descriptor >= 0 else { throw failure(path) }
    var range = range(byte, F_WRLCK)
    while fcntl(descriptor, set, &range) != 0 {
      let number = errno
      if number == EINTR { continue }
      close(descriptor)
      if number == EAGAIN || number == EACCES { return nil }
      errno = number
      throw failure(path)
    }
    return FileLock(descriptor, byte: byte)
  }

  /// Whether somebody has the lock of a byte. Where there is no such file, nobody has.
  static func isTaken(byte: Int64, of path: String) -> Bool {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    // A lock for reading may be asked after by who may only read the file.
    var range = range(byte, F_RDLCK)
    guard fcntl(descriptor, get, &range) == 0 else { return false }
    return range.l_type != Int16(F_UNLCK)
  }

  private static func range(_ byte: Int64, _ type: some BinaryInteger) -> flock {
    var range = flock()
    range.l_type = Int16(type)
    range.l_whence = Int16(SEEK_SET)
    range.l_start = off_t(byte)
    range.l_len = 1
    return range
  }

  private static func failure(_ path: String) -> RunStoreError {
    let number = errno
    let reason = String(cString: strerror(number))
    return switch number {
    case EROFS, EACCES, EPERM:
      RunStoreError(.readOnly, "\(path) may not be written: \(reason). Look at the permissions of its folder.")
    case ENOSPC, EDQUOT: RunStoreError(.diskFull, "There is no room for \(path): \(reason).")
    case ENOLCK, EINVAL:
      RunStoreError(
        .cannotOpen, "The file system of \(path) has no locks: \(reason). Keep the store on a disk of this machine.")
    default: RunStoreError(.cannotOpen, "\(path) cannot be opened: \(reason).")
    }
  }
}
