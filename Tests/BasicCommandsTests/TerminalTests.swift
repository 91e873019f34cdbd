import Foundation
import Testing

@testable import BasicCommands

@Suite(.enabled(if: CommandLineTool.hasModels, Comment(rawValue: CommandLineTool.noModels)))
struct TerminalTests {
  private static let arguments = ["generate", CommandLineTool.example, "--max-tokens", "150"]
  private static let environment = ["TERM": "xterm-256color"]

  private func answer(_ folder: String) throws -> [String] {
    let outcome = try CommandLineTool(folder: folder).run(Self.arguments + ["--format", "json", "--quiet"])
    let report = try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any]
    let text = try #require(report?["text"] as? String)
    return text.replacing("\r\n", with: "\n").unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false)
      .map { String($0).printableLines }
  }

  @Test(arguments: [20, 40, 80, 140])
  func `what stays on a terminal is the text and the summary`(columns: Int) throws {
    try TemporaryFolder.with { folder in
      let answer = try answer(folder)
      let tool = CommandLineTool(folder: folder, environment: Self.environment)
      let (status, received) = try tool.runOnTerminal(columns: columns, Self.arguments)
      #expect(status == 0 || status == 1)
      let screen = Screen(columns: columns, received)
      #expect(screen.unknown.isEmpty)
      #expect(screen.hasStyles)
      var lines = screen.lines
      while lines.last == "" { lines.removeLast() }
      // The terminal takes one column for what the test does not care about: wide characters and tabs.
      func plain(_ line: String) -> String { line.filter { $0.isASCII && !$0.isWhitespace } }
      let shown = lines.prefix { !$0.hasPrefix("wrote ") }.map(plain).filter { !$0.isEmpty }
      #expect(shown == answer.map(plain).filter { !$0.isEmpty })
      let summary = lines.drop { !$0.hasPrefix("wrote ") }
      for label in ["passes ", "time ", "compile "] { #expect(summary.contains { $0.hasPrefix(label) }) }
      #expect(received.contains(columns >= 40 ? "a pass" : " tokens"))
      for line in lines { #expect(!line.contains(" a pass") && !line.contains("loading ") && !line.contains("▯")) }
      if columns >= 80 { for line in summary { #expect(line.count < columns) } }
    }
  }

  @Test(arguments: [("NO_COLOR", "1", true), ("TERM", "dumb", false), ("TERM", "", true)])
  func `colours and movements can be switched off`(name: String, value: String, moves: Bool) throws {
    try TemporaryFolder.with { folder in
      var environment = Self.environment
      environment[name] = value
      let (_, received) = try CommandLineTool(folder: folder, environment: environment)
        .runOnTerminal(columns: 80, Self.arguments)
      let screen = Screen(columns: 80, received)
      #expect(name == "TERM" && value.isEmpty || !screen.hasStyles)
      #expect(received.contains("\u{1B}[J") == moves)
    }
  }

  @Test func `--quiet and JSON on a terminal bring nothing else`() throws {
    try TemporaryFolder.with { folder in
      let tool = CommandLineTool(folder: folder, environment: Self.environment)
      let (_, received) = try tool.runOnTerminal(columns: 80, Self.arguments + ["--format", "json", "--quiet"])
      #expect(received.hasPrefix("{\r\n") && received.hasSuffix("}\r\n"))
      #expect(!received.contains("\u{1B}"))
      let (_, loud) = try tool.runOnTerminal(columns: 80, Self.arguments + ["--format", "json"])
      let lines = Screen(columns: 80, loud).lines
      #expect(lines.first == "{")
      #expect(lines.contains("}"))
    }
  }

  @Test(.enabled(if: Interposer.isAvailable, Comment(rawValue: Interposer.isMissing)))
  func `a terminal shows how far a model is that takes long to load`() throws {
    try TemporaryFolder.with { folder in
      let slow = try Interposer.environment(in: folder).merging(["INTERPOSER_SLOW_MAP": "600"]) { $1 }
      let tool = CommandLineTool(folder: folder, environment: Self.environment.merging(slow) { $1 })
      let arguments = ["generate", CommandLineTool.example, "--max-tokens", "4", "--speculation", "off"]
      let (_, received) = try tool.runOnTerminal(columns: 60, arguments)
      let shown = received.matches(of: /loading \(([0-9]+) %\)/).compactMap { Int($0.output.1) }
      #expect(shown.count > 5 && shown == Set(shown).sorted() && shown.allSatisfy { (0...100).contains($0) })
      // It is for the moment only.
      let screen = Screen(columns: 60, received)
      #expect(!screen.lines.contains { $0.contains("loading") } && screen.unknown.isEmpty)

      let (_, quiet) = try tool.runOnTerminal(columns: 60, arguments + ["--quiet"])
      #expect(!quiet.contains("loading"))
      // Elsewhere than on a terminal a line says that it is loaded, and no more.
      let errors = try tool.run(arguments).errors
      #expect(errors.split(separator: "\n").filter { $0.hasPrefix("loading ") }.count == 1)
      #expect(!errors.contains("loading ("))
    }
  }

  @Test func `doctor and its colours`() throws {
    try TemporaryFolder.with { folder in
      let (_, received) = try CommandLineTool(folder: folder, environment: Self.environment)
        .runOnTerminal(columns: 60, ["doctor"])
      let screen = Screen(columns: 60, received)
      #expect(screen.hasStyles && screen.unknown.isEmpty)
      #expect(screen.lines.contains { $0.hasPrefix("nvcc ") && $0.contains("missing") })
    }
  }
}
