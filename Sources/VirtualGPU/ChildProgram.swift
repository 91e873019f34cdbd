import CUDAToolchain
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A program in a process and a session of its own, with limits: it cannot take ours down, and what it started is gone when
/// it is.
///
/// Unlike ``Command`` it has our streams, and its memory is watched: the virtual GPU's reservation of address space forbids
/// a limit on that.
struct ChildProgram: Sendable {
  /// What stands for a standard stream of the program.
  enum Stream: Sendable, Hashable {
    /// Our own.
    case inherited
    /// A file's: read from its start, or written anew.
    case file(String)
    /// The end of one of our pipes.
    case descriptor(Int32)
    case none
  }

  struct Limits: Sendable {
    /// From the start to the request to end; two seconds later the process is killed.
    var time: Duration
    /// The bytes that the process may hold in memory.
    var memory: Int
    /// The bytes of the largest file that it may write.
    var fileSize = 16 << 30
  }

  private final class State: Sendable {
    let done = Mutex(false)
    let stop = Mutex<ProgramEnd.Stop?>(nil)
  }

  var path: String
  var arguments: [String]
  var environment: [String: String]
  var input: Stream
  var output: Stream
  var errors: Stream
  var limits: Limits

  /// Limits of the system's own; the first victim where memory is short; then the shell becomes the program.
  private static let launcher = """
    ulimit -c 0 2>/dev/null; ulimit -f "$1" 2>/dev/null; ulimit -t "$2" 2>/dev/null
    ulimit -u 8192 2>/dev/null || ulimit -p 8192 2>/dev/null
    echo 900 2>/dev/null >/proc/self/oom_score_adj
    shift 2
    exec "$@"
    """

  /// Runs it. When the task is cancelled the process is told to end, and killed two seconds later.
  func run() async throws -> ProgramEnd {
    let start = ContinuousClock.now
    let process = try spawn()
    let state = State()
    return try await withThrowingTaskGroup(of: ProgramEnd?.self) { group in
      group.addTask {
        let (ending, peak) = await Self.end(of: process)
        state.done.withLock { $0 = true }
        let seconds = start.duration(to: .now) / .seconds(1)
        return ProgramEnd(ending: ending, stop: state.stop.withLock { $0 }, seconds: seconds, peakMemory: peak)
      }
      group.addTask {
        while !state.done.withLock({ $0 }) {
          let isCancelled = Task.isCancelled
          let isLate = ContinuousClock.now - start >= limits.time
          let isLarge = Self.residentBytes(process) > limits.memory
          if isCancelled || isLate || isLarge {
            if !isCancelled { state.stop.withLock { $0 = isLarge ? .memory : .time } }
            await Self.end(process, kindly: !isLarge, isDone: { state.done.withLock { $0 } })
            return nil
          }
          try? await Task.sleep(for: .milliseconds(50))
        }
        return nil
      }
      var result: ProgramEnd?
      while let next = try await group.next() {
        if let next {
          result = next
          // Wakes the watch, which first looks whether it is done.
          group.cancelAll()
        }
      }
      try Task.checkCancellation()
      guard let result else { throw CancellationError() }
      return result
    }
  }

  // MARK: Ends

  private static func end(_ process: pid_t, kindly: Bool, isDone: () -> Bool) async {
    if kindly {
      kill(-process, SIGTERM)
      // Cancelled tasks do not sleep, so a task of its own does.
      for _ in 0..<40 where !isDone() {
        await Task.detached { try? await Task.sleep(for: .milliseconds(50)) }.value
      }
    }
    if !isDone() { kill(-process, SIGKILL) }
  }

  /// Waits on a thread of its own: a task must not block.
  private static func end(of process: pid_t) async -> (ProcessStart.Ending, peakMemory: Int) {
    await withCheckedContinuation { continuation in
      Threads.start {
        let (ending, peak) = ProcessStart.end(of: process)
        continuation.resume(returning: (ending, peak))
      }
    }
  }

  /// The memory that a process holds, where the system says so.
  private static func residentBytes(_ process: pid_t) -> Int {
    guard let file = fopen("/proc/\(process)/statm", "r") else { return 0 }
    defer { fclose(file) }
    var text = [CChar](repeating: 0, count: 128)
    guard fgets(&text, 128, file) != nil else { return 0 }
    let words = text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }.split(separator: UInt8(ascii: " "))
    guard words.count > 1, let pages = Int(String(decoding: words[1], as: UTF8.self)) else { return 0 }
    return pages * Int(sysconf(Int32(_SC_PAGESIZE)))
  }

  // MARK: The start

  private func spawn() throws -> pid_t {
    var opened: [Int32] = []
    defer { for descriptor in opened { close(descriptor) } }
    func descriptor(_ stream: Stream, _ number: Int32) throws -> Int32 {
      let path: String
      switch stream {
      case .inherited: return number
      case .descriptor(let other): return other
      case .none: path = "/dev/null"
      case .file(let name): path = name
      }
      let flags = number == STDIN_FILENO ? O_RDONLY : O_WRONLY | O_CREAT | O_TRUNC
      let descriptor = open(path, (path == "/dev/null" ? O_RDWR : flags) | O_CLOEXEC, 0o600)
      guard descriptor >= 0 else {
        throw VirtualGPUError(.internalFailure, "\(path) could not be opened: \(String(cString: strerror(errno))).")
      }
      opened.append(descriptor)
      return descriptor
    }
    var descriptors: [(source: Int32, number: Int32)] = []
    for (number, stream) in zip([STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO], [input, output, errors]) {
      descriptors.append((try descriptor(stream, number), number))
    }

    // Should we be killed, its processor time ends it.
    let processors = max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
    let seconds = (Int(limits.time.components.seconds) + 3) * processors
    let words =
      ["/bin/sh", "-c", Self.launcher, "basic-launcher", "\(limits.fileSize / 512)", "\(seconds)", path] + arguments
    do {
      return try ProcessStart(words: words, environment: environment, descriptors: descriptors).run()
    } catch {
      throw VirtualGPUError(.internalFailure, "The program could not be started: \(error.message).")
    }
  }
}
