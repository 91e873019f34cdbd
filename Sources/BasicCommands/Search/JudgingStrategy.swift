import KernelPrompting
import KernelSearch

/// Writes nothing: what is there already is judged, and that is all.
struct JudgingStrategy: SearchStrategy {
  /// In a run's configuration; no strategy that a person could choose has it.
  static let name = "judge"

  var name: String { Self.name }

  func next(in tree: SearchTree, using generator: inout some RandomNumberGenerator) -> SearchAction { .stop }
}

/// The writer of a run that has no model.
private struct AbsentWriter: CandidateWriter {
  var name: String { "none" }

  func write(_ request: WritingRequest) -> AsyncThrowingStream<WritingEvent, any Error> {
    AsyncThrowingStream { $0.finish(throwing: CommandFailure(.internalFailure, "An imported run has no model.")) }
  }
}

extension SearchModel {
  /// No model: candidates are there.
  static let none = SearchModel(writer: AbsentWriter(), form: .instruct, width: 1)
}

extension RunConfiguration {
  /// The same, for judging what is there, all of it.
  var forJudgingAlone: RunConfiguration {
    var configuration = self
    configuration.strategy = JudgingStrategy.name
    configuration.goal = "none"
    // Nothing but time could end it, and everything is to be judged.
    configuration.budgetSeconds = 1e9
    configuration.candidates = nil
    configuration.tokenBudget = nil
    configuration.moneyBudget = nil
    return configuration
  }
}
