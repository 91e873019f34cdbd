import Foundation

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The built `basic`, run as a process of its own.
struct CommandLineTool {
  /// The checkout, from this file's own place.
  static let checkout = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().path

  /// Beside the tests, or where a debug build puts it.
  static let executable: String? = {
    let own = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? CommandLine.arguments[0]
    let folders = [URL(filePath: own).deletingLastPathComponent().path, checkout + "/.build/debug"]
    return folders.map { $0 + "/basic" }.first { FileManager.default.isExecutableFile(atPath: $0) }
  }()

  static let isBuilt = executable != nil
  static let notBuilt = "basic is not built: run swift build"
  static let models = ProcessInfo.processInfo.environment["BASIC_MODELS"] ?? checkout + "/Models"
  static let hasModels =
    isBuilt && FileManager.default.fileExists(atPath: models + "/basic-kernel-target-q8_0.gguf")
  static let noModels = "basic is not built, or the bundled models are not here"
  static let example = checkout + "/Examples/01_swish.py"
  /// This user's own cache, for commands that compile: the virtual GPU is not compiled for each test.
  static let cache: String = {
    let environment = ProcessInfo.processInfo.environment
    return environment["XDG_CACHE_HOME"] ?? (environment["HOME"] ?? "/tmp") + "/.cache"
  }()

  struct Outcome {
    /// The exit status; a signal's number below zero where one ended the process; `nil` where time ran out.
    var status: Int32?
    var output: String
    var errors: String
  }

  /// What is done with the process while it runs.
  enum Action {
    case nothing
    /// Sends a signal as soon as standard error has a text.
    case signal(Int32, whenErrorsHold: String)
    /// Sends a signal after a while.
    case signalAfter(Int32, seconds: Double)
  }

  enum Input {
    case text(String)
    /// A pipe that nobody writes to.
    case silence
  }

  /// The working folder.
  var folder: String
  /// Beyond what every run has.
  var environment: [String: String] = [:]
  var input: Input = .text("")
  var action: Action = .nothing
  var timeLimit = 120.0
  /// A program in place of `basic`.
  var program: String?

  /// Runs it. Output and errors go to files, so that nothing waits for a reader.
  func run(_ arguments: [String]) throws -> Outcome {
    let names = try ["input", "output", "errors"].map { _ in try TemporaryFolder.file() }
    defer { for name in names { unlink(name) } }
    var process = try ChildProcess(
      program ?? Self.executable ?? "", arguments, folder: folder, environment: fullEnvironment,
      input: input, inputFile: names[0], streams: .files(output: names[1], errors: names[2]))
    defer { process.close() }
    func read(_ name: String) -> String {
      String(decoding: (try? Data(contentsOf: URL(filePath: name))) ?? Data(), as: UTF8.self)
    }
    let started = ContinuousClock.now
    var isPending = true
    while process.isRunning() {
      let seconds = (ContinuousClock.now - started) / .seconds(1)
      switch action {
      case .signal(let number, let text) where isPending && read(names[2]).contains(text):
        isPending = false
        process.send(number)
      case .signalAfter(let number, let wait) where isPending && seconds > wait:
        isPending = false
        process.send(number)
      default: break
      }
      if seconds > timeLimit {
        process.send(SIGKILL)
        while process.isRunning() { usleep(1000) }
        return Outcome(status: nil, output: read(names[1]), errors: read(names[2]))
      }
      usleep(4000)
    }
    return Outcome(status: process.status, output: read(names[1]), errors: read(names[2]))
  }

  /// Starts it, for a test that has its hands in while it runs; nobody writes to its standard input.
  func start(_ arguments: [String], _ streams: ChildProcess.Streams) throws -> ChildProcess {
    try ChildProcess(
      program ?? Self.executable ?? "", arguments, folder: folder, environment: fullEnvironment, input: .silence,
      inputFile: "", streams: streams)
  }

  /// Runs it on a terminal of so many columns and returns all that the terminal received.
  func runOnTerminal(columns: Int, _ arguments: [String]) throws -> (status: Int32?, received: String) {
    let file = try TemporaryFolder.file()
    defer { unlink(file) }
    var process = try ChildProcess(
      Self.executable ?? "", arguments, folder: folder, environment: fullEnvironment, input: input, inputFile: file,
      streams: .terminal(columns: columns))
    defer { process.close() }
    var bytes: [UInt8] = []
    let started = ContinuousClock.now
    while process.isRunning(), ContinuousClock.now - started < .seconds(timeLimit) {
      bytes += process.readTerminal()
      usleep(2000)
    }
    bytes += process.readTerminal()
    if process.status == nil { process.send(SIGKILL) }
    return (process.status, String(decoding: bytes, as: UTF8.self))
  }

  /// Nothing of the machine's own but where programs are; no compiler, unless a test names one.
  private var fullEnvironment: [String: String] {
    let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
    return ["PATH": path, "HOME": folder, "BASIC_MODELS": Self.models, "BASIC_NVCC": "/no/nvcc"]
      .merging(environment) { $1 }.filter { !$0.value.isEmpty }
  }
}
