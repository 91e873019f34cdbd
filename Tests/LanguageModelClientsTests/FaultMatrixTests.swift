import LanguageModelClients
import LanguageModels
import Testing

/// One way in which a server misbehaves, and what has to come of it.
struct Fault: Sendable, CustomTestStringConvertible {
  var name: String
  /// What the server does with the first requests; after them it answers as it should, where it is asked again.
  var replies: @Sendable (Endpoint.Dialect) -> [[ScriptedServer.Step]]
  /// How it ends; `nil` where the answer comes after all.
  var code: LanguageModelClientsError.Code?
  /// How many requests the server gets.
  var requests: Int
  /// How often text that was given out turned out to be void.
  var restarts = 0
  /// What the error's sentence has to say.
  var says: [String] = []
  var dialects = Endpoint.Dialect.allCases

  var testDescription: String { name }
}

extension Fault {
  private typealias Step = ScriptedServer.Step

  /// The beginning of a good stream, as long as a share of it.
  private static func part(_ dialect: Endpoint.Dialect, _ share: Double) -> [UInt8] {
    let stream = Replies.bytes(Replies.hello(dialect))
    return Array(stream.prefix(Int(Double(stream.count) * share)))
  }

  /// The stream up to where the text has ended and the end has not been said.
  private static func upToText(_ dialect: Endpoint.Dialect) -> [UInt8] {
    let stream = Replies.hello(dialect)
    let mark = stream.firstRange(
      of: dialect == .openAICompletions ? "data: {\"choices\":[{\"index\":0,\"text\":\"world" : "world")!
    return Replies.bytes(String(stream[..<mark.lowerBound]))
  }

  private static func error(_ status: String, _ body: String, headers: [String] = []) -> [[Step]] {
    [Replies.whole(body, status: status, headers: headers)]
  }

  static let matrix: [Fault] = passing + final

