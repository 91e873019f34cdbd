import ServerSentEvents

/// The standard's rules once more, over a whole stream at a time and without a thought for speed: what the parser is
/// compared with.
enum NaiveStream {
  static func events(of bytes: [UInt8]) -> [ServerSentEvent] {
    var text = Array(String(decoding: bytes, as: UTF8.self).unicodeScalars)
    if text.first == "\u{feff}" { text.removeFirst() }
    var lines: [[Unicode.Scalar]] = []
    var line: [Unicode.Scalar] = []
    var index = 0
    while index < text.count {
      if text[index] == "\r" || text[index] == "\n" {
        lines.append(line)
        line = []
        if text[index] == "\r", index + 1 < text.count, text[index + 1] == "\n" { index += 1 }
      } else {
        line.append(text[index])
      }
      index += 1
    }
    return events(of: lines)
  }

  private static func events(of lines: [[Unicode.Scalar]]) -> [ServerSentEvent] {
    var events: [ServerSentEvent] = []
    var (type, data, id) = ("", "", "")
    for line in lines {
      if line.isEmpty {
        if !data.isEmpty {
          data.unicodeScalars.removeLast()
          events.append(ServerSentEvent(type: type.isEmpty ? "message" : type, data: data, lastEventID: id))
        }
        (type, data) = ("", "")
        continue
      }
      let colon = line.firstIndex(of: ":") ?? line.count
      var value = line.dropFirst(colon + 1)
      if value.first == " " { value = value.dropFirst() }
      switch text(line[..<colon]) {
      case "data": data += text(value) + "\n"
      case "event": type = text(value)
      case "id": if !value.contains("\0") { id = text(value) }
      default: break
      }
    }
    return events
  }

  private static func text(_ scalars: ArraySlice<Unicode.Scalar>) -> String {
    var text = ""
    text.unicodeScalars.append(contentsOf: scalars)
    return text
  }
}
