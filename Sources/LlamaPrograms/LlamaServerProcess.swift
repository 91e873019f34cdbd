import Foundation

/// Why one of llama.cpp's programs did not do what it was started for.
package struct LlamaProgramTrouble: Error, CustomStringConvertible {
  package let what: String
  package let log: String
  package var description: String { "\(what). The end of its log:\n\(log.suffix(2000))" }

  package init(what: String, log: String) {
    self.what = what
    self.log = log
  }
}

/// A llama-server, llama.cpp's own server of models, on a port of the loopback device. It does not outlive this process.
package final class LlamaServerProcess: Sendable {
  /// The port that it listens on.
  package let port: Int
  private let program: WatchedProgram
  private let output: ProgramLog

  /// Starts a server and waits until it listens. Its model may still be loading.
  ///
  /// - Parameters:
  ///   - program: the program's path.
  ///   - arguments: what it is told, besides where to listen.
  ///   - port: 0 for a free one.
  ///   - patience: how long it may take.
  package init(program path: String, arguments: [String], port: Int = 0, patience: Duration) async throws {
    output = try ProgramLog()
    program = try WatchedProgram(
      path, ["--host", "127.0.0.1", "--port", "\(port)"] + arguments, output: try output.handle())
    let deadline = ContinuousClock.now + patience
    while true {
      if let address = output.text.firstMatch(of: /listening on http:\/\/127\.0\.0\.1:([0-9]+)\n/),
        let port = Int(address.1)
      {
        self.port = port
        return
      }
      let isDead = !program.isRunning
      guard ContinuousClock.now < deadline, !isDead else {
        throw LlamaProgramTrouble(
          what: "llama-server \(isDead ? "ended at once" : "does not start to listen")", log: output.text)
      }
      try await Task.sleep(for: .milliseconds(20))
    }
  }

  /// Kills the server and waits until it is gone.
  package func stop() { program.end() }

  /// Sends a signal to the server alone.
  package func signal(_ signal: Int32) { program.signal(signal) }

  /// Whether it runs.
  package var isRunning: Bool { program.isRunning }

  /// What it has said.
  package var log: String { output.text }
}
