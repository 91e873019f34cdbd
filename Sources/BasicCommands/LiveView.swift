import SpeculativeDecoding
import Synchronization

/// Shows a text while it is written.
///
/// On a terminal the text streams, tokens that a draft had right are set off from those that the target added, and a
/// line below says how fast it goes. The line that is being written is shown cut to the terminal's width until it is
/// complete, so that the two last rows can be redrawn. Elsewhere a plain line appears now and then.
final class LiveView: Sendable {
  private struct State {
    /// The line that is being written: its text, and which parts of it were drafted.
    var line: [(text: String, isDrafted: Bool)] = []
    var rows = 0
    var started: ContinuousClock.Instant?
    var drawn: ContinuousClock.Instant?
    var status = ""
  }

  /// Where the text goes: standard output, if it is a terminal.
  private let streams: Bool
  private let status: Console?
  private let palette: Palette
  private let state = Mutex(State())

  /// - Parameters:
  ///   - streams: whether standard output is a terminal that the text may be streamed to.
  ///   - isQuiet: whether nothing is to be shown but results.
  init(streams: Bool, isQuiet: Bool) {
    self.streams = streams && !isQuiet
    status = isQuiet ? nil : .standardError
    palette = Palette(isOn: Console.standardOutput.allowsColor)
  }

  /// Says what is being done before the first token.
  func announce(_ text: String) {
    guard let status else { return }
    if status.isTerminal {
      state.withLock { state in
        clear(&state)
        status.write(palette.dim(cut(text, to: status.width - 1)))
        state.rows = 1
      }
    } else {
      status.write(text + "\n")
    }
  }

  /// Shows what a pass brought.
  ///
  /// - Parameters:
  ///   - pieces: the text of the pass's tokens, and whether each was drafted.
  func show(_ record: PassRecord, pieces: [(text: String, isDrafted: Bool)]) {
    guard let status else { return }
    let now = ContinuousClock.now
    state.withLock { state in
      let started = state.started ?? now
      state.started = started
      let tokens = record.position + record.tokens.count
      let seconds = Double((now - started).components.seconds) + Double((now - started).components.attoseconds) * 1e-18
      let speed = seconds > 0.05 ? Double(tokens) / seconds : 0
      state.status =
        "\(tokens) tokens · \((Double(tokens) / Double(record.index + 1)).fixed(2)) a pass · "
        + "\(speed.fixed(0)) tokens/s"
      if streams {
        if status.isTerminal { clear(&state) }
        stream(pieces, &state)
        guard status.isTerminal else { return }
        draw(&state, last: record)
      } else if status.isTerminal {
        guard state.drawn.map({ now - $0 > .milliseconds(100) }) ?? true else { return }
        state.drawn = now
        clear(&state)
        status.write(palette.dim(cut("writing: " + state.status, to: status.width - 1)))
        state.rows = 1
      } else if state.drawn.map({ now - $0 > .seconds(5) }) ?? false {
        state.drawn = now
        status.write("writing: \(state.status)\n")
      } else if state.drawn == nil {
        state.drawn = now
      }
    }
  }

  /// Removes what was only for the moment and completes the last line.
  func finish() {
    state.withLock { state in
      clear(&state)
      guard streams, !state.line.isEmpty else { return }
      Console.standardOutput.write(render(state.line, width: .max) + "\n")
      state.line = []
    }
  }

  /// Complete lines go out for good; what is left is the line being written.
  private func stream(_ pieces: [(text: String, isDrafted: Bool)], _ state: inout State) {
    for (text, isDrafted) in pieces {
      let parts = text.split(separator: "\n", omittingEmptySubsequences: false)
      for (index, part) in parts.enumerated() {
        if !part.isEmpty { state.line.append((String(part), isDrafted)) }
        guard index < parts.count - 1 else { break }
        Console.standardOutput.write(render(state.line, width: .max) + "\n")
        state.line = []
      }
    }
  }

  private func draw(_ state: inout State, last record: PassRecord) {
    let width = Console.standardError.width - 1
    let bar = String(repeating: "▮", count: min(record.accepted.count, 24)) + "▯"
    let line = render(state.line, width: width)
    Console.standardError.write(line + "\n" + palette.dim(cut(state.status + " · " + bar, to: width)))
    state.rows = 2
  }

  private func clear(_ state: inout State) {
    guard state.rows > 0, Console.standardError.isTerminal else { return }
    Console.standardError.write("\r" + (state.rows > 1 ? "\u{1B}[\(state.rows - 1)A" : "") + "\u{1B}[J")
    state.rows = 0
  }

  private func render(_ line: [(text: String, isDrafted: Bool)], width: Int) -> String {
    var room = width
    var text = ""
    for piece in line where room > 0 {
      let shown = printable(piece.text).prefix(room)
      room -= shown.count
      text += piece.isDrafted ? palette.green(String(shown)) : String(shown)
    }
    return text
  }

  /// A model's text may hold anything; a terminal is told nothing but characters.
  private func printable(_ text: String) -> String {
    String(
      String.UnicodeScalarView(
        text.unicodeScalars.map { scalar in
          if scalar == "\t" { return " " }
          return scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value) ? "\u{FFFD}" : scalar
        }))
  }

  private func cut(_ text: String, to width: Int) -> String {
    text.count <= width ? text : String(text.prefix(max(0, width - 1))) + "…"
  }
}
