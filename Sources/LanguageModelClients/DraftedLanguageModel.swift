public import LanguageModels

/// A model behind an endpoint, whose answers another model behind an endpoint drafts.
///
/// In each round the draft model writes several continuations of the text, and one request asks the target how likely it finds
/// the tokens of each: what it finds likeliest, token by token, stands. The same request has the text as it is, so that each round
/// brings at least the target's own next token, and the end where the target ends. This is greedy speculative decoding with
/// branches (Leviathan et al., arXiv 2211.17192; SpecInfer, arXiv 2305.09781), where a round costs two requests instead of a
/// token each.
///
/// The text is what the target finds likeliest after the text before, *as it divides that text into tokens*: an endpoint takes text, not
/// tokens. A branch whose first token the target would divide otherwise is not taken. Only the likeliest tokens can be verified: for anything
/// else the whole distribution would be needed, which no endpoint returns. What is asked for at another temperature than 0, or as a
/// conversation, is therefore written by the target alone.
public struct DraftedLanguageModel: LanguageModel {
  /// The model whose text it is.
  public let target: RemoteLanguageModel
  /// The model that drafts.
  public let draft: RemoteLanguageModel
  /// How the target is asked for scores.
  public let method: TokenScoring.Method
  /// How many continuations are drafted in a round.
  public let branches: Int
  /// How many tokens of the draft's each has.
  public let depth: Int

  /// Makes a model.
  ///
  /// - Parameters:
  ///   - branches: at least 1; more than one are drawn at a temperature of 0.7.
  ///   - depth: at least 1.
  /// - Throws: ``LanguageModelClientsError/Code/unsupportedInput`` where one of the two does not continue text as it stands.
  public init(
    target: RemoteLanguageModel, draft: RemoteLanguageModel, method: TokenScoring.Method, branches: Int = 4,
    depth: Int = 16
  ) throws(LanguageModelClientsError) {
    for endpoint in [target.endpoint, draft.endpoint] where endpoint.dialect != .openAICompletions {
      throw LanguageModelClientsError(
        .unsupportedInput,
        "The endpoint `\(endpoint.name)` speaks \(endpoint.dialect.rawValue); to draft and to verify drafts takes openai-completions.",
        endpoint: endpoint.name)
    }
    self.target = target
    self.draft = draft
    self.method = method
    self.branches = max(1, branches)
    self.depth = max(1, depth)
  }

  /// The target's name.
  public var name: String { target.name }

  /// Why drafts cannot be verified at the target; nil where they can. One small request.
  ///
  /// - Throws: ``LanguageModelClientsError`` where the endpoint cannot be used at all.
  public func obstacle() async throws(LanguageModelClientsError) -> String? {
    switch try await target.scores(of: ["a b", "a b c"], method: method, continuedBy: 1) {
    case .notReturned(let why): return why
    case .scores(let texts):
      guard texts.allSatisfy({ $0.tokens.dropFirst().allSatisfy { $0.isLikeliest != nil } }) else {
        return "The endpoint `\(target.endpoint.name)` does not say which token it finds likeliest."
      }
      return nil
    }
  }

  /// Writes an answer, with drafts where the likeliest one is asked for.
  ///
  /// `progress` counts rounds as passes, and tokens as the target divides the text. The outcome counts what was asked of both endpoints:
  /// each round sends the text anew, to the draft and, with each branch, to the target. Before an error a second `started` and a last `progress` say
  /// what the answer took until then. The stream throws
  /// ``LanguageModelClientsError``; `unsupportedInput` where the target returns no scores.
  public func generate(_ request: GenerationRequest) -> AsyncThrowingStream<GenerationEvent, any Error> {
    guard request.temperature == 0, case .segments(let segments) = request.input else {
      return target.generate(request)
    }
    let prompt = segments.map { segment in
      switch segment {
      case .text(let text): text
      case .specialToken(let name): name
      }
    }.joined()
    return AsyncThrowingStream { continuation in
      // The stream's consumer and the requests run side by side; ending the stream cancels them.
      let task = Task {
        do {
          try await write(request, after: prompt) { continuation.yield($0) }
          continuation.finish()
        } catch {
          continuation.finish(throwing: error)
        }
      }
      continuation.onTermination = { _ in task.cancel() }
    }
  }

  private func write(
    _ request: GenerationRequest, after prompt: String, _ report: (GenerationEvent) -> Void
  ) async throws {
    report(.started(promptTokens: 0))
    var requests = DraftedRequests(target: target, draft: draft)
    do {
      try await write(request, after: prompt, asking: &requests, report)
    } catch {
      // What it took until here is to be paid for.
      let spent = requests.outcome(.stopped)
      report(.started(promptTokens: spent.promptTokens))
      report(.progress(tokens: spent.completionTokens, passes: 0))
      throw error
    }
  }

  private func write(
    _ request: GenerationRequest, after prompt: String, asking requests: inout DraftedRequests,
    _ report: (GenerationEvent) -> Void
  ) async throws {
    var answer = DraftedAnswer(stopSequences: request.stopSequences)
    var (tokens, rounds) = (0, 0)
    var reason = GenerationOutcome.Reason.tokenLimit
    while tokens < request.maximumTokens {
      let round = try await round(
        after: prompt + answer.text, room: request.maximumTokens - tokens, asking: &requests)
      rounds += 1
      tokens += round.tokens
      let piece = answer.add(round.text)
      if !piece.isEmpty { report(.text(piece)) }
      report(.progress(tokens: tokens, passes: rounds))
      if round.isEnded || answer.isStopped {
        reason = .end
        break
      }
    }
    let rest = answer.finish()
    if !rest.isEmpty { report(.text(rest)) }
    report(.finished(requests.outcome(reason)))
  }

