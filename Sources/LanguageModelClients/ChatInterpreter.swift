internal import LanguageModels
internal import ServerSentEvents

/// Makes sense of the stream of `chat/completions`.
///
/// Thoughts come as `reasoning_content` (DeepSeek, vLLM, SGLang, llama-server) or `reasoning` (OpenRouter, Ollama); where
/// both are there they say the same. The usage comes in a last chunk without choices, in the last chunk with one, or never.
struct ChatInterpreter: AnswerInterpreter {
  private var choices = ChoiceTracker()

  var isDone: Bool { choices.isDone }
  var isComplete: Bool { choices.isComplete }

  mutating func read(_ event: ServerSentEvent) throws(AnswerFault) -> [AnswerPart] {
    if event.data.trimmingBlanks == "[DONE]" { return choices.endAll() }
    if event.data.allSatisfy(\.isWhitespace) { return [] }
    return try read(chunk: try JSONElement.data(of: event))
  }

  mutating func read(whole element: JSONElement) throws(AnswerFault) -> [AnswerPart] {
    guard element["choices"]?.array?.isEmpty == false || element["error"] != nil else {
      if let report = ServerReport(element) { throw .reported(report) }
      throw .malformed("the answer has no `choices`")
    }
    return try read(chunk: element) + choices.endAll()
  }

  private mutating func read(chunk: JSONElement) throws(AnswerFault) -> [AnswerPart] {
    if chunk["error"] != nil || chunk["object"]?.string == "error", let report = ServerReport(chunk) {
      throw .reported(report)
    }
    var parts: [AnswerPart] = []
    var isLast = chunk["choices"]?.array?.isEmpty != false
    for choice in chunk["choices"]?.array ?? [] {
      let sample = choice["index"]?.integer ?? 0
      if let delta = choice["delta"] ?? choice["message"] {
        choices.begin(sample)
        let thought = Self.text(delta["reasoning_content"]) + Self.thoughts(in: delta["content"])
        let reasoning = thought.isEmpty ? Self.text(delta["reasoning"]) : thought
        if !reasoning.isEmpty { parts.append(.reasoning(reasoning, sample: sample)) }
        let text = Self.text(delta["content"]) + Self.text(delta["refusal"])
        if !text.isEmpty { parts.append(.text(text, sample: sample)) }
      }
      if let reason = choice["finish_reason"]?.string, !reason.isEmpty {
        parts += try choices.end(sample, reason)
        isLast = true
      }
    }
    if let usage = TokenUsage(openAI: chunk["usage"]) {
      parts.append(.usage(choices.count(usage, isLast: isLast)))
    }
    return parts
  }

  /// A text, or the texts of a list of parts.
  private static func text(_ element: JSONElement?) -> String {
    if let text = element?.string { return text }
    return (element?.array ?? []).map { $0["text"]?.string ?? "" }.joined()
  }

  /// The thoughts among a list of parts, as Mistral sends them.
  private static func thoughts(in element: JSONElement?) -> String {
    (element?.array ?? []).map { text($0["thinking"]) }.joined()
  }
}
