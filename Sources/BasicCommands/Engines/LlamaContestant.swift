import LlamaPrograms
import LlamaRuntime
import SpeculativeDecoding

/// One of llama.cpp's ways with its settings, running.
struct LlamaContestant: Sendable {
  let mode: LlamaMode
  let arguments: [String]
  /// Not for branches: their example is started for every text.
  private let server: LlamaServerProcess?
  private let speculative: (program: String, arguments: [String])?

  /// What every one of them is told.
  struct Common: Sendable {
    /// The folder of llama.cpp's programs.
    var programs: String
    var target: String
    var draft: String?
    var threads: Int
    var context: Int

    /// - Parameter sequences: how many texts the program keeps at a time, which share the context evenly: a branch of the example's is
    ///   one.
    func arguments(_ mode: LlamaMode, sequences: Int) -> [String] {
      var all = [
        "--model", target, "--threads", "\(threads)", "--threads-batch", "\(threads)",
        "--ctx-size", "\(sequences * context)",
      ]
      if mode.drafts, let draft { all += ["--spec-draft-model", draft] }
      return all
    }
  }

  /// Loading a model of gigabytes, or writing a text.
  private static let patience = Duration.seconds(600)

  /// Starts it, and waits until its model is loaded.
  init(_ mode: LlamaMode, _ arguments: [String], _ common: Common) async throws {
    self.mode = mode
    self.arguments = arguments
    if mode == .branches {
      server = nil
      speculative = (
        common.programs + "/llama-speculative",
        common.arguments(mode, sequences: LlamaMode.sequences(arguments)) + arguments
      )
    } else {
      speculative = nil
      let started = try await LlamaServerProcess(
        program: common.programs + "/llama-server",
        arguments: common.arguments(mode, sequences: 1) + ["--parallel", "1"] + arguments,
        patience: Self.patience)
      try await started.becomeReady(patience: Self.patience)
      server = started
    }
  }

  func stop() { server?.stop() }

  /// A text: its tokens, where they are told, and its figures; nil where the program reads other tokens than ours.
  func write(
    after prompt: [Token], maximumTokens: Int, vocabulary: LlamaVocabulary
  ) async throws -> (completion: LlamaCompletion, output: String?)? {
    if let server {
      let written = try await server.complete(prompt, maximumTokens: maximumTokens, patience: Self.patience)
      return (written, nil)
    }
    guard let speculative else { return nil }
    let run = try await LlamaSpeculative.run(
      program: speculative.program, arguments: speculative.arguments,
      prompt: prompt.map(vocabulary.text(of:)).joined(), maximumTokens: maximumTokens, patience: Self.patience)
    return run.promptTokens == prompt.count ? (run.completion, run.output) : nil
  }
}
