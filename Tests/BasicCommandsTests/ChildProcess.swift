import Foundation

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A process with its streams on files or on a terminal, and with signals as a shell gives them to a program in front.
struct ChildProcess {
  enum Streams {
    case files(output: String, errors: String)
    /// Standard output is a pipe that is full, and nobody reads it: who writes to it waits for ever.
    case stuck(errors: String)
    case terminal(columns: Int)
  }

  struct Failure: Error {
    let what: String
    let number: Int32
  }

  private(set) var status: Int32?
  private var pid: pid_t = 0
  private var terminal: Int32 = -1
  private var open: [Int32] = []

  init(
    _ program: String, _ arguments: [String], folder: String, environment: [String: String],
    input: CommandLineTool.Input, inputFile: String, streams: Streams
  ) throws {
    #if canImport(Glibc)
      var actions = posix_spawn_file_actions_t()
      var attributes = posix_spawnattr_t()
    #else
      var actions: posix_spawn_file_actions_t?
      var attributes: posix_spawnattr_t?
    #endif
    posix_spawn_file_actions_init(&actions)
    posix_spawnattr_init(&attributes)
    defer {
      posix_spawn_file_actions_destroy(&actions)
      posix_spawnattr_destroy(&attributes)
    }
    switch input {
    case .text(let text):
      try Data(text.utf8).write(to: URL(filePath: inputFile))
      posix_spawn_file_actions_addopen(&actions, 0, inputFile, O_RDONLY, 0)
    case .silence:
      var ends: [Int32] = [0, 0]
      guard pipe(&ends) == 0 else { throw Failure(what: "pipe", number: errno) }
      for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
      open += ends
      posix_spawn_file_actions_adddup2(&actions, ends[0], 0)
    }
    switch streams {
    case .files(let output, let errors):
      posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_TRUNC, 0)
      posix_spawn_file_actions_addopen(&actions, 2, errors, O_WRONLY | O_TRUNC, 0)
    case .stuck(let errors):
      var ends: [Int32] = [0, 0]
      guard pipe(&ends) == 0 else { throw Failure(what: "pipe", number: errno) }
      for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
      open += ends
      _ = fcntl(ends[1], F_SETFL, O_NONBLOCK)
      while write(ends[1], "x", 1) == 1 {}
      _ = fcntl(ends[1], F_SETFL, 0)
      posix_spawn_file_actions_adddup2(&actions, ends[1], 1)
      posix_spawn_file_actions_addopen(&actions, 2, errors, O_WRONLY | O_TRUNC, 0)
    case .terminal(let columns):
      // The far side is kept open here, so that what was written last can be read after the process is gone.
      var side: Int32 = -1
      var size = winsize(ws_row: 50, ws_col: UInt16(columns), ws_xpixel: 0, ws_ypixel: 0)
      guard openpty(&terminal, &side, nil, nil, &size) == 0 else { throw Failure(what: "openpty", number: errno) }
      _ = fcntl(terminal, F_SETFL, O_NONBLOCK)
      for end in [terminal, side] { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
      open.append(side)
      posix_spawn_file_actions_adddup2(&actions, side, 1)
      posix_spawn_file_actions_adddup2(&actions, side, 2)
    }
    var all = sigset_t()
    sigemptyset(&all)
    posix_spawnattr_setsigmask(&attributes, &all)
    for signal in [SIGINT, SIGTERM, SIGPIPE, SIGHUP, SIGQUIT] { sigaddset(&all, signal) }
    posix_spawnattr_setsigdefault(&attributes, &all)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGDEF) | Int16(POSIX_SPAWN_SETSIGMASK))
    // A shell changes the folder and becomes the program: posix_spawn itself has no portable way.
    let words = (["sh", "-c", "cd \"$0\" && exec \"$@\"", folder, program] + arguments).map { strdup($0) }
    let variables = environment.map { strdup("\($0)=\($1)") }
    defer { for pointer in words + variables { free(pointer) } }
    let result = posix_spawn(&pid, "/bin/sh", &actions, &attributes, words + [nil], variables + [nil])
    guard result == 0 else { throw Failure(what: "posix_spawn \(program)", number: result) }
  }

  mutating func isRunning() -> Bool {
    guard status == nil else { return false }
    var ending: Int32 = 0
    guard waitpid(pid, &ending, WNOHANG) == pid else { return true }
    let signal = ending & 0x7F
    status = signal == 0 ? (ending >> 8) & 0xFF : -signal
    return false
  }

  func send(_ signal: Int32) { kill(pid, signal) }

  /// Sends a signal and waits until the process has taken it: two that are pending together are one.
  mutating func deliver(_ signal: Int32) {
    send(signal)
    #if os(Linux)
      func isPending() -> Bool {
        let status = (try? String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8)) ?? ""
        return status.split(separator: "\n").contains { line in
          guard line.hasPrefix("ShdPnd:"),
            let mask = line.split(separator: "\t").last.flatMap({ UInt64($0, radix: 16) })
          else { return false }
          return mask >> UInt64(signal - 1) & 1 == 1
        }
      }
      while isRunning() && isPending() { usleep(1000) }
    #else
      usleep(300_000)
    #endif
  }

  /// Waits until something is so, or the process is gone, or time runs out; returns whether it is so.
  mutating func wait(seconds: Double = 120, until condition: () -> Bool) -> Bool {
    let started = ContinuousClock.now
    while !condition() && isRunning() && ContinuousClock.now - started < .seconds(seconds) { usleep(2000) }
    return condition()
  }

  /// Waits a little; returns whether the process is still there.
  mutating func keepsRunning() -> Bool {
    usleep(300_000)
    return isRunning()
  }

  /// Waits until the process is gone; one that does not go is killed, and has no status.
  mutating func waitForEnd(seconds: Double) -> Int32? {
    _ = wait(seconds: seconds) { false }
    guard isRunning() else { return status }
    send(SIGKILL)
    while isRunning() { usleep(1000) }
    return nil
  }

  /// Holds the terminal, as Ctrl-S does: who writes to it waits.
  func holdTerminal() { if let side = open.last { tcflow(side, TCOOFF) } }

  func readTerminal() -> [UInt8] {
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = read(terminal, &chunk, chunk.count)
      guard count > 0 else { return bytes }
      bytes += chunk[..<count]
    }
  }

  mutating func close() {
    for descriptor in open + [terminal] where descriptor >= 0 { Self.closeFile(descriptor) }
    open = []
    terminal = -1
  }

  private static func closeFile(_ descriptor: Int32) {
    #if canImport(Glibc)
      Glibc.close(descriptor)
    #else
      Darwin.close(descriptor)
    #endif
  }
}
