import LlamaRuntime
import RunStore
import SpeculativeDecoding

/// Where answers that were written before are: a store of runs.
struct WrittenBefore: Sendable {
  /// The store.
  var database: RunDatabase
  /// The problems that answers are wanted for: those to them come first.
  var problems: Set<String> = []

  /// How much is read. Of a store that holds more, the latest.
  private static let byteLimit = 1 << 20

  /// A corpus of them, as texts of a model's tokens. What cannot be turned into those is left out.
  func corpus(for vocabulary: LlamaVocabulary) async throws(RunStoreError) -> DraftCorpus {
    let corpus = DraftCorpus()
    // What comes last is forgotten last.
    for answer in try await database.answers(to: problems, bytes: Self.byteLimit).reversed() {
      guard let tokens = try? vocabulary.tokens(of: answer, addsSpecial: false, parsesSpecial: false) else { continue }
      corpus.add(tokens)
    }
    return corpus
  }

  /// A corpus out of the store that a command finds where it is called. There need not be one, and one that cannot be read is no
  /// reason to write nothing.
  static func corpus(
    at location: StoreLocation, problems: Set<String>, for vocabulary: LlamaVocabulary
  ) async -> DraftCorpus? {
    guard let database = try? location.open(.readOnly) else { return nil }
    return try? await WrittenBefore(database: database, problems: problems).corpus(for: vocabulary)
  }
}
