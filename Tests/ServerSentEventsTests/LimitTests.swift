import ServerSentEvents
import Testing

@Suite struct LimitTests {
  /// What a parser with a limit gives for a stream cut into pieces of one length, and the error that ended it.
  static func outcome(
    _ text: String, limit: Int, pieceLength: Int
  ) -> ([ServerSentEvent], EventStreamError?) {
    var parser = EventStreamParser(limit: limit)
    var events: [ServerSentEvent] = []
    let bytes = Array(text.utf8)
    for start in stride(from: 0, to: bytes.count, by: pieceLength) {
      do {
        try bytes[start..<min(start + pieceLength, bytes.count)].withUnsafeBytes { try parser.feed($0, into: &events) }
      } catch {
        return (events, error as? EventStreamError)
      }
    }
    return (events, nil)
  }

  @Test(arguments: [1, 2, 3, 7, 1000])
  func `a line or an event over the limit is an error, after the events before it`(pieceLength: Int) {
    let ten = String(repeating: "x", count: 10)
    let cases: [(String, Int, EventStreamError.Code?)] = [
      ("data:\(ten)\n\n", 15, nil), ("data:\(ten)\n\n", 14, .lineTooLong), ("data:\(ten)", 14, .lineTooLong),
      (":\(ten)\n", 10, .lineTooLong),
      ("data:\(ten)\ndata:\(ten)\n\n", 21, nil), ("data:\(ten)\ndata:\(ten)\n\n", 20, .eventTooLong),
      ("data:\(ten)\n\ndata:\(ten)\n\n", 15, nil),
    ]
    for (text, limit, code) in cases {
      let (events, error) = Self.outcome("data:a\n\n" + text, limit: limit, pieceLength: pieceLength)
      #expect(error?.code == code && events.first == .init(data: "a"), "\(text.debugDescription), \(limit)")
    }
    let (_, error) = Self.outcome("\u{feff}data:\(ten)\n\n", limit: 15, pieceLength: pieceLength)
    #expect(error == nil)
  }

  @Test func `after an error the same error comes again`() {
    var parser = EventStreamParser(limit: 4)
    for _ in 0..<3 {
      #expect(throws: EventStreamError(.lineTooLong, limit: 4)) { try parser.feed(Array("data: a\n\n".utf8)) }
    }
    #expect(parser.failure?.description == "A line of the event stream is longer than 4 bytes.")
  }

  @Test(arguments: [1 << 10, 1 << 16])
  func `a line of ten megabytes comes through whole`(pieceLength: Int) throws {
    let long = String(repeating: "0123456789", count: 1 << 20)
    let (events, error) = Self.outcome(
      "data: \(long)\n\ndata: after\n\n", limit: EventStreamParser.defaultLimit, pieceLength: pieceLength)
    #expect(error == nil && events.count == 2)
    #expect(events.first?.data.utf8.count == 10 << 20)
    #expect(events.last == .init(data: "after"))
  }
}
