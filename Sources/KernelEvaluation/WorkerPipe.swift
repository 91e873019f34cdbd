import CUDAToolchain
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A pipe whose ends no program inherits. (One that is started at this very moment might; a worker closes what it was not
/// meant to have, and nothing of ours waits for the last end to be closed.)
struct WorkerPipe: Sendable {
  var reading: Int32
  var writing: Int32

  init() throws(WorkerError) {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { throw .notStarted("A pipe could not be made: \(String(cString: strerror(errno))).") }
    // Beyond the numbers that the worker has for its ends, so that putting one there covers no other.
    reading = fcntl(ends[0], F_DUPFD_CLOEXEC, 16)
    writing = fcntl(ends[1], F_DUPFD_CLOEXEC, 16)
    for end in ends { close(end) }
    guard reading >= 0, writing >= 0 else {
      for end in [reading, writing] where end >= 0 { close(end) }
      throw .notStarted("A pipe could not be made: too many files are open.")
    }
  }

  /// Reads to the end, which comes when the last process that has the other one is gone.
  static func drain(_ end: Int32, into text: some DrainedText) {
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = read(end, &buffer, buffer.count)
      if count > 0 {
        text.append(buffer[..<count])
      } else if count == 0 || errno != EINTR {
        break
      }
    }
    close(end)
    text.finish()
  }
}

/// What takes the text of a pipe.
protocol DrainedText: Sendable {
  func append(_ bytes: ArraySlice<UInt8>)
  func finish()
}

/// The parent's two ends of the conversation with a worker: lines, each with a deadline.
///
/// Nothing is read that nobody waits for, so a worker that talks without end fills its pipe, not our memory.
final class WorkerLines: Sendable {
  /// What became of waiting for a line.
  enum Outcome: Sendable {
    case line([UInt8])
    case late
    case closed
    case tooLong
  }

  static let longest = 16 << 20
  private static let look: Int32 = 100

  private let reading: Int32
  private let writing: Int32
  private let received = Mutex<[UInt8]>([])

  init(reading: Int32, writing: Int32) {
    self.reading = reading
    self.writing = writing
    for end in [reading, writing] { _ = fcntl(end, F_SETFL, O_NONBLOCK) }
  }

  deinit {
    close(reading)
    close(writing)
  }

  /// Waits for the next line.
  ///
  /// - Parameter isOver: whether the other side has ended, however open its end still is.
  func next(until deadline: ContinuousClock.Instant, isOver: @escaping @Sendable () -> Bool) async -> Outcome {
    await withCheckedContinuation { continuation in
      Threads.start { [self] in
        continuation.resume(returning: received.withLock { wait(&$0, until: deadline, isOver: isOver) })
      }
    }
  }

  private func wait(
    _ received: inout [UInt8], until deadline: ContinuousClock.Instant, isOver: () -> Bool
  ) -> Outcome {
    var searched = 0
    while true {
      if let end = received[searched...].firstIndex(of: UInt8(ascii: "\n")) {
        guard end < Self.longest else { return .tooLong }
        let line = Array(received[..<end])
        received.removeFirst(end + 1)
        return .line(line)
      }
      searched = received.count
      guard searched < Self.longest else { return .tooLong }
      guard ContinuousClock.now < deadline else { return .late }
      let wasOver = isOver()
      var entry = pollfd(fd: reading, events: Int16(POLLIN), revents: 0)
      guard poll(&entry, 1, wasOver ? 0 : Self.look) > 0 else {
        if wasOver { return .closed }
        continue
      }
      let count = withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 1 << 16) { buffer in
        let count = read(reading, buffer.baseAddress, buffer.count)
        if count > 0 { received += buffer[..<count] }
        return count
      }
      if count == 0 || (count < 0 && errno != EINTR && errno != EAGAIN) { return .closed }
    }
  }

  /// Writes a line; false where the deadline came first or nobody reads any more.
  func send(_ line: String, until deadline: ContinuousClock.Instant, isOver: @escaping @Sendable () -> Bool) async
    -> Bool
  {
    await withCheckedContinuation { continuation in
      Threads.start { [writing] in
        // The thread is this line's alone: a pipe that nobody reads makes an error here and a signal nowhere.
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, SIGPIPE)
        pthread_sigmask(SIG_BLOCK, &signals, nil)
        var bytes = Array(line.utf8)[...]
        while !bytes.isEmpty {
          var entry = pollfd(fd: writing, events: Int16(POLLOUT), revents: 0)
          if poll(&entry, 1, Self.look) > 0 {
            let count = bytes.withUnsafeBytes { write(writing, $0.baseAddress, $0.count) }
            if count > 0 { bytes = bytes.dropFirst(count) }
            if count < 0 && errno != EINTR && errno != EAGAIN { break }
          }
          if isOver() || ContinuousClock.now >= deadline { break }
        }
        continuation.resume(returning: bytes.isEmpty)
      }
    }
  }
}
