import Foundation

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A port of the loopback device that refuses connections as long as this lives. (One that a server has just given back may be
/// another server's a moment later.)
final class DeafPort {
  private let handle: Int32
  let baseURL: String

  init() throws {
    func checked(_ result: Int32) throws -> Int32 {
      guard result >= 0 else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
      return result
    }
    #if canImport(Glibc)
      let handle = try checked(socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0))
    #else
      let handle = try checked(socket(AF_INET, SOCK_STREAM, 0))
    #endif
    self.handle = handle
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    try withUnsafeMutablePointer(to: &address) { pointer in
      try pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
        // Bound, so that nobody else gets it, and without anybody who listens.
        _ = try checked(bind(handle, pointer, length))
        _ = try checked(getsockname(handle, pointer, &length))
      }
    }
    baseURL = "http://127.0.0.1:\(UInt16(bigEndian: address.sin_port))/v1"
  }

  deinit { close(handle) }
}
