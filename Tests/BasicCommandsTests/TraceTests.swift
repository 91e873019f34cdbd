import Foundation
import Testing

/// One line of a trace, as somebody who draws trees would read it.
private struct Pass: Decodable {
  var pass: Int
  var position: Int
  var tokens: [Int]
  var texts: [String]
  var parents: [Int]
  var logProbabilities: [Double]
  var origins: [String]
  var accepted: [Int]
  var gained: [Int]
  var gainedText: String
  var drafted: Int
}

@Suite(.enabled(if: CommandLineTool.hasModels, Comment(rawValue: CommandLineTool.noModels)))
struct TraceTests {
  @Test(arguments: ["auto", "tree", "chain", "suffix", "off"])
  func `every pass of a trace is consistent, and they add up to the text`(mode: String) throws {
    try TemporaryFolder.with { folder in
      let outcome = try CommandLineTool(folder: folder).run(
        ["generate", CommandLineTool.example, "--max-tokens", "50", "--speculation", mode]
          + ["--trace", "trace.jsonl", "--format", "json", "--quiet"])
      let lines = try TemporaryFolder.read(folder + "/trace.jsonl").split(separator: "\n")
      let header = try #require(
        try JSONSerialization.jsonObject(with: Data(lines[0].utf8)) as? [String: Any])
      #expect(header["schemaVersion"] as? Int == 1)
      #expect(header["mode"] as? String == mode)
      var position = 0
      for (index, line) in lines.dropFirst().enumerated() {
        let pass = try JSONDecoder().decode(Pass.self, from: Data(line.utf8))
        #expect(pass.pass == index)
        #expect(pass.position == position)
        position += pass.gained.count
        let nodes = pass.tokens.count
        #expect(
          [pass.texts.count, pass.parents.count, pass.logProbabilities.count, pass.origins.count]
            == Array(repeating: nodes, count: 4))
        #expect(pass.parents[0] == -1 && pass.origins[0] == "text")
        for node in 1..<max(nodes, 1) { #expect(pass.parents[node] >= 0 && pass.parents[node] < node) }
        var parent = 0
        for node in pass.accepted {
          #expect(pass.parents[node] == parent)
          parent = node
        }
        #expect(pass.accepted.map { pass.tokens[$0] }.starts(with: pass.gained.prefix(pass.accepted.count)))
        #expect(pass.gained.count <= pass.accepted.count + 1)
        #expect(mode != "off" || nodes == 1)
        #expect(mode != "chain" || pass.parents == Array(-1..<(nodes - 1)))
      }
      let report = try #require(
        try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any])
      let decoding = try #require(report["decoding"] as? [String: Any])
      #expect(decoding["tokens"] as? Int == position)
      #expect(decoding["passes"] as? Int == lines.count - 1)
    }
  }

  @Test func `a trace that cannot be written costs no text`() throws {
    try TemporaryFolder.with { folder in
      guard FileManager.default.fileExists(atPath: "/dev/full") else { return }
      let outcome = try CommandLineTool(folder: folder).run(
        ["generate", CommandLineTool.example, "--max-tokens", "5", "--trace", "/dev/full", "--format", "json"])
      #expect(outcome.status == 70)
      #expect(outcome.output.contains("\"schemaVersion\""))
      #expect(outcome.errors.contains("Error: /dev/full could not be written: No space left on device."))
    }
  }
}
