import Foundation
import Testing

/// A llama-server with the bundled model, on a free port of the loopback device.
///
/// It ends with ``stop()``, and in any case with this process: a shell watches a pipe that nobody writes to, and kills the
/// server when the pipe closes, which the system does for a process that dies however it dies.
final class LlamaServer: Sendable {
  /// The key that it wants.
  static let key = "sk-endpoint-tests-0123456789"
  /// The name that the server gives its model.
  static let model = "bundled"

  /// The program; `Scripts/test-endpoints.sh` builds and names it.
  static let program: String? = {
    let named = ProcessInfo.processInfo.environment["BASIC_LLAMA_SERVER"] ?? ""
    return named.isEmpty ? nil : named
  }()
  static let isMissing: Comment = "BASIC_LLAMA_SERVER names no llama-server: run make test-endpoints, which builds one."

  static let root = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3).joined(separator: "/")
  static let modelPath = root + "/Models/basic-kernel-target-q8_0.gguf"

  /// How long a server may take until it answers; a test fails where it takes longer.
  private static let patience = Duration.seconds(120)

  /// The port it listens on.
  let port: Int
  private let folder: URL
  private let server = Child()
  private let watch = Child()
  private let pipe = Pipe()

  /// `Process` is not `Sendable`; this one is started once, and then only waited for.
  private final class Child: @unchecked Sendable {
    let process = Process()
  }

  /// How it is started.
  struct Options {
    /// 0 for a free one.
    var port = 0
    /// How many answers it writes at one time; each has the same part of the context.
    var slots = 4
    /// The longest text of each, prompt and answer together, in tokens.
    var context = 2048
  }

  /// Starts a server and waits until it answers.
  static func start(_ options: Options = Options()) async throws -> LlamaServer {
    let server = try await LlamaServer(options)
    let deadline = ContinuousClock.now + patience
    while try await server.probe.health() != 200 {
      guard ContinuousClock.now < deadline else {
        server.stop()
        throw Trouble(what: "does not get healthy", log: server.log)
      }
      try await Task.sleep(for: .milliseconds(20))
    }
    return server
  }

  private init(_ options: Options) async throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "basic-llama-server-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let file = folder.appending(path: "log")
    try Data().write(to: file)
    let log = try FileHandle(forWritingTo: file)
    func shell(_ child: Child, input: Pipe, _ script: String, _ arguments: [String]) throws {
      child.process.executableURL = URL(filePath: "/bin/sh")
      child.process.arguments = ["-c", script, "sh"] + arguments
      child.process.standardInput = input
      child.process.standardOutput = log
      child.process.standardError = log
      try child.process.run()
    }
    // The server begins when it is watched; without a word of this process it never does.
    let go = Pipe()
    try shell(
      server, input: go, "read go && exec \"$@\" </dev/null",
      [
        LlamaServer.program ?? "", "--model", LlamaServer.modelPath, "--alias", LlamaServer.model, "--host",
        "127.0.0.1", "--port", "\(options.port)", "--api-key", LlamaServer.key, "--threads", "1", "--parallel",
        "\(options.slots)", "--ctx-size", "\(options.slots * options.context)", "--slots", "--metrics",
      ])
    try shell(watch, input: pipe, "cat >/dev/null; kill -9 \"$1\"", ["\(server.process.processIdentifier)"])
    try go.fileHandleForWriting.write(contentsOf: Data("go\n".utf8))

    let deadline = ContinuousClock.now + LlamaServer.patience
    func text() -> String { (try? String(decoding: Data(contentsOf: file), as: UTF8.self)) ?? "" }
    while true {
      if let address = text().firstMatch(of: /listening on http:\/\/127\.0\.0\.1:([0-9]+)\n/),
        let port = Int(address.1)
      {
        self.port = port
        break
      }
      let isDead = !server.process.isRunning
      guard ContinuousClock.now < deadline, !isDead else {
        let trouble = Trouble(what: isDead ? "ended at once" : "does not start to listen", log: text())
        LlamaServer.end(server, watch, pipe, folder)
        throw trouble
      }
      try await Task.sleep(for: .milliseconds(20))
    }
  }

  deinit { stop() }

  /// Kills the server and waits until it is gone.
  func stop() { LlamaServer.end(server, watch, pipe, folder) }

  private static func end(_ server: Child, _ watch: Child, _ pipe: Pipe, _ folder: URL) {
    if server.process.isRunning { kill(server.process.processIdentifier, SIGKILL) }
    server.process.waitUntilExit()
    // The watch must not outlive the server: its number may be another's then.
    if watch.process.isRunning { kill(watch.process.processIdentifier, SIGKILL) }
    try? pipe.fileHandleForWriting.close()
    try? FileManager.default.removeItem(at: folder)
  }

  /// Sends a signal to the server alone.
  func signal(_ signal: Int32) { kill(server.process.processIdentifier, signal) }

  /// Where its API begins.
  var baseURL: String { "http://127.0.0.1:\(port)/v1" }

  /// What it says about itself.
  var probe: ServerProbe { ServerProbe(port: port, key: LlamaServer.key) }

  private var log: String {
    (try? String(decoding: Data(contentsOf: folder.appending(path: "log")), as: UTF8.self)) ?? ""
  }

  /// Why there is no server.
  struct Trouble: Error, CustomStringConvertible {
    let what: String
    let log: String
    var description: String { "llama-server \(what). The end of its log:\n\(log.suffix(2000))" }
  }

  private static let shared = Task { try await start() }

  /// The server that most tests share. It ends with this process.
  static var common: LlamaServer { get async throws { try await shared.value } }
}
