internal import JSONReading
internal import LanguageModels
internal import ServerSentEvents

/// A piece of what an endpoint says, in words that all dialects share.
enum AnswerPart: Sendable, Hashable {
  /// More of an answer.
  case text(String, sample: Int)
  /// More of the thoughts before an answer.
  case reasoning(String, sample: Int)
  /// An answer is complete.
  case ended(GenerationOutcome.Reason, sample: Int)
  /// What has been used up so far; the latest counts.
  case usage(TokenUsage)
  /// How likely a given text is.
  case scoring(TextScoring)
}

/// What is wrong with what an endpoint said.
enum AnswerFault: Error, Sendable, Hashable {
  /// It is not what the dialect allows.
  case malformed(String)
  /// The endpoint reports trouble of its own.
  case reported(ServerReport)
}

/// Makes sense of the events of one response. Pure: no I/O, no time.
protocol AnswerInterpreter: Sendable {
  /// Takes an event of a stream.
  mutating func read(_ event: ServerSentEvent) throws(AnswerFault) -> [AnswerPart]
  /// Takes an answer that came whole, from a server that does not stream.
  mutating func read(whole element: JSONElement) throws(AnswerFault) -> [AnswerPart]
  /// Whether the endpoint said that nothing more comes.
  var isDone: Bool { get }
  /// Whether every answer that has begun is complete, and one is.
  var isComplete: Bool { get }
}

extension Endpoint.Dialect {
  /// An interpreter of one response in this dialect.
  var interpreter: any AnswerInterpreter {
    switch self {
    case .openAIChat: ChatInterpreter()
    case .openAICompletions: CompletionsInterpreter()
    case .anthropicMessages: MessagesInterpreter()
    }
  }
}

extension JSONElement {
  /// Reads the data of an event.
  static func data(of event: ServerSentEvent) throws(AnswerFault) -> JSONElement {
    let element: JSONElement
    do throws(JSONSyntaxError) {
      element = try JSONElement(text: event.data)
    } catch {
      throw .malformed("an event is not JSON: \(error.message), at byte \(error.offset)")
    }
    guard case .object = element else { throw .malformed("an event is no object of JSON's") }
    return element
  }
}
