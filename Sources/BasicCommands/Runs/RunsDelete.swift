import ArgumentParser
import RunStore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// `basic runs delete`: a run that is wanted no more.
struct RunsDelete: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "delete",
    abstract: "Delete a run, with its candidates and verdicts.",
    discussion: """
      On a terminal it asks before it deletes; elsewhere it needs --yes. A run that a process is at work on is not deleted.

      Examples:
        basic runs delete 261126-203512-k3f9
        basic runs delete night --yes
      """)

  @Argument(help: ArgumentHelp("The run: its identifier, the beginning of it, or its name.", valueName: "run"))
  var run: String

  @OptionGroup var store: StoreOptions

  @Flag(help: "Do not ask.")
  var yes = false

  @Flag(help: "Say nothing but errors.")
  var quiet = false

  func run() async throws {
    let database = try store.location.open(.readWrite)
    do {
      let run = try await database.run(matching: run)
      let summary = try await database.summary(of: run.id)
      if let driver = run.driver {
        throw CommandFailure(
          .usage,
          "The run \(run.title) is driven by process \(driver.process) on \(driver.host). Wait until it is done, or stop it."
        )
      }
      if !yes, try !Self.isConfirmed(run, summary) {
        Console.standardError.write("Nothing was deleted.\n")
        return
      }
      try await database.delete(run.id)
      if !quiet { Console.standardError.write("deleted the run \(run.title.printable)\n") }
      try database.close()
    } catch let error as RunStoreError {
      throw CommandFailure(error)
    }
  }

  private static func isConfirmed(_ run: StoredRun, _ summary: RunSummary) throws -> Bool {
    guard isatty(STDIN_FILENO) == 1, Console.standardError.isTerminal else {
      throw CommandFailure(.usage, "There is no terminal to ask on. To delete the run \(run.title), add --yes.")
    }
    Console.standardError.write(question(run, summary))
    return isYes(readLine() ?? "")
  }

  /// What is asked before a run is deleted.
  static func question(_ run: StoredRun, _ summary: RunSummary) -> String {
    let contents =
      "\(RunText.plural(summary.problemCount, "problem")) and \(RunText.plural(summary.candidates, "candidate"))"
    return "Delete the run \(run.title.printable) with \(contents)? It cannot be brought back. [y/N] "
  }

  /// Whether an answer means yes. Anything that is not clear means no.
  static func isYes(_ answer: String) -> Bool {
    ["y", "yes"].contains(answer.lowercased().filter { !$0.isWhitespace })
  }
}
