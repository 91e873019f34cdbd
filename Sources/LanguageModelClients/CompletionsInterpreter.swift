internal import LanguageModels
internal import ServerSentEvents

/// Makes sense of the stream of `completions`.
struct CompletionsInterpreter: AnswerInterpreter {
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
      choices.begin(sample)
      // OpenRouter and others hand on the thoughts of chat models here too.
      if let thought = choice["reasoning_content"]?.string ?? choice["reasoning"]?.string, !thought.isEmpty {
        parts.append(.reasoning(thought, sample: sample))
      }
      if let text = choice["text"]?.string, !text.isEmpty { parts.append(.text(text, sample: sample)) }
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
}
