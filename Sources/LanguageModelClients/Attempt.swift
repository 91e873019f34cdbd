internal import AsyncHTTPClient
internal import LanguageModels
internal import NIOCore
internal import NIOHTTP1

/// What one request came to.
struct AttemptResult: Sendable {
  /// Whether a response began.
  var isAnswered = false
  /// The answers of which something was given out, by their place in the request.
  var begun: Set<Int> = []
  /// The answers that are complete, and why they ended.
  var ended: [Int: GenerationOutcome.Reason] = [:]
  /// What the endpoint said it used up.
  var usage: TokenUsage?
  /// How likely a given text is, where that was the question.
  var scoring: TextScoring?
  /// Why it ended early; `nil` where the response is complete.
  var error: LanguageModelClientsError?
}

/// One request: sent, read, watched over. It is not repeated here.
struct Attempt: Sendable {
  let errors: EndpointErrors
  let connections: Connections
  let clock: any Clock<Duration>
  /// Seconds since 1970, for dates in `Retry-After`.
  let wallClock: @Sendable () -> Double
  /// Is given what the answers say, by their place in the request.
  let give: @Sendable (Int, GenerationEvent) -> Void
  /// What makes sense of the response.
  let interpreter: any AnswerInterpreter

  private enum Finish: Sendable {
    case response(AttemptResult)
    case expired(LanguageModelClientsError.Code?)
  }

  /// Sends a request for a number of answers, and reads them.
  func run(_ body: [UInt8], samples: Int) async -> AttemptResult {
    let deadlines = Deadlines(errors.endpoint.limits, clock: clock)
    return await withTaskGroup(of: Finish.self) { group in
      group.addTask { .expired(await deadlines.expiry()) }
      group.addTask { .response(await self.exchange(body, samples: samples, deadlines: deadlines)) }
      var result = AttemptResult()
      var expired: LanguageModelClientsError.Code?
      for await finish in group {
        switch finish {
        case .response(let response): result = response
        case .expired(let code): expired = code
        }
        group.cancelAll()
      }
      // An answer that came whole while its time ran out is an answer.
      if let expired, result.error?.code == .cancelled { result.error = errors.expired(expired) }
      return result
    }
  }

  private func exchange(_ body: [UInt8], samples: Int, deadlines: Deadlines) async -> AttemptResult {
    var result = AttemptResult()
    do throws(LanguageModelClientsError) {
      try await exchange(body, samples: samples, deadlines: deadlines, result: &result)
    } catch {
      result.error = error
    }
    return result
  }

  private func exchange(
    _ body: [UInt8], samples: Int, deadlines: Deadlines, result: inout AttemptResult
  ) async throws(LanguageModelClientsError) {
    let url = try errors.endpoint.requestURL()
    let response: HTTPClientResponse
    do { response = try await connections.send(body, to: errors.endpoint, url: url) } catch {
      throw Task.isCancelled ? errors.cancelled : errors.network(error, hasBegun: false)
    }
    result.isAnswered = true
    deadlines.heard(isToken: false)
    var reader = ResponseReader(
      errors: errors, status: Int(response.status.code), retryAfter: retryAfter(response.headers),
      location: response.headers.first(name: "location"), interpreter: interpreter)
    var iterator = response.body.makeAsyncIterator()
    while !reader.isDone {
      let bytes: ByteBuffer?
      do { bytes = try await iterator.next() } catch {
        // Everything that was asked for has come: nothing is lost with the rest, and nothing must be bought twice.
        if reader.isComplete { return }
        throw Task.isCancelled ? errors.cancelled : errors.network(error, hasBegun: true)
      }
      var parts: [AnswerPart] = []
      defer {
        deadlines.heard(isToken: reader.comesWhole || parts.contains(where: \.isToken))
        take(parts, samples: samples, into: &result)
      }
      guard let bytes else {
        try reader.end(into: &parts)
        return
      }
      try reader.feed(Array(buffer: bytes), into: &parts)
    }
    var parts: [AnswerPart] = []
    try reader.end(into: &parts)
  }

  private func retryAfter(_ headers: HTTPHeaders) -> Duration? {
    if let text = headers.first(name: "retry-after-ms"), let milliseconds = Double(text),
      (0...1e9).contains(milliseconds)
    {
      return .milliseconds(milliseconds)
    }
    return headers.first(name: "retry-after").flatMap { RetryAfter.delay($0, now: wallClock()) }
  }

  private func take(_ parts: [AnswerPart], samples: Int, into result: inout AttemptResult) {
    func begin(_ sample: Int) -> Bool {
      guard (0..<samples).contains(sample) else { return false }
      if result.begun.insert(sample).inserted {
        give(sample, .started(promptTokens: result.usage?.promptTokens ?? 0))
      }
      return true
    }
    for part in parts {
      switch part {
      case .text(let text, let sample): if begin(sample) { give(sample, .text(text)) }
      case .reasoning(let text, let sample): if begin(sample) { give(sample, .reasoning(text)) }
      case .ended(let reason, let sample): if begin(sample) { result.ended[sample] = reason }
      case .usage(let usage): result.usage = usage
      case .scoring(let scoring): result.scoring = scoring
      }
    }
  }
}

extension AnswerPart {
  /// Whether the model has begun to write.
  var isToken: Bool {
    switch self {
    case .text, .reasoning, .ended: true
    case .usage, .scoring: false
    }
  }
}
