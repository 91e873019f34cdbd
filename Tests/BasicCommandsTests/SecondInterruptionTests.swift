import Foundation
import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Ctrl-C where the process cannot do as it is told, or must not at once.
@Suite(.enabled(if: CommandLineTool.hasModels, Comment(rawValue: CommandLineTool.noModels)))
struct SecondInterruptionTests {
  private static let arguments = ["generate", CommandLineTool.example, "--output", "out", "--max-tokens"]

  /// The names and contents of the files in a folder, those that are hidden too.
  private func contents(_ folder: String) throws -> [String: String] {
    guard FileManager.default.fileExists(atPath: folder) else { return [:] }
    let names = try FileManager.default.contentsOfDirectory(atPath: folder)
    return try Dictionary(uniqueKeysWithValues: names.map { ($0, try TemporaryFolder.read(folder + "/" + $0)) })
  }

  /// What a run with an answer of four tokens keeps: no kernel, and what belongs together.
  private func expectWhole(_ files: [String: String]) throws {
    #expect(files.keys.sorted() == ["01_swish_answer.txt", "01_swish_prompt.txt", "01_swish_report.json"])
    let report = try JSONSerialization.jsonObject(with: Data((files["01_swish_report.json"] ?? "").utf8))
    let parts = try #require(report as? [String: Any])
    #expect(parts["text"] as? String == files["01_swish_answer.txt"])
  }

  /// Starts a run with an answer of four tokens that stops at a gate; what it prints nobody reads.
  private func atGate(
    _ gate: String, in folder: String, onTerminal: Bool = false,
    _ body: (inout ChildProcess, _ open: () throws -> Void) throws -> Void
  ) throws {
    try TemporaryFolder.with { tools in
      var environment = try Interposer.environment(in: tools)
      environment["INTERPOSER_GATE"] = tools + "/gate"
      environment["INTERPOSER_GATE_AT"] = gate
      let errors = tools + "/errors"
      try TemporaryFolder.write("", errors)
      var process = try CommandLineTool(folder: folder, environment: environment)
        .start(
          Self.arguments + ["4", "--format", "json"], onTerminal ? .terminal(columns: 80) : .stuck(errors: errors))
      defer { process.close() }
      let isThere = process.wait { FileManager.default.fileExists(atPath: tools + "/gate.reached") }
      try #require(isThere, "\((try? TemporaryFolder.read(errors)) ?? "")")
      try body(&process) { try TemporaryFolder.write("", tools + "/gate") }
      if process.isRunning() { _ = process.waitForEnd(seconds: 0) }
    }
  }

  @Test(arguments: [SIGINT, SIGTERM])
  func `the second Ctrl-C ends at once with 130, whatever the work waits for`(second: Int32) throws {
    try TemporaryFolder.with { folder in
      let errors = folder + "/errors"
      try TemporaryFolder.write("", errors)
      var process = try CommandLineTool(folder: folder)
        .start(Self.arguments + ["4", "--format", "json"], .stuck(errors: errors))
      defer { process.close() }
      // Once its files are there it only has to print the report, and cannot.
      let isKept = process.wait { FileManager.default.fileExists(atPath: folder + "/out/01_swish_report.json") }
      try #require(isKept)
      process.deliver(SIGINT)
      let isWaiting = process.keepsRunning()
      #expect(isWaiting, "the first Ctrl-C leaves the work to put itself in order")
      process.deliver(second)
      let status = process.waitForEnd(seconds: 60)
      #expect(status == 130)
      try expectWhole(contents(folder + "/out"))
    }
  }

  @Test(.enabled(if: Interposer.isAvailable, Comment(rawValue: Interposer.isMissing)))
  func `the second Ctrl-C ends at once on a terminal that is held`() throws {
    try TemporaryFolder.with { folder in
      try atGate("open 1", in: folder, onTerminal: true) { process, open in
        process.holdTerminal()
        process.deliver(SIGINT)
        // The work ends, and cannot say so.
        try open()
        let isWaiting = process.keepsRunning()
        #expect(isWaiting)
        process.deliver(SIGINT)
        let status = process.waitForEnd(seconds: 60)
        #expect(status == 130)
      }
    }
  }

  @Test(
    .enabled(if: Interposer.isAvailable, Comment(rawValue: Interposer.isMissing)),
    arguments: [true, false], ["open 1", "open 3", "rename 1"])
  func `ended while its files are written, it leaves what was there`(hasOld: Bool, gate: String) throws {
    try TemporaryFolder.with { folder in
      if hasOld { _ = try CommandLineTool(folder: folder).run(Self.arguments + ["400"]) }
      let before = try contents(folder + "/out")
      #expect(before.isEmpty != hasOld)
      try atGate(gate, in: folder) { process, open in
        process.deliver(SIGINT)
        process.deliver(SIGINT)
        if gate.hasPrefix("open") {
          let status = process.waitForEnd(seconds: 60)
          #expect(status == 130)
          #expect(try contents(folder + "/out") == before)
          #expect(FileManager.default.fileExists(atPath: folder + "/out") == hasOld)
        } else {
          // Here the moment has begun in which nothing may come between.
          let isWaiting = process.keepsRunning()
          #expect(isWaiting)
          try open()
          let status = process.waitForEnd(seconds: 60)
          #expect(status == 130)
          try expectWhole(contents(folder + "/out"))
        }
      }
    }
  }

  @Test(.enabled(if: Interposer.isAvailable, Comment(rawValue: Interposer.isMissing)), arguments: [1, 2, 3])
  func `Ctrl-C while files are moved to their places leaves no half of them`(times: Int) throws {
    try TemporaryFolder.with { folder in
      _ = try CommandLineTool(folder: folder).run(Self.arguments + ["400"])
      let before = try contents(folder + "/out")
      #expect(before.keys.contains { $0.contains("kernel") })
      try atGate("rename 2", in: folder) { process, open in
        for _ in 0..<times { process.deliver(SIGINT) }
        let isWaiting = process.keepsRunning()
        #expect(isWaiting)
        try open()
        if times == 1 {
          // The work goes on, and then waits for somebody to read the report.
          let isKept = process.wait {
            (try? TemporaryFolder.read(folder + "/out/01_swish_report.json")) != before["01_swish_report.json"]
          }
          #expect(isKept)
        } else {
          let status = process.waitForEnd(seconds: 60)
          #expect(status == 130)
        }
        try expectWhole(contents(folder + "/out"))
      }
    }
  }
}
