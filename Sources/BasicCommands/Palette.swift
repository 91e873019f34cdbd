/// Colours for a terminal; nothing where they are not wanted.
///
/// Only colours that can be read on dark and on light backgrounds: no yellow, no white, nothing bright.
struct Palette: Sendable {
  let isOn: Bool

  func bold(_ text: String) -> String { style("1", text) }
  func dim(_ text: String) -> String { style("2", text) }
  func green(_ text: String) -> String { style("32", text) }
  func red(_ text: String) -> String { style("31", text) }
  func magenta(_ text: String) -> String { style("35", text) }

  private func style(_ code: String, _ text: String) -> String {
    isOn && !text.isEmpty ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
  }
}
