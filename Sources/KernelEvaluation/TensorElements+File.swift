#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif
#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

extension TensorElements {
  /// Who may still change a file while it is read.
  public enum FileWriter: Sendable {
    /// Nobody: the file is mapped, and takes no memory of ours.
    case gone
    /// A process that may truncate it, put a pipe in its place, or a link to something else: its bytes are copied, once,
    /// and nothing but a regular file is opened. A mapped file that is truncated would end our process.
    case hostile
  }

  /// Elements in a file, from `offset` on.
  ///
  /// - Throws: ``TensorError`` if the file cannot be read, or has fewer bytes than the shape says.
  public init(
    contentsOf path: String, offset: Int = 0, type: ElementType, shape: [Int], writer: FileWriter
  ) throws(TensorError) {
    let size = try Self.byteCount(of: shape, type)
    let bytes =
      switch writer {
      case .gone: try Self.mapped(path, offset: offset, count: size)
      case .hostile: try Self.copied(path, offset: offset, count: size)
      }
    try self.init(bytes: bytes, type: type, shape: shape)
  }

  private static func mapped(_ path: String, offset: Int, count: Int) throws(TensorError) -> Data {
    let all: Data
    do {
      all = try Data(contentsOf: URL(filePath: path), options: .alwaysMapped)
    } catch {
      throw TensorError("\(path) cannot be read: \(error).")
    }
    guard offset >= 0, offset <= all.count, count <= all.count - offset else {
      throw TensorError("\(path) has \(all.count) bytes, but a tensor of \(count) bytes from byte \(offset) is wanted.")
    }
    return all[(all.startIndex + offset)..<(all.startIndex + offset + count)]
  }

  private static func copied(_ path: String, offset: Int, count: Int) throws(TensorError) -> Data {
    // Without O_NONBLOCK the opening of a pipe waits for its other end.
    let file = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
    guard file >= 0 else { throw TensorError("\(path) cannot be opened: \(String(cString: strerror(errno))).") }
    defer { close(file) }
    var status = stat()
    guard fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      throw TensorError("\(path) is no regular file.")
    }
    // Looked at first, so that a claim of a huge shape takes no memory.
    guard offset >= 0, Int(status.st_size) >= offset, Int(status.st_size) - offset >= count else {
      throw TensorError(
        "\(path) has \(status.st_size) bytes, but a tensor of \(count) bytes from byte \(offset) is wanted.")
    }
    var bytes = Data(count: count)
    let got = bytes.withUnsafeMutableBytes { buffer in
      var done = 0
      while done < count {
        let part = pread(file, buffer.baseAddress?.advanced(by: done), count - done, off_t(offset + done))
        if part < 0, errno == EINTR { continue }
        guard part > 0 else { break }
        done += part
      }
      return done
    }
    guard got == count else { throw TensorError("\(path) became shorter while it was read.") }
    return bytes
  }
}
