import Foundation
import LlamaPrograms
import Testing

/// A llama-server with the bundled model. It ends with ``stop()``, and in any case with this process.
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

  private let server: LlamaServerProcess

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
        let log = server.server.log
        server.stop()
        throw LlamaProgramTrouble(what: "llama-server does not get healthy", log: log)
      }
      try await Task.sleep(for: .milliseconds(20))
    }
    return server
  }

  private init(_ options: Options) async throws {
    server = try await LlamaServerProcess(
      program: LlamaServer.program ?? "",
      arguments: [
        "--model", LlamaServer.modelPath, "--alias", LlamaServer.model, "--api-key", LlamaServer.key, "--threads", "1",
        "--parallel", "\(options.slots)", "--ctx-size", "\(options.slots * options.context)", "--slots", "--metrics",
      ], port: options.port, patience: LlamaServer.patience)
  }

  /// Kills the server and waits until it is gone.
  func stop() { server.stop() }

  /// Sends a signal to the server alone.
  func signal(_ signal: Int32) { server.signal(signal) }

  /// The port that it listens on.
  var port: Int { server.port }

  /// Where its API begins.
  var baseURL: String { "http://127.0.0.1:\(port)/v1" }

  /// What it says about itself.
  var probe: ServerProbe { ServerProbe(port: port, key: LlamaServer.key) }

  private static let shared = Task { try await start() }

  /// The server that most tests share. It ends with this process.
  static var common: LlamaServer { get async throws { try await shared.value } }
}
