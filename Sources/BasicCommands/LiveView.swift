import SpeculativeDecoding
import Synchronization

/// Shows a text while it is written.
///
/// On a terminal the text streams, tokens that a draft had right are set off from those that the target added, and a
/// row below says how fast it goes. The line that is being written is shown cut to the terminal's width until it is
/// complete, so that the two last rows can be redrawn. Elsewhere a plain line appears now and then.
final class LiveView: Sendable {
  private struct State {
    var text: StreamedText
    /// The rows at the end of the screen that are only for the moment.
    var rows = 0
    /// When the first pass was shown, and what it had brought: the clock knows nothing of the time before.
    var first: (time: ContinuousClock.Instant, tokens: Int)?
    var drawn: ContinuousClock.Instant?
  }

  /// Where the text goes: standard output, if it is a terminal.
  private let text: Console?
  /// Where it is said how far the work is.
  private let status: Console?
  private let palette: Palette
  private let state: Mutex<State>

  /// - Parameters:
  ///   - streams: whether the text itself is to be shown, if standard output is a terminal.
  ///   - isQuiet: whether nothing is to be shown but results.
  init(streams: Bool, isQuiet: Bool) {
    text = streams && !isQuiet && Console.standardOutput.isTerminal ? .standardOutput : nil
    status = isQuiet ? nil : .standardError
    palette = Console.standardError.palette
    state = Mutex(State(text: StreamedText(palette: Console.standardOutput.palette)))
  }

  /// Whether the text is shown while it is written.
  var streams: Bool { text != nil }

  /// Says what is being done.
  func announce(_ what: String) {
    guard let status else { return }
    if status.isTerminal {
      state.withLock { show(what, &$0, status) }
    } else {
      status.write(what + "\n")
    }
  }

  /// Says how far it is, where that can replace what was said before.
  func update(_ what: String) {
    if let status, status.isTerminal { state.withLock { show(what, &$0, status) } }
  }

  /// Says something that is to stay.
  func note(_ what: String) {
    guard let status else { return }
    state.withLock { state in status.write(cleared(&state) + "note: \(what.printable)\n") }
  }

  /// Shows what a pass brought.
  func show(_ record: PassRecord, pieces: [TextPiece]) {
    guard let status else { return }
    let now = ContinuousClock.now
    state.withLock { state in
      let tokens = record.position + record.tokens.count
      let line = progress(record, tokens: tokens, now: now, &state)
      guard status.isTerminal else {
        if let text { text.write(state.text.append(pieces)) }
        // The first line comes after a while, so that a short text has none.
        guard let drawn = state.drawn else { return state.drawn = now }
        guard now - drawn > .seconds(5) else { return }
        state.drawn = now
        return status.write("writing: \(line)\n")
      }
      if let text {
        // In one piece, or it would flicker.
        let width = min(text.width, status.width) - 1
        let bar = " · " + String(repeating: "▮", count: min(record.accepted.count, 24)) + "▯"
        let lines = cleared(&state) + state.text.append(pieces)
        let row = state.text.row(columns: width)
        text.write(lines + row + "\n" + palette.dim(cut(line + bar, to: width)))
        state.rows = 2
      } else if state.drawn.map({ now - $0 > .milliseconds(100) }) ?? true {
        state.drawn = now
        show("writing: " + line, &state, status)
      }
    }
  }

  /// Shows the end of a text that no pass brought: until then it might have become part of something else.
  func show(rest: String) {
    guard let text, !rest.isEmpty else { return }
    state.withLock { state in
      text.write(cleared(&state) + state.text.append([TextPiece(text: rest, isDrafted: false)]))
    }
  }

  /// Removes what was only for the moment and completes the last line.
  func finish() {
    state.withLock { state in
      let clearing = cleared(&state)
      if let text {
        text.write(clearing + (state.text.hasOpenLine ? state.text.close() : ""))
      } else if !clearing.isEmpty {
        status?.write(clearing)
      }
    }
  }

  private func progress(
    _ record: PassRecord, tokens: Int, now: ContinuousClock.Instant, _ state: inout State
  ) -> String {
    let first = state.first ?? (now, tokens)
    state.first = first
    let seconds = (now - first.time) / .seconds(1)
    let speed = seconds > 0.05 ? " · \((Double(tokens - first.tokens) / seconds).fixed(0)) tokens/s" : ""
    return "\(tokens) tokens · \((Double(tokens) / Double(record.index + 1)).fixed(2)) a pass" + speed
  }

  private func show(_ what: String, _ state: inout State, _ status: Console) {
    status.write(cleared(&state) + palette.dim(cut(what.printable, to: status.width - 1)))
    state.rows = 1
  }

  /// What takes the cursor back to where the momentary rows begin, and erases them.
  private func cleared(_ state: inout State) -> String {
    defer { state.rows = 0 }
    return state.rows == 0 ? "" : "\r" + (state.rows > 1 ? "\u{1B}[\(state.rows - 1)A" : "") + "\u{1B}[J"
  }

  private func cut(_ text: String, to width: Int) -> String {
    text.columns <= width ? text : text.prefix(columns: max(0, width - 1)) + "…"
  }
}
