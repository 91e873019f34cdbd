internal import LanguageModels

/// One question to an endpoint, with all the requests that it takes until every answer is there.
struct Call: Sendable {
  let model: RemoteLanguageModel
  let request: GenerationRequest
  /// Is given what the answers say, by their numbers.
  let give: @Sendable (Int, GenerationEvent) -> Void

  private var endpoint: Endpoint { model.endpoint }

  init(
    model: RemoteLanguageModel, request: GenerationRequest,
    give: @escaping @Sendable (Int, GenerationEvent) -> Void
  ) {
    self.model = model
    self.request = request
    self.give = give
  }

  /// Asks for a number of answers.
  func run(samples: Int) async throws(LanguageModelClientsError) {
    guard samples > 0 else { return }
    var singles = Array(0..<samples)
    let knowsCount = endpoint.takesSampleCount && endpoint.dialect != .anthropicMessages
    if samples > 1, knowsCount { singles = try await ask(for: singles, seed: seed(of: 0)) }
    if singles.count == 1, let sample = singles.first {
      try await askAlone(for: sample)
      return
    }
    let failure = await withTaskGroup(of: LanguageModelClientsError?.self) { group in
      for sample in singles {
        group.addTask {
          do throws(LanguageModelClientsError) {
            try await askAlone(for: sample)
            return nil
          } catch {
            return error
          }
        }
      }
      return await group.reduce(nil) { $0 ?? $1 }
    }
    if let failure { throw failure }
  }

  private func askAlone(for sample: Int) async throws(LanguageModelClientsError) {
    // The same seed would give the same answer.
    _ = try await ask(for: [sample], seed: seed(of: sample))
  }

  private func seed(of sample: Int) -> Int? { request.seed.map { RequestBody.seed($0, sample: sample) } }

  /// Asks for answers in one request, anew as long as it fails and there is hope.
  ///
  /// - Returns: The answers that a request which succeeded did not have: its server does not know how to give several.
  private func ask(for samples: [Int], seed: Int?) async throws(LanguageModelClientsError) -> [Int] {
    let errors = EndpointErrors(endpoint)
    return try await model.withPlace(errors) { () throws(LanguageModelClientsError) in
      try await askWithPlace(for: samples, seed: seed, errors: errors)
    }
  }

  private func askWithPlace(
    for samples: [Int], seed: Int?, errors: EndpointErrors
  ) async throws(LanguageModelClientsError) -> [Int] {
    var open = samples
    var loop = RetryLoop(model: model, errors: errors)
    while true {
      let body = try RequestBody(endpoint: endpoint).bytes(request, samples: open.count, seed: seed)
      let asked = open
      let attempt = Attempt(
        errors: errors, connections: model.connections, clock: model.clock, wallClock: model.wallClock,
        give: { give(asked[$0], $1) }, interpreter: endpoint.dialect.interpreter)
      let result = await attempt.run(body, samples: asked.count)
      finish(result, of: asked)
      open = asked.indices.filter { result.ended[$0] == nil }.map { asked[$0] }
      if open.isEmpty { return [] }
      guard let error = result.error else {
        guard open.count < asked.count else {
          throw errors.fault(.malformed("the answer is numbered otherwise than it was asked for"))
        }
        restart(open, of: asked, result)
        return open
      }
      let delay = try loop.delay(after: error)
      restart(open, of: asked, result)
      try await loop.wait(delay)
    }
  }

  private func restart(_ open: [Int], of asked: [Int], _ result: AttemptResult) {
    for place in asked.indices where open.contains(asked[place]) && result.begun.contains(place) {
      give(asked[place], .restarted)
    }
  }

  /// Enters a request into the ledger, and closes the answers that are complete.
  private func finish(_ result: AttemptResult, of asked: [Int]) {
    model.ledger.enter(
      endpoint, usage: result.usage, answers: result.ended.count, failed: result.error != nil,
      answered: !result.begun.isEmpty)
    let usage = asked.count == 1 ? result.usage : nil
    for (place, reason) in result.ended.sorted(by: { $0.key < $1.key }) {
      if let usage { give(asked[place], .progress(tokens: usage.completionTokens, passes: 0)) }
      give(
        asked[place],
        .finished(
          GenerationOutcome(
            reason: reason, promptTokens: usage?.promptTokens ?? 0, completionTokens: usage?.completionTokens ?? 0,
            cachedPromptTokens: usage?.cachedPromptTokens ?? 0, reasoningTokens: usage?.reasoningTokens ?? 0,
            hasTokenCounts: usage != nil, cost: usage.flatMap { endpoint.price?.cost(of: $0) })))
    }
  }
}
