import Synchronization
import VirtualGPU

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Ctrl-C: the first time the work is cancelled and what it holds is put in order, the second time the process ends.
enum Interruption {
  private static let cancel = Mutex<(@Sendable () -> Void)?>(nil)
  /// What is taken back before the process ends at once. Held while something is done that must not be torn.
  private static let unfinished = Mutex(Unfinished())

  private struct Unfinished {
    private var works: [Int: @Sendable () -> Void] = [:]
    private var last = 0

    mutating func add(_ takeBack: @escaping @Sendable () -> Void) -> Int {
      last += 1
      works[last] = takeBack
      return last
    }

    mutating func remove(_ work: Int) -> (@Sendable () -> Void)? { works.removeValue(forKey: work) }

    func takeBackAll() { for takeBack in works.values { takeBack() } }
  }

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

  /// Runs `body`; the first Ctrl-C (or request to terminate) calls `stop`, which asks it to come to an end, and the second ends the
  /// process. For work that is written down as it is done.
  static func stops<Result: Sendable>(
    _ stop: @escaping @Sendable () -> Void, _ body: @escaping @Sendable () async throws -> Result
  ) async throws -> Result {
    cancel.withLock { $0 = stop }
    defer { cancel.withLock { $0 = nil } }
    return try await body()
  }

  /// A thread waits for signals: their handler, which may do next to nothing, writes to a pipe, and it reads there.
  ///
  /// Blocking them and waiting with `sigwait` would not do. The main thread sleeps in libdispatch with no signal blocked,
  /// and one whose action is the default would end the process there. Child processes start with the default actions.
  private static let listen: Void = {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { return }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    signalled = ends[1]
    let source = Int(ends[0])
    #if canImport(Darwin)
      var thread: pthread_t?
    #else
      var thread = pthread_t()
    #endif
    pthread_create(
      &thread, nil,
      { argument in
        Interruption.wait(for: Int32(Int(bitPattern: argument)))
      }, UnsafeMutableRawPointer(bitPattern: source))
    for signal in [SIGINT, SIGTERM] { handle(signal) }
  }()

  private static func wait(for source: Int32) -> Never {
    var interruptions = 0
    while true {
      var byte: UInt8 = 0
      guard read(source, &byte, 1) == 1 else { continue }
      interruptions += 1
      let work = cancel.withLock { $0 }
      guard interruptions == 1, let work else {
        end()
      }
      work()
    }
  }

  /// Ends the process, whatever its work waits for.
  private static func end() -> Never {
    unfinished.withLock { unfinished in
      unfinished.takeBackAll()
      ProgramRunner.killAll()
      // Whatever line the terminal is on, the shell's prompt begins a new one. A terminal that is held takes nothing.
      var terminal = pollfd(fd: STDERR_FILENO, events: Int16(POLLOUT), revents: 0)
      if Console.standardError.isTerminal && poll(&terminal, 1, 0) == 1 { Console.standardError.write("\n") }
      _exit(CommandFailure.Status.interrupted.rawValue)
    }
  }

  /// Does work in two steps, so that it is done whole or not at all even where the process ends at once.
  ///
  /// - Parameters:
  ///   - begin: returns what takes back all that `prepare` may have done.
  ///   - prepare: may take long; the process can end meanwhile, and then everything is taken back, as it is on an error.
  ///   - complete: takes a moment; the process does not end meanwhile.
  static func undivided(
    _ begin: () throws -> @Sendable () -> Void, prepare: () throws -> Void, complete: () throws -> Void
  ) throws {
    let work = try unfinished.withLock { $0.add(try begin()) }
    do {
      try prepare()
      try end(work, complete)
    } catch {
      takeBack(work)
      throw error
    }
  }

  /// The same for work that waits for others while it prepares.
  static func undivided(
    _ begin: () throws -> @Sendable () -> Void, prepare: () async throws -> Void, complete: () throws -> Void
  ) async throws {
    let work = try unfinished.withLock { $0.add(try begin()) }
    do {
      try await prepare()
      try end(work, complete)
    } catch {
      takeBack(work)
      throw error
    }
  }

  private static func end(_ work: Int, _ complete: () throws -> Void) throws {
    try unfinished.withLock { unfinished in
      try complete()
      _ = unfinished.remove(work)
    }
  }

  private static func takeBack(_ work: Int) { unfinished.withLock { $0.remove(work)?() } }

  /// Takes a signal over. One that whoever started us has switched off, as a shell does for work in the background,
  /// stays off.
  private static func handle(_ signal: Int32) {
    var action = sigaction()
    sigaction(signal, nil, &action)
    #if canImport(Darwin)
      let before = action.__sigaction_u.__sa_handler
    #else
      let before = action.__sigaction_handler.sa_handler
    #endif
    // SIG_IGN is the number 1 in place of a function.
    guard unsafeBitCast(before, to: Int.self) != 1 else { return }
    let handler: @convention(c) (Int32) -> Void = { _ in
      let number = errno
      var byte: UInt8 = 0
      _ = write(signalled, &byte, 1)
      errno = number
    }
    action = sigaction()
    #if canImport(Darwin)
      action.__sigaction_u.__sa_handler = handler
    #else
      action.__sigaction_handler.sa_handler = handler
    #endif
    action.sa_flags = Int32(SA_RESTART)
    sigaction(signal, &action, nil)
  }

  /// To be called first thing in the process.
  static func prepare() { listen }
}

/// Where the signals' handler writes. Set once, before there is a handler.
nonisolated(unsafe) private var signalled: Int32 = -1

/// Puts the process in order before anything else: its standard streams, and what Ctrl-C does.
public func prepareProcess() {
  Console.openClosedStreams()
  Interruption.prepare()
}
