import ArgumentParser
import KernelBench
import RunStore

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// `basic runs import`: somebody else's generations, to be judged here.
struct RunsImport: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import",
    abstract: "Take a KernelBench run folder into the store, to judge it here.",
    discussion: """
      The folder's kernels become candidates without verdicts; what its eval_results.json says is kept as a claim, and counts \
      for nothing. The references are read from a KernelBench checkout, as the folder has none. The run's identifier goes to \
      standard output; basic suite run --resume judges it.

      Examples:
        basic runs import KernelBench/runs/theirs
        basic runs import runs/theirs --name theirs --kernelbench ~/KernelBench
      """)

  @Argument(help: ArgumentHelp("The run folder.", valueName: "dir"), completion: .directory)
  var folder: String

  @OptionGroup var store: StoreOptions

  @Option(help: ArgumentHelp("A name for the run. Default: the folder's.", valueName: "name"))
  var name: String?

  @Option(
    help: ArgumentHelp("The KernelBench checkout. Default: $KERNELBENCH_DIR, or ./KernelBench.", valueName: "dir"),
    completion: .directory)
  var kernelbench: String?

  @Flag(help: "Show nothing but the identifier.")
  var quiet = false

  func run() async throws {
    let command = self
    let outcome = try await Interruption.cancels { try await command.imported() }
    try Console.standardOutput.deliver(outcome.run.id + "\n")
    guard !quiet else { return }
    for note in outcome.notes { Console.standardError.write("note: \(note.printable)\n") }
    let contents =
      "\(RunText.plural(outcome.candidates, "candidate")) of \(RunText.plural(outcome.problems, "problem"))"
    Console.standardError.write(
      "imported \(contents) as the run \(outcome.run.title.printable); judge it with: basic suite run --resume \(outcome.run.id)\n"
    )
  }

  /// Imports the folder. The store is made only when there is something to put into it.
  func imported() async throws -> KernelBenchImport.Outcome {
    let loader = ProblemLoader(directory: kernelbench, environment: ProcessContext.current.environment)
    let work = try KernelBenchImport(path: folder, loader: loader)
    let database = try store.location.openOrMake()
    do {
      var generator = SystemRandomNumberGenerator()
      let outcome = try await work.store(in: database, name: name, now: Date(), using: &generator)
      try database.close()
      return outcome
    } catch let error as RunStoreError {
      throw CommandFailure(error)
    }
  }
}
