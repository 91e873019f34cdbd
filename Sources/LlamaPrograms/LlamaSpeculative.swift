import Foundation

/// A run of llama-speculative, llama.cpp's example of speculative decoding with branches.
package enum LlamaSpeculative {
  /// What it wrote, and what it said of it.
  package struct Run: Sendable {
    package var completion: LlamaCompletion
    /// The prompt's tokens as it read them: it is given text.
    package var promptTokens: Int
    /// All that it printed: the prompt, the text, and its figures.
    package var output: String
  }

  /// Runs it to its end. It writes its log from a thread that does not always come to the last lines: where they are missing it is run
  /// again, twice at most.
  ///
  /// - Throws: ``LlamaProgramTrouble`` where it fails, takes too long, or says no figures.
  package static func run(
    program: String, arguments: [String], prompt: String, maximumTokens: Int, patience: Duration
  ) async throws -> Run {
    for _ in 0..<2 {
      if let run = try await once(program, arguments, prompt, maximumTokens, patience).run { return run }
    }
    let (run, log) = try await once(program, arguments, prompt, maximumTokens, patience)
    guard let run else { throw LlamaProgramTrouble(what: "llama-speculative says no figures", log: log) }
    return run
  }

  private static func once(
    _ program: String, _ arguments: [String], _ prompt: String, _ maximumTokens: Int, _ patience: Duration
  ) async throws -> (run: Run?, log: String) {
    let log = try ProgramLog()
    let started = try WatchedProgram(
      program, arguments + ["--prompt", prompt, "--n-predict", "\(maximumTokens)", "--temp", "0"],
      output: try log.handle())
    let deadline = ContinuousClock.now + patience
    while started.isRunning {
      guard ContinuousClock.now < deadline else {
        throw LlamaProgramTrouble(what: "llama-speculative took longer than \(patience)", log: log.text)
      }
      try await Task.sleep(for: .milliseconds(20))
    }
    started.end()
    guard started.status == 0 else {
      throw LlamaProgramTrouble(what: "llama-speculative ended with status \(started.status)", log: log.text)
    }
    // It goes on after a pass that libllama refused, with a text of nothing, and fast.
    if log.text.contains("decode: failed to") {
      throw LlamaProgramTrouble(what: "llama-speculative went on after passes that failed", log: log.text)
    }
    return (read(log.text), log.text)
  }

  /// Its figures in what it printed.
  static func read(_ output: String) -> Run? {
    guard let encoded = output.firstMatch(of: /encoded +([0-9]+) tokens in/),
      let decoded = output.firstMatch(of: /decoded +([0-9]+) tokens in +([0-9.]+) seconds/),
      let accepted = output.firstMatch(of: /n_accept += +([0-9]+)/), let promptTokens = Int(encoded.1),
      let count = Int(decoded.1), let seconds = Double(decoded.2), let acceptedCount = Int(accepted.1)
    else { return nil }
    return Run(
      completion: LlamaCompletion(tokens: nil, count: count, milliseconds: seconds * 1e3, accepted: acceptedCount),
      promptTokens: promptTokens, output: output)
  }
}