  /// Trouble that passes when it is tried again.
  static let passing: [Fault] = [
    Fault(
      name: "a reset before the head", replies: { _ in [[.reset]] }, requests: 2),
    Fault(name: "a closed connection before the head", replies: { _ in [[.close]] }, requests: 2),
    Fault(name: "a reset after the head", replies: { _ in [[Replies.head(), .reset]] }, requests: 2),
    Fault(
      name: "a reset in the middle of an event",
      replies: { [[Replies.head(), .chunk(upToText($0) + Array("data: {\"cho".utf8)), .reset]] }, requests: 2,
      restarts: 1),
    Fault(
      name: "a stream that ends in the middle of an event",
      replies: { [[Replies.head(), .chunk(upToText($0) + Array("data: {\"cho".utf8)), .endChunks]] }, requests: 2,
      restarts: 1),
    Fault(
      name: "a stream that ends between two events",
      replies: { [[Replies.head(), .chunk(upToText($0).dropLastLine), .endChunks]] }, requests: 2, restarts: 1),
    Fault(name: "an empty stream", replies: { _ in [[Replies.head(), .endChunks]] }, requests: 2),
    Fault(
      name: "nothing but comments",
      replies: { _ in [[Replies.head(), .chunk(Replies.bytes(": ping\n\n: ping\n\n")), .endChunks]] }, requests: 2),
    Fault(
      name: "three different beginnings",
      replies: { dialect in
        (0..<3).map { [Replies.head(), .chunk(upToText(dialect)), $0 == 1 ? .close : .reset] }
      }, requests: 4, restarts: 3),
    Fault(
      name: "a storm of 429 with Retry-After",
      replies: { _ in
        (0..<4).flatMap { _ in
          error("429 Too Many Requests", "{\"error\":{\"message\":\"slow down\"}}", headers: ["retry-after: 7"])
        }
      }, requests: 5),
    Fault(name: "500, then a success", replies: { _ in error("500 Internal Server Error", "oops") }, requests: 2),
    Fault(
      name: "a gateway's page with 502",
      replies: { _ in [Replies.whole("<html><title>Bad</title></html>", status: "502 Bad Gateway", type: "text/html")]
      },
      requests: 2),
    Fault(name: "408, then a success", replies: { _ in error("408 Request Timeout", "") }, requests: 2),
    Fault(
      name: "503 while the model is loaded",
      replies: { _ in
        error(
          "503 Service Unavailable",
          "{\"error\":{\"code\":503,\"message\":\"Loading model\",\"type\":\"unavailable_error\"}}")
      }, requests: 2),
    Fault(
      name: "529 of Anthropic",
      replies: { _ in
        error(
          "529 Overloaded", "{\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"Overloaded\"}}")
      }, requests: 2),
    Fault(
      name: "an error within the stream that passes",
      replies: { dialect in
        let error =
          "data: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"Overloaded\"}}\n\n"
        return [[Replies.head(), .chunk(upToText(dialect).dropLastLine + Array(error.utf8)), .endChunks]]
      }, requests: 2, restarts: 1),
    Fault(
      name: "a router's error within the stream",
      replies: { _ in
        let error = """
          data: {"error":{"code":502,"message":"Provider disconnected"},"choices":[{"index":0,"delta":{"content":""},\
          "finish_reason":"error"}]}\n\n
          """
        return [Replies.stream(error)]
      }, requests: 2, dialects: [.openAIChat]),
    Fault(
      name: "a body shorter than announced",
      replies: { _ in
        let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 900\r\n\r\n{\"choices\": ["
        return [[.send(Replies.bytes(head)), .close]]
      }, requests: 2),
    Fault(
      name: "a reset after the answer is complete",
      replies: { dialect in
        let cut = dialect == .anthropicMessages ? "event: message_stop" : "data: {\"choices\":[],\"usage\""
        let stream = Replies.hello(dialect)
        return [
          [Replies.head(), .chunk(Replies.bytes(String(stream[..<stream.firstRange(of: cut)!.lowerBound]))), .reset]
        ]
      }, requests: 1),
    Fault(
      name: "a server that says no more after [DONE], and keeps the connection",
      replies: { [[Replies.head(), .chunk(part($0, 1))]] }, requests: 1),
    Fault(
      name: "a last event without its blank line",
      replies: { [[Replies.head(), .chunk(Array(part($0, 1).dropLast(2))), .endChunks]] }, requests: 1),
    Fault(
      name: "wrong content types",
      replies: { [[Replies.head(type: "text/html"), .chunk(part($0, 1)), .endChunks]] }, requests: 1),
    Fault(
      name: "carriage returns",
      replies: { dialect in
        let stream = Replies.hello(dialect).split(separator: "\n", omittingEmptySubsequences: false).joined(
          separator: "\r\n")
        return [Replies.stream(stream)]
      }, requests: 1),
    Fault(
      name: "a comment of ten megabytes",
      replies: { dialect in
        let comment = ":" + String(repeating: "0123456789", count: 1 << 20) + "\n\n"
        return [[Replies.head(), .chunk(Replies.bytes(comment)), .chunk(part(dialect, 1)), .endChunks]]
      }, requests: 1),
  ]
}

extension [UInt8] {
  /// Without what stands after the last blank line: a stream that was cut between two events.
  var dropLastLine: [UInt8] {
    guard let end = indices.last(where: { $0 > 0 && self[$0] == 0x0a && self[$0 - 1] == 0x0a }) else { return [] }
    return Array(self[...end])
  }
}

@Suite(.timeLimit(.minutes(2))) struct FaultMatrixTests {
  static let cases = Fault.matrix.flatMap { fault in fault.dialects.map { (fault, $0) } }

  @Test(arguments: cases)
  func `whatever a server does, the answer comes whole or an error says why`(
    fault: Fault, dialect: Endpoint.Dialect
  ) async throws {
    let bad = fault.replies(dialect)
    let server = try await ScriptedServer { index, _ in
      index < bad.count ? bad[index] : Replies.stream(Replies.hello(dialect))
    }
    let model = try Asking.model(Asking.endpoint(server, dialect: dialect))
    let answer = await Asking.ask(model)
    #expect(answer.error?.code == fault.code, "\(String(describing: answer.error))")
    #expect(server.requests.count == fault.requests)
    #expect(answer.restarts == fault.restarts)
    if fault.code == nil {
      #expect(answer.text == "Hello, world")
      #expect(answer.outcome?.reason == .end)
    } else {
      let sentence = "\(answer.error.map(String.init(describing:)) ?? "")"
      #expect(sentence.contains("`scripted`"))
      for word in fault.says { #expect(sentence.contains(word), "\(sentence)") }
      #expect(!sentence.contains("0123456789abc"), "\(sentence)")
      #expect(sentence.count < 800 && !sentence.contains("\n"), "\(sentence)")
      #expect(answer.outcome == nil)
    }
    // Every attempt but a last good one failed.
    let total = model.ledger.total
    #expect(total.requests == fault.requests)
    #expect(total.failedRequests == fault.requests - (fault.code == nil ? 1 : 0))
    #expect(total.answers == (fault.code == nil ? 1 : 0))
    // Every request had the same body.
    #expect(Set(server.requests.map(\.body)).count == 1)
    try await server.stop()
  }
}
