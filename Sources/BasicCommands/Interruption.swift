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
    let task = Task { try await body() }
    cancel.withLock { $0 = { task.cancel() } }
    defer { cancel.withLock { $0 = nil } }
    return try await withTaskCancellationHandler {
      try await task.value
    } onCancel: {
      task.cancel()
    }
  }

  /// The signals that interrupt. One that whoever started us has switched off, as a shell does for work in the
  /// background, stays off.
  private static func signals() -> sigset_t {
    var signals = sigset_t()
    sigemptyset(&signals)
    for signal in [SIGINT, SIGTERM] {
      var action = sigaction()
      sigaction(signal, nil, &action)
      if !isIgnored(action) { sigaddset(&signals, signal) }
    }
    return signals
  }

  private static func isIgnored(_ action: sigaction) -> Bool {
    #if canImport(Darwin)
      let handler = action.__sigaction_u.__sa_handler
    #else
      let handler = action.__sigaction_handler.sa_handler
    #endif
    // SIG_IGN is the number 1 in place of a function.
    return unsafeBitCast(handler, to: Int.self) == 1
  }

  /// Signals are taken by a thread that waits for them: a handler could do next to nothing. Every thread made later
  /// inherits the mask; child processes start with an empty one.
  private static let listen: Void = {
    var signals = Interruption.signals()
    pthread_sigmask(SIG_BLOCK, &signals, nil)
    #if canImport(Darwin)
      var thread: pthread_t?
    #else
      var thread = pthread_t()
    #endif
    pthread_create(
      &thread, nil,
      { _ in
        var signals = Interruption.signals()
        var interruptions = 0
        while true {
          var signal: Int32 = 0
          guard sigwait(&signals, &signal) == 0 else { continue }
          interruptions += 1
          let work = cancel.withLock { $0 }
          guard interruptions == 1, let work else {
            // Whatever line the terminal is on, the shell's prompt begins a new one.
            if Console.standardError.isTerminal { Console.standardError.write("\n") }
            _exit(CommandFailure.Status.interrupted.rawValue)
          }
          work()
        }
      }, nil)
  }()

  /// To be called first thing in the process, so that every thread inherits the mask.
  static func prepare() { listen }
}

/// Puts the process in order before anything else: its standard streams, and what Ctrl-C does. To be called before the
/// process has threads.
public func prepareProcess() {
  Console.openClosedStreams()
  Interruption.prepare()
}
