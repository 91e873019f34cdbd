import Foundation
import RunStore
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
      #expect(header["schemaVersion"] as? Int == 2)
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

  /// The store of the folder is found without being named; one that cannot be read is passed over.
  @Test func `an answer of the store is drafted from, and the text stays the same`() async throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "basic-corpus-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try FileManager.default.createDirectory(atPath: folder + "/.basic", withIntermediateDirectories: true)
    func passes(_ options: [String] = []) throws -> [Pass] {
      let outcome = try CommandLineTool(folder: folder).run(
        ["generate", CommandLineTool.example, "--max-tokens", "120", "--speculation", "suffix", "--trace", "t.jsonl"]
          + ["--quiet", "--no-check"] + options)
      #expect([0, 1].contains(outcome.status), "\(outcome.errors)")
      return try TemporaryFolder.read(folder + "/t.jsonl").split(separator: "\n").dropFirst().map {
        try JSONDecoder().decode(Pass.self, from: Data($0.utf8))
      }
    }
    func text(_ passes: [Pass]) -> String { passes.map(\.gainedText).joined() }
    func drawsOnCorpus(_ passes: [Pass]) -> Bool { passes.contains { $0.origins.contains("corpus") } }
    let alone = try passes()
    let store = folder + "/.basic/runs.sqlite"
    try "no database".write(toFile: store, atomically: true, encoding: .utf8)
    let unread = try passes()
    #expect(text(unread) == text(alone) && !drawsOnCorpus(unread))
    try FileManager.default.removeItem(atPath: store)
    let database = try RunDatabase.open(store)
    let writer = try await database.create(
      SampleStore.run("261126-101010-aaaa", "adaptive"), problems: [SampleStore.problem("1/19", "ReLU", 0)],
      driver: SampleStore.driver)
    try await writer.append(
      StoredCandidate(
        id: CandidateID(problem: "1/19", ordinal: 0), edge: .sample, sourceHash: "h", model: "m", promptTokens: 1,
        completionTokens: 1,
        generationSeconds: 1, createdAt: SampleStore.start),
      text: CandidateText(prompt: "p", answer: text(alone), source: nil))
    let drafted = try passes()
    #expect(text(drafted) == text(alone))
    #expect(drafted.count < alone.count / 2, "\(drafted.count) passes, and \(alone.count) without")
    #expect(drawsOnCorpus(drafted))
    let left = try passes(["--no-corpus"])
    #expect(text(left) == text(alone) && !drawsOnCorpus(left))
  }
}
