internal import LanguageModels
internal import ServerSentEvents

/// Makes sense of the stream of Anthropic's `messages`.
///
/// Events are told apart by the `type` in their data, and those of kinds that are not known are passed over, as Anthropic
/// asks: new ones may come at any time. Counts of tokens in `message_delta` are sums so far.
struct MessagesInterpreter: AnswerInterpreter {
  private(set) var isDone = false
  private(set) var isComplete = false
  private var usage = TokenUsage()

  mutating func read(_ event: ServerSentEvent) throws(AnswerFault) -> [AnswerPart] {
    if event.data.allSatisfy(\.isWhitespace) { return [] }
    let data = try JSONElement.data(of: event)
    switch data["type"]?.string ?? event.type {
    case "message_start": return count(data["message"]?["usage"])
    case "content_block_start": return parts(of: data["content_block"])
    case "content_block_delta": return parts(of: data["delta"])
    case "message_delta":
      return count(data["usage"]) + end(for: data["delta"]?["stop_reason"]?.string)
    case "message_stop":
      isDone = true
      return end(for: "end_turn")
    case "error": throw .reported(ServerReport(data) ?? ServerReport(message: "an error without a description"))
    default:
      // A proxy may report its trouble without a type.
      if data["error"] != nil, let report = ServerReport(data) { throw .reported(report) }
      return []
    }
  }

  mutating func read(whole element: JSONElement) throws(AnswerFault) -> [AnswerPart] {
    guard let content = element["content"]?.array, element["type"]?.string != "error" else {
      if let report = ServerReport(element) { throw .reported(report) }
      throw .malformed("the answer has no `content`")
    }
    isDone = true
    return content.flatMap { parts(of: $0) } + count(element["usage"])
      + end(for: element["stop_reason"]?.string ?? "end_turn")
  }

  private func parts(of block: JSONElement?) -> [AnswerPart] {
    guard let block else { return [] }
    if let text = block["text"]?.string, !text.isEmpty { return [.text(text, sample: 0)] }
    if let thought = block["thinking"]?.string, !thought.isEmpty { return [.reasoning(thought, sample: 0)] }
    return []
  }

  private mutating func count(_ element: JSONElement?) -> [AnswerPart] {
    guard let element else { return [] }
    // Fresh tokens, tokens read from the cache and tokens written to it are counted apart.
    if let fresh = element.tokens("input_tokens") {
      usage.cachedPromptTokens = element.tokens("cache_read_input_tokens") ?? usage.cachedPromptTokens
      usage.cacheWriteTokens = element.tokens("cache_creation_input_tokens") ?? usage.cacheWriteTokens
      usage.promptTokens = fresh + usage.cachedPromptTokens + usage.cacheWriteTokens
    }
    if let written = element.tokens("output_tokens") { usage.completionTokens = written }
    return [.usage(usage)]
  }

  private mutating func end(for reason: String?) -> [AnswerPart] {
    guard let reason, !isComplete else { return [] }
    isComplete = true
    switch reason {
    case "max_tokens": return [.ended(.tokenLimit, sample: 0)]
    case "model_context_window_exceeded": return [.ended(.contextFull, sample: 0)]
    case "refusal": return [.ended(.refused, sample: 0)]
    // end_turn, stop_sequence, tool_use, pause_turn, and what may come.
    default: return [.ended(.end, sample: 0)]
    }
  }
}
