import ArgumentParser

/// `basic runs`: what has been run, and what became of it.
struct Runs: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "List what has been run, show it, hand it on, or delete it.",
    discussion: """
      Runs of basic solve and basic suite are kept in .basic/runs.sqlite: in the current folder, or in the nearest folder above \
      it that has one. --store FILE and the variable BASIC_STORE name another. A run is named by its identifier, by the \
      beginning of that, or by the name that it was given.

      Examples:
        basic runs list
        basic runs show 261126 1/19
        basic runs export night --as kernelbench --output runs/night
        basic runs import KernelBench/runs/theirs --name theirs
      """,
    subcommands: [RunsList.self, RunsShow.self, RunsExport.self, RunsImport.self, RunsDelete.self])
}
