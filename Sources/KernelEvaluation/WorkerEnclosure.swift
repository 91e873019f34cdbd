import CUDAToolchain
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The processes of a worker, from their start to the end of the last one: started enclosed, watched, and killed together.
final class WorkerEnclosure: Sendable {
  /// Why we ended it.
  enum Stop: Sendable, Hashable {
    /// Nobody needs it any more.
    case stopped
    case time, memory, tasks, files
  }

  private struct State {
    var stop: Stop?
    /// Its number belongs to it no more.
    var isGone = false
    var ending: ProcessStart.Ending?
    var waiting: [CheckedContinuation<ProcessStart.Ending, Never>] = []
    var members: Set<ProcessTree.Member> = []
    var processorTime = 0.0
    var peakMemory = 0
  }

  private final class Text: DrainedText {
    let ends = Mutex(TextEnds())
    let isWhole = Mutex(false)
    func append(_ bytes: ArraySlice<UInt8>) { ends.withLock { $0.append(bytes) } }
    func finish() { isWhole.withLock { $0 = true } }
  }

  private let process: Int32
  private let sandbox: Sandbox.Kind
  private let limits: WorkerLimits
  private let folder: String
  private let group: ControlGroup?
  private let standardOutput = Text()
  private let standardError = Text()
  private let state = Mutex(State())

  private init(process: Int32, sandbox: Sandbox.Kind, launch: WorkerLaunch, group: ControlGroup?) {
    self.group = group
    self.process = process
    self.sandbox = sandbox
    limits = launch.limits
    folder = launch.folder
  }

  var output: WorkerOutput {
    WorkerOutput(
      standardOutput: standardOutput.ends.withLock { $0.text }, standardError: standardError.ends.withLock { $0.text })
  }

  var hasEnded: Bool { state.withLock { $0.ending != nil } }

  var peakMemory: Int { state.withLock { $0.peakMemory } }

  // MARK: Start

  static func start(_ launch: WorkerLaunch, sandbox: Sandbox.Kind) async throws(WorkerError) -> (
    WorkerEnclosure, WorkerLines
  ) {
    var pipes: [WorkerPipe] = []
    do {
      for _ in 0..<4 { pipes.append(try WorkerPipe()) }
    } catch {
      for pipe in pipes { for end in [pipe.reading, pipe.writing] { close(end) } }
      throw error
    }
    let (toWorker, fromWorker, outputPipe, errorPipe) = (pipes[0], pipes[1], pipes[2], pipes[3])
    // Where it sees our process, it must not see into it: expected outputs are there.
    if sandbox == .limits { OwnMemory.hide() }
    // A few more than it may have, so that the watch sees that there are too many.
    let group = ControlGroup.make(tasks: launch.limits.tasks + spareTasks)
    let nothing = open("/dev/null", O_RDONLY | O_CLOEXEC)
    let start = ProcessStart(
      words: [
        launch.python, "-I", "-B", launch.workerFolder + "/enclosure.py", "run",
        configuration(of: launch, sandbox: sandbox, group: group).text,
      ],
      environment: ["PATH": Sandbox.searchPath, "LANG": "C.UTF-8"],
      descriptors: [
        (nothing, 0), (outputPipe.writing, 1), (errorPipe.writing, 2), (toWorker.reading, 3), (fromWorker.writing, 4),
      ])
    let begun: Result<WorkerEnclosure, ProcessStart.Failure> = await withCheckedContinuation { continuation in
      // The thread lives as long as the process: Linux takes the end of the thread for the end of the parent.
      Threads.start {
        let process: Result<Int32, ProcessStart.Failure>
        do throws(ProcessStart.Failure) {
          process = .success(try start.run())
        } catch {
          process = .failure(error)
        }
        for end in [nothing, outputPipe.writing, errorPipe.writing, toWorker.reading, fromWorker.writing] { close(end) }
        let enclosure = process.map { WorkerEnclosure(process: $0, sandbox: sandbox, launch: launch, group: group) }
        continuation.resume(returning: enclosure)
        if case .success(let enclosure) = enclosure { enclosure.waitForEnd() }
      }
    }
    switch begun {
    case .failure(let failure):
      group?.end()
      for end in [outputPipe.reading, errorPipe.reading, toWorker.writing, fromWorker.reading] { close(end) }
      throw .notStarted("\(launch.python) could not be started: \(failure.message).")
    case .success(let enclosure):
      Threads.start { WorkerPipe.drain(outputPipe.reading, into: enclosure.standardOutput) }
      Threads.start { WorkerPipe.drain(errorPipe.reading, into: enclosure.standardError) }
      Threads.start { enclosure.watch() }
      return (enclosure, WorkerLines(reading: fromWorker.reading, writing: toWorker.writing))
    }
  }

  /// Tasks of the enclosure's own, and some.
  private static let spareTasks = 16

  private static func configuration(
    of launch: WorkerLaunch, sandbox: Sandbox.Kind, group: ControlGroup?
  ) -> JSONValue {
    let own = [
      "PATH": Sandbox.searchPath, "LANG": "C.UTF-8", "HOME": launch.folder, "TMPDIR": launch.folder, "USER": "worker",
    ]
    let environment = own.merging(launch.environment) { $1 }
    return [
      "kind": .string(sandbox.rawValue),
      "parent": .integer(Int(getpid())),
      "group": group.map { .string($0.path) } ?? .null,
      "folder": .string(launch.folder),
      "readable": .array((launch.readable + [launch.workerFolder]).map { .string($0) }),
      "device": .string(launch.device.rawValue),
      "command": .array((launch.wrapper + [launch.python, "-I", "-B"] + launch.arguments).map { .string($0) }),
      "isProfiled": .boolean(!launch.wrapper.isEmpty),
      "environment": .object(environment.mapValues { .string($0) }),
      "limits": [
        "cpuSeconds": .integer(launch.limits.cpuSeconds),
        "tasks": .integer(launch.limits.tasks + spareTasks),
        "fileBytes": .integer(launch.limits.fileBytes),
        "folderBytes": .integer(launch.limits.folderBytes),
      ],
    ]
  }

