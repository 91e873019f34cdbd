import CUDAToolchain
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Passes our standard input on to a program and keeps a copy, so that another run can be given the same.
final class InputTee: Sendable {
  /// Where our standard input comes from.
  enum Kind: Sendable {
    /// A person, or nothing: passed on as it is, and not kept.
    case terminal, empty
    /// A file from where it stands: passed on as it is, and turned back for another run.
    case file(offset: Int)
    /// Everything else: read here, passed on through a pipe.
    case stream
  }

  /// The most that is kept, in bytes.
  static let limit = 64 << 20

  private struct State {
    var isStopped = false
    var bytes: [UInt8] = []
    var isTooLong = false
  }
  private let state = Mutex(State())

  static func kind() -> Kind {
    var status = stat()
    guard fstat(STDIN_FILENO, &status) == 0 else { return .empty }
    if isatty(STDIN_FILENO) == 1 { return .terminal }
    switch status.st_mode & S_IFMT {
    case S_IFREG: return .file(offset: Int(lseek(STDIN_FILENO, 0, SEEK_CUR)))
    case S_IFCHR: return .empty
    default: return .stream
    }
  }

  /// The bytes that were passed on; nil where they were too many to keep.
  var kept: [UInt8]? { state.withLock { $0.isTooLong ? nil : $0.bytes } }

  /// Starts to pass on. The descriptor that is returned is the program's standard input; whoever gets it closes it.
  func start() -> Int32? {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { return nil }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    let writing = ends[1]
    Threads.start { [self] in
      var signals = sigset_t()
      sigemptyset(&signals)
      sigaddset(&signals, SIGPIPE)
      pthread_sigmask(SIG_BLOCK, &signals, nil)
      pass(to: writing)
      close(writing)
    }
    return ends[0]
  }

  func stop() { state.withLock { $0.isStopped = true } }

  private func pass(to writing: Int32) {
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while !state.withLock({ $0.isStopped }) {
      // Nothing more than the program takes; and its end is noticed.
      var waiting = [pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)]
      let ready = poll(&waiting, 1, 100)
      if ready == 0 || (ready < 0 && errno == EINTR) { continue }
      let count = read(STDIN_FILENO, &buffer, buffer.count)
      if count < 0 && (errno == EINTR || errno == EAGAIN) { continue }
      guard count > 0 else { return }
      state.withLock { state in
        guard !state.isTooLong else { return }
        state.bytes += buffer[..<count]
        if state.bytes.count > Self.limit {
          state.isTooLong = true
          state.bytes = []
        }
      }
      var start = 0
      while start < count {
        let written = buffer.withUnsafeBytes { write(writing, $0.baseAddress.map { $0 + start }, count - start) }
        if written < 0 && errno == EINTR { continue }
        guard written > 0 else { return }
        start += written
      }
    }
  }
}
