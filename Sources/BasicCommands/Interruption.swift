import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Ctrl-C: the first time the work is cancelled and what it holds is put in order, the second time the process ends.
enum Interruption {
  private static let cancel = Mutex<(@Sendable () -> Void)?>(nil)

  /// Runs `body` in a task that Ctrl-C (or a request to terminate) cancels.
  static func cancels<Result: Sendable>(
    _ body: @escaping @Sendable () async throws -> Result
  ) async throws -> Result {
    listen
    let task = Task { try await body() }
    cancel.withLock { $0 = { task.cancel() } }
    defer { cancel.withLock { $0 = nil } }
    return try await withTaskCancellationHandler {
      try await task.value
    } onCancel: {
      task.cancel()
    }
  }

  /// Signals are taken by a thread that waits for them: a handler could do next to nothing.
  private static let listen: Void = {
    var signals = sigset_t()
    sigemptyset(&signals)
    sigaddset(&signals, SIGINT)
    sigaddset(&signals, SIGTERM)
    // An ignored or handled signal never reaches the process; the waiting thread gets it instead. Threads made later
    // inherit the mask, those made before this do not receive the signal as long as one thread waits for it.
    pthread_sigmask(SIG_BLOCK, &signals, nil)
    #if canImport(Darwin)
      var thread: pthread_t?
    #else
      var thread = pthread_t()
    #endif
    pthread_create(
      &thread, nil,
      { _ in
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, SIGINT)
        sigaddset(&signals, SIGTERM)
        var interruptions = 0
        while true {
          var signal: Int32 = 0
          guard sigwait(&signals, &signal) == 0 else { continue }
          interruptions += 1
          let work = cancel.withLock { $0 }
          guard interruptions == 1, let work else { _exit(130) }
          work()
        }
      }, nil)
  }()

  /// To be called first thing in the process, so that every thread inherits the mask.
  static func prepare() { listen }
}

/// Takes over Ctrl-C. To be called first thing in the process, before it has threads.
public func prepareForInterruption() { Interruption.prepare() }
