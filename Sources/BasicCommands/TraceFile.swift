import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A trace that is being written. A file that was there is replaced when there is a first line to put into it.
///
/// The first failure is kept and reported at the end: the text is worth more than its trace.
final class TraceFile: Sendable {
  private struct State: @unchecked Sendable {
    // Safe: only touched with the mutex held.
    var file: LineFile?
    var failure: (any Error)?
  }

  private let path: String
  private let state = Mutex(State())

  /// - Throws: ``CommandFailure`` where no file of this name can be written; nothing is left behind.
  init(checking path: String) throws {
    self.path = path
    func refuse(_ reason: String) -> CommandFailure { CommandFailure(.usage, "--trace \(path): \(reason)") }
    if Files.isDirectory(path) { throw refuse("this is a folder. Name a file.") }
    let folder = Files.folder(of: path)
    guard Files.isDirectory(folder) else { throw refuse("there is no folder \(folder). Make it first.") }
    guard access(Files.exists(path) ? path : folder, W_OK) == 0 else {
      throw refuse("it cannot be written (\(Files.lastReason())). Name another file.")
    }
  }

  /// Replaces what the file held with its first line.
  func begin(_ header: TraceHeader) {
    state.withLock { state in
      do {
        let file = try LineFile(path: path)
        state.file = file
        try file.append(try JSON.line(header))
      } catch {
        state.failure = error
      }
    }
  }

  func append(_ line: TraceLine) {
    state.withLock { state in
      guard state.failure == nil, let file = state.file else { return }
      do { try file.append(try JSON.line(line)) } catch { state.failure = error }
    }
  }

  /// Why the trace is not whole, if it is not.
  var failure: (any Error)? { state.withLock { $0.failure } }
}
