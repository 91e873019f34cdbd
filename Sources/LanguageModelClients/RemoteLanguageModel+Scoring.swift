internal import LanguageModels
internal import ServerSentEvents

extension RemoteLanguageModel {
  /// Asks how likely the model finds the tokens of a text. One token is written and thrown away.
  ///
  /// - Returns: The scores, or why the endpoint does not give any: its dialect has no way to ask, it refuses to be asked so,
  ///   or it passes over the question.
  /// - Throws: ``LanguageModelClientsError`` where the endpoint cannot be used at all.
  public func scores(
    of text: String, method: TokenScoring.Method
  ) async throws(LanguageModelClientsError) -> TokenScoring {
    switch try await scores(of: [text], method: method, continuedBy: 1) {
    case .scores(let texts): .scores(texts[0].tokens)
    case .notReturned(let why): .notReturned(why)
    }
  }

  /// Asks how likely the model finds the tokens of several texts, in one request, and how it goes on from each.
  ///
  /// - Parameter count: How many tokens are written after each text, at least 1.
  func scores(
    of texts: [String], method: TokenScoring.Method, continuedBy count: Int
  ) async throws(LanguageModelClientsError) -> TextScoring {
    guard endpoint.dialect == .openAICompletions else {
      return .notReturned(
        "The endpoint `\(endpoint.name)` speaks \(endpoint.dialect.rawValue), which has no scores of a given text.")
    }
    let errors = EndpointErrors(endpoint)
    do throws(LanguageModelClientsError) {
      return try await withPlace(errors) { () throws(LanguageModelClientsError) in
        try await askForScores(RequestBody(endpoint: endpoint).scoring(texts, method, continuedBy: count), errors) {
          ScoresInterpreter(texts: texts, method: method)
        }
      }
    } catch  where error.code == .invalidRequest {
      return .notReturned(error.message)
    }
  }

  private func askForScores(
    _ body: [UInt8], _ errors: EndpointErrors, interpreter: () -> ScoresInterpreter
  ) async throws(LanguageModelClientsError) -> TextScoring {
    let attempt = Attempt(
      errors: errors, connections: connections, clock: clock, wallClock: wallClock, give: { _, _ in },
      interpreter: interpreter())
    var loop = RetryLoop(model: self, errors: errors)
    while true {
      let result = await attempt.run(body, samples: 1)
      ledger.enter(
        endpoint, usage: result.usage, answers: result.scoring == nil ? 0 : 1, failed: result.error != nil,
        answered: result.scoring != nil)
      if let scoring = result.scoring { return scoring }
      let error = result.error ?? errors.fault(.malformed("there are no scores in it"))
      try await loop.wait(try loop.delay(after: error))
    }
  }
}

extension RequestBody {
  /// The body of a question for scores.
  func scoring(_ texts: [String], _ method: TokenScoring.Method, continuedBy count: Int) -> [UInt8] {
    let prompt: JSONElement = texts.count == 1 ? .string(texts[0]) : .array(texts.map { .string($0) })
    var members: [JSONElement.Member] = [
      .init("model", .string(endpoint.model)), .init("prompt", prompt), .init("max_tokens", .integer(count)),
      .init("temperature", 0),
    ]
    switch method {
    case .echo: members += [.init("echo", true), .init("logprobs", 1)]
    case .promptLogprobs: members.append(.init("prompt_logprobs", 1))
    }
    return JSONElement.object(members).bytes
  }
}

/// Takes the scores of texts out of a response in one piece.
struct ScoresInterpreter: AnswerInterpreter {
  let texts: [String]
  let method: TokenScoring.Method
  private(set) var isDone = false
  var isComplete: Bool { isDone }

  init(texts: [String], method: TokenScoring.Method) {
    self.texts = texts
    self.method = method
  }

  mutating func read(_ event: ServerSentEvent) throws(AnswerFault) -> [AnswerPart] {
    throw .malformed("it is a stream, which was not asked for")
  }

  mutating func read(whole element: JSONElement) throws(AnswerFault) -> [AnswerPart] {
    guard element["choices"] != nil else {
      if let report = ServerReport(element) { throw .reported(report) }
      throw .malformed("the answer has no `choices`")
    }
    isDone = true
    let usage = TokenUsage(openAI: element["usage"]).map { [AnswerPart.usage($0)] } ?? []
    return usage + [.scoring(TextScoring(response: element, texts: texts, method: method))]
  }
}
