/// The beginning and the end of a text of any length.
struct TextEnds: Sendable {
  private static let size = 32 << 10
  private var start: [UInt8] = []
  private var end: [UInt8] = []
  private var left = 0

  mutating func append(_ bytes: some Collection<UInt8>) {
    let room = Self.size - start.count
    start += bytes.prefix(room)
    end += bytes.dropFirst(room)
    // Cut now and then: each byte is moved a bounded number of times.
    if end.count > 4 * Self.size {
      left += end.count - Self.size
      end.removeFirst(end.count - Self.size)
    }
  }

  var text: String {
    let shown = end.suffix(Self.size)
    let hidden = left + end.count - shown.count
    let between = hidden > 0 ? "\n… \(hidden) bytes …\n" : ""
    return String(decoding: start, as: UTF8.self) + between + String(decoding: shown, as: UTF8.self)
  }
}
