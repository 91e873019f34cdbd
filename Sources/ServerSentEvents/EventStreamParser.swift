/// Reads a `text/event-stream` as its bytes come in, cut anywhere.
///
/// The rules are those of the WHATWG HTML standard, §9.2.6: lines end in CR, LF or both; a byte-order mark at the very
/// beginning is no part of the stream; a line that begins with a colon is a comment; `data` lines of one event are joined;
/// an event that no blank line ended is not one. Bytes that are not UTF-8 become U+FFFD.
///
/// What comes out does not depend on how the bytes were cut. Time and memory are linear in the bytes fed: a byte is looked
/// at once, and what is kept is the unfinished line and the unfinished event, each of at most ``limit`` bytes.
public struct EventStreamParser: Sendable {
  /// The most bytes of one line, and of the data of one event, unless the parser is told otherwise: 32 MiB.
  public static let defaultLimit = 32 << 20

  /// The most bytes of one line without its end, and of the data of one event.
  public let limit: Int
  /// How long the server asks a client that lost the stream to wait, in milliseconds; `nil` where it does not say.
  public private(set) var reconnectionTime: Int?
  /// Why nothing more can be read, after an error.
  public private(set) var failure: EventStreamError?

  /// The beginning of a line whose end has not come yet.
  private var line: [UInt8] = []
  /// A carriage return came last: a line feed that follows belongs to it.
  private var skipsLineFeed = false
  private var isAtFirstLine = true

  private var type = ""
  private var data: [UInt8] = []
  private var hasData = false
  private var id = ""

  /// A parser at the beginning of a stream.
  ///
  /// - Parameter limit: The most bytes of one line, and of the data of one event.
  public init(limit: Int = EventStreamParser.defaultLimit) { self.limit = limit }

  /// Whether something of an event has come that no blank line has ended yet. At the end of a stream such an event is
  /// discarded, as the standard has it.
  public var hasUnfinishedEvent: Bool { !line.isEmpty || hasData || !type.isEmpty }

  /// Takes the next bytes of the stream and appends the events that they complete, in order.
  ///
  /// - Throws: ``EventStreamError`` where a line or an event is too long, after the events before it were appended; from
  ///   then on every call throws the same error.
  public mutating func feed(
    _ bytes: UnsafeRawBufferPointer, into events: inout [ServerSentEvent]
  ) throws(EventStreamError) {
    if let failure { throw failure }
    var start = 0
    var position = 0
    let end = bytes.count
    while position < end {
      let byte = bytes[position]
      if skipsLineFeed {
        skipsLineFeed = false
        if byte == 0x0a {
          position += 1
          start = position
          continue
        }
      }
      if byte == 0x0a || byte == 0x0d {
        try endLine(with: bytes[start..<position], into: &events)
        skipsLineFeed = byte == 0x0d
        start = position + 1
      }
      position += 1
    }
    if start < end {
      // The mark of a first line is looked for when the line has ended, so it may count here.
      let allowed = isAtFirstLine ? limit + Self.byteOrderMark.count : limit
      guard line.count + (end - start) <= allowed else { throw fail(.lineTooLong) }
      line.append(contentsOf: bytes[start..<end])
    }
  }

  /// Takes the next bytes of the stream and returns the events that they complete, in order.
  ///
  /// - Throws: ``EventStreamError`` where a line or an event is too long; the events before it are lost.
  public mutating func feed(_ bytes: [UInt8]) throws(EventStreamError) -> [ServerSentEvent] {
    var events: [ServerSentEvent] = []
    let failure = bytes.withUnsafeBytes { buffer -> EventStreamError? in
      do throws(EventStreamError) {
        try feed(buffer, into: &events)
        return nil
      } catch {
        return error
      }
    }
    if let failure { throw failure }
    return events
  }

  private static let byteOrderMark: [UInt8] = [0xef, 0xbb, 0xbf]

  private mutating func fail(_ code: EventStreamError.Code) -> EventStreamError {
    let error = EventStreamError(code, limit: limit)
    failure = error
    (line, data) = ([], [])
    return error
  }

  private mutating func endLine(
    with rest: Slice<UnsafeRawBufferPointer>, into events: inout [ServerSentEvent]
  ) throws(EventStreamError) {
    if line.isEmpty {
      try take(UnsafeRawBufferPointer(rebasing: rest), into: &events)
      return
    }
    line.append(contentsOf: rest)
    var whole: [UInt8] = []
    swap(&whole, &line)
    let failure = whole.withUnsafeBytes { bytes -> EventStreamError? in
      do throws(EventStreamError) {
        try take(bytes, into: &events)
        return nil
      } catch {
        return error
      }
    }
    if let failure { throw failure }
    // The memory is used again, unless one long line has made it large.
    if whole.capacity <= 1 << 16 {
      whole.removeAll(keepingCapacity: true)
      swap(&whole, &line)
    }
  }

  /// Takes a whole line without its end.
  private mutating func take(
    _ bytes: UnsafeRawBufferPointer, into events: inout [ServerSentEvent]
  ) throws(EventStreamError) {
    var line = bytes
    if isAtFirstLine {
      isAtFirstLine = false
      if line.starts(with: Self.byteOrderMark) { line = UnsafeRawBufferPointer(rebasing: line[3...]) }
    }
    guard line.count <= limit else { throw fail(.lineTooLong) }
    guard !line.isEmpty else {
      dispatch(into: &events)
      return
    }
    guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else {
      try setField(line, UnsafeRawBufferPointer(rebasing: line[line.count...]))
      return
    }
    guard colon > 0 else { return }
    let valueStart = colon + 1 < line.count && line[colon + 1] == UInt8(ascii: " ") ? colon + 2 : colon + 1
    try setField(
      UnsafeRawBufferPointer(rebasing: line[..<colon]), UnsafeRawBufferPointer(rebasing: line[valueStart...]))
  }

  private mutating func setField(
    _ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer
  ) throws(EventStreamError) {
    if name.elementsEqual("data".utf8) {
      guard data.count + (hasData ? 1 : 0) + value.count <= limit else { throw fail(.eventTooLong) }
      if hasData { data.append(0x0a) }
      data.append(contentsOf: value)
      hasData = true
    } else if name.elementsEqual("event".utf8) {
      type = String(decoding: value, as: UTF8.self)
    } else if name.elementsEqual("id".utf8) {
      if !value.contains(0) { id = String(decoding: value, as: UTF8.self) }
    } else if name.elementsEqual("retry".utf8) {
      let isDigits = value.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
      // More digits than an Int has are no time that anyone waits.
      if isDigits, let time = Int(String(decoding: value, as: UTF8.self)) { reconnectionTime = time }
    }
  }

  private mutating func dispatch(into events: inout [ServerSentEvent]) {
    if hasData {
      events.append(
        ServerSentEvent(
          type: type.isEmpty ? "message" : type, data: String(decoding: data, as: UTF8.self), lastEventID: id))
    }
    type = ""
    hasData = false
    data.removeAll(keepingCapacity: data.capacity <= 1 << 16)
  }
}