  /// What a round brought.
  private struct Round {
    var text: String
    var tokens: Int
    var isEnded: Bool
  }

  private func round(after text: String, room: Int, asking requests: inout DraftedRequests) async throws -> Round {
    let drafts = room > 1 ? try await drafts(after: text, depth: min(depth, room - 1), asking: &requests) : []
    // A token may be a part of a character; then a few more make it whole.
    for count in [1, 4, 16] {
      let texts = [text] + (count == 1 ? drafts.map { text + $0 } : [])
      let scoring = try await requests.target.scores(of: texts, method: method, continuedBy: count)
      requests.add(read: texts, written: [])
      guard case .scores(let scored) = scoring else {
        throw unsupported(try await obstacle() ?? "it returned scores before, and none now")
      }
      let next = Self.whole(scored[0].continuation)
      var best = Round(text: next, tokens: next.isEmpty ? 0 : count, isEnded: scored[0].isEnded)
      for (draft, scored) in zip(drafts, scored.dropFirst()) {
        guard let accepted = DraftCheck(draft, scored, limit: room) else { continue }
        var round = Round(text: accepted.text, tokens: accepted.tokens, isEnded: false)
        if accepted.isWhole {
          let next = Self.whole(scored.continuation)
          round = Round(
            text: accepted.text + next, tokens: accepted.tokens + (next.isEmpty ? 0 : 1), isEnded: scored.isEnded)
        }
        if round.tokens > best.tokens { best = round }
      }
      if best.isEnded || !best.text.isEmpty { return best }
    }
    throw LanguageModelClientsError(
      .malformedStream,
      "The endpoint `\(target.endpoint.name)` goes on from the text with nothing, and does not end it.",
      endpoint: target.endpoint.name)
  }

  /// Continuations that the draft model proposes, each once.
  private func drafts(
    after text: String, depth: Int, asking requests: inout DraftedRequests
  ) async throws -> [String] {
    let request = GenerationRequest(
      .segments([.text(text)]), maximumTokens: depth, temperature: branches == 1 ? 0 : 0.7)
    var texts = [String](repeating: "", count: branches)
    for try await event in requests.draft.samples(request, count: branches) {
      switch event.event {
      case .text(let piece): texts[event.sample] += piece
      case .restarted: texts[event.sample] = ""
      default: break
      }
    }
    requests.add(read: [text], written: texts)
    var seen: Set<String> = []
    return texts.map(Self.whole).filter { !$0.isEmpty && seen.insert($0).inserted }
  }

  /// A text without the character at its end that is not whole.
  private static func whole(_ text: String) -> String {
    String(text.reversed().drop { $0 == "\u{FFFD}" }.reversed())
  }

  private func unsupported(_ why: String) -> LanguageModelClientsError {
    LanguageModelClientsError(
      .unsupportedInput, "The endpoint `\(target.endpoint.name)` cannot be drafted for: \(why)",
      endpoint: target.endpoint.name)
  }
}

/// How much of a draft the target says itself.
struct DraftCheck: Hashable {
  /// The beginning of the draft that stands.
  var text: String
  /// How many of the target's tokens that is.
  var tokens: Int
  /// Whether it is all of the draft, and more may follow.
  var isWhole: Bool

  /// Compares a draft with the scores of the text that ends with it; nil where nothing of it stands, or where the target
  /// divides the text so that no token begins where the draft does.
  ///
  /// - Parameter limit: the most tokens that are taken.
  init?(_ draft: String, _ scored: ScoredText, limit: Int) {
    var length = draft.unicodeScalars.count
    var start = scored.tokens.endIndex
    while length > 0, start > scored.tokens.startIndex {
      start -= 1
      length -= scored.tokens[start].text.unicodeScalars.count
    }
    let own = scored.tokens[start...]
    guard length == 0, own.map(\.text).joined() == draft else { return nil }
    let standing = own.prefix { $0.isLikeliest == true }.prefix(limit)
    guard !standing.isEmpty else { return nil }
    text = standing.map(\.text).joined()
    tokens = standing.count
    isWhole = standing.count == own.count && standing.count < limit
  }
}

/// An answer that grows until a stop sequence stands in it.
private struct DraftedAnswer {
  private let stopSequences: [String]
  /// All that the model has said.
  private(set) var text = ""
  /// How much of it has been given out.
  private var given = 0
  private(set) var isStopped = false

  init(stopSequences: [String]) { self.stopSequences = stopSequences.filter { !$0.isEmpty } }

  /// Adds text.
  ///
  /// - Returns: what can be given out: no part of it may become a stop sequence.
  mutating func add(_ more: String) -> String {
    text += more
    let firsts = stopSequences.compactMap { text.firstRange(of: $0)?.lowerBound }
    if let first = firsts.min() {
      isStopped = true
      text = String(text[..<first])
      return take(text.count)
    }
    let held =
      stopSequences.map { stop in
        (1...stop.count).last { text.hasSuffix(stop.prefix($0)) } ?? 0
      }.max() ?? 0
    return take(text.count - held)
  }

  mutating func finish() -> String { take(text.count) }

  private mutating func take(_ count: Int) -> String {
    guard count > given else { return "" }
    defer { given = count }
    return String(text.prefix(count).dropFirst(given))
  }
}
