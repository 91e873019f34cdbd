import Subprocess
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// One run of a program that reads hostile input: with limits on time, memory and what it writes, in a session of its own.
///
/// swift-subprocess sets no resource limits and collects output in memory, so a shell sets the limits, opens the files
/// and becomes the program.
package struct Command: Sendable {
  package var executable: String
  package var arguments: [String]
  /// The folder that it works in, and where its output is kept while it runs.
  package var folder: String
  package var environment: [String: String]
  package var input: String?
  package var timeLimit: Duration
  /// The bytes that the program and all that it starts may hold in memory together.
  package var memoryLimit: Int
  /// The bytes that they may say.
  package var outputLimit: Int
  /// Whether its address space is limited too. CUDA's driver reserves more of it than any machine has memory.
  package var limitsAddressSpace = true

  package enum Ending: Sendable, Equatable {
    case exited(Int)
    case signalled(Int)
    case outOfTime
  }

  /// What it had too much of, so that we ended it.
  package enum Excess: Sendable, Equatable {
    case memory, output
  }

  package struct Result: Sendable {
    package var ending: Ending
    package var standardOutput: String
    package var standardError: String
    /// Where it is not nil, the ending is our signal.
    package var excess: Excess?
  }

  /// Makes a command.
  package init(
    executable: String, arguments: [String], folder: String, environment: [String: String], input: String? = nil,
    timeLimit: Duration, memoryLimit: Int = 6 << 30, outputLimit: Int = 64 << 20
  ) {
    self.executable = executable
    self.arguments = arguments
    self.folder = folder
    self.environment = environment
    self.input = input
    self.timeLimit = timeLimit
    self.memoryLimit = memoryLimit
    self.outputLimit = outputLimit
  }

  /// 8 GB of address space, 256 MB for a file, and more seconds of processor than the wall clock grants to one thread.
  private static let launcher = """
    cd "$1" || exit 126
    ulimit -c 0 2>/dev/null; ulimit -f 524288 2>/dev/null; ulimit -v "$6" 2>/dev/null; ulimit -t "$2" 2>/dev/null
    input="$3"; output="$4"; errors="$5"; shift 6
    exec "$@" <"$input" >"$output" 2>"$errors"
    """

  /// Runs it; throws when it could not be started, or when the task is cancelled (the whole process group is gone then).
  package func run() async throws -> Result {
    let name = folder + "/." + UUID().uuidString
    defer { for end in [".in", ".out", ".err"] { try? FileManager.default.removeItem(atPath: name + end) } }
    if let input { try Folders.write(input, to: name + ".in") }
    let seconds = Int(timeLimit.components.seconds) + 2
    let files = [
      folder, "\(seconds)", input == nil ? "/dev/null" : name + ".in", name + ".out", name + ".err",
      limitsAddressSpace ? "8388608" : "unlimited",
    ]
    let configuration = Configuration(
      executable: .name("sh"),
      arguments: Arguments(["-c", Self.launcher, "basic-launcher"] + files + [executable] + arguments),
      environment: .custom(Dictionary(uniqueKeysWithValues: environment.map { (Environment.Key(rawValue: $0)!, $1) })),
      platformOptions: Self.ownSession)
    let (ending, excess) = try await ending(of: configuration, saying: [name + ".out", name + ".err"])
    try Task.checkCancellation()
    return Result(
      ending: ending, standardOutput: Folders.read(name + ".out") ?? "",
      standardError: Folders.read(name + ".err") ?? "", excess: excess)
  }

  private static var ownSession: PlatformOptions {
    var options = PlatformOptions()
    // nvcc starts others: they are killed with it, through the group that the session brings.
    options.createSession = true
    options.teardownSequence = [.send(signal: .kill, toProcessGroup: true, allowedDurationToNextStep: .zero)]
    return options
  }

  private func ending(
    of configuration: Configuration, saying files: [String]
  ) async throws -> (Ending, Excess?) {
    let limit = timeLimit
    let watch = Watch()
    return try await withThrowingTaskGroup(of: Ending?.self) { group in
      group.addTask {
        do {
          let result = try await Subprocess.run(configuration, input: .none, output: .discarded, error: .discarded) {
            watch.begin($0.processIdentifier.value)
          }
          watch.end()
          switch result.terminationStatus {
          case .exited(let code): return .exited(Int(code))
          case .signaled(let signal): return .signalled(Int(signal))
          }
        } catch let error as SubprocessError {
          try Task.checkCancellation()
          throw CUDAToolchainError(
            .programFailed, "\(executable) could not be started; run `basic doctor`.", underlyingError: error)
        }
      }
      group.addTask {
        try await Task.sleep(for: limit)
        return .outOfTime
      }
      group.addTask {
        while true {
          try await Task.sleep(for: .milliseconds(100))
          watch.look(memoryLimit: memoryLimit, outputLimit: outputLimit, files: files)
        }
      }
      defer { group.cancelAll() }
      guard let first = try await group.next(), let first else { return (.outOfTime, nil) }
      group.cancelAll()
      // The process must be gone before its folder is, and so must what it had started: the dying give gigabytes back first.
      while await group.nextResult() != nil {}
      if first == .outOfTime || watch.excess != nil || Task.isCancelled { await watch.waitForTheGroup() }
      return (first, watch.excess)
    }
  }

  /// Looks at what runs, and ends it where it has too much.
  private final class Watch: Sendable {
    private struct State {
      var process: Int32?
      var group: Int32?
      var excess: Excess?
    }

    private let state = Mutex(State())

    var excess: Excess? { state.withLock { $0.excess } }

    func begin(_ process: Int32) {
      state.withLock {
        $0.process = process
        $0.group = process
      }
    }

    /// Waits until nobody of the killed session's group is left, two seconds at most.
    func waitForTheGroup() async {
      guard let group = state.withLock({ $0.group }) else { return }
      // In a task of its own: ours may be cancelled, and could not sleep then.
      await Task.detached {
        for _ in 0..<100 where kill(-group, 0) == 0 { try? await Task.sleep(for: .milliseconds(20)) }
      }.value
    }

    /// Its number may soon be another's.
    func end() { state.withLock { $0.process = nil } }

    func look(memoryLimit: Int, outputLimit: Int, files: [String]) {
      state.withLock { state in
        guard let process = state.process else { return }
        let said = files.reduce(0) { $0 + Folders.size($1) }
        if said > outputLimit {
          state.excess = .output
        } else if ProcessTree(of: process).holdsMore(than: memoryLimit) {
          state.excess = .memory
        } else {
          return
        }
        ProcessStart.kill(process)
      }
    }
  }
}
