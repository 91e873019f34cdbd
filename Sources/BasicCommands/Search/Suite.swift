import ArgumentParser

/// `basic suite`: whole levels of KernelBench.
struct Suite: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Solve whole levels of KernelBench, resumably, and report how it went.",
    discussion: """
      Examples:
        basic suite run --level 1 --problems 1-20 --budget-per-problem 60s
        basic suite run --resume 261126
        basic suite report 261126
        basic suite baseline --level 1 --hardware H100
        basic suite report 261126 261125 --format html --output report.html
      """,
    subcommands: [SuiteRun.self, SuiteReportCommand.self, SuiteBaseline.self])
}
