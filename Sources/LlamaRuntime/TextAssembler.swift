/// Puts bytes together to whole characters: tokens may end in the middle of one.
struct TextAssembler {
  private var pending: [UInt8] = []

  /// The text that is complete now. Bytes that can never become a character come out as U+FFFD.
  mutating func append(_ bytes: some Sequence<UInt8>) -> String {
    pending += bytes
    let whole = pending.count - incompleteTail
    guard whole > 0 else { return "" }
    defer { pending.removeFirst(whole) }
    return String(decoding: pending.prefix(whole), as: UTF8.self)
  }

  /// What is left over at the end of the text.
  mutating func finish() -> String {
    defer { pending = [] }
    return String(decoding: pending, as: UTF8.self)
  }

  /// The length of a sequence at the end that more bytes could complete.
  private var incompleteTail: Int {
    for back in 1..<4 where back <= pending.count {
      let byte = pending[pending.count - back]
      if byte & 0b1100_0000 == 0b1000_0000 { continue }
      let length = byte >= 0xF0 && byte < 0xF8 ? 4 : byte >= 0xE0 ? 3 : byte >= 0xC2 ? 2 : 1
      return length > back && byte < 0xF8 ? back : 0
    }
    return 0
  }
}
