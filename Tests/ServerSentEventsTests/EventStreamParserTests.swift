import ServerSentEvents
import Testing

private func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

@Suite struct EventStreamParserTests {
  /// Streams with everything that the standard speaks of.
  static let fixtures: [[UInt8]] = [
    bytes("data: {\"a\":1}\n\ndata: [DONE]\n\n"),
    bytes("event: message_start\r\ndata: {}\r\n\r\nevent: ping\r\ndata:x\r\n\r\n"),
    bytes("data: one\rdata: two\r\rdata:  three \r\n\n"),
    bytes(": OPENROUTER PROCESSING\n\n:\n\ndata: after comments\n\n"),
    bytes("\u{feff}data: marked\n\n\u{feff}data: not a field\n\ndata: last\n\n"),
    bytes("id: 7\nretry: 2500\ndata: a\n\nid\ndata: b\n\nid: 9\0\ndata: c\n\nretry: 1x\ndata: d\n\n"),
    bytes("data\n\ndata:\ndata:\n\nevent: lost\n\ndata: plain\n\n"),
    bytes("data: grüße, 世界, 👩‍🚀, e\u{301}\n\ndata:\u{2028}\u{85}kept\n\n"),
    bytes("data: complete\n\ndata: the end is missing\n"),
    bytes("\n\n\r\r\n\r\n\ndata: after blanks\r\n\r\n"),
    bytes("data: bad ") + [0xff, 0xc3, 0x0a, 0xe2, 0x82] + bytes("\ndata: x\n\n"),
    [0xef, 0xbb] + bytes("data: half a mark\n\ndata: whole\n\n"),
    bytes("Data: wrong case\n\n data: indented\n\ndata : spaced\n\nfoo: unknown\ndata: right\n\n"),
  ]

  static func parse(_ pieces: some Sequence<ArraySlice<UInt8>>) throws -> [ServerSentEvent] {
    var parser = EventStreamParser()
    return try pieces.flatMap { try parser.feed(Array($0)) }
  }

  @Test func `every rule of the standard gives the events that it should`() throws {
    let events = Self.fixtures.map { try? Self.parse([$0[...]]) }
    #expect(events[0] == [.init(data: "{\"a\":1}"), .init(data: "[DONE]")])
    #expect(events[1] == [.init(type: "message_start", data: "{}"), .init(type: "ping", data: "x")])
    #expect(events[2] == [.init(data: "one\ntwo"), .init(data: " three ")])
    #expect(events[3] == [.init(data: "after comments")])
    #expect(events[4] == [.init(data: "marked"), .init(data: "last")])
    #expect(
      events[5] == [
        .init(data: "a", lastEventID: "7"), .init(data: "b"), .init(data: "c"), .init(data: "d"),
      ])
    #expect(events[6] == [.init(data: ""), .init(data: "\n"), .init(data: "plain")])
    #expect(events[7] == [.init(data: "grüße, 世界, 👩‍🚀, e\u{301}"), .init(data: "\u{2028}\u{85}kept")])
    #expect(events[8] == [.init(data: "complete")])
    #expect(events[9] == [.init(data: "after blanks")])
    #expect(events[10] == [.init(data: "bad \u{fffd}\u{fffd}\nx")])
    #expect(events[11] == [.init(data: "whole")])
    #expect(events[12] == [.init(data: "right")])
  }

  @Test(arguments: fixtures.indices)
  func `cut at any two places a stream says the same`(index: Int) throws {
    let stream = Self.fixtures[index]
    let whole = try Self.parse([stream[...]])
    #expect(whole == NaiveStream.events(of: stream))
    for first in 0...stream.count {
      for second in first...stream.count {
        let cut = try Self.parse([stream[..<first], stream[first..<second], stream[second...]])
        guard cut == whole else {
          Issue.record("cut at \(first) and \(second): \(cut)")
          return
        }
      }
    }
  }

  @Test(arguments: fixtures.indices)
  func `fed byte by byte a stream says the same`(index: Int) throws {
    let stream = Self.fixtures[index]
    #expect(try Self.parse(stream.indices.map { stream[$0...$0] }) == Self.parse([stream[...]]))
  }

  @Test(arguments: 0..<20 as Range<UInt64>)
  func `random streams, randomly cut, give what the standard's rules give`(seed: UInt64) throws {
    var generator = SplitMix(seed: seed)
    let words: [[UInt8]] = [
      bytes("data"), bytes("event"), bytes("id"), bytes("retry"), bytes(":"), bytes(" "), bytes("\n"), bytes("\r"),
      bytes("\r\n"), bytes("\n\n"), bytes("x"), bytes("é"), bytes("👩‍🚀"), [0xff], [0xe2, 0x82], [0], bytes("data: "),
      [0xef, 0xbb, 0xbf], bytes("12"),
    ]
    for _ in 0..<200 {
      let length = Int.random(in: 0...60, using: &generator)
      let stream = (0..<length).flatMap { _ in words.randomElement(using: &generator)! }
      var cuts = (0..<Int.random(in: 0...8, using: &generator)).map { _ in
        Int.random(in: 0...stream.count, using: &generator)
      }
      cuts = [0] + cuts.sorted() + [stream.count]
      let pieces = zip(cuts, cuts.dropFirst()).map { stream[$0..<$1] }
      let expected = NaiveStream.events(of: stream)
      #expect(try Self.parse(pieces) == expected, "\(stream) cut at \(cuts)")
    }
  }

  @Test func `the time that a server asks to wait is kept`() throws {
    var parser = EventStreamParser()
    #expect(parser.reconnectionTime == nil)
    _ = try parser.feed(bytes("retry: 2500\nretry: -1\nretry: 99999999999999999999\n"))
    #expect(parser.reconnectionTime == 2500)
  }

  @Test func `a stream that ends early is told from one that is complete`() throws {
    for (text, isUnfinished) in [
      ("", false), ("data: a\n\n", false), (": comment\n", false), ("data: a\n", true), ("data: a", true),
      ("event: x\n", true), ("data:\r\n", true), ("data: a\r\r\n", false),
    ] {
      var parser = EventStreamParser()
      _ = try parser.feed(bytes(text))
      #expect(parser.hasUnfinishedEvent == isUnfinished, "\(text.debugDescription)")
    }
  }
}
