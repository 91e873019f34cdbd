import KernelEvaluation
import KernelVerdicts

/// A judgement for a person at a terminal.
enum JudgementText {
  static func text(_ judgement: Judgement, console: Console = .standardOutput) -> String {
    var lines = LabelledLines(width: console.isTerminal ? console.width : nil, palette: console.palette)
    add(judgement, to: &lines)
    return lines.text
  }

  static func add(_ judgement: Judgement, to lines: inout LabelledLines) {
    let palette = lines.palette
    for line in judgement.lines {
      if line.isQuoted {
        lines.addUnwrapped(line.text)
      } else if line.label == "verdict" {
        let word = judgement.verdict.rawValue
        let style: (String) -> String =
          switch judgement.verdict {
          case .correct: palette.green
          case .unsupported: palette.magenta
          default: palette.red
          }
        lines.add(line.label, String(line.text.dropFirst(word.count)), lead: word, style: style)
      } else {
        lines.add(line.label, line.text)
      }
    }
  }
}
