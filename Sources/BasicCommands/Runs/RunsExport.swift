import ArgumentParser
import RunStore

/// `basic runs export`: a run as files for others.
struct RunsExport: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Write a run as files: for KernelBench, for fine-tuning, or all of it.",
    discussion: """
      --as kernelbench makes --output a run folder that KernelBench's own scripts read: kernels, prompts, \
      generation_config.yaml and eval_results.json. Of runs with independent samples (greedy, best-of, imported) all are \
      exported in their order; of a search its best kernel for each problem, as sample 0. Only what was measured on a GPU is a \
      runtime there, never an estimate; what has no verdict has no result.

      --as jsonl writes RUN.jsonl, a line for each problem's best kernel that was verified: prompt, completion, verdict, speed; \
      with --all a line for each candidate that was judged. --as basic writes everything that the store has.

      Files appear together or not at all. An export that is there is replaced with --force only.

      Examples:
        basic runs export night --as kernelbench --output runs/night
        basic runs export night --as jsonl --output tuning
        basic runs export 261126 --as jsonl --all --output tuning --force
        basic runs export night --as basic --output night
      """)

  /// The form of an export.
  enum Form: String, ExpressibleByArgument, CaseIterable {
    case kernelbench, jsonl, basic
  }

  @Argument(help: ArgumentHelp("The run: its identifier, the beginning of it, or its name.", valueName: "run"))
  var run: String

  @OptionGroup var store: StoreOptions

  @Option(help: ArgumentHelp("The folder for the files.", valueName: "dir"), completion: .directory)
  var output: String

  @Option(name: .customLong("as"), help: ArgumentHelp("For whom.", valueName: "form"))
  var form: Form

  @Flag(help: "With --as jsonl: every candidate that was judged, not only the verified best.")
  var all = false

  @Flag(help: "Replace an export that is in the folder.")
  var force = false

  @Flag(help: "Say nothing but errors.")
  var quiet = false

  func validate() throws {
    if all, form != .jsonl { throw ValidationError("--all is for --as jsonl.") }
  }

  func run() async throws {
    let command = self
    let said = try await Interruption.cancels { try await command.export() }
    if !quiet { Console.standardError.write(said.map { $0.printable + "\n" }.joined()) }
  }

  /// Exports, and returns what there is to say about it.
  func export() async throws -> [String] {
    let database = try store.location.open(.readOnly)
    do {
      return try await export(try await RunView.read(database, run: run), database)
    } catch let error as RunStoreError {
      throw CommandFailure(error)
    }
  }

  private func export(_ view: RunView, _ database: RunDatabase) async throws -> [String] {
    switch form {
    case .kernelbench:
      let export = try KernelBenchExport(view, database)
      let folder = try ExportFolder(checking: output, replaces: force)
      var outcome = KernelBenchExport.Outcome()
      try await folder.fill(where: KernelBenchExport.isOurs) { outcome = try await export.write(to: $0) }
      let sentence =
        "\(RunText.plural(outcome.kernels, "kernel")) and \(RunText.plural(outcome.results, "result")) written to \(folder.path)"
      return outcome.notes + [sentence]
    case .jsonl:
      let folder = try ExportFolder(checking: output, replaces: force)
      let name = view.run.id + ".jsonl"
      var count = 0
      try await folder.fill(where: { $0 == name }) { staging in
        let file = try LineFile(path: "\(staging)/\(name)")
        count = try await database.exportFineTuning(of: view.run.id, all ? .allJudged : .bestVerified) { line in
          try Task.checkCancellation()
          try file.append(line)
        }
      }
      let what = all ? "judged" : "verified"
      return ["\(RunText.plural(count, "\(what) candidate")) written to \(folder.path)/\(name)"]
    case .basic:
      let folder = try ExportFolder(checking: output, replaces: force)
      let export = BasicExport(view: view, database: database)
      var count = 0
      try await folder.fill(where: BasicExport.isOurs) { count = try await export.write(to: $0) }
      return ["\(RunText.plural(count, "candidate")) written to \(folder.path)"]
    }
  }
}
