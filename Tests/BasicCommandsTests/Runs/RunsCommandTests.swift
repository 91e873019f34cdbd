import Foundation
import KernelVerdicts
import RunStore
import Testing

@testable import BasicCommands

/// `basic runs` as somebody calls it: statuses, and what goes where.
@Suite(.enabled(if: CommandLineTool.isBuilt, Comment(rawValue: CommandLineTool.notBuilt)))
struct RunsCommandTests {
  /// Runs the tool in a folder that has a store with runs.
  private func withTool(_ body: (CommandLineTool, RunDatabase) async throws -> Void) async throws {
    try await SampleStore.with { (folder, database) async throws in
      try await SampleStore.fill(database)
      try await body(CommandLineTool(folder: folder), database)
    }
  }

  @Test func `lists and shows what the store has, from a folder below too`() async throws {
    try await withTool { (tool, _) async throws in
      let below = tool.folder + "/a/b"
      try FileManager.default.createDirectory(atPath: below, withIntermediateDirectories: true)
      let list = try tool.run(["runs", "list"])
      #expect(list.status == 0 && list.errors.isEmpty)
      #expect(list.output.contains(SampleStore.search))
      #expect(try CommandLineTool(folder: below).run(["runs", "list"]).output == list.output)
      let json = try tool.run(["runs", "show", "night", "--format", "json"])
      #expect(json.status == 0)
      let object = try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any]
      #expect(object?["schemaVersion"] as? Int == 1)
      #expect((object?["problems"] as? [Any])?.count == 4)
    }
  }

  @Test func `prints one text of a candidate and nothing else`() async throws {
    try await withTool { (tool, _) async throws in
      func show(_ more: String...) throws -> CommandLineTool.Outcome {
        try tool.run(["runs", "show", "night", "1/19", "--candidate"] + more)
      }
      #expect(try show("3").output == "class ModelNew: pass  # 1/19 3\n")
      #expect(try show("3", "--prompt").output == "Write a kernel for 1/19.\n")
      #expect(try show("3", "--answer").output == "Here it is, the number 3.\n")
      #expect(try show("5", "--judgement").output == SampleStore.judgement(.incorrect, passed: 4) + "\n")
      // A duplicate's judgement is its original's.
      #expect(try show("6", "--judgement").output == SampleStore.judgement(.incorrect, passed: 1) + "\n")
      let json = try show("3", "--format", "json").output
      #expect(json.contains("\"finalJudgement\" : {") && json.contains("class ModelNew"))
      for (arguments, words) in [
        (["4"], "has no source: The answer has no code."), (["7", "--judgement"], "has no judgement"),
        (["99"], "no candidate 99"), (["3", "--prompt", "--answer"], "--answer"),
        (["3", "--prompt", "--format", "json"], "--prompt"),
      ] {
        let outcome = try tool.run(["runs", "show", "night", "1/19", "--candidate"] + arguments)
        #expect(outcome.status == 64 && outcome.output.isEmpty)
        #expect(outcome.errors.contains(words), "\(outcome.errors)")
      }
    }
  }

  @Test(arguments: [
    (["list", "--store", "none.sqlite"], "--store none.sqlite: there is no store of runs there"),
    (["list", "--store", "."], "is a folder"), (["list", "--store", "text"], "is no database"),
    (["show", "nothing"], "has no run \"nothing\""), (["show", "2611"], "Several runs answer to \"2611\""),
    (["show", "night", "7"], "no problem “7”"), (["show", "night", "--candidate", "1"], "has 4 problems"),
    (["show", "night", "--prompt"], "--prompt needs --candidate"), (["show"], "<run>"),
    (["delete", "night"], "add --yes"), (["delete", "nothing", "--yes"], "has no run"),
    (["export", "night", "--output", "out"], "--as"), (["export", "night", "--as", "basic"], "--output"),
    (["export", "night", "--as", "yaml", "--output", "out"], "kernelbench"),
    (["export", "night", "--as", "basic", "--all", "--output", "out"], "--all is for --as jsonl"),
    (["export", "night", "--as", "basic", "--output", "text"], "is a file"),
    (["import", "nowhere"], "no folder nowhere"), (["import"], "<dir>"),
  ])
  func `a wrong call ends with 64 and a sentence, and changes nothing`(arguments: [String], words: String) async throws
  {
    try await withTool { (tool, database) async throws in
      try TemporaryFolder.write("this is no database at all", tool.folder + "/text")
      let names = try TemporaryFolder.names(tool.folder)
      let outcome = try tool.run(["runs"] + arguments)
      #expect(outcome.status == 64, "\(outcome.errors)")
      #expect(outcome.output.isEmpty)
      #expect(outcome.errors.contains(words), "\(outcome.errors)")
      #expect(try TemporaryFolder.names(tool.folder) == names)
      #expect(try await database.runs().count == 3)
    }
  }

  @Test func `without a store it is said how one comes about`() throws {
    try TemporaryFolder.with { folder in
      for verb in [
        ["list"], ["show", "x"], ["delete", "x", "--yes"], ["export", "x", "--as", "basic", "--output", "o"],
      ] {
        let outcome = try CommandLineTool(folder: folder).run(["runs"] + verb)
        #expect(outcome.status == 64)
        #expect(outcome.errors.contains("There is no store of runs here"), "\(outcome.errors)")
        #expect(outcome.errors.contains("basic solve"))
      }
      #expect(try TemporaryFolder.names(folder).isEmpty)
    }
  }

  @Test func `a store of a later version is left alone`() async throws {
    try await withTool { (tool, database) async throws in
      let path = tool.folder + "/later.sqlite"
      try database.close()
      try FileManager.default.copyItem(atPath: database.path, toPath: path)
      try SampleStore.markLater(path)
      let before = try Data(contentsOf: URL(filePath: path))
      for verb in [["list"], ["delete", "night", "--yes"]] {
        let outcome = try tool.run(["runs"] + verb + ["--store", path])
        #expect(outcome.status == 64)
        #expect(outcome.errors.contains("A later version of bASIC"), "\(outcome.errors)")
      }
      #expect(try Data(contentsOf: URL(filePath: path)) == before)
    }
  }

  @Test func `deletes with --yes, and not what somebody is at work on`() async throws {
    try await withTool { (tool, database) async throws in
      let writer = try await database.resume(SampleStore.search, driver: SampleStore.driver)
      let busy = try tool.run(["runs", "delete", "night", "--yes"])
      #expect(busy.status == 64)
      #expect(busy.errors.contains("is driven by process 4711 on here"), "\(busy.errors)")
      try await writer.close(as: .paused, at: SampleStore.start)
      let done = try tool.run(["runs", "delete", "night", "--yes"])
      #expect(done.status == 0 && done.output.isEmpty)
      #expect(done.errors == "deleted the run \(SampleStore.search) (night)\n")
      #expect(try await database.runs().map(\.id) == [SampleStore.samples, SampleStore.interrupted])
      #expect(try tool.run(["runs", "delete", SampleStore.samples, "--yes", "--quiet"]).errors.isEmpty)
    }
  }

  @Test func `only a clear yes deletes`() {
    for answer in ["y", "Y", "yes", " YES ", "yes\r"] { #expect(RunsDelete.isYes(answer)) }
    for answer in ["", "n", "no", "ye", "yess", "j", "1"] { #expect(!RunsDelete.isYes(answer)) }
  }

  @Test func `exports for KernelBench, and says what it wrote on standard error`() async throws {
    try await withTool { (tool, _) async throws in
      let outcome = try tool.run(["runs", "export", "night", "--as", "kernelbench", "--output", "runs/night"])
      #expect(outcome.status == 0 && outcome.output.isEmpty)
      #expect(outcome.errors.hasSuffix("2 kernels and 2 results written to runs/night\n"), "\(outcome.errors)")
      #expect(try TemporaryFolder.names(tool.folder + "/runs") == ["night"])
      let again = try tool.run(["runs", "export", "night", "--as", "kernelbench", "--output", "runs/night"])
      #expect(again.status == 64)
      #expect(again.errors.contains("--force"))
    }
  }

  @Test func `the variable names a store`() async throws {
    try await withTool { (_, database) async throws in
      // A folder with a store of its own.
      try await SampleStore.with { (elsewhere, _) async throws in
        let tool = CommandLineTool(folder: elsewhere, environment: [StoreLocation.variable: database.path])
        #expect(try tool.run(["runs", "list"]).output.contains(SampleStore.search))
      }
    }
  }
}
