import LanguageModels
import Testing

@testable import LanguageModelClients

@Suite struct ResponseReaderTests {
  /// What a reader makes of a response in pieces; pieces of text that follow each other are put together.
  struct Result: Equatable {
    var parts: [AnswerPart] = []
    var code: LanguageModelClientsError.Code?
    var message: String?

    init(_ dialect: Endpoint.Dialect, status: Int = 200, _ pieces: [ArraySlice<UInt8>]) {
      let endpoint = Endpoint(name: "e", dialect: dialect, baseURL: "https://x.example", model: "m")
      var reader = ResponseReader(errors: EndpointErrors(endpoint), status: status, interpreter: dialect.interpreter)
      do throws(LanguageModelClientsError) {
        for piece in pieces { try reader.feed(Array(piece), into: &parts) }
        try reader.end(into: &parts)
      } catch {
        (code, message) = (error.code, error.message)
      }
    }
  }

  static let bodies: [String] =
    Endpoint.Dialect.allCases.map(Replies.hello) + Endpoint.Dialect.allCases.map(Replies.wholeHello) + [
      "\u{feff}\n <!doctype html><title>é</title>", "\u{feff} {\"error\":{\"message\":\"é\"}}", "garbage é",
      "data: {\"choices\"", "",
      " \n ", "data: {\"error\":\"x\"}\n\n", ": c\n\n", "data: [DONE]\n\n", "event: x\ndata: {\n\n",
    ]

  @Test(arguments: Endpoint.Dialect.allCases, bodies.indices)
  func `cut anywhere a response is the same`(dialect: Endpoint.Dialect, index: Int) {
    let body = Replies.bytes(Self.bodies[index])
    for status in [200, 400] {
      let whole = Result(dialect, status: status, [body[...]])
      for cut in 0...body.count {
        let result = Result(dialect, status: status, [body[..<cut], body[cut...]])
        guard result == whole else {
          Issue.record("cut at \(cut): \(result) is not \(whole)")
          return
        }
      }
      #expect(Result(dialect, status: status, body.indices.map { body[$0...$0] }) == whole)
    }
  }

  @Test(arguments: Endpoint.Dialect.allCases)
  func `of every beginning of a stream it is known whether it is complete`(dialect: Endpoint.Dialect) {
    let text = Replies.hello(dialect)
    let body = Replies.bytes(text)
    let mark = dialect == .anthropicMessages ? "\"stop_reason\":\"end_turn\"" : "\"finish_reason\":\"stop\""
    let said = text.utf8.distance(from: text.startIndex, to: text.firstRange(of: mark)!.upperBound)
    let endOfEvent =
      said + text.utf8.dropFirst(said).firstIndex(of: 0x0a).map {
        text.utf8.distance(from: text.utf8.dropFirst(said).startIndex, to: $0)
      }!
    for count in 0...body.count {
      let result = Result(dialect, [body[..<count]])
      if count < endOfEvent {
        #expect(result.code == .brokenStream, "after \(count): \(String(describing: result.message))")
      } else {
        #expect(result.code == nil, "after \(count): \(String(describing: result.message))")
      }
    }
  }

  @Test func `a response without end is ended`() {
    let endpoint = Endpoint(name: "e", dialect: .openAIChat, baseURL: "https://x.example", model: "m")
    var reader = ResponseReader(
      errors: EndpointErrors(endpoint), status: 200, interpreter: ChatInterpreter(), limit: 100)
    var parts: [AnswerPart] = []
    let error = #expect(throws: LanguageModelClientsError.self) {
      for _ in 0..<11 { try reader.feed(Replies.bytes(":23456789\n"), into: &parts) }
    }
    #expect(error?.code == .malformedStream && error?.isTransient == false)
  }

  @Test(arguments: 0..<12 as Range<UInt64>)
  func `damaged responses end as answers or as errors, and never crash`(seed: UInt64) {
    var generator = SplitMix(seed: seed)
    for dialect in Endpoint.Dialect.allCases {
      for _ in 0..<60 {
        var body = Replies.bytes(Self.bodies.randomElement(using: &generator)!)
        for _ in 0..<Int.random(in: 0...6, using: &generator) where !body.isEmpty {
          let place = Int.random(in: 0..<body.count, using: &generator)
          switch Int.random(in: 0..<3, using: &generator) {
          case 0: body[place] = UInt8.random(in: 0...255, using: &generator)
          case 1: body.remove(at: place)
          default: body.insert(contentsOf: body[place..<min(body.count, place + 20)], at: place)
          }
        }
        let whole = Result(dialect, [body[...]])
        let cut = Int.random(in: 0...body.count, using: &generator)
        #expect(Result(dialect, [body[..<cut], body[cut...]]) == whole)
        if whole.code == nil { #expect(whole.parts.contains { if case .ended = $0 { true } else { false } }) }
        if let message = whole.message { #expect(message.hasPrefix("The endpoint `e` ") && message.count < 900) }
      }
    }
  }
}
