import ArgumentParser
import Foundation
import KernelSearch
import KernelVerdicts
import RunStore
import Testing

@testable import BasicCommands

struct SuiteCommandTests {
  @Test(arguments: [
    ("suite run", "--level, or a run to --resume"), ("suite run --quiet", "--level, or a run to --resume"),
    ("suite run --level 1 --resume x", "leave --level"), ("suite run --resume x --problems 1", "leave --level"),
    ("suite run --resume x --name y", "leave --level"), ("suite run --level one", "one"),
    ("suite run --level 1 --problems 3-1", "3-1"), ("suite run --level 1 --strategy clever", "“clever” is no strategy"),
    ("suite run --level 1 --strategy best-of-0", "no strategy"),
    ("suite run --level 1 --budget-per-problem soon", "soon"),
    ("suite run --level 1 --budget-per-problem 0", "'0' is invalid"), ("suite run --level 1 --until best", "best"),
    ("suite run --level 1 --samples 0", "--samples"), ("suite run --level 1 --token-budget 0", "--token-budget"),
    ("suite run --level 1 --money-budget nan", "--money-budget"),
    ("suite run --level 1 --money-budget 0", "--money-budget"), ("suite run --level 1 --jobs 0", "--jobs"),
    ("suite run --level 1 --max-tokens 0", "--max-tokens"), ("suite run --level 1 --temperature nan", "--temperature"),
    ("suite run --level 1 --top-p 0", "--top-p"), ("suite run --level 1 --trials 0", "--trials"),
    ("suite run --level 1 --timeout 0", "--timeout"), ("suite run --level 1 --seed x", "x"),
    ("suite report", "<run>"), ("suite report x --format pdf", "pdf"), ("suite", ""),
    ("solve", "<problem>"), ("solve p.py --strategy clever", "“clever” is no strategy"),
    ("solve p.py --budget 1h1h", "1h1h"), ("solve p.py --until=-1", "-1"), ("solve p.py --samples 0", "--samples"),
  ])
  func `a wrong call is found before anything is done`(call: String, words: String) {
    let arguments = call.split(separator: " ").map(String.init)
    do {
      let command = try Basic.parseAsRoot(arguments)
      #expect(arguments == ["suite"] && !(command is SuiteRun), "\(call)")
    } catch {
      #expect(Basic.exitCode(for: error).rawValue == 64)
      #expect(Basic.failure(for: error) == nil)
      #expect(Basic.fullMessage(for: error).contains(words), "\(Basic.fullMessage(for: error))")
    }
  }

  @Test func `what a level is run with by default`() throws {
    let run = try #require(try Basic.parseAsRoot(["suite", "run", "--level", "2"]) as? SuiteRun)
    let configuration = try RunConfiguration(
      models: run.models, endpoint: run.endpoint, speculation: run.speculation, search: run.search,
      judging: run.judging, budget: run.budget, budgetName: .budgetPerProblem, corpus: run.corpus,
      settings: SettingsFixture.bare())
    #expect(configuration.budgetSeconds == 900 && configuration.strategy == "adaptive" && configuration.goal == "none")
    #expect(run.problems == nil && run.resume == nil && !run.quiet)
    let resumed = try #require(try Basic.parseAsRoot(["suite", "run", "--resume", "night"]) as? SuiteRun)
    #expect(resumed.resume == "night")
  }

  /// What a command that cannot work says.
  private static func failure(_ arguments: [String]) async throws -> CommandFailure? {
    var command = try #require(try Basic.parseAsRoot(arguments) as? any AsyncParsableCommand)
    do {
      try await command.run()
      return nil
    } catch {
      return Basic.failure(for: error)
    }
  }

  @Test(arguments: [
    (["nothing"], "has no run \"nothing\""), (["2611"], "Several runs answer to \"2611\""),
    (["night", "261118-11"], "The run 261118-114640-aaaa is named twice."), (["night", ""], "has no run \"\""),
  ])
  func `a report of runs that are not there, or named twice, is a wrong call`(runs: [String], words: String)
    async throws
  {
    try await SampleStore.with { (_, database) async throws in
      try await SampleStore.fill(database)
      let failure = try await Self.failure(["suite", "report", "--store", database.path] + runs)
      #expect(failure?.status == .usage)
      #expect(failure?.message?.contains(words) == true, "\(failure?.message ?? "none")")
    }
  }

  @Test func `without a store, a report says how one comes about, and makes none`() async throws {
    try await SampleStore.with { (folder, _) async throws in
      let path = folder + "/none.sqlite"
      let failure = try await Self.failure(["suite", "report", "night", "--store", path])
      #expect(failure?.status == .usage)
      #expect(failure?.message?.contains("there is no store of runs there") == true)
      #expect(failure?.message?.contains("basic suite run") == true)
      #expect(!FileManager.default.fileExists(atPath: path))
    }
  }

  @Test(arguments: ["text", "json", "html"])
  func `a report goes into a file, whole`(format: String) async throws {
    try await SampleStore.with { (folder, database) async throws in
      try await SampleStore.fill(database)
      let path = "\(folder)/report.\(format)"
      let failure = try await Self.failure([
        "suite", "report", "night", SampleStore.samples, "--store", database.path, "--format", format, "--output", path,
      ])
      #expect(failure == nil, "\(failure?.message ?? "")")
      let text = try TemporaryFolder.read(path)
      #expect(text.contains("night") && text.contains("Softmax") && !text.contains("\u{1B}"))
    }
  }

  @Test func `a run that is not there, or of another version, is not resumed`() async throws {
    try await SampleStore.with { (_, database) async throws in
      let other = try await database.create(
        SearchStore.run("261126-100000-oooo", configuration: #"{"model":"of another version"}"#),
        driver: SearchStore.driver)
      try await other.close(as: .paused, at: .now)
      for (run, words) in [
        ("nothing", "has no run"), (other.run, "was begun by another version"),
      ] {
        let failure = try await Self.failure(["suite", "run", "--quiet", "--resume", run, "--store", database.path])
        #expect(failure?.status == .usage)
        #expect(failure?.message?.contains(words) == true, "\(failure?.message ?? "none")")
      }
    }
  }
}
