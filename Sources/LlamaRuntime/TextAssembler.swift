/// Puts bytes together to whole characters, and ends the text where a stop sequence stands.
///
/// Tokens may end in the middle of a character, and stop sequences need not begin or end with a token: what may still
/// become part of either is held back.
struct TextAssembler {
  private let stopSequences: [[UInt8]]
  private var pending: [UInt8] = []
  /// Whether a stop sequence was met. Nothing comes after it.
  private(set) var isStopped = false

  init(stopSequences: [String] = []) {
    self.stopSequences = stopSequences.map { Array($0.utf8) }.filter { !$0.isEmpty }
  }

  /// The text that is complete now. Bytes that can never become a character come out as U+FFFD.
  mutating func append(_ bytes: some Sequence<UInt8>) -> String {
    guard !isStopped else { return "" }
    pending += bytes
    if let start = firstStop() {
      isStopped = true
      pending.removeSubrange(start...)
      return take(pending.count)
    }
    return take(pending.count - max(incompleteCharacter, possibleStop))
  }

  /// What is left over at the end of the text.
  mutating func finish() -> String { take(pending.count) }

  private mutating func take(_ count: Int) -> String {
    guard count > 0 else { return "" }
    defer { pending.removeFirst(count) }
    return String(decoding: pending.prefix(count), as: UTF8.self)
  }

  /// Where the stop sequence begins that is complete first; of two that end together the longer one. So it is the same
  /// in whatever pieces the text comes.
  private func firstStop() -> Int? {
    var best: (start: Int, end: Int)?
    for stop in stopSequences where pending.count >= stop.count {
      let found = (0...pending.count - stop.count).first { pending[$0..<$0 + stop.count].elementsEqual(stop) }
      guard let start = found else { continue }
      let end = start + stop.count
      if let known = best, (known.end, known.start) <= (end, start) { continue }
      best = (start, end)
    }
    return best?.start
  }

  /// The length of the longest end of the text with which a stop sequence may begin.
  private var possibleStop: Int {
    stopSequences.map { stop in
      (1..<max(stop.count, 1)).last { $0 <= pending.count && pending.suffix($0).elementsEqual(stop.prefix($0)) } ?? 0
    }.max() ?? 0
  }

  /// The length of a sequence at the end that more bytes could complete to a character.
  private var incompleteCharacter: Int {
    for back in 1..<4 where back <= pending.count {
      let byte = pending[pending.count - back]
      if byte & 0b1100_0000 == 0b1000_0000 { continue }
      let length =
        byte >= 0xF0 && byte < 0xF8 ? 4 : byte >= 0xE0 && byte < 0xF0 ? 3 : byte >= 0xC2 && byte < 0xE0 ? 2 : 1
      return length > back ? back : 0
    }
    return 0
  }
}
