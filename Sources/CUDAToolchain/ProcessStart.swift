import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The start of a program as the first of a session, and so of a process group, of its own.
package struct ProcessStart: Sendable {
  /// Why it could not be started.
  package struct Failure: Error, Sendable {
    /// The system's number for it.
    package let number: Int32
    /// The system's words for it.
    package var message: String { String(cString: strerror(number)) }
  }

  /// How a process ended.
  package enum Ending: Sendable, Hashable {
    case exited(Int)
    case signalled(Int)
  }

  private let words: [String]
  private let environment: [String: String]
  private let descriptors: [(source: Int32, number: Int32)]

  /// - Parameters:
  ///   - words: the program's path and its arguments.
  ///   - descriptors: which of our descriptors it has under which number. A source must not be the number of another
  ///     pair; whatever else of ours is closed on execution it does not have.
  package init(
    words: [String], environment: [String: String], descriptors: [(source: Int32, number: Int32)]
  ) {
    self.words = words
    self.environment = environment
    self.descriptors = descriptors
  }

  /// The processes that are running now, each the first of its group.
  private static let running = Mutex<Set<pid_t>>([])

  /// Kills what runs now: for a process that is about to end without waiting.
  package static func killAll() {
    running.withLock { running in
      for process in running {
        ProcessTree.killDescendants(of: process)
        kill(process)
      }
    }
  }

  /// Kills a process and its group.
  package static func kill(_ process: Int32) { _ = signal(-process, SIGKILL) }

  private static func signal(_ process: Int32, _ number: Int32) -> Int32 {
    #if canImport(Glibc)
      Glibc.kill(process, number)
    #else
      Darwin.kill(process, number)
    #endif
  }

  /// Starts it. Its end must be waited for with ``end(of:)``.
  package func run() throws(Failure) -> Int32 {
    // Under the lock, so that killAll misses none.
    let outcome = Self.running.withLock { running -> Swift.Result<pid_t, Failure> in
      var process = pid_t()
      let failure = spawn(&process)
      guard failure == 0 else { return .failure(Failure(number: failure)) }
      running.insert(process)
      return .success(process)
    }
    return try outcome.get()
  }

  /// Waits for the end, kills what the process left running in its group, and says how it ended. Blocks.
  ///
  /// - Parameter prepare: called when it has ended and its number is still its own.
  package static func end(
    of process: Int32, prepare: () -> Void = {}
  ) -> (ending: Ending, peakMemory: Int) {
    var information = siginfo_t()
    // Its number stays its own until what is left of its group is gone.
    while waitid(P_PID, id_t(process), &information, WEXITED | WNOWAIT) < 0 && errno == EINTR {}
    prepare()
    kill(process)
    _ = running.withLock { $0.remove(process) }
    var status: Int32 = 0
    var usage = rusage()
    while wait4(process, &status, 0, &usage) < 0 && errno == EINTR {}
    #if os(Linux)
      let peak = usage.ru_maxrss * 1024
    #else
      let peak = usage.ru_maxrss
    #endif
    let signal = Int(status & 0x7f)
    return (signal == 0 ? .exited(Int(status >> 8) & 0xff) : .signalled(signal), peak)
  }

  private func spawn(_ process: inout pid_t) -> Int32 {
    #if canImport(Darwin)
      var actions: posix_spawn_file_actions_t?
      var attributes: posix_spawnattr_t?
      let session: Int32 = 0x0400
    #else
      var actions = posix_spawn_file_actions_t()
      var attributes = posix_spawnattr_t()
      let session: Int32 = 0x80
    #endif
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    for (source, number) in descriptors where source != number {
      posix_spawn_file_actions_adddup2(&actions, source, number)
    }
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    var usual = sigset_t()
    sigemptyset(&usual)
    for signal in [SIGINT, SIGTERM, SIGPIPE, SIGQUIT, SIGHUP] { sigaddset(&usual, signal) }
    posix_spawnattr_setsigdefault(&attributes, &usual)
    posix_spawnattr_setflags(&attributes, Int16(session | Int32(POSIX_SPAWN_SETSIGMASK) | Int32(POSIX_SPAWN_SETSIGDEF)))

    let pointers = words.map { strdup($0) } + [nil]
    let variables = environment.map { strdup("\($0)=\($1)") } + [nil]
    defer { for pointer in pointers + variables { free(pointer) } }
    return posix_spawn(&process, words[0], &actions, &attributes, pointers, variables)
  }
}