  // MARK: End

  private func waitForEnd() {
    let (ending, _) = ProcessStart.end(of: process) { [self] in
      let members = state.withLock { state in
        state.isGone = true
        return state.members
      }
      // Only where there is no namespace can anything have outlived it.
      for member in members { member.end() }
      group?.end()
    }
    let waiting = state.withLock { state in
      state.ending = ending
      return state.waiting
    }
    for continuation in waiting { continuation.resume(returning: ending) }
  }

  /// Kills it, if it has not ended. Does not wait.
  func kill(_ stop: Stop) {
    state.withLock { state in
      guard !state.isGone else { return }
      if state.stop == nil { state.stop = stop }
      // The first process of a namespace takes the others with it; elsewhere they are looked for first.
      if sandbox == .limits {
        group?.kill()
        ProcessTree.killDescendants(of: process)
      }
      ProcessStart.kill(process)
    }
  }

  /// Kills it and waits until nothing of it is left.
  ///
  /// - Parameter patience: how long it may still take to end by itself.
  @discardableResult
  func end(_ stop: Stop, patience: Duration = .zero) async -> ProcessStart.Ending {
    let deadline = ContinuousClock.now + patience
    while !hasEnded, ContinuousClock.now < deadline, !Task.isCancelled {
      try? await Task.sleep(for: .milliseconds(10))
    }
    kill(stop)
    let ending = await withCheckedContinuation { continuation in
      let ending = state.withLock { state -> ProcessStart.Ending? in
        if state.ending == nil { state.waiting.append(continuation) }
        return state.ending
      }
      if let ending { continuation.resume(returning: ending) }
    }
    // Its last words are in the pipes.
    for _ in 0..<50 where !(standardOutput.isWhole.withLock { $0 } && standardError.isWhole.withLock { $0 }) {
      try? await Task.sleep(for: .milliseconds(10))
    }
    return ending
  }

  /// What its end means for whoever waits for an answer.
  func error(after ending: ProcessStart.Ending) -> WorkerError {
    let (stop, processorTime) = state.withLock { ($0.stop, $0.processorTime) }
    switch stop {
    case .time: return .outOfTime(output: output)
    case .memory: return .outOfMemory(output: output)
    case .tasks: return .tooManyProcesses(output: output)
    case .files: return .tooMuchOutput(output: output)
    case .stopped: return .garbled("It no longer listens.", output: output)
    case nil: break
    }
    switch ending {
    // A sandbox tells of the end of what it encloses as a shell does.
    case .exited(let code) where code > 128 && code <= 128 + 64: return ended(by: code - 128, after: processorTime)
    case .exited(let code): return .exited(code: code, output: output)
    case .signalled(let signal): return ended(by: signal, after: processorTime)
    }
  }

  private func ended(by signal: Int, after processorTime: Double) -> WorkerError {
    if signal == Int(SIGXCPU) { return .outOfTime(output: output) }
    if signal == Int(SIGXFSZ) { return .tooMuchOutput(output: output) }
    if signal == Int(SIGKILL), processorTime + 1 >= Double(limits.cpuSeconds) { return .outOfTime(output: output) }
    return .signalled(signal, output: output)
  }

  // MARK: Watch

  /// Looks at it until it has ended, twenty times a second, and ends it when it has too much.
  private func watch() {
    // Among thousands of processes that all want to run, this one thread has to.
    var priority = sched_param()
    priority.sched_priority = 1
    pthread_setschedparam(pthread_self(), SCHED_RR, &priority)
    let tasks = ProcessTree.tasksOfMachine
    var round = 0
    while !state.withLock({ $0.isGone }) {
      // Between two looks a bomb of processes may go off; this number is had at once.
      if round % 5 == 0 || ProcessTree.tasksOfMachine > tasks + limits.tasks {
        if let stop = look(withFiles: round % 25 == 0) { kill(stop) }
      }
      round += 1
      usleep(10_000)
    }
  }

  /// What it has too much of.
  private func look(withFiles: Bool) -> Stop? {
    let tree = ProcessTree(of: process, age: .milliseconds(5))
    state.withLock { state in
      state.peakMemory = max(state.peakMemory, tree.memory)
      state.processorTime = max(state.processorTime, tree.processorTime)
      if sandbox == .limits {
        // Those that were seen and are no descendants any more have lost their parents, not their tie to us.
        state.members = state.members.filter(\.isRunning).union(tree.descendants)
      }
    }
    if tree.holdsMore(than: limits.memoryBytes) { return .memory }
    if tree.tasks > limits.tasks { return .tasks }
    if tree.processorTime > Double(limits.cpuSeconds) { return .time }
    guard withFiles else { return nil }
    let size = FolderSize(of: folder, limits: limits)
    return size.isExceeded || size.bytes + tree.hiddenFileBytes > limits.folderBytes ? .files : nil
  }
}
