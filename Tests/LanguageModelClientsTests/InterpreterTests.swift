import LanguageModels
import ServerSentEvents
import Testing

@testable import LanguageModelClients

/// What an interpreter makes of the data of some events.
struct Reading: Equatable {
  var parts: [AnswerPart] = []
  var fault: AnswerFault?
  var isDone = false
  var isComplete = false

  init(_ dialect: Endpoint.Dialect, _ data: [String]) {
    var interpreter = dialect.interpreter
    do throws(AnswerFault) {
      for text in data { parts += try interpreter.read(ServerSentEvent(data: text)) }
    } catch {
      fault = error
    }
    (isDone, isComplete) = (interpreter.isDone, interpreter.isComplete)
  }
}

@Suite struct InterpreterTests {
  static func chat(_ delta: String, _ reason: String? = nil) -> String {
    "{\"choices\":[{\"index\":0,\"delta\":\(delta),\"finish_reason\":\(reason.map { "\"\($0)\"" } ?? "null")}]}"
  }

  @Test(
    arguments: [
      // DeepSeek, vLLM, SGLang, llama-server.
      ("{\"content\":null,\"reasoning_content\":\"t\"}", [.reasoning("t", sample: 0)]),
      // OpenRouter, Ollama.
      (
        "{\"content\":\"\",\"reasoning\":\"t\",\"reasoning_details\":[{\"type\":\"reasoning.text\",\"text\":\"t\"}]}",
        [.reasoning("t", sample: 0)]
      ),
      // Both say the same.
      ("{\"reasoning\":\"t\",\"reasoning_content\":\"t\"}", [.reasoning("t", sample: 0)]),
      (
        "{\"reasoning_content\":\"\",\"reasoning\":\"t\",\"content\":\"a\"}",
        [.reasoning("t", sample: 0), .text("a", sample: 0)]
      ),
      // Mistral.
      (
        "{\"content\":[{\"type\":\"thinking\",\"thinking\":[{\"type\":\"text\",\"text\":\"t\"}]},{\"type\":\"text\",\"text\":\"a\"}]}",
        [.reasoning("t", sample: 0), .text("a", sample: 0)]
      ),
      // OpenAI.
      ("{\"role\":\"assistant\",\"content\":\"\",\"refusal\":null}", []),
      ("{\"refusal\":\"No.\"}", [.text("No.", sample: 0)]),
      ("{\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":\"{}\"}}]}", []), ("{}", []),
    ] as [(String, [AnswerPart])])
  func `thoughts are kept apart from the answer, whoever sends them`(delta: String, parts: [AnswerPart]) {
    #expect(Reading(.openAIChat, [Self.chat(delta)]).parts == parts)
  }

  @Test(arguments: [
    ("stop", GenerationOutcome.Reason.end), ("length", .tokenLimit), ("content_filter", .refused), ("tool_calls", .end),
    ("eos_token", .end), ("something new", .end), ("max_tokens", .tokenLimit),
  ])
  func `every reason to finish is known`(word: String, reason: GenerationOutcome.Reason) {
    let reading = Reading(
      .openAIChat, [Self.chat("{\"content\":\"a\"}"), Self.chat("{}", word), Self.chat("{}", word)])
    #expect(reading.parts == [.text("a", sample: 0), .ended(reason, sample: 0)])
    #expect(reading.isComplete && !reading.isDone)
    let completions = Reading(
      .openAICompletions, ["{\"choices\":[{\"index\":0,\"text\":\"a\",\"finish_reason\":\"\(word)\"}]}"])
    #expect(completions.parts == reading.parts && completions.isComplete)
  }

  @Test(arguments: ["error", "abort", "insufficient_system_resource"])
  func `a server that gives up has not answered`(word: String) {
    let reading = Reading(.openAIChat, [Self.chat("{\"content\":\"a\"}"), Self.chat("{}", word)])
    guard case .reported(let report)? = reading.fault else {
      Issue.record("\(reading)")
      return
    }
    #expect(report.kinds == ["server_error"] && !reading.isComplete)
  }

  @Test(
    arguments: [
      ("{\"prompt_tokens\":9,\"completion_tokens\":2}", TokenUsage(promptTokens: 9, completionTokens: 2)),
      (
        "{\"prompt_tokens\":9,\"completion_tokens\":2,\"prompt_cache_hit_tokens\":8}",
        TokenUsage(promptTokens: 9, cachedPromptTokens: 8, completionTokens: 2)
      ),
      ("{\"prompt_tokens\":9,\"prompt_tokens_details\":null}", TokenUsage(promptTokens: 9)),
      ("{\"prompt_tokens\":-9,\"completion_tokens\":9223372036854775807}", TokenUsage(completionTokens: 1 << 40)),
      ("null", nil), ("{}", nil), ("7", nil),
    ] as [(String, TokenUsage?)])
  func `usage is read in every form and never overflows`(text: String, usage: TokenUsage?) {
    let reading = Reading(.openAIChat, ["{\"choices\":[],\"usage\":\(text)}"])
    #expect(reading.parts == (usage.map { [.usage($0)] } ?? []) && reading.fault == nil)
  }

  @Test(arguments: [Endpoint.Dialect.openAIChat, .openAICompletions])
  func `what a server counts for each of several answers is added up`(dialect: Endpoint.Dialect) {
    let piece = dialect == .openAIChat ? "\"delta\":{\"content\":\"a\"}" : "\"text\":\"a\""
    func chunk(_ index: Int, end: Bool, _ usage: String = "null") -> String {
      "{\"choices\":[{\"index\":\(index),\(piece),\"finish_reason\":\(end ? "\"length\"" : "null")}],\"usage\":\(usage)}"
    }
    let one = "{\"prompt_tokens\":35,\"completion_tokens\":3,\"prompt_tokens_details\":{\"cached_tokens\":4}}"
    let two = "{\"prompt_tokens\":35,\"completion_tokens\":5}"
    let sum = AnswerPart.usage(TokenUsage(promptTokens: 35, cachedPromptTokens: 4, completionTokens: 8))
    // llama-server 0.3.36: chat in chunks of their own, completions with the end.
    let alone = ["{\"choices\":[],\"usage\":\(one)}", "{\"choices\":[],\"usage\":\(two)}"]
    let apart = [chunk(1, end: true), alone[0], chunk(0, end: true), alone[1], "[DONE]"]
    #expect(Reading(dialect, apart).parts.last == sum)
    #expect(Reading(dialect, [chunk(1, end: true, one), chunk(0, end: true, two), "[DONE]"]).parts.last == sum)
    // Sums so far stay what they are.
    let soFar = [
      chunk(0, end: false, one), chunk(1, end: false, two), chunk(0, end: true), chunk(1, end: true), alone[1],
    ]
    let last = AnswerPart.usage(TokenUsage(promptTokens: 35, completionTokens: 5))
    #expect(Reading(dialect, soFar).parts.last == last)
    // Of one answer the latest count is right.
    #expect(Reading(dialect, [chunk(0, end: true, one), alone[1]]).parts.last == last)
  }

  @Test func `Anthropic's counts are sums, and what is cached is counted apart`() {
    let usage = { (text: String) in "{\"type\":\"message_start\",\"message\":{\"usage\":\(text)}}" }
    let reading = Reading(
      .anthropicMessages,
      [
        usage(
          "{\"input_tokens\":3,\"cache_read_input_tokens\":100,\"cache_creation_input_tokens\":20,\"output_tokens\":1}"),
        "{\"type\":\"message_delta\",\"delta\":{\"stop_reason\":null},\"usage\":{\"output_tokens\":7}}",
        "{\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"stop_sequence\"},\"usage\":{\"output_tokens\":9}}",
      ])
    let first = TokenUsage(promptTokens: 123, cachedPromptTokens: 100, cacheWriteTokens: 20, completionTokens: 1)
    var (second, third) = (first, first)
    (second.completionTokens, third.completionTokens) = (7, 9)
    #expect(reading.parts == [.usage(first), .usage(second), .usage(third), .ended(.end, sample: 0)])
    #expect(reading.isComplete && !reading.isDone)
  }

  @Test(arguments: [
    ("end_turn", GenerationOutcome.Reason.end), ("max_tokens", .tokenLimit), ("refusal", .refused),
    ("model_context_window_exceeded", .contextFull), ("pause_turn", .end), ("new_reason", .end),
  ])
  func `every reason of Anthropic's is known`(word: String, reason: GenerationOutcome.Reason) {
    let delta = "{\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"\(word)\"}}"
    let reading = Reading(.anthropicMessages, [delta, "{\"type\":\"message_stop\"}"])
    #expect(reading.parts == [.ended(reason, sample: 0)] && reading.isDone && reading.isComplete)
  }

  @Test(
    arguments: [
      ("{\"error\":{\"message\":\"m\",\"type\":\"T\",\"code\":\"c\"}}", ServerReport(message: "m", kinds: ["t", "c"])),
      ("{\"error\":{\"message\":\"m\",\"code\":502}}", ServerReport(message: "m", status: 502)),
      ("{\"error\":{\"message\":\"m\",\"code\":\"429\"}}", ServerReport(message: "m", status: 429)),
      (
        "{\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"m\"}}",
        ServerReport(message: "m", kinds: ["overloaded_error"])
      ),
      ("{\"error\":\"m\"}", ServerReport(message: "m")),
      (
        "{\"object\":\"error\",\"message\":\"m\",\"type\":\"BadRequestError\",\"code\":400}",
        ServerReport(message: "m", kinds: ["badrequesterror"], status: 400)
      ),
      ("{\"detail\":\"m\"}", ServerReport(message: "m")),
      ("{\"detail\":[{\"msg\":\"a\"},{\"msg\":\"b\"}]}", ServerReport(message: "a; b")),
      ("{\"message\":\"m\"}", ServerReport(message: "m")),
      ("[{\"error\":{\"message\":\"m\"}}]", ServerReport(message: "m")),
      ("{\"error\":{\"message\":\"m\",\"metadata\":{\"raw\":\"r\"}}}", ServerReport(message: "m: r")),
      ("{\"ok\":true}", nil), ("[]", nil), ("3", nil),
    ] as [(String, ServerReport?)])
  func `reports of trouble are found in every form`(text: String, report: ServerReport?) throws {
    #expect(ServerReport(try JSONElement(text: text)) == report)
  }

  @Test(arguments: Endpoint.Dialect.allCases)
  func `blank data and unknown events are passed over`(dialect: Endpoint.Dialect) {
    let reading = Reading(dialect, ["", " ", "{\"type\":\"new_kind\",\"x\":1}", "{}"])
    #expect(reading == Reading(dialect, []))
  }

  @Test(arguments: Endpoint.Dialect.allCases)
  func `data that is no object is malformed`(dialect: Endpoint.Dialect) {
    for text in ["[]", "3", "{", "hello", "[DONE"] {
      guard case .malformed? = Reading(dialect, [text]).fault else {
        Issue.record("\(text) is taken")
        continue
      }
    }
  }
}
