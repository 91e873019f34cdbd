import LlamaRuntime
import SpeculativeDecoding

/// One pass as a line of JSON: enough to draw its token tree later.
struct TraceLine: Encodable {
  var pass: Int
  var position: Int
  /// The nodes' tokens, root first, every parent before its children.
  var tokens: [Token]
  var texts: [String]
  var parents: [Int32]
  /// For each node ln of the estimated probability that the path down to it is accepted.
  var logProbabilities: [Double]
  /// For each node who proposed it: `model`, `suffix`, `corpus`, or `several` of them; the root is `text`.
  var origins: [String]
  /// The nodes that were accepted, from the first level down.
  var accepted: [Int]
  /// What the pass brought.
  var gained: [Token]
  var gainedText: String
  /// How many nodes were drafted before pruning.
  var drafted: Int
  var milliseconds: Milliseconds

  struct Milliseconds: Encodable {
    var drafting: Double
    var verifying: Double
    var host: Double
  }

  init(_ record: PassRecord, vocabulary: LlamaVocabulary) {
    pass = record.index
    position = record.position
    tokens = record.tree.tokens
    texts = tokens.map(vocabulary.text(of:))
    parents = record.tree.parents
    logProbabilities = record.tree.logProbabilities.map { Double($0).rounded(to: 4) }
    origins = record.tree.origins.enumerated().map { node, origin in
      if node == 0 { return "text" }
      switch origin {
      case .model: return "model"
      case .suffix: return "suffix"
      case .corpus: return "corpus"
      default: return "several"
      }
    }
    accepted = record.accepted
    gained = record.tokens
    gainedText = record.tokens.map(vocabulary.text(of:)).joined()
    drafted = record.draftedNodes
    milliseconds = Milliseconds(
      drafting: record.times.drafting.rounded(to: 4), verifying: record.times.verifying.rounded(to: 4),
      host: record.times.host.rounded(to: 4))
  }
}

/// The first line of a trace: what was decoded, and how.
struct TraceHeader: Encodable {
  var schemaVersion = 2
  var problem: String
  var target: String
  var draft: String?
  var mode: String
  var seed: UInt64
  var promptTokens: Int
}
