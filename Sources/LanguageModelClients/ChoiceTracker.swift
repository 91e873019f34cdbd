internal import LanguageModels

/// Keeps count of the answers of one response in the OpenAI dialects: which have begun, and which are complete.
struct ChoiceTracker: Sendable {
  private(set) var begun: Set<Int> = []
  private(set) var ended: Set<Int> = []
  private(set) var isDone = false
  private var total: TokenUsage?

  var isComplete: Bool { !ended.isEmpty && begun == ended }

  /// More of an answer came.
  mutating func begin(_ sample: Int) { begun.insert(sample) }

  /// An answer ended for a reason in the endpoint's own words.
  mutating func end(_ sample: Int, _ reason: String) throws(AnswerFault) -> [AnswerPart] {
    begun.insert(sample)
    let reason = try Self.reason(reason)
    return ended.insert(sample).inserted ? [.ended(reason, sample: sample)] : []
  }

  /// The endpoint said that nothing more comes: what has begun is complete, also where it gave no reason.
  mutating func endAll() -> [AnswerPart] {
    isDone = true
    let open = begun.subtracting(ended).sorted()
    ended.formUnion(open)
    return open.map { .ended(.end, sample: $0) }
  }

  /// The endpoint said what was used up.
  ///
  /// OpenAI and vLLM say it once for all answers, in a chunk without choices, and some say the sum so far with every chunk.
  /// llama-server says it for every answer alone when that has ended: what was written is then added up, and the prompt is
  /// the same one.
  ///
  /// - Parameter isLast: Whether the chunk has no choices, or ends one.
  /// - Returns: The sum so far.
  mutating func count(_ usage: TokenUsage, isLast: Bool) -> TokenUsage {
    var sum = usage
    if isLast, begun.count > 1, let total {
      sum.promptTokens = max(usage.promptTokens, total.promptTokens)
      sum.cachedPromptTokens = max(usage.cachedPromptTokens, total.cachedPromptTokens)
      sum.cacheWriteTokens = max(usage.cacheWriteTokens, total.cacheWriteTokens)
      sum.completionTokens += total.completionTokens
      sum.reasoningTokens += total.reasoningTokens
    }
    if isLast { total = sum }
    return sum
  }

  static func reason(_ word: String) throws(AnswerFault) -> GenerationOutcome.Reason {
    switch word {
    case "length", "max_tokens", "max_new_tokens", "model_length": return .tokenLimit
    case "content_filter", "refusal", "safety": return .refused
    // The server gave up, so the answer is not one.
    case "error", "abort", "aborted", "cancelled", "insufficient_system_resource":
      throw .reported(
        ServerReport(message: "the answer was broken off with the reason `\(word)`", kinds: ["server_error"]))
    // stop, eos, eos_token, stop_sequence, tool_calls, function_call, and what others may call it.
    default: return .end
    }
  }
}

extension TokenUsage {
  /// What the OpenAI dialects say in `usage`; `nil` where it has no numbers.
  init?(openAI element: JSONElement?) {
    guard let element, element["prompt_tokens"]?.integer != nil else { return nil }
    let details = element["prompt_tokens_details"]
    self.init(
      promptTokens: element.tokens("prompt_tokens") ?? 0,
      cachedPromptTokens: details?.tokens("cached_tokens") ?? element.tokens("prompt_cache_hit_tokens") ?? 0,
      cacheWriteTokens: details?.tokens("cache_write_tokens") ?? 0,
      completionTokens: element.tokens("completion_tokens") ?? 0,
      reasoningTokens: element["completion_tokens_details"]?.tokens("reasoning_tokens") ?? 0)
  }
}

extension JSONElement {
  /// A number of tokens among the members of an object, brought into a range whose sums no `Int` overflows.
  func tokens(_ name: String) -> Int? { self[name]?.integer.map { min(max(0, $0), 1 << 40) } }
}
