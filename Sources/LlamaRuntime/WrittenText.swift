public import SpeculativeDecoding

/// A text and how it was written.
public struct WrittenText: Sendable {
  /// The text.
  public let text: String
  /// The end of the text that no pass reported, because until the very end it might have become part of a character or
  /// of a stop sequence. Mostly empty.
  public let rest: String
  /// The number of tokens in the prompt.
  public let promptTokens: Int
  /// How the decoding went.
  public let summary: DecodingSummary
  /// Whether the text ends where a stop sequence stood.
  public let metStopSequence: Bool
}

/// A text of which tokens come in.
struct TextInProgress {
  private var assembler: TextAssembler
  private var text = ""
  /// Tokens up to the one that completed a stop sequence. A pass may bring more; plain decoding would not have.
  private var wanted = 0

  init(stopSequences: [String]) { assembler = TextAssembler(stopSequences: stopSequences) }

  /// Whether a stop sequence was met.
  var isStopped: Bool { assembler.isStopped }

  /// Adds what a pass brought, and returns the text that it completed.
  mutating func add(_ tokens: [Token], of vocabulary: LlamaVocabulary) -> String {
    var piece = ""
    for token in tokens where !assembler.isStopped {
      piece += assembler.append(vocabulary.bytes(of: token))
      wanted += 1
    }
    text += piece
    return piece
  }

  /// The text, now that it has ended.
  mutating func finished(_ summary: DecodingSummary, promptTokens: Int) -> WrittenText {
    var summary = summary
    summary.tokens.removeSubrange(wanted...)
    if assembler.isStopped { summary.end = .stopped }
    let rest = assembler.finish()
    return WrittenText(
      text: text + rest, rest: rest, promptTokens: promptTokens, summary: summary,
      metStopSequence: assembler.isStopped)
  }
}
