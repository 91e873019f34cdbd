internal import JSONReading
internal import ServerSentEvents

/// Reads one response as its bytes come in, cut anywhere: an event stream, JSON in one piece, a server's report of its
/// trouble, or something that is no answer at all. Pure: no I/O, no time.
///
/// What it is is told by its first bytes and not by its headers, which are wrong too often.
struct ResponseReader: Sendable {
  /// The most bytes of one event or of an answer in one piece.
  static let mostBytes = EventStreamParser.defaultLimit
  /// The most bytes of a response of any form. A model that writes for half an hour does not fill it.
  static let mostBytesOfResponse = 1 << 30
  /// The most bytes that are read of something that will end as a sentence.
  private static let mostBytesOfTrouble = ServerText.mostBytes

  private enum Form: Sendable {
    case unknown([UInt8])
    case stream(EventStreamParser)
    case json([UInt8])
    case foreign([UInt8])
    case trouble([UInt8])
  }

  let errors: EndpointErrors
  private let status: Int
  private let retryAfter: Duration?
  private let location: String?
  private var interpreter: any AnswerInterpreter
  private var form = Form.unknown([])
  /// The first bytes, from which a stream without events is judged.
  private var start: [UInt8] = []
  private var hasEvents = false
  private let limit: Int
  private var count = 0

  /// A reader of a response with this head.
  init(
    errors: EndpointErrors, status: Int, retryAfter: Duration? = nil, location: String? = nil,
    interpreter: any AnswerInterpreter, limit: Int = ResponseReader.mostBytesOfResponse
  ) {
    self.errors = errors
    self.status = status
    self.retryAfter = retryAfter
    self.location = location
    self.interpreter = interpreter
    self.limit = limit
    if !(200..<300).contains(status) { form = .trouble([]) }
  }

  /// Whether nothing more needs to be read.
  var isDone: Bool { interpreter.isDone }

  /// Whether every answer that has begun is complete, so that a stream that breaks now has lost nothing.
  var isComplete: Bool { interpreter.isComplete }

  /// Whether the answer comes in one piece, whose first byte is as good as its first token.
  var comesWhole: Bool {
    switch form {
    case .unknown, .stream: false
    case .json, .foreign, .trouble: true
    }
  }

  /// Takes the next bytes, and appends what they say.
  ///
  /// - Throws: ``LanguageModelClientsError`` where they show that there is no answer; what was said before was appended.
  mutating func feed(_ bytes: [UInt8], into parts: inout [AnswerPart]) throws(LanguageModelClientsError) {
    guard !isDone else { return }
    count += bytes.count
    guard count <= limit else { throw errors.error(.malformedStream, "answers without end: more than \(limit) bytes.") }
    start += bytes.prefix(64 - start.count)
    try take(bytes, into: &parts)
  }

  private mutating func take(_ bytes: [UInt8], into parts: inout [AnswerPart]) throws(LanguageModelClientsError) {
    switch form {
    case .unknown(let before): try begin(before + bytes, into: &parts)
    case .stream(var parser):
      form = .unknown([])  // So that the parser's memory is not copied.
      defer { form = .stream(parser) }
      try read(bytes, with: &parser, into: &parts)
    case .json(var before):
      form = .unknown([])
      before += bytes
      form = .json(before)
      guard before.count <= Self.mostBytes else {
        throw errors.error(.malformedStream, "answers with more than \(Self.mostBytes >> 20) MiB in one piece.")
      }
    case .foreign(let before):
      form = .foreign(before + bytes)
      if before.count + bytes.count > Self.mostBytesOfTrouble { throw errors.foreign(before + bytes) }
    case .trouble(let before):
      form = .trouble(before + bytes)
      if before.count + bytes.count > Self.mostBytesOfTrouble { throw trouble(before + bytes) }
    }
  }

  /// Takes note that the response has ended as it should, and appends what is still to be said.
  ///
  /// - Throws: ``LanguageModelClientsError`` where the answer is not complete.
  mutating func end(into parts: inout [AnswerPart]) throws(LanguageModelClientsError) {
    switch form {
    case .trouble(let body): throw trouble(body)
    case .foreign(let body): throw errors.foreign(body)
    case .unknown: throw broken
    case .json(let body):
      let element: JSONElement
      do throws(JSONSyntaxError) { element = try JSONElement(body) } catch {
        throw errors.fault(.malformed("its JSON is wrong: \(error.message), at byte \(error.offset)"))
      }
      do throws(AnswerFault) { parts += try interpreter.read(whole: element) } catch { throw errors.fault(error) }
    case .stream(var parser):
      if !isComplete, parser.hasUnfinishedEvent {
        // Some servers forget the blank line after the last event. If it is whole it counts; if not, the stream broke.
        var last: [AnswerPart] = []
        if (try? read(Array("\n\n".utf8), with: &parser, into: &last)) != nil { parts += last }
      }
      guard !isComplete else { return }
      if isDone { throw empty }
      throw hasEvents || looksLikeStream ? broken : errors.foreign(start)
    }
    guard isComplete else { throw empty }
  }

  private var broken: LanguageModelClientsError {
    errors.error(.brokenStream, "ended its response before the answer was complete.")
  }

  private var empty: LanguageModelClientsError {
    errors.fault(.malformed("the response says that it is complete, and there is no answer in it"))
  }

  private func trouble(_ body: [UInt8]) -> LanguageModelClientsError {
    errors.response(status: status, retryAfter: retryAfter, location: location, body: body)
  }

  private mutating func begin(_ bytes: [UInt8], into parts: inout [AnswerPart]) throws(LanguageModelClientsError) {
    let isBlank = { (byte: UInt8) in byte == 0x20 || (0x09...0x0d).contains(byte) || [0xef, 0xbb, 0xbf].contains(byte) }
    guard let first = bytes.first(where: { !isBlank($0) }) else {
      guard bytes.count <= Self.mostBytesOfTrouble else { throw errors.foreign(bytes) }
      form = .unknown(bytes)
      return
    }
    form = .unknown([])
    switch first {
    case UInt8(ascii: "{"), UInt8(ascii: "["): form = .json([])
    case UInt8(ascii: "<"): form = .foreign([])
    default: form = .stream(EventStreamParser(limit: Self.mostBytes))
    }
    let body = comesWhole ? Array(bytes.drop(while: isBlank)) : bytes
    try take(body, into: &parts)
  }

  private mutating func read(
    _ bytes: [UInt8], with parser: inout EventStreamParser, into parts: inout [AnswerPart]
  ) throws(LanguageModelClientsError) {
    var events: [ServerSentEvent] = []
    let failure = bytes.withUnsafeBytes { buffer -> EventStreamError? in
      do throws(EventStreamError) {
        try parser.feed(buffer, into: &events)
        return nil
      } catch {
        return error
      }
    }
    for event in events where !interpreter.isDone {
      hasEvents = true
      do throws(AnswerFault) { parts += try interpreter.read(event) } catch { throw errors.fault(error) }
    }
    if let failure, !interpreter.isDone { throw errors.fault(.malformed(failure.description)) }
  }

  private var looksLikeStream: Bool {
    let text = String(decoding: start, as: UTF8.self).trimmingBlanks
    return ["data", "event", "id", "retry", ":"].contains { text.hasPrefix($0) || $0.hasPrefix(text) }
  }
}
