import CUDAToolchain
import JSONReading
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A Python process that runs what nobody vouches for, behind a boundary: it is enclosed, limited, watched, and talked to by
/// lines of JSON. When it ends, for whatever reason, all that it started has ended with it.
package final class WorkerProcess: Sendable {
  /// How it is enclosed.
  package let sandbox: Sandbox.Kind
  /// What it said of its confinement when it was ready (confinement.py's words, before anything hostile ran).
  package var confinement: JSONValue { talk.withLock { $0.confinement } }
  /// What it wrote to its standard streams until now.
  package var output: WorkerOutput { enclosure.output }
  /// The most memory that its processes held together, as far as was seen.
  package var peakMemory: Int { enclosure.peakMemory }

  private struct Talk {
    var confinement = JSONValue.null
    var count = 0
    var isCalled = false
  }

  private let enclosure: WorkerEnclosure
  private let lines: WorkerLines
  private let nonce: String
  private let talk = Mutex(Talk())

  private init(enclosure: WorkerEnclosure, lines: WorkerLines, sandbox: Sandbox.Kind, nonce: String) {
    self.enclosure = enclosure
    self.lines = lines
    self.sandbox = sandbox
    self.nonce = nonce
  }

  // MARK: Start and end

  /// Starts a worker and waits until it says that it listens.
  ///
  /// It lives until ``stop()``, which whoever starts it must call, an error or a cancelled call included; prefer
  /// ``with(_:_:)``.
  ///
  /// - Throws: ``WorkerError``, or `CancellationError`.
  package static func start(_ launch: WorkerLaunch) async throws -> WorkerProcess {
    let obstacles = try await Sandbox.obstacles(python: launch.python, workerFolder: launch.workerFolder)
    let sandbox = launch.sandbox ?? Sandbox.Kind.allCases.first { obstacles[$0] == nil } ?? .limits
    if let obstacle = obstacles[sandbox] {
      throw WorkerError.notStarted("The sandbox \(sandbox.rawValue) cannot be had here: \(obstacle)")
    }
    try Task.checkCancellation()
    let (enclosure, lines) = try await WorkerEnclosure.start(launch, sandbox: sandbox)
    var generator = SystemRandomNumberGenerator()
    let nonce = (0..<2).map { _ in String(UInt64.random(in: 0...UInt64.max, using: &generator), radix: 36) }.joined()
    let worker = WorkerProcess(enclosure: enclosure, lines: lines, sandbox: sandbox, nonce: nonce)
    do {
      let deadline = ContinuousClock.now + launch.startLimit
      let confinement = try await worker.endingWhenCancelled {
        try await worker.send(["nonce": .string(nonce)], until: deadline)
        let first = try await worker.receive(until: deadline)
        guard let report = first["ready"] else {
          throw await worker.garbled("Its first words are not that it is ready")
        }
        return report
      }
      worker.talk.withLock { $0.confinement = confinement }
      return worker
    } catch WorkerError.exited(enclosureFailed, let output) {
      await worker.stop()
      throw WorkerError.notStarted(output.standardError)
    } catch {
      await worker.stop()
      throw error
    }
  }

  /// How enclosure.py ends where it could not do what it should.
  private static let enclosureFailed = 125

  /// Starts a worker, calls a function with it, and ends it, whatever happened.
  package static func with<Result>(
    _ launch: WorkerLaunch, _ body: (WorkerProcess) async throws -> Result
  ) async throws -> Result {
    let worker = try await start(launch)
    do {
      let result = try await body(worker)
      await worker.stop()
      return result
    } catch {
      await worker.stop()
      throw error
    }
  }

  /// Ends it, if it has not ended. Nothing of it lives on afterwards. May be called more than once.
  package func stop() async { await enclosure.end(.stopped) }

  /// Lets it end by itself, which it does instead of answering. What has not ended in time is ended.
  package func finish(patience: Duration) async {
    _ = try? await call(["command": "finish"], timeLimit: patience)
    await stop()
  }

  /// Kills every worker that runs now, and every other program of ours: for a process that is about to end at once.
  package static func killAll() { ProcessStart.killAll() }

  // MARK: Calls

  /// Sends a message and waits for what it is answered.
  ///
  /// - Parameters:
  ///   - message: members other than `id`.
  ///   - timeLimit: from now to the answer, without the time that `answering` takes.
  ///   - answering: serves what the worker asks for meanwhile. What it throws ends the worker and is thrown on.
  /// - Returns: the answer, which is a claim: a hostile program may have written it.
  /// - Throws: ``WorkerError``, or `CancellationError`, and then the worker has ended.
  package func call(
    _ message: [String: JSONValue], timeLimit: Duration,
    answering: (JSONValue) async throws -> JSONValue = { _ in .null }
  ) async throws -> JSONValue {
    let id = talk.withLock { talk -> Int? in
      if talk.isCalled { return nil }
      talk.isCalled = true
      talk.count += 1
      return talk.count
    }
    guard let id else { preconditionFailure("A worker answers one call at a time.") }
    defer { talk.withLock { $0.isCalled = false } }
    var deadline = ContinuousClock.now + timeLimit
    return try await endingWhenCancelled {
      try await send(message.merging(["id": .integer(id)]) { $1 }, until: deadline)
      while true {
        let answer = try await receive(until: deadline)
        guard answer["id"]?.integer == id else { throw await garbled("It answers what it was not asked") }
        if let result = answer["result"] { return result }
        if let error = answer["error"] {
          throw WorkerError.raised(
            WorkerException(
              type: error["type"]?.string ?? "", message: error["message"]?.string ?? "",
              traceback: error["traceback"]?.string ?? ""))
        }
        guard let request = answer["request"] else { throw await garbled("It answers neither so nor so") }
        let start = ContinuousClock.now
        let served: JSONValue
        do {
          served = try await answering(request)
        } catch {
          await stop()
          throw error
        }
        deadline += start.duration(to: .now)
        try await send(["id": .integer(id), "answer": served], until: deadline)
      }
    }
  }

  private func endingWhenCancelled<Result>(_ body: () async throws -> Result) async throws -> Result {
    do {
      let result = try await withTaskCancellationHandler {
        try await body()
      } onCancel: {
        enclosure.kill(.stopped)
      }
      try Task.checkCancellation()
      return result
    } catch {
      if Task.isCancelled {
        await stop()
        throw CancellationError()
      }
      throw error
    }
  }

  private func send(_ message: [String: JSONValue], until deadline: ContinuousClock.Instant) async throws(WorkerError) {
    let line = JSONValue.object(message).text + "\n"
    guard line.utf8.count <= WorkerLines.longest else {
      throw await garbled("It was to be sent more than \(WorkerLines.longest >> 20) MB in one message")
    }
    if await lines.send(line, until: deadline, isOver: { [enclosure] in enclosure.hasEnded }) { return }
    throw await failure(isLate: ContinuousClock.now >= deadline)
  }

  private func receive(until deadline: ContinuousClock.Instant) async throws(WorkerError) -> JSONValue {
    switch await lines.next(until: deadline, isOver: { [enclosure] in enclosure.hasEnded }) {
    case .late: throw await failure(isLate: true)
    case .closed: throw await failure(isLate: false)
    case .tooLong: throw await garbled("It said more than \(WorkerLines.longest >> 20) MB at once")
    case .line(let line):
      let value: JSONValue
      do {
        value = try JSONValue(line)
      } catch {
        throw await garbled("What it said is no JSON (\(error.message), at byte \(error.offset))")
      }
      guard value["nonce"] == .string(nonce) else { throw await garbled("What it said does not carry its nonce") }
      return value
    }
  }

  // MARK: Failures

  private func garbled(_ sentence: String) async -> WorkerError {
    await enclosure.end(.stopped)
    return .garbled(sentence + ".", output: output)
  }

  private func failure(isLate: Bool) async -> WorkerError {
    // A worker that has closed its end is about to end, or has no way to answer any more.
    let ending = isLate ? await enclosure.end(.time) : await enclosure.end(.stopped, patience: .seconds(2))
    return enclosure.error(after: ending)
  }
}
