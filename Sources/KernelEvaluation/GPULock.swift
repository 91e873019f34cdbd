import CUDAToolchain

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// One judge at a time has the GPU: two checks at once would time each other. What needs no GPU goes on meanwhile.
///
/// The lock is a file's, which all of a user's processes share and which ends with the process that holds it.
enum GPULock {
  private static let path =
    FileManager.default.temporaryDirectory.path + "/basic-gpu-\(getuid()).lock"

  /// Does something when no other process uses the GPU for a judgement.
  ///
  /// Where the file cannot be made nothing is waited for.
  static func whileHeld<Result>(_ body: () async throws -> Result) async throws -> Result {
    let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else { return try await body() }
    defer { close(descriptor) }
    while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
      guard errno == EWOULDBLOCK || errno == EINTR else { break }
      try await Task.sleep(for: .milliseconds(5))
    }
    return try await body()
  }

  /// The same where there is a GPU to share.
  static func whileHeld<Result>(
    if isShared: Bool, _ body: () async throws -> Result
  ) async throws -> Result {
    isShared ? try await whileHeld(body) : try await body()
  }
}
