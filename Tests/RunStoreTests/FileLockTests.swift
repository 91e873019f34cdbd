import Foundation
import Testing

@testable import RunStore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

struct FileLockTests {
  #if os(Linux)
    /// What a child process has between its fork and the program that it starts.
    @Test func `is free at once, also while a copy of its descriptor is open elsewhere`() throws {
      let path = FileManager.default.temporaryDirectory.appending(path: "basic-lock-\(UUID().uuidString)").path
      defer { try? FileManager.default.removeItem(atPath: path) }
      let lock = try #require(try FileLock.take(byte: 3, of: path))
      let open = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").filter {
        (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/" + $0)) == path
      }
      let descriptor = try #require(open.first.flatMap { Int32($0) })
      let copy = dup(descriptor)
      defer { close(copy) }
      #expect(try FileLock.take(byte: 3, of: path) == nil && FileLock.isTaken(byte: 3, of: path))
      lock.release()
      #expect(!FileLock.isTaken(byte: 3, of: path))
      #expect(try FileLock.take(byte: 3, of: path) != nil)
    }
  #endif
}
